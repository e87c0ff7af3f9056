"""What must be seen of a rhythm before it is called present."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.datasets.simulator import Noise, sample_scenario, simulate
from laennec.engine import load_models
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.features import ecg_features
from laennec.engine.ecg.findings.evidence import is_shown, why_not_shown
from laennec.engine.ecg.findings.facts import statement_findings
from laennec.engine.ecg.findings.find import find_statements
from laennec.engine.ecg.findings.settings import statement_settings
from laennec.engine.ecg.visit import STATEMENTS_ID, ready_delineator
from laennec.engine.prediagnosis import ModelReference

MODELS = load_models()
BUNDLE = MODELS.statement_rules(STATEMENTS_ID)
NETWORK, _ = ready_delineator(MODELS)
NOISE = tuple(Noise(kind, 25.0) for kind in ("emg", "wander", "motion"))


def looked_at(pathology, seed, **changes):
    asked = sample_scenario(np.random.default_rng(seed), pathology, noise=NOISE, **changes)
    analysis = analyse_ecg(simulate(asked, seed=seed).signal, NETWORK)
    return analysis, ecg_features(analysis)


def flutter(seed, ratio, per_min):
    asked = sample_scenario(np.random.default_rng(seed), "atrial_flutter", noise=NOISE)
    options = {**asked.options, "ratio": ratio, "flutter_per_min": per_min}
    asked = replace(asked, options=options)
    analysis = analyse_ecg(simulate(asked, seed=seed).signal, NETWORK)
    return analysis, ecg_features(analysis)


def states(pathology, name, seeds=range(6), **changes):
    found = []
    for seed in seeds:
        said = find_statements(*looked_at(pathology, seed, **changes), BUNDLE.model())
        found.append(next(s for s in said if s.name == name).state)
    return found


@pytest.mark.parametrize(
    ("pathology", "changes"),
    [
        ("junctional_rhythm", {}),
        ("ventricular_tachycardia", {"rate_bpm": 95.0}),
        ("sinus_tachycardia", {"rate_bpm": 199.0}),
        ("sinus_tachycardia", {"rate_bpm": 219.0}),
        ("prolonged_qt", {"rate_bpm": 115.0, "qtc_ms": 560.0}),
        ("av_block_complete", {}),
    ],
)
def test_no_flutter_without_flutter_waves(pathology, changes):
    """Each was called flutter because it has no P wave that shows."""
    assert "present" not in states(pathology, "atrial_flutter", **changes)


@pytest.mark.parametrize("rate_bpm", [119.5, 125.0, 130.0, 140.0, 150.0, 160.0])
@pytest.mark.parametrize("pathology", ["junctional_rhythm", "av_block_1"])
def test_two_waves_for_each_qrs_of_a_regular_rhythm_may_be_t_and_p(pathology, rate_bpm):
    """Pinned: T alone, or T and a P within it, was a flutter with two waves for each QRS."""
    found = states(pathology, "atrial_flutter", range(4), rate_bpm=rate_bpm)
    assert "present" not in found


@pytest.mark.parametrize("rate_bpm", [119.5, 123.0, 127.0, 131.0])
def test_a_long_qt_of_a_fast_heart_is_no_flutter(rate_bpm):
    changes = {"rate_bpm": rate_bpm, "qtc_ms": 520.0}
    assert "present" not in states("prolonged_qt", "atrial_flutter", range(4), **changes)


@pytest.mark.parametrize(("ratio", "per_min"), [(3.0, 250.0), (4.0, 250.0), (4.0, 300.0)])
def test_more_waves_than_two_for_each_qrs_are_still_flutter(ratio, per_min):
    found = []
    for seed in range(4):
        said = find_statements(*flutter(seed, ratio, per_min), BUNDLE.model())
        found.append(next(s for s in said if s.name == "atrial_flutter").state)
    assert found == ["present"] * 4


@pytest.mark.parametrize("per_min", [250.0, 270.0, 300.0])
def test_the_rate_of_flutter_waves_goes_in_no_steps(per_min):
    """Pinned: steps of 60 over 10 ms made 240 of 239, and 272.7 of 270."""
    _, features = flutter(0, 4.0, per_min)
    assert features.values["flutter_rate_bpm"] == pytest.approx(per_min, abs=4.0)


def test_flutter_with_its_waves_is_still_flutter():
    assert states("atrial_flutter", "atrial_flutter").count("present") >= 4


@pytest.mark.parametrize("pathology", ["av_block_2_wenckebach", "premature_atrial_complex"])
def test_no_fibrillation_where_p_waves_stand_before_the_beats(pathology):
    assert "present" not in states(pathology, "atrial_fibrillation", range(8))


def test_fibrillation_is_still_fibrillation():
    assert states("atrial_fibrillation", "atrial_fibrillation") == ["present"] * 6


def test_a_slow_rhythm_without_p_is_no_sinus_bradycardia():
    assert "present" not in states("junctional_rhythm", "sinus_bradycardia")
    assert states("sinus_bradycardia", "sinus_bradycardia") == ["present"] * 6


@pytest.mark.parametrize("rate_bpm", [110.0, 130.0, 150.0, 160.0, 165.0, 185.0])
def test_a_fast_rhythm_without_clear_p_is_no_sinus_tachycardia(rate_bpm):
    """Pinned: a regular narrow rhythm without P, and flutter, were a sinus tachycardia."""
    found = states("junctional_rhythm", "sinus_tachycardia", range(6), rate_bpm=rate_bpm)
    assert "present" not in found


def test_a_flutter_with_changing_conduction_is_no_sinus_tachycardia_and_has_no_premature_beat():
    for seed in range(12):
        said = find_statements(*looked_at("atrial_flutter_changing_block", seed), BUNDLE.model())
        found = {s.name: s for s in said}
        assert found["sinus_tachycardia"].state != "present"
        if found["atrial_flutter"].state == "present":
            assert found["premature_atrial_complex"].state == "not_assessable"


def test_a_sinus_tachycardia_with_its_p_waves_is_still_one():
    for rate_bpm in (105.0, 130.0, 150.0):
        found = states("sinus_tachycardia", "sinus_tachycardia", rate_bpm=rate_bpm)
        assert found == ["present"] * 6


def test_a_fast_heart_whose_p_waves_were_not_seen_says_so():
    features = {"p_share": np.array([0.9, 0.2, np.nan]), "p_confidence": np.array([0.9, 0.9, 0.9])}
    assert is_shown(("sinus_tachycardia",), features, 3).tolist() == [[True], [False], [False]]
    assert why_not_shown("sinus_tachycardia") == "ecg.statement.no_p_waves_fast"


@pytest.mark.parametrize("pathology", ["av_block_complete", "av_block_2_wenckebach"])
def test_a_higher_block_is_no_first_degree(pathology):
    assert states(pathology, "av_block_1", range(8)) == ["not_assessable"] * 8
    assert states("av_block_1", "av_block_1") == ["present"] * 6


def test_what_was_not_seen_is_told_and_the_score_stays():
    analysis, features = looked_at("junctional_rhythm", 0)
    said = find_statements(analysis, features, BUNDLE.model())
    reference = ModelReference("ecg_findings/twelve_lead", "1", "0", "development")
    found = statement_findings(said, features, BUNDLE.model(), reference)
    flutter = next(f for f in found if f.id == "ecg_atrial_flutter")
    assert flutter.state == "borderline"
    assert flutter.urgency is None
    assert why_not_shown("atrial_flutter") in [m.id for m in flutter.limits]
    one = next(s for s in said if s.name == "atrial_flutter")
    logit = np.log(one.score / (1.0 - one.score))
    assert one.bias + sum(one.contribution.values()) == pytest.approx(logit)


def test_what_flutter_waves_can_imitate_is_told_and_not_lowered():
    analysis, features = looked_at("atrial_flutter", 0)
    said = find_statements(analysis, features, BUNDLE.model())
    assert next(s for s in said if s.name == "atrial_flutter").state == "present"
    raised = [replace(s, state="present") if s.name == "st_elevation" else s for s in said]
    reference = ModelReference("ecg_findings/twelve_lead", "1", "0", "development")
    given = (features, BUNDLE.model(), reference)
    found = {f.id: f for f in statement_findings(tuple(raised), *given)}
    note = "ecg.statement.flutter_beneath"
    assert note in [m.id for m in found["ecg_st_elevation"].limits]
    assert found["ecg_st_elevation"].urgency == "U2"
    assert note not in [m.id for m in found["ecg_atrial_flutter"].limits]
    calm = [replace(s, state="absent") if s.name == "atrial_flutter" else s for s in raised]
    found = {f.id: f for f in statement_findings(tuple(calm), *given)}
    assert note not in [m.id for m in found["ecg_st_elevation"].limits]


def test_every_feature_that_is_asked_for_is_measured():
    _, features = looked_at("sinus_rhythm", 0)
    rows = statement_settings()["evidence"].values()
    asked = [c for row in rows for kind in ("all", "any") for c in row.get(kind, ())]
    assert {c["feature"] for c in asked} <= set(features.values)


@pytest.mark.parametrize(
    ("qrs_ms", "late_r_ms", "is_seen"),
    [(140.0, 40.0, True), (128.0, 70.0, True), (139.9, 69.9, False), (150.0, np.nan, True)],
)
def test_a_left_bundle_branch_block_is_wide_or_has_a_late_r(qrs_ms, late_r_ms, is_seen):
    features = {"qrs_ms": np.array([qrs_ms]), "lateral_r_peak_ms": np.array([late_r_ms])}
    assert is_shown(("lbbb",), features, 1).tolist() == [[is_seen]]


@pytest.mark.parametrize(
    ("seed", "state", "why"),
    [(seed, "borderline", "ecg.statement.no_late_r") for seed in range(3)]
    + [(3, "absent", "ecg.statement.no_late_r")],
)
def test_a_general_delay_of_130_ms_is_no_left_bundle_branch_block(seed, state, why):
    """Pinned: the rules said it was present in a QRS of 130 ms whose R is not late."""
    analysis, features = looked_at("nonspecific_intraventricular_delay", seed, qrs_ms=130.0)
    found = {s.name: s for s in find_statements(analysis, features, BUNDLE.model())}
    assert (found["lbbb"].state, found["lbbb"].unseen) == (state, why)


def test_what_is_not_measured_was_not_seen():
    nan = np.array([np.nan, 1.0])
    features = dict.fromkeys(("flutter_repeats", "flutter_rate_bpm", "flutter_per_beat"), nan)
    features |= {"p_share": np.array([np.nan, 0.2])}
    names = ("atrial_flutter", "atrial_fibrillation", "incomplete_rbbb")
    assert is_shown(names, features, 2).tolist() == [[False, False, True], [False, True, True]]
