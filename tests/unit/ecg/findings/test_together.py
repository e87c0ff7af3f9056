"""Which statements may stand together: what a draft must not say of a fast wide rhythm, rivals."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.datasets.simulator import Noise, sample_scenario, scenario, simulate
from laennec.engine import load_models
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.features import ecg_features
from laennec.engine.ecg.findings.decide import decide
from laennec.engine.ecg.findings.facts import statement_findings
from laennec.engine.ecg.findings.find import NOT_ASSESSABLE, find_statements
from laennec.engine.ecg.findings.settings import statement_settings
from laennec.engine.ecg.measure.reference import Person
from laennec.engine.ecg.visit import STATEMENTS_ID, ready_delineator, screened_ecg
from laennec.engine.prediagnosis import ModelReference
from laennec.engine.risks.labels import model_labels
from laennec.engine.words import LANGUAGES, Sentences
from laennec.engine.words.reason_phrases import printed_and_rest, reason_phrase

MODELS = load_models()
BUNDLE = MODELS.statement_rules(STATEMENTS_ID)
NETWORK, _ = ready_delineator(MODELS)
TABLE = BUNDLE.table
NAMES = TABLE.names


def signal_of(pathology, seed):
    return simulate(sample_scenario(np.random.default_rng((3, seed)), pathology), seed=seed).signal


def said_of(signal):
    analysis = analyse_ecg(signal, NETWORK)
    found = find_statements(analysis, ecg_features(analysis), BUNDLE.model())
    return {s.name: s for s in found}


@pytest.mark.parametrize("seed", range(4))
def test_of_a_ventricular_tachycardia_nothing_else_is_said(seed):
    """It was given right bundle branch block, sinus tachycardia and ST as present."""
    found = said_of(signal_of("ventricular_tachycardia", seed))
    for name in set(NAMES) - {"paced_rhythm"}:
        assert found[name].state == NOT_ASSESSABLE, name
    assert found["rbbb"].why == ("ecg.statement.wide_tachycardia",)


@pytest.mark.parametrize("seed", [77, 78, 80])
@pytest.mark.parametrize("snr_db", [12.0, 10.0])
def test_noise_makes_no_sinus_rhythm_of_a_ventricular_tachycardia(seed, snr_db):
    """A sinus tachycardia and a PR of 123 ms stood beside the call for a wide tachycardia."""
    asked = scenario("ventricular_tachycardia", rate_bpm=125.0, noise=(Noise("emg", snr_db),))
    signal = simulate(asked, seed=seed).signal
    found = said_of(signal)
    for name in set(NAMES) - {"paced_rhythm"}:
        assert found[name].state == NOT_ASSESSABLE, name
    assert not analyse_ecg(signal, NETWORK).measurements.measured["pr"].is_known


@pytest.mark.parametrize(
    "pathology", ["sinus_tachycardia", "rbbb", "lbbb", "paediatric_tachycardia"]
)
def test_a_sinus_rhythm_that_is_fast_or_wide_is_still_read(pathology):
    found = said_of(signal_of(pathology, 1))
    assert found["sinus_rhythm"].state == "present"
    name = "sinus_tachycardia" if pathology.endswith("tachycardia") else pathology
    assert found[name].state == "present"


def test_a_block_in_a_sinus_tachycardia_is_still_read():
    signal = simulate(scenario("rbbb", rate_bpm=118.0), seed=2).signal
    found = said_of(signal)
    assert found["rbbb"].state == "present"
    assert found["sinus_tachycardia"].state == "present"


@pytest.mark.parametrize("pathology", ["paced_rhythm_ventricular", "paced_rhythm_dual"])
def test_statements_on_a_paced_qrs_are_not_assessable(pathology):
    """Decision 15: paced rhythm is itself assessable, QRS-based statements in it are not."""
    found = said_of(signal_of(pathology, 1))
    assert found["paced_rhythm"].state == "present"
    for name in NAMES[8:23]:
        assert found[name].state == NOT_ASSESSABLE, name


@pytest.mark.parametrize("pathology", ["atrial_fibrillation", "atrial_flutter", "sinus_rhythm"])
@pytest.mark.parametrize("seed", range(3))
def test_one_rhythm_at_most_is_present(pathology, seed):
    found = said_of(signal_of(pathology, seed))
    for group in statement_settings()["rivals"]:
        assert sum(found[name].state == "present" for name in group) <= 1, group


def with_one_cut_off():
    cut = [replace(s, present_from=0.4, borderline_from=0.2) for s in TABLE.statements]
    return replace(TABLE, statements=tuple(cut))


def scores(**given):
    row = [given.get(name, 0.0) for name in NAMES]
    free = np.ones((1, len(NAMES)), bool)
    return np.array([row]), free, free


def test_the_better_supported_of_fibrillation_and_flutter_stays():
    table = with_one_cut_off()
    found = decide(table, *scores(atrial_fibrillation=0.9, atrial_flutter=0.6, sinus_rhythm=0.5))
    assert [NAMES[j] for j in np.flatnonzero(found.present[0])] == ["atrial_fibrillation"]
    winner = NAMES.index("atrial_fibrillation")
    for name in ("atrial_flutter", "sinus_rhythm"):
        assert found.better[0, NAMES.index(name)] == winner
        assert found.decided[0, NAMES.index(name)]


def test_what_yields_itself_puts_no_other_aside():
    """Sinus tachycardia was present, flutter yielded to it, and sinus rhythm yielded to flutter."""
    table = with_one_cut_off()
    given = scores(sinus_tachycardia=0.9, atrial_flutter=0.6, sinus_rhythm=0.5)
    found = decide(table, *given)
    assert {NAMES[j] for j in np.flatnonzero(found.present[0])} == {
        "sinus_tachycardia",
        "sinus_rhythm",
    }
    yields = found.better[0, NAMES.index("atrial_flutter")]
    assert yields == NAMES.index("sinus_tachycardia")


def test_what_was_not_seen_neither_stands_nor_puts_aside():
    score, free, shown = scores(atrial_flutter=0.9, sinus_bradycardia=0.5)
    shown = shown.copy()
    shown[0, NAMES.index("atrial_flutter")] = False
    found = decide(with_one_cut_off(), score, free, shown)
    assert [NAMES[j] for j in np.flatnonzero(found.present[0])] == ["sinus_bradycardia"]
    assert (found.better == -1).all()


def test_what_a_pacemaker_forbids_is_no_rival():
    table = with_one_cut_off()
    found = decide(table, *scores(paced_rhythm=0.9, atrial_fibrillation=0.95, sinus_rhythm=0.5))
    present = {NAMES[j] for j in np.flatnonzero(found.present[0])}
    assert present == {"paced_rhythm"}
    assert not found.decided[
        0, [NAMES.index("atrial_fibrillation"), NAMES.index("sinus_rhythm")]
    ].any()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_rival_is_printed_on_both_sides_without_a_part_in_the_score(lang):
    signal = simulate(scenario("atrial_flutter"), seed=1).signal
    analysis = analyse_ecg(signal, NETWORK)
    features, model = ecg_features(analysis), BUNDLE.model()
    found = {s.name: s for s in find_statements(analysis, features, model)}
    winner = replace(found["atrial_flutter"], state="present", yielded=("atrial_fibrillation",))
    loser = replace(found["atrial_fibrillation"], state="borderline", better="atrial_flutter")
    reference = ModelReference("m", "1", "0", "k")
    first, second = statement_findings((winner, loser), features, model, reference)
    rival = first.reasons_against[-1]
    assert rival.contribution is None
    assert rival in printed_and_rest(first, first.reasons_against)[0]
    words = Sentences(lang, model_labels(MODELS, lang))
    fibrillation = words.text("finding_name.ecg_atrial_fibrillation")
    assert fibrillation in reason_phrase(rival, words)
    assert second.limits[0].id == "ecg.statement.better_supported"
    assert words.text("finding_name.ecg_atrial_flutter") in words.render(second.limits[0])


@pytest.mark.parametrize(("factor", "gain"), [(1e-3, "gain_small"), (1e3, "gain_large")])
def test_a_wrong_unit_is_said_before_a_pause(factor, gain):
    """Millivolt labelled microvolt: it was called a pause of ten seconds."""
    signal = simulate(scenario("sinus_rhythm"), seed=1).signal
    wrong = replace(signal, signal_mv=signal.signal_mv * factor)
    made = screened_ecg(wrong, MODELS, Person("male", 50.0))
    assert made.section.reasons[0].id == f"quality.record.{gain}"
    assert [i.rule_id for i in made.urgency.items] == ["ecg_amplitude_implausible"]
    assert "ecg_pause" in made.urgency.not_applied
    assert {f.state for f in made.findings} == {NOT_ASSESSABLE}


def test_a_flat_line_is_no_wrong_unit():
    """Asystole and a cable that came off: nothing repeats, and a person is called as before."""
    signal = simulate(scenario("sinus_rhythm"), seed=1).signal
    rng = np.random.default_rng(5)
    flat = replace(signal, signal_mv=rng.normal(0.0, 0.003, signal.signal_mv.shape))
    made = screened_ecg(flat, MODELS, Person("male", 50.0))
    assert "ecg_amplitude_implausible" not in {i.rule_id for i in made.urgency.items}
    assert made.urgency.items
