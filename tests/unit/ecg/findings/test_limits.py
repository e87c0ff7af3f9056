"""A statement is present on its side of its guideline limit only; what is not excluded holds."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.datasets.simulator import Noise, sample_scenario, scenario, simulate
from laennec.engine import load_models
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.features import ecg_features
from laennec.engine.ecg.findings.decide import decide, ruled_out
from laennec.engine.ecg.findings.facts import statement_findings
from laennec.engine.ecg.findings.find import NOT_ASSESSABLE, PRESENT, find_statements
from laennec.engine.ecg.findings.limits import limit_rows, reaches_limit, why_held
from laennec.engine.ecg.visit import STATEMENTS_ID, ready_delineator
from laennec.engine.prediagnosis import ModelReference
from laennec.engine.risks.labels import model_labels
from laennec.engine.words import LANGUAGES, Sentences

MODELS = load_models()
BUNDLE = MODELS.statement_rules(STATEMENTS_ID)
NETWORK, _ = ready_delineator(MODELS)
TABLE = BUNDLE.table
NAMES = TABLE.names
DECIDED_OTHERWISE = {
    "sinus_rhythm",
    "atrial_fibrillation",
    "atrial_flutter",
    "premature_atrial_complex",
    "premature_ventricular_complex",
    "lvh",
    "left_atrial_enlargement",
    "old_mi_q_waves",
    "t_wave_abnormal",
    "prolonged_qt",
}
"""No single limit makes them; QTc is decided by its value alone."""
BELOW_BLOCK = ("old_mi_q_waves", "st_depression", "st_elevation", "t_wave_abnormal", "lvh")


def looked_at(signal):
    analysis = analyse_ecg(signal, NETWORK)
    features = ecg_features(analysis)
    return features, find_statements(analysis, features, BUNDLE.model())


def said_of(signal):
    return {s.name: s for s in looked_at(signal)[1]}


def plain(pathology, seed=8, **changes):
    return simulate(scenario(pathology, variation=0.3, **changes), seed=seed).signal


def noisy(pathology, seed, *noise):
    asked = sample_scenario(np.random.default_rng(5000 + seed), pathology, noise=noise)
    return simulate(asked, seed=seed).signal


def holds(one, value):
    ops = {">": np.greater, ">=": np.greater_equal, "<": np.less, "<=": np.less_equal}
    return bool(ops[one["op"]](value, one["value"]))


def test_every_statement_has_its_limits_or_is_decided_otherwise():
    assert set(limit_rows()) | DECIDED_OTHERWISE == set(NAMES)
    assert not set(limit_rows()) & DECIDED_OTHERWISE
    assert all(row["source"] for row in limit_rows().values())


@pytest.mark.parametrize("name", limit_rows())
@pytest.mark.parametrize("step", [-0.1, 0.0, 0.1])
def test_a_statement_is_present_on_its_side_of_its_limit_only(name, step):
    rows = limit_rows()[name]["limits"]
    values = {one["feature"]: np.array([one["value"] + step]) for one in rows}
    score = np.full((1, len(NAMES)), 0.0)
    score[0, NAMES.index(name)] = 0.999
    free = np.ones_like(score, dtype=bool)
    shown = reaches_limit(NAMES, values, 1)
    found = decide(TABLE, score, free, shown, ruled_out(values, 1))
    expected = all(holds(one, one["value"] + step) for one in rows)
    assert bool(found.present[0, NAMES.index(name)]) == expected
    told = why_held(name, {one["feature"]: one["value"] + step for one in rows})
    assert bool(told) != expected


def test_what_is_not_measured_reaches_no_limit():
    assert not reaches_limit(("av_block_1",), {}, 1).any()
    assert why_held("av_block_1", {})[0].id == "ecg.statement.needs"


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("sinus_tachycardia", {"rate_bpm": 98.0}),
        ("sinus_tachycardia", {"rate_bpm": 99.0}),
        ("left_axis_deviation", {"axis_deg": -24.0, "rate_bpm": 68.0}),
        ("left_axis_deviation", {"axis_deg": -30.0, "rate_bpm": 68.0}),
    ],
)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_before_its_limit_a_finding_is_borderline_and_says_so(name, changes, lang):
    """98/min and an axis of -23 degrees were present beside the limits that they do not reach."""
    features, statements = looked_at(plain("sinus_rhythm", 9, **changes))
    said = next(s for s in statements if s.name == name)
    spec = next(s for s in TABLE.statements if s.name == name)
    assert said.state == "borderline"
    assert said.score >= spec.present_from
    reference = ModelReference(STATEMENTS_ID, "0", "0" * 64, "key")
    findings = statement_findings(statements, features, BUNDLE.model(), reference)
    finding = next(f for f in findings if f.id == f"ecg_{name}")
    words = Sentences(lang, model_labels(MODELS, lang))
    assert any(
        words.render(limit).startswith(("maintenu à la limite", "held at borderline"))
        for limit in finding.limits
    )
    assert finding.urgency is None


def test_a_complete_block_is_not_shorter_than_its_limit():
    found = said_of(plain("rbbb", 6, qrs_ms=108.0, rate_bpm=72.0))
    assert found["rbbb"].state != PRESENT
    assert found["incomplete_rbbb"].state == PRESENT


@pytest.mark.parametrize("seed", [30, 34, 36])
@pytest.mark.parametrize(
    "noise",
    [
        (Noise("emg", 20.0), Noise("wander", 14.0), Noise("mains", 22.0)),
        (Noise("emg", 20.0),),
        (Noise("mains", 22.0),),
    ],
)
def test_a_left_block_in_noise_is_no_right_one(seed, noise):
    """The raised ST after a QRS end that noise moved was an R', and ST, T and Q were present."""
    found = said_of(noisy("lbbb", seed, *noise))
    assert found["rbbb"].state != PRESENT
    assert found["lbbb"].state == PRESENT
    for name in BELOW_BLOCK:
        assert found[name].state == NOT_ASSESSABLE, name


