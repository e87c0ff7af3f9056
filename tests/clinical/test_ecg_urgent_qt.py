"""H1: QT of a fast heart is judged or named, and no QTc stands where it is withheld."""

import math

import numpy as np
import pytest
from ecg_evidence import evidence
from laennec.datasets.simulator import scenario, simulate
from laennec.engine import load_models
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.measure.qtc import reasons_against_qtc
from laennec.engine.ecg.measure.settings import load_settings
from laennec.engine.ecg.urgent import load_ecg_urgent, urgent_ecg
from laennec.engine.ecg.urgent.evaluate import apply_rules
from laennec.engine.ecg.urgent.qt import very_long_when_fast
from laennec.engine.ecg.visit import ready_delineator

SETTINGS = load_ecg_urgent()
LIMITS = load_settings().withhold
FAST = ("ecg.withheld.fast_rate",)
VERY_LONG = SETTINGS.limits.fast_qt_ms


@pytest.mark.parametrize(
    ("qt_ms", "rate_bpm", "against", "expected"),
    [
        (441.0, 112.0, FAST, 1.0),
        (427.0, 112.0, FAST, math.nan),  # Framingham 498, the other three longer
        (365.0, 112.0, FAST, 0.0),  # Bazett 499, the other three shorter
        (366.0, 112.0, FAST, math.nan),  # Bazett 500
        (math.nan, 112.0, FAST, math.nan),
        (441.0, 112.0, (*FAST, "ecg.withheld.unstable_rate"), math.nan),
        (441.0, 80.0, (), 0.0),
        (600.0, 45.0, ("ecg.withheld.slow_rate",), 0.0),
    ],
)
def test_a_fast_heart_has_a_long_qt_where_every_formula_says_so(qt_ms, rate_bpm, against, expected):
    found = very_long_when_fast(qt_ms, rate_bpm, against, VERY_LONG)
    assert found == expected or (math.isnan(found) and math.isnan(expected))


def test_what_the_formulas_leave_open_is_named_and_calls_nobody():
    """ "Very long QT" was listed as applied where QTc was withheld above 110/min."""
    found = apply_rules(evidence(rate=115.0, fast_qt=math.nan), (), SETTINGS)
    assert found.items == ()
    assert found.not_applied == ("ecg_qt",)


@pytest.mark.parametrize(("qrs_ms", "withheld"), [(119.4, False), (119.5, True), (120.0, True)])
def test_a_qrs_that_is_printed_as_120_has_no_qtc(qrs_ms, withheld):
    assert bool(reasons_against_qtc(qrs_ms, 70.0, 0.02, LIMITS)) == withheld


@pytest.mark.parametrize(
    ("rate", "reason"), [(49.4, "slow"), (49.6, ""), (110.4, ""), (111, "fast")]
)
def test_a_rate_is_compared_as_it_is_printed(rate, reason):
    found = reasons_against_qtc(90.0, rate, 0.02, LIMITS)
    assert found == ((f"ecg.withheld.{reason}_rate",) if reason else ())


@pytest.fixture(scope="module")
def network():
    ready = ready_delineator(load_models())
    assert ready is not None
    return ready[0]


@pytest.mark.parametrize(("qtc_ms", "fires"), [(550.0, True), (410.0, False)])
def test_a_simulated_fast_heart_with_a_long_qt_calls_the_physician(network, qtc_ms, fires):
    made = simulate(scenario("sinus_tachycardia", rate_bpm=114.0, qtc_ms=qtc_ms), seed=3)
    found = urgent_ecg(analyse_ecg(made.signal, network))
    ids = {item.rule_id for item in found.items}
    assert ("ecg_qt_fast" in ids) == fires
    assert fires or "ecg_qt" not in found.not_applied


@pytest.mark.parametrize("qrs_ms", np.linspace(60.0, 180.0, 7))
def test_a_heart_that_is_not_fast_is_never_called_so(qrs_ms):
    against = reasons_against_qtc(float(qrs_ms), 90.0, 0.3, LIMITS)
    assert very_long_when_fast(600.0, 90.0, against, VERY_LONG) == 0.0
