"""The axis of the QRS is a circle: no deviation is absent where it is extreme."""

import numpy as np
import pytest
from laennec.datasets.simulator import scenario, simulate
from laennec.engine import load_models
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.comparison.changes import change_of
from laennec.engine.ecg.comparison.settings import comparison_settings
from laennec.engine.ecg.features import ecg_features
from laennec.engine.ecg.findings.axis import as_axis_is_extreme, as_rules_read, is_extreme
from laennec.engine.ecg.findings.find import find_statements
from laennec.engine.ecg.visit import STATEMENTS_ID, ready_delineator
from laennec.engine.prediagnosis import EcgValue
from laennec.engine.risks.labels import model_labels
from laennec.engine.words import LANGUAGES, Sentences

MODELS = load_models()
BUNDLE = MODELS.statement_rules(STATEMENTS_ID)
NETWORK, _ = ready_delineator(MODELS)
LEFT, RIGHT, ANTERIOR = (
    "left_axis_deviation",
    "right_axis_deviation",
    "left_anterior_fascicular_block",
)


def said_at(axis_deg):
    signal = simulate(scenario("sinus_rhythm", axis_deg=axis_deg, rate_bpm=68.0), seed=8).signal
    analysis = analyse_ecg(signal, NETWORK)
    features = ecg_features(analysis)
    found = {s.name: s for s in find_statements(analysis, features, BUNDLE.model())}
    return features.values["qrs_axis_deg"], found


@pytest.mark.parametrize("axis_deg", range(-180, 180, 15))
def test_around_the_circle_an_axis_that_is_not_usual_is_never_absent_on_both_sides(axis_deg):
    """Pinned: an axis of -179 degrees was no right deviation, and one of -135 neither."""
    axis, found = said_at(float(axis_deg))
    left, right = found[LEFT].state, found[RIGHT].state
    if is_extreme(np.array(axis)):
        assert {left, right} <= {"borderline", "not_assessable"}, axis
        assert found[ANTERIOR].state != "present"
        told = (*found[RIGHT].held, *found[LEFT].held)
        assert "ecg.statement.axis_extreme.held" in [m.id for m in told]
        assert not any(m.id.startswith("ecg.statement.held.") for m in told)
    else:
        assert left != "present" or axis < -30.0
        assert right != "present" or axis > 90.0
        assert right == "present" or axis < 100.0


def test_the_score_does_not_jump_at_half_a_turn():
    _, below = said_at(170.0)
    axis, beyond = said_at(-178.0)
    assert is_extreme(np.array(axis))
    assert below[RIGHT].score == pytest.approx(beyond[RIGHT].score, abs=0.02)
    assert as_rules_read(np.array([np.nan, 30.0])).tolist()[1] == 30.0


@pytest.mark.parametrize("axis", [-150.0, -91.0])
def test_what_left_and_right_end_in_says_so_in_both_languages(axis):
    _, found = said_at(20.0)
    for name in (LEFT, RIGHT):
        said = as_axis_is_extreme(found[name], {"qrs_axis_deg": axis})
        assert (said.state, said.why) == ("not_assessable", ("ecg.statement.axis_extreme",))
        assert as_axis_is_extreme(found[name], {"qrs_axis_deg": -90.0}) == found[name]
        assert as_axis_is_extreme(found[name], {}) == found[name]
    _, far = said_at(-135.0)
    for lang in LANGUAGES:
        words = Sentences(lang, model_labels(MODELS, lang)).render(far[RIGHT].held[0])
        assert "180" in words
        assert ("extreme" in words) or ("extrême" in words)


@pytest.mark.parametrize(
    ("before", "now", "turn"),
    [(175.0, -175.0, 10.0), (-170.0, 170.0, -20.0), (60.0, -160.0, 140.0)],
)
def test_an_axis_is_compared_the_shorter_way_round(before, now, turn):
    settings = comparison_settings()
    row = next(r for r in settings.values if r.name == "qrs_axis")
    pair = (EcgValue("qrs_axis", now, "deg", 5.0, 9), EcgValue("qrs_axis", before, "deg", 5.0, 9))
    found = change_of(row, *pair, (), settings)
    assert found.difference == pytest.approx(turn)
    assert found.verdict == ("beyond" if abs(turn) > found.limit else "within")
