"""P waves that lead to no QRS, a PR that is not one interval, and P within T."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.datasets.simulator import Noise, sample_scenario, scenario, simulate
from laennec.engine import load_models
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.classical import ClassicalValue, measure_classical
from laennec.engine.ecg.conduction import (
    IN_T,
    VARIES,
    WIDE_FAST,
    blocked_p_waves,
    may_be_higher_block,
    without_p_in_t,
    without_p_in_wide_tachycardia,
    without_unsteady_pr,
)
from laennec.engine.ecg.fiducials import Fiducials, Waves, no_waves
from laennec.engine.ecg.measure import BeatTimes, measure_ecg
from laennec.engine.ecg.visit import ready_delineator

NETWORK, _ = ready_delineator(load_models())
NOISE = tuple(Noise(kind, 25.0) for kind in ("emg", "wander", "motion"))


def analysed(pathology, seed):
    asked = sample_scenario(np.random.default_rng(seed), pathology, noise=NOISE)
    return analyse_ecg(simulate(asked, seed=seed).signal, NETWORK)


def test_blocked_p_waves_are_counted_before_the_last_beat():
    def waves(times, beat):
        points = np.stack([np.array(times)] * 3, axis=1).astype(float)
        return Waves(points[None], points, np.array(beat), np.ones(len(times)))

    p = waves([50, 150, 250, 900], [0, -1, -1, -1])
    qrs = waves([100, 400], [0, 1])
    found = Fiducials(("II",), 500.0, np.array([True]), p, qrs, no_waves(1))
    assert blocked_p_waves(found) == 2.0
    nothing = replace(found, qrs=no_waves(1))
    assert np.isnan(blocked_p_waves(nothing))


@pytest.mark.parametrize("seed", range(12))
def test_no_pr_is_given_where_p_and_qrs_are_dissociated(seed):
    """A PR of 270 to 450 ms was printed, with a standard deviation of 70 to 210 ms."""
    found = analysed("av_block_complete", seed)
    assert not found.measurements.measured["pr"].is_known
    assert may_be_higher_block(found.measurements, found.fiducials)


def test_a_pr_that_grows_until_a_p_is_blocked_is_no_pr():
    found = [analysed("av_block_2_wenckebach", seed) for seed in range(6)]
    why = [one.measurements.measured["pr"].withheld for one in found]
    assert why == [(VARIES,)] * 6


@pytest.mark.parametrize("pathology", ["av_block_1", "av_block_2_mobitz_2", "sinus_rhythm"])
def test_a_pr_that_stays_is_given(pathology):
    found = [analysed(pathology, seed) for seed in range(4)]
    assert all(one.measurements.measured["pr"].is_known for one in found)
    blocked = [may_be_higher_block(one.measurements, one.fiducials) for one in found]
    assert blocked == [pathology == "av_block_2_mobitz_2"] * 4


def test_one_p_that_is_not_conducted_asks_for_more_spread():
    """Half the spread is enough beside P waves without QRS; one alone counts as none."""
    found = analysed("sinus_rhythm", 1)
    measured = found.measurements
    pr = replace(measured.measured["pr"], spread=20.0)
    measured = replace(measured, measured={**measured.measured, "pr": pr})
    assert without_unsteady_pr(measured, found.fiducials) is measured
    loose = found.fiducials.p.beat.copy()
    loose[1:3] = -1
    fiducials = replace(found.fiducials, p=replace(found.fiducials.p, beat=loose))
    assert without_unsteady_pr(measured, fiducials).measured["pr"].withheld == (VARIES,)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("rate_bpm", [145.0, 165.0])
def test_p_and_pr_are_not_printed_where_p_lies_in_t(rate_bpm, seed):
    """At 158 a minute PR was printed 60 ms short."""
    asked = sample_scenario(np.random.default_rng(seed), "sinus_tachycardia", rate_bpm=rate_bpm)
    found = analyse_ecg(simulate(asked, seed=seed).signal, NETWORK).measurements
    for name in ("p", "pr"):
        assert found.measured[name].withheld
        assert np.isnan([found.measured[name].value, found.measured[name].spread]).all()


@pytest.mark.parametrize("rate_bpm", [70.0, 110.0])
def test_p_and_pr_are_printed_where_p_stands_clear_of_t(rate_bpm):
    made = simulate(scenario("sinus_rhythm", rate_bpm=rate_bpm), seed=3)
    found = analyse_ecg(made.signal, NETWORK).measurements
    assert found.value("pr") == pytest.approx(made.truth.measured.pr_ms, abs=10.0)


@pytest.mark.parametrize(("free", "is_given"), [(2, False), (5, True)])
def test_p_and_pr_are_not_those_of_few_beats_whose_p_stands_clear_of_t(free, is_given):
    """In a chaotic atrial rhythm P and PR were measured on P waves that T half hid."""
    found = analysed("sinus_rhythm", 1)
    times = BeatTimes.of(found.fiducials)
    at = np.full(len(found.fiducials.p), np.nan)
    beats = found.fiducials.p.beat
    at[1 : 1 + free] = found.fiducials.p.overall[1 : 1 + free, 0]
    hidden = slice(1 + free, 1 + 2 * free - 1)
    at[hidden] = times.t_offset[beats[hidden] - 1] - 5.0
    overall = found.fiducials.p.overall.copy()
    overall[:, 0] = at
    waves = replace(found.fiducials.p, overall=overall)
    told = without_p_in_t(found.measurements, replace(found.fiducials, p=waves)).measured
    assert [told[name].is_known for name in ("p", "pr")] == [is_given, is_given]
    assert is_given or told["pr"].withheld == (IN_T,)


def test_a_pr_that_varies_is_told_as_that_wherever_p_lies():
    """Else a complete block whose P fall on T would be called a first-degree block again."""
    signal = simulate(scenario("sinus_tachycardia", rate_bpm=165.0), seed=3).signal
    fiducials = NETWORK.delineate(signal)
    measured = measure_ecg(signal, BeatTimes.of(fiducials))
    varies = replace(measured.measured["pr"], value=150.0, spread=80.0, withheld=())
    measured = replace(measured, measured={**measured.measured, "pr": varies})
    told = without_p_in_t(without_unsteady_pr(measured, fiducials), fiducials)
    assert told.measured["pr"].withheld == (VARIES,)


@pytest.mark.parametrize(
    ("rate", "qrs", "is_withheld"),
    [(120.0, 150.0, False), (121.0, 119.0, False), (121.0, 120.0, True), (np.nan, 150.0, False)],
)
def test_p_and_pr_of_a_fast_rhythm_with_wide_qrs_are_withheld(rate, qrs, is_withheld):
    """By either measurement: the network calls this rhythm slow and narrow."""
    signal = simulate(scenario("sinus_rhythm"), seed=3).signal
    classical = measure_classical(signal)
    values = {"rate": ClassicalValue("rate", rate, "/min"), "qrs": ClassicalValue("qrs", qrs, "ms")}
    classical = replace(classical, values={**classical.values, **values})
    measured = analyse_ecg(signal, NETWORK).measurements
    found = without_p_in_wide_tachycardia(measured, classical).measured
    for name in ("p", "pr"):
        assert found[name].withheld == ((WIDE_FAST,) if is_withheld else ())
        assert found[name].is_known is not is_withheld
    assert found["qrs"] is measured.measured["qrs"]
