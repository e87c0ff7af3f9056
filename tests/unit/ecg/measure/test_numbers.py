"""QTc, axis, voltage sums and variability: published vectors and hand calculation."""

import numpy as np
import pytest
from laennec.engine.ecg.measure.axis import frontal_axis_deg
from laennec.engine.ecg.measure.qtc import (
    qt_bogossian_ms,
    qtc_bazett_ms,
    qtc_framingham_ms,
    qtc_fridericia_ms,
    qtc_hodges_ms,
)
from laennec.engine.ecg.measure.rhythm import measure_rhythm
from laennec.engine.ecg.measure.voltage import peguero_mv, sokolow_lyon_mv

FORMULAS = (qtc_bazett_ms, qtc_fridericia_ms, qtc_framingham_ms, qtc_hodges_ms)


@pytest.mark.parametrize(
    ("qt", "rate", "expected"),
    [
        (405, 52.6, (379.2, 387.6, None, None)),
        (395, 85.9, (472.6, 445.2, 441.4, None)),
        (400, 60, (400, 400, 400, 400)),
        (360, 100, (464.76, 426.83, 421.60, 430.00)),
    ],
)
def test_published_vectors_of_qtc(qt, rate, expected):
    """PMC8275798, figure 1, and the house's clinical reference 1.6."""
    for formula, value in zip(FORMULAS, expected, strict=True):
        if value is not None:
            found = formula(np.array(float(qt)), np.array(60.0 / rate))
            assert found == pytest.approx(value, abs=0.11)


def test_a_missing_interval_gives_no_qtc():
    for formula in FORMULAS:
        assert np.isnan(formula(np.array([np.nan, 400.0]), np.array([1.0, np.nan]))).all()


def test_bogossian_takes_off_its_share_of_a_wide_qrs():
    assert qt_bogossian_ms(np.array(500.0), np.array(200.0)) == pytest.approx(403.0)


@pytest.mark.parametrize(
    "angle", [-179.0, -90.0, -45.0, -30.0, 0.0, 15.0, 60.0, 90.0, 135.0, 180.0]
)
def test_the_axis_of_a_known_frontal_vector(angle):
    """A vector of length 1 projects on I (0) and, shortened by Goldberger, on aVF (90)."""
    one = np.cos(np.radians(angle))
    down = np.sin(np.radians(angle)) * 3**0.5 / 2
    assert frontal_axis_deg(np.array(one), np.array(down)) == pytest.approx(angle, abs=1e-9)


def test_no_vector_has_no_axis():
    assert np.isnan(frontal_axis_deg(np.array([0.0, np.nan]), np.array([0.0, 1.0]))).all()


def test_sums_take_the_taller_and_the_deeper():
    assert sokolow_lyon_mv(np.array(1.0), np.array(2.0), np.array(1.5)) == 3.0
    assert np.isnan(sokolow_lyon_mv(np.array(np.nan), np.array(2.0), np.array(1.5)))
    assert np.isnan(peguero_mv(np.array([np.nan]), np.array(1.0)))


def test_a_steady_rhythm_has_no_variability():
    found = measure_rhythm(np.arange(11) * 0.8, np.ones(11, dtype=bool))
    assert found.rate_bpm == pytest.approx(75.0)
    assert found.rr_variation == pytest.approx(0.0, abs=1e-12)
    assert found.rmssd_ms == pytest.approx(0.0, abs=1e-9)
    assert (found.pnn50, found.n_rr, found.n_nn) == (0.0, 10, 10)


def test_variability_by_hand():
    """RR .8 .9 .8 1.0 s: changes 100, -100, 200 ms."""
    times = np.cumsum([0.0, 0.8, 0.9, 0.8, 1.0])
    found = measure_rhythm(times, np.ones(5, dtype=bool))
    assert found.sdnn_ms == pytest.approx(np.std([800, 900, 800, 1000], ddof=1))
    assert found.rmssd_ms == pytest.approx(np.sqrt((100**2 + 100**2 + 200**2) / 3))
    assert found.pnn50 == 1.0
    assert found.rr_median_s == pytest.approx(0.85)
    assert (found.rate_min_bpm, found.rate_max_bpm) == pytest.approx((60.0, 75.0))
    assert found.rr_longest_s == pytest.approx(1.0)


def test_an_ectopic_beat_takes_its_two_intervals_out_of_variability_only():
    times = np.array([0.0, 1.0, 2.0, 2.5, 4.0, 5.0, 6.0])
    dominant = np.array([1, 1, 1, 0, 1, 1, 1], dtype=bool)
    found = measure_rhythm(times, dominant)
    assert (found.n_rr, found.n_nn) == (6, 4)
    assert found.sdnn_ms == pytest.approx(0.0, abs=1e-9)
    assert found.rr_longest_s == pytest.approx(1.5)
    assert found.rr_variation > 0.2


@pytest.mark.parametrize("n_beats", [0, 1])
def test_too_few_beats_have_no_rate(n_beats):
    found = measure_rhythm(np.arange(n_beats) * 1.0, np.ones(n_beats, dtype=bool))
    assert np.isnan([found.rate_bpm, found.rr_variation, found.sdnn_ms, found.rmssd_ms]).all()
    assert found.n_rr == 0