def given(**scores):
    score = np.array([[scores.get(name, 0.0) for name in NAMES]])
    return score, np.ones(score.shape, dtype=bool), np.ones(score.shape, dtype=bool)


def test_what_loses_to_a_rival_keeps_forbidding():
    score, free, shown = given(lbbb=0.2, rbbb=0.9, st_elevation=0.9)
    found = decide(TABLE, score, free, shown)
    assert found.better[0, NAMES.index("lbbb")] == NAMES.index("rbbb")
    assert not found.decided[0, NAMES.index("st_elevation")]


@pytest.mark.parametrize("lost", ["lvh", "lbbb"])
def test_what_was_not_assessable_holds_at_borderline(lost):
    """ST elevation became present because V3 was lost, and with it hypertrophy."""
    score, free, shown = given(st_elevation=0.9)
    free[0, NAMES.index(lost)] = False
    found = decide(TABLE, score, free, shown)
    at = NAMES.index("st_elevation")
    assert not found.present[0, at]
    assert found.decided[0, at]
    assert found.held[0, at] == NAMES.index(lost)


def test_a_narrow_qrs_excludes_a_left_block_that_could_not_be_assessed():
    score, free, shown = given(st_elevation=0.9)
    free[0, NAMES.index("lbbb")] = False
    found = decide(TABLE, score, free, shown, ruled_out({"qrs_ms": np.array([90.0])}, 1))
    assert found.present[0, NAMES.index("st_elevation")]


@pytest.mark.parametrize("seed", [30, 32, 33])
def test_a_delay_in_muscle_noise_is_no_pacemaker(seed):
    found = said_of(noisy("nonspecific_intraventricular_delay", seed, Noise("emg", 20.0)))
    assert found["paced_rhythm"].state != PRESENT
    assert found["nonspecific_intraventricular_delay"].state in ("present", "borderline")


@pytest.mark.parametrize("rate", [190.0, 220.0])
def test_the_beat_before_is_no_needle(rate):
    found = said_of(plain("sinus_tachycardia", 1, rate_bpm=rate))
    assert found["paced_rhythm"].state != PRESENT


def test_beside_a_pacemaker_nothing_is_said_of_the_sinus_node():
    found = said_of(plain("paced_rhythm_atrial", 1))
    assert found["paced_rhythm"].state == PRESENT
    assert {found[name].state for name in NAMES[:3]} == {NOT_ASSESSABLE}


def test_an_axis_that_is_not_measured_deviates_nowhere():
    signal = plain("sinus_rhythm", 8)
    limbs = signal.signal_mv.copy()
    limbs[:6] *= 0.03
    analysis = analyse_ecg(replace(signal, signal_mv=limbs), NETWORK)
    assert not analysis.measurements.measured["qrs_axis"].is_known
    assert np.isnan(ecg_features(analysis).values["qrs_axis_deg"])


@pytest.mark.parametrize("qrs_ms", [113.0, 118.0, 123.0, 128.0, 133.0, 138.0])
def test_a_wide_qrs_always_has_a_conduction_statement(qrs_ms):
    found = said_of(plain("nonspecific_intraventricular_delay", 6, qrs_ms=qrs_ms, rate_bpm=72.0))
    names = ("nonspecific_intraventricular_delay", "lbbb", "rbbb")
    assert {found[name].state for name in names} & {"present", "borderline"}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("pathology", ["av_block_2_mobitz_2", "av_block_2_wenckebach"])
def test_a_dropped_beat_makes_no_premature_one(pathology, seed):
    found = said_of(noisy(pathology, seed))
    assert found["premature_atrial_complex"].state != PRESENT


@pytest.mark.parametrize("seed", range(4))
def test_in_fibrillation_no_beat_is_premature(seed):
    found = said_of(noisy("atrial_fibrillation", seed))
    assert found["premature_atrial_complex"].state != PRESENT


@pytest.mark.parametrize("axis_deg", [66.0, 78.0, 84.0])
def test_a_q_of_avl_in_a_vertical_heart_is_no_scar(axis_deg):
    """An old infarction was present for a Q of I and aVL that an axis of 84 degrees explains."""
    found = said_of(plain("sinus_rhythm", 8, axis_deg=axis_deg, rate_bpm=68.0))
    assert found["old_mi_q_waves"].state != PRESENT
