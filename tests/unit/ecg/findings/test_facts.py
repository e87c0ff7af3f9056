"""The statements in a visit: facts with reasons, withheld where the rules may not be asked."""

from dataclasses import replace

import numpy as np
import pytest
from ecg_visits import drafted, given
from laennec.datasets.simulator import sample_scenario, simulate
from laennec.engine import load_models
from laennec.engine.ecg.findings.settings import statement_settings
from laennec.engine.ecg.measure.reference import Person
from laennec.engine.ecg.visit import STATEMENTS_ID, screened_ecg
from laennec.engine.risks.labels import model_labels
from laennec.engine.words import LANGUAGES, Sentences
from laennec.engine.words.order import is_descriptive
from laennec.engine.words.phrases import delay_phrase
from laennec.engine.words.reason_phrases import reason_phrase

MODELS = load_models()
PERSON = Person("male", 60.0)


def signal_of(pathology, **changes):
    asked = sample_scenario(np.random.default_rng(4), pathology, **changes)
    return simulate(asked, seed=4).signal


@pytest.fixture(scope="module")
def lbbb():
    return screened_ecg(signal_of("lbbb"), MODELS, PERSON)


def by_id(screened):
    return {finding.id: finding for finding in screened.findings}


def test_every_statement_is_a_fact_of_the_visit(lbbb):
    names = statement_settings()["vocabulary"]
    assert [f.id for f in lbbb.findings] == [f"ecg_{name}" for name in names]
    assert {f.kind for f in lbbb.findings} == {"fact"}
    assert tuple(names) == MODELS.statement_rules(STATEMENTS_ID).table.names


def test_a_present_statement_has_reasons_with_values_and_asks_for_a_reading(lbbb):
    found = by_id(lbbb)["ecg_lbbb"]
    assert found.state == "present"
    assert found.urgency == "U2"
    assert found.proposed_action == "read_ecg"
    assert found.reasons_for
    assert all(r.source and r.inputs and r.contribution > 0 for r in found.reasons_for)


def test_what_is_told_without_a_level_asks_for_a_reading_at_the_delay_of_the_visit():
    """The bug it pins: a right bundle branch block, and any rhythm, said neither what nor when."""
    found = screened_ecg(signal_of("rbbb"), MODELS, PERSON)
    told = [f for f in found.findings if f.state in ("present", "borderline")]
    block = by_id(found)["ecg_rbbb"]
    assert (block.state, block.urgency) == ("present", None)
    assert {(f.proposed_action, f.proposed_addressee) for f in told} == {
        ("read_ecg", "occupational_physician")
    }
    for lang in LANGUAGES:
        words = Sentences(lang, model_labels(MODELS, lang))
        assert delay_phrase(block, words) == words.text("ui.level_of_visit")
    assert is_descriptive(by_id(found)["ecg_sinus_rhythm"])
    silent = [f for f in found.findings if f not in told]
    assert not any(f.proposed_action or f.urgency for f in silent)


def test_an_urgent_rule_of_the_ecg_raises_no_statement_without_a_level():
    """A left bundle branch block today: the rhythm beside it stays a description."""
    draft = drafted(given("lbbb"))
    found = {f.id: f for f in draft.findings}
    assert draft.urgency == "U1"
    assert found["ecg_lbbb"].urgency == "U1"
    rhythm = found["ecg_sinus_rhythm"]
    assert (rhythm.urgency, rhythm.proposed_action) == (None, "read_ecg")
    assert is_descriptive(rhythm)


def test_what_left_bundle_branch_block_forbids_is_not_assessable_and_says_why(lbbb):
    """Decision 9: with left bundle branch block ST elevation is not assessable, never absent."""
    for name in ("st_elevation", "st_depression", "old_mi_q_waves", "lvh", "t_wave_abnormal"):
        found = by_id(lbbb)[f"ecg_{name}"]
        assert found.state == "not_assessable"
        assert [m.parameters for m in found.limits] == [{"statement": "finding_name:ecg_lbbb"}]


