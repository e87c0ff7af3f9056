"""Intervals and amplitudes of drawn ECGs whose every corner is known."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.engine.ecg.measure import BeatTimes, measure_ecg
from laennec.engine.ecg.measure.beats import find_dominant, level_baseline
from laennec.engine.ecg.measure.deflections import name_deflections
from laennec.engine.ecg.measure.settings import load_settings
from laennec.engine.ecg.signal import EcgSignal

FS = 500.0
RULES = load_settings()
# Corners of one beat in seconds from the QRS onset, with heights in millivolt: a P of .1, q -.1,
# R 1.0, S -.3, ST at 0, T .3.
CORNERS = {
    -0.160: 0.0, -0.110: 0.1, -0.060: 0.0, 0.0: 0.0, 0.012: -0.1, 0.024: 0.0, 0.044: 1.0,
    0.060: 0.0, 0.072: -0.3, 0.090: 0.0, 0.200: 0.0, 0.290: 0.3, 0.380: 0.0,
}  # fmt: skip
SCALE = {
    "I": 1.0, "II": 1.2, "V1": -0.6, "V2": -0.8, "V3": -0.9, "V4": 0.9, "V5": 1.5, "V6": 1.1,
}  # fmt: skip


def drawn(*, n_beats=10, rr=0.8, fs=FS, wander=0.0, noise=0.0, factor=lambda k: 1.0, scale=SCALE):
    t = np.arange(round((n_beats * rr + 1.0) * fs)) / fs
    onsets = 0.5 + rr * np.arange(n_beats)
    corners, heights = list(CORNERS), list(CORNERS.values())
    beat = sum(factor(k) * np.interp(t - on, corners, heights) for k, on in enumerate(onsets))
    rng = np.random.default_rng(7)
    leads = {
        name: s * beat + wander * np.sin(2 * np.pi * 0.2 * t) + noise * rng.standard_normal(len(t))
        for name, s in scale.items()
    }
    at = {
        "p_onset": -0.160, "p_offset": -0.060, "qrs_onset": 0.0, "r_peak": 0.044,
        "qrs_offset": 0.090, "t_peak": 0.290, "t_offset": 0.380,
    }  # fmt: skip
    times = BeatTimes(**{name: (onsets + shift) * fs for name, shift in at.items()})
    return EcgSignal.of(leads, fs), times


def row(found, lead):
    return found.per_lead.leads.index(lead)


def test_intervals_are_those_that_were_drawn():
    found = measure_ecg(*drawn())
    expected = {"rate": 75.0, "p": 100.0, "pr": 160.0, "qrs": 90.0, "qt": 380.0}
    for name, value in expected.items():
        one = found.measured[name]
        assert one.value == pytest.approx(value, abs=1e-6), name
        assert one.spread == pytest.approx(0.0, abs=1e-6)
        assert one.withheld == ()
    assert found.value("qtc_fridericia") == pytest.approx(380 / np.cbrt(0.8))
    assert found.measured["qt"].unit == "ms"
    assert found.measured["qt"].n_beats == 10


@pytest.mark.parametrize("wander", [0.0, 0.3])
def test_amplitudes_are_those_that_were_drawn(wander):
    found = measure_ecg(*drawn(wander=wander))
    lead = found.per_lead
    two = row(found, "II")
    tolerance = 0.012 if wander else 0.004
    assert lead.qrs.q_mv[two] == pytest.approx(-0.12, abs=tolerance)
    assert lead.qrs.r_mv[two] == pytest.approx(1.2, abs=tolerance)
    assert lead.qrs.s_mv[two] == pytest.approx(-0.36, abs=tolerance)
    assert lead.t_mv[two] == pytest.approx(0.36, abs=tolerance)
    assert lead.p_mv[two] == pytest.approx(0.12, abs=tolerance)
    assert lead.st_j_mv[two] == pytest.approx(0.0, abs=tolerance)
    assert lead.st_j60_mv[two] == pytest.approx(0.0, abs=tolerance)
    assert lead.qrs.r_peak_ms[two] == pytest.approx(44.0, abs=2.0)
    v1 = row(found, "V1")
    assert lead.t_mv[v1] == pytest.approx(-0.18, abs=tolerance)
    assert not lead.qrs.is_qs.any()


def test_voltage_sums_and_axes_follow_from_the_leads():
    found = measure_ecg(*drawn())
    assert found.value("sokolow_lyon") == pytest.approx(0.6 + 1.5, abs=0.01)
    avl_r = 1.0 - 1.2 / 2
    assert found.value("cornell") == pytest.approx(avl_r + 0.9, abs=0.01)
    assert found.value("cornell_product") == pytest.approx(10 * 90 * (avl_r + 0.9), abs=10)
    assert found.value("peguero") == pytest.approx(1.1 + 0.9 * 0.3, abs=0.01)
    expected = np.degrees(np.arctan2(2 * (1.2 - 0.5) / 3**0.5, 1.0))
    for name in ("p_axis", "qrs_axis", "t_axis"):
        assert found.value(name) == pytest.approx(expected, abs=0.5)


def test_the_terminal_force_begins_at_the_zero_crossing_of_p():
    """A P that only rises has none; an inverted one has depth times duration."""
    upright = measure_ecg(*drawn(scale=SCALE | {"V1": 1.0}))
    assert upright.value("p_terminal_force_v1") == 0.0
    inverted = measure_ecg(*drawn(scale=SCALE | {"V1": -1.0}))
    assert inverted.value("p_terminal_force_v1") == pytest.approx(0.1 * 100, rel=0.05)


def test_an_ectopic_shape_is_left_out_of_intervals_and_amplitudes():
    signal, times = drawn(factor=lambda k: -2.0 if k == 4 else 1.0)
    times.t_offset[4] += 100
    found = measure_ecg(signal, times)
    assert found.measured["qt"].n_beats == 9
    assert found.value("qt") == pytest.approx(380.0)
    assert found.rhythm.n_rr == 9


@pytest.mark.parametrize(("scale", "expected"), [(1.0, 1.0), (10.0, 10.0), (0.1, 0.1)])
def test_amplitudes_scale_with_the_gain_and_intervals_do_not(scale, expected):
    signal, times = drawn()
    scaled = EcgSignal(signal.leads, signal.signal_mv * scale, FS, signal.derived)
    one, other = measure_ecg(signal, times), measure_ecg(scaled, times)
    assert other.value("sokolow_lyon") == pytest.approx(expected * one.value("sokolow_lyon"))
    for name in ("pr", "qrs", "qt", "qtc_fridericia", "qrs_axis"):
        assert other.value(name) == pytest.approx(one.value(name))


@pytest.mark.parametrize("fs", [250.0, 360.0, 1000.0])
def test_intervals_do_not_depend_on_the_sampling_rate(fs):
    found = measure_ecg(*drawn(fs=fs))
    for name, value in {"p": 100.0, "pr": 160.0, "qrs": 90.0, "qt": 380.0}.items():
        assert found.value(name) == pytest.approx(value, abs=1e-6)
        assert found.measured[name].limits == ()
    assert found.per_lead.qrs.r_mv[row(found, "II")] == pytest.approx(1.2, abs=0.12)


def test_a_low_sampling_rate_is_said():
    found = measure_ecg(*drawn(fs=125.0))
    assert found.measured["qt"].limits == ("ecg.limit.low_sampling_rate",)
    assert found.measured["qtc_fridericia"].limits == ("ecg.limit.low_sampling_rate",)


def absent(times, *names):
    for name in names:
        getattr(times, name)[:] = np.nan
    return times


def test_without_p_waves_p_is_withheld_and_the_rest_stands():
    signal, times = drawn()
    found = measure_ecg(signal, absent(times, "p_onset", "p_offset"))
    for name in ("p", "pr"):
        assert np.isnan(found.value(name))
        assert found.measured[name].withheld == ("ecg.withheld.no_p_wave",)
    assert found.measured["p_axis"].withheld == ("ecg.withheld.wave_absent",)
    assert found.measured["p_terminal_force_v1"].withheld == ("ecg.withheld.lead_or_wave_absent",)
    assert found.value("qt") == pytest.approx(380.0)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"rr": 1.3}, "ecg.withheld.slow_rate"),
        ({"rr": 0.5}, "ecg.withheld.fast_rate"),
    ],
)
def test_qtc_is_withheld_by_rate(changes, reason):
    found = measure_ecg(*drawn(n_beats=20, **changes))
    for name in ("qtc_fridericia", "qtc_bazett", "qtc_framingham", "qtc_hodges"):
        assert np.isnan(found.value(name))
        assert reason in found.measured[name].withheld
    assert found.value("qt") == pytest.approx(380.0)


def test_qtc_is_withheld_beside_a_wide_qrs_and_an_uncertain_end_of_t():
    signal, times = drawn()
    times.qrs_offset[:] += 0.030 * FS
    times.t_offset[::2] += 0.070 * FS
    found = measure_ecg(signal, times).measured["qtc_fridericia"].withheld
    assert found == ("ecg.withheld.wide_qrs", "ecg.withheld.t_end_uncertain")


def test_qtc_is_withheld_when_the_rate_is_unstable():
    signal, times = drawn()
    shift = np.where(np.arange(10) % 2, 0.1, -0.1) * FS
    uneven = BeatTimes(*(getattr(times, name) + shift for name in times.__slots__))
    found = measure_ecg(signal, uneven)
    assert "ecg.withheld.unstable_rate" in found.measured["qtc_fridericia"].withheld


def test_a_short_strip_gives_no_interval_but_a_rate():
    found = measure_ecg(*drawn(n_beats=4))
    assert found.measured["qt"].withheld == ("ecg.withheld.too_short",)
    assert found.value("rate") == pytest.approx(75.0)


def test_absent_leads_withhold_what_needs_them():
    found = measure_ecg(*drawn(scale={"II": 1.0}))
    assert found.measured["qrs_axis"].withheld == ("ecg.withheld.no_limb_leads",)
    assert found.measured["cornell"].withheld == ("ecg.withheld.lead_or_wave_absent",)
    assert found.value("qrs") == pytest.approx(90.0)


def test_a_flat_record_without_beats_measures_nothing_and_says_why():
    signal = EcgSignal.of({"II": np.zeros(5000)}, FS)
    none = BeatTimes(*(np.zeros(0) for _ in BeatTimes.__slots__))
    found = measure_ecg(signal, none)
    assert found.per_lead is None
    assert all(not one.is_known and one.withheld for one in found.measured.values())
    assert list(found.measured) == [name for name in RULES.names if name in found.measured]


def test_a_lead_with_a_gap_has_no_amplitudes_and_spoils_no_other():
    signal, times = drawn()
    signal.signal_mv[signal.leads.index("V3"), 900:2600] = np.nan
    found = measure_ecg(signal, times)
    assert found.value("sokolow_lyon") == pytest.approx(2.1, abs=0.01)
    assert np.isfinite(found.per_lead.st_j_mv[row(found, "II")])


@pytest.mark.parametrize("end", [False, True])
def test_a_beat_that_the_recording_cuts_counts_where_it_is_there(end):
    """Left out, it moved the median R of a breathing person by tens of microvolt."""
    heights = (0.8, 1.2, 1.0)
    signal, times = drawn(n_beats=3, factor=lambda k: heights[2 - k if end else k])
    gone = round((1.1 if end else 0.42) * FS)
    cut = signal.signal_mv[:, :-gone] if end else signal.signal_mv[:, gone:]
    moved = BeatTimes(*(getattr(times, n) - (0 if end else gone) for n in BeatTimes.__slots__))
    found = measure_ecg(EcgSignal.of(dict(zip(signal.leads, cut, strict=True)), FS), moved)
    lead, two = found.per_lead, row(found, "II")
    assert lead.n_beats == 3
    assert lead.qrs.r_mv[two] == pytest.approx(1.2, abs=0.004)
    wave = lead.t_mv[two] / 0.36 if end else lead.p_mv[two] / 0.12
    assert wave == pytest.approx(1.1, abs=0.05), "only two beats show this wave"


def test_noise_widens_the_printed_uncertainty():
    quiet = measure_ecg(*drawn(noise=0.0)).per_lead.noise_mv
    loud = measure_ecg(*drawn(noise=0.05)).per_lead.noise_mv
    assert quiet.max() < 1e-3
    assert loud[-1] == pytest.approx(1.2533 * 0.05 / 10**0.5, rel=0.3)


def test_the_baseline_is_level_before_every_qrs():
    signal, times = drawn(wander=0.5)
    level = level_baseline(signal.signal_mv, times, FS, RULES.beats)
    before = np.round(times.qrs_onset).astype(int)[1:-1] - 6
    assert np.abs(level[:, before]).max() < 0.01


def test_two_complexes_with_one_onset_do_not_bend_the_baseline():
    """In noise it happens; slopes between two levels of one time divided by zero."""
    signal, times = drawn(wander=0.5)
    twice = np.concatenate([times.qrs_onset[:1], times.qrs_onset])
    doubled = replace(times, qrs_onset=twice[[1, 0, *range(2, len(twice))]])
    level = level_baseline(signal.signal_mv, doubled, FS, RULES.beats)
    assert level == pytest.approx(level_baseline(signal.signal_mv, times, FS, RULES.beats))


def test_beats_of_one_shape_are_all_dominant_whatever_their_size():
    signal, times = drawn(factor=lambda k: 1.0 + 0.05 * k)
    assert find_dominant(signal.signal_mv, times, FS, RULES.beats).all()


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        ([0, 0.5, 1, 0.5, 0], {"r_mv": 1.0}),
        ([0, -0.5, -1, -0.5, -0.1], {"q_mv": -1.0, "is_qs": True}),
        ([0.1, 1, 0.1, -0.4, -0.1], {"r_mv": 1.0, "s_mv": -0.4}),
        ([0.3, 0.1, -0.5, -0.1, 0.6, 0.1], {"r_mv": 0.3, "s_mv": -0.5, "r2_mv": 0.6}),
        ([-0.2, -0.1, 1.0, 0.1, 0.01, 0.01], {"q_mv": -0.2, "r_mv": 1.0, "s_mv": 0.0}),
    ],
)
def test_deflections_have_their_names(samples, expected):
    """At 250 Hz, so that every drawn run is longer than the least duration."""
    curve = np.repeat(np.array([samples], dtype=float), 3, axis=1)
    found = name_deflections(curve, np.zeros(1), 250.0, RULES.beats)
    for name, value in expected.items():
        assert getattr(found, name)[0] == pytest.approx(value), name
    heights = {"q_mv", "r_mv", "s_mv", "r2_mv", "s2_mv"} - set(expected)
    assert all(getattr(found, name)[0] == 0.0 for name in heights)
    if expected.get("is_qs"):
        assert found.s_depth_mv[0] == 1.0
        assert np.isnan(found.r_peak_ms[0])


def test_a_dip_too_small_to_be_named_joins_its_neighbours():
    curve = np.array([[0.5, 1.0, 0.5, -0.01, -0.01, 0.4, 0.5, 0.4, -0.3, -0.4, -0.3]])
    found = name_deflections(curve, np.zeros(1), 250.0, RULES.beats)
    assert (found.r_mv[0], found.r2_mv[0], found.s_mv[0]) == (1.0, 0.0, -0.4)
    assert found.r_ms[0] == 24.0
