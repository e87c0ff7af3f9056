"""A rate is the number of beats in a time, also where short and long intervals alternate."""

import numpy as np
import pytest
from laennec.datasets.simulator import Noise, sample_scenario, simulate
from laennec.engine.ecg.classical import measure_classical
from laennec.engine.ecg.measure.rhythm import measure_rhythm
from laennec.engine.ecg.measure.rr import rate_interval_s
from laennec.engine.ecg.urgent.evidence import _slower_rate


@pytest.mark.parametrize("first", [0.45, 1.15])
@pytest.mark.parametrize("count", [6, 7, 12, 13])
def test_bigeminy_has_the_rate_of_its_beats(first, count):
    """75/min was called 52 or 133, by which interval came one time more."""
    rr = np.resize([first, 1.6 - first], count)
    assert 60.0 / rate_interval_s(rr) == pytest.approx(75.0)
    found = measure_rhythm(np.r_[0.0, np.cumsum(rr)], np.ones(count + 1, dtype=bool))
    assert found.rate_bpm == pytest.approx(75.0)


@pytest.mark.parametrize(
    "rr",
    [
        [0.8, 0.8, 0.5, 1.1, 0.8, 0.8, 0.8],
        [0.8, 0.8, 0.8, 1.6, 0.8],
        [0.8, 1.6, 0.8, 0.8],
        [0.8, 0.82, 0.8, 0.82, 0.8, 0.82],
        [0.6, 0.9, 0.75, 1.1, 0.5, 0.7, 0.95],
        [0.5, 1.1, 0.5],
        [0.8],
    ],
)
def test_elsewhere_it_is_the_median(rr):
    """One early beat, breathing, fibrillation, too few intervals."""
    assert rate_interval_s(np.array(rr)) == np.median(rr)


def test_without_an_interval_there_is_no_rate():
    assert np.isnan(rate_interval_s(np.array([])))


def test_simulated_bigeminy_is_neither_fast_nor_raised():
    """Wide beats begin further before R: the level read inside them raised ST by 0.2 mV."""
    for seed in range(12):
        noise = tuple(Noise(kind, 25.0) for kind in ("emg", "wander", "motion"))
        asked = sample_scenario(np.random.default_rng(seed), "bigeminy", noise=noise)
        made = simulate(asked, seed=seed)
        found = measure_classical(made.signal)
        limbs = [found.leads.index(lead) for lead in ("I", "II", "III", "aVL", "aVF")]
        assert np.nanmax(found.st_j_mv[limbs]) < 0.1
        assert found.value("rate") == pytest.approx(made.truth.measured.rate_bpm, abs=4.0)


def test_a_t_wave_taken_for_a_beat_hides_no_slow_heart():
    """A rate of 25 whose T waves were taken for beats alternates as well."""
    asked = sample_scenario(np.random.default_rng(2), "extreme_bradycardia")
    found = measure_classical(simulate(asked, seed=2).signal)
    rr = np.r_[2.0, 0.45, 1.95, 0.45, 2.0]
    assert found.value("rate") > 0
    slow = found.__class__(
        **{f: getattr(found, f) for f in found.__slots__ if f != "beats_s"},
        beats_s=np.r_[0.0, np.cumsum(rr)],
    )
    assert _slower_rate(slow) < 35.0
    none = found.__class__(
        **{f: getattr(found, f) for f in found.__slots__ if f != "beats_s"}, beats_s=np.array([1.0])
    )
    assert np.isnan(_slower_rate(none))