def test_qtc_is_withheld_with_a_wide_qrs_and_decided_by_its_value_elsewhere(lbbb):
    """Decision 6: Fridericia decides; with QRS of 120 ms and more nothing is said."""
    assert by_id(lbbb)["ecg_prolonged_qt"].state == "not_assessable"
    long = screened_ecg(signal_of("prolonged_qt", qtc_ms=530.0), MODELS, PERSON)
    assert by_id(long)["ecg_prolonged_qt"].state == "present"
    calm = screened_ecg(signal_of("sinus_rhythm", rate_bpm=65.0), MODELS, PERSON)
    assert by_id(calm)["ecg_prolonged_qt"].state == "absent"


def test_a_person_who_declined_models_gets_no_statement():
    made = screened_ecg(signal_of("sinus_rhythm"), MODELS, PERSON, without_network=True)
    assert made.findings == ()


def test_refused_rules_or_network_leave_every_statement_not_assessable():
    for models in (replace(MODELS, statements=()), replace(MODELS, signals=())):
        made = screened_ecg(signal_of("sinus_rhythm"), models, PERSON)
        assert {f.state for f in made.findings} == {"not_assessable"}
        assert len(made.findings) == len(statement_settings()["vocabulary"])
        assert all(f.limits for f in made.findings)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_everything_is_worded_in_both_languages(lbbb, lang):
    sentences = Sentences(lang, model_labels(MODELS, lang))
    for found in lbbb.findings:
        said = sentences.render(found.message)
        assert "ecg_" not in said
        if found.proposed_action:
            assert sentences.has(f"action.{found.proposed_action}")
            assert sentences.has(f"addressee.{found.proposed_addressee}")
        for reason in (*found.reasons_for, *found.reasons_against):
            assert "_" not in reason_phrase(reason, sentences)
        for limit in found.limits:
            assert "_" not in sentences.render(limit)
    for name in statement_settings()["vocabulary"]:
        assert sentences.has(f"finding_name.ecg_{name}")


def test_what_is_said_always_names_a_reason():
    """The bug it pins: a borderline that stood on many small parts had no reason at all."""
    said = []
    for pathology in ("sinus_rhythm", "av_block_1", "lvh_with_strain", "t_wave_abnormal"):
        for seed in range(4):
            asked = sample_scenario(np.random.default_rng(seed), pathology)
            signal = simulate(asked, seed=seed).signal
            said += screened_ecg(signal, MODELS, PERSON).findings
    states = [found.state for found in said]
    assert "borderline" in states
    for found in said:
        if found.state in ("present", "borderline"):
            assert found.reasons_for or found.reasons_against, found.id


def test_no_report_says_normal():
    sentences = {lang: Sentences(lang) for lang in LANGUAGES}
    for lang, words in sentences.items():
        for state in ("present", "borderline", "absent", "not_assessable"):
            said = words.text(f"finding.ecg_statement.{state}", statement="finding_name:ecg_lvh")
            assert "normal" not in said.lower(), (lang, state)


@pytest.mark.parametrize(
    ("pathology", "finding", "leads"),
    [
        ("st_elevation_inferior", "ecg_st_elevation", {"II", "III", "aVF"}),
        ("old_mi_q_waves_inferior", "ecg_old_mi_q_waves", {"II", "III", "aVF"}),
        ("st_elevation_anterior", "ecg_st_elevation", {"V1", "V2", "V3", "V4", "V5"}),
    ],
)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_reason_of_neighbouring_leads_names_them(pathology, finding, leads, lang):
    """Pinned: "Q waves of two neighbouring leads: present (0.80)", of which leads nobody knew."""
    said = by_id(screened_ecg(signal_of(pathology), MODELS, PERSON))[finding]
    named = [r for r in said.reasons_for if r.message.id == "reason.tsk_rule_in"]
    alone = [r for r in named if len(r.inputs) == 1]
    assert alone
    for reason in named:
        told = reason.message.parameters["leads"]
        assert reason not in alone or set(told.split(", ")) <= leads
        where = {"fr": f", en {told}", "en": f", in {told}"}[lang]
        assert where in reason_phrase(reason, Sentences(lang, model_labels(MODELS, lang)))
