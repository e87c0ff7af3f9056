"""How far amplitudes, axes and sums spread from beat to beat, on beats whose heights are known."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.engine.ecg.comparison.changes import change_of
from laennec.engine.ecg.comparison.settings import comparison_settings
from laennec.engine.ecg.measure import measure_ecg
from laennec.engine.ecg.measure.each_beat import spread_of
from laennec.engine.ecg.signal import EcgSignal
from laennec.engine.prediagnosis import EcgValue

from .test_measure import SCALE, drawn, row

LIMBS = {**SCALE, "aVF": 0.7, "aVL": 0.4}
WAVES = {"p", "q", "r", "s", "r2", "s2", "t", "st_j", "st_j60"}


def alternating(k):
    return 1.1 if k % 2 else 0.9


# Ten beats, five a tenth higher and five a tenth lower: standard deviation with n - 1.
SHARE = 0.1 * np.sqrt(10 / 9)


def test_amplitudes_spread_as_the_beats_were_drawn():
    found = measure_ecg(*drawn(factor=alternating, scale=LIMBS)).per_lead
    assert set(found.spreads) == WAVES
    for lead in ("I", "II", "V5"):
        k, scale = row(measure_ecg(*drawn(scale=LIMBS)), lead), LIMBS[lead]
        expected = {"p": 0.1, "q": 0.1, "r": 1.0, "s": 0.3, "t": 0.3, "st_j": 0.0, "st_j60": 0.0}
        for wave, height in expected.items():
            assert found.spreads[wave][k] == pytest.approx(scale * height * SHARE, abs=0.003), wave
        assert np.isnan(found.spreads["s2"][k])


def test_beats_that_are_alike_do_not_spread():
    found = measure_ecg(*drawn(scale=LIMBS))
    for values in found.per_lead.spreads.values():
        assert np.nanmax(values, initial=0.0) == pytest.approx(0.0, abs=1e-9)
    for name in ("qrs_axis", "t_axis", "sokolow_lyon", "cornell", "peguero", "qtc_fridericia"):
        assert found.measured[name].spread == pytest.approx(0.0, abs=1e-6), name


def test_sums_spread_as_the_leads_that_they_add():
    found = measure_ecg(*drawn(factor=alternating, scale=LIMBS))
    for name in ("sokolow_lyon", "cornell", "cornell_product", "peguero"):
        one = found.measured[name]
        assert one.spread == pytest.approx(one.value * SHARE, rel=0.03), name
        assert one.n_beats == 10


def test_an_axis_spreads_by_the_shorter_turn():
    """Beats on both sides of half a turn lay 360 degrees apart."""
    signal, times = drawn(scale=LIMBS)
    samples = signal.signal_mv.copy()
    fs = signal.sampling_rate_hz
    one, down = signal.leads.index("I"), signal.leads.index("aVF")
    beat = -signal.signal_mv[one]
    samples[one] = beat
    for k, peak in enumerate(times.r_peak):
        part = slice(round(peak - 0.2 * fs), round(peak + 0.4 * fs))
        samples[down, part] = beat[part] * (0.05 if k % 2 else -0.05)
    found = measure_ecg(EcgSignal(signal.leads, samples, fs), times).measured["qrs_axis"]
    assert abs(found.value) > 175
    assert 1.0 < found.spread < 8.0


def test_qtc_spreads_in_its_own_unit():
    """The spread of QTc was that of QT, not corrected for the rate."""
    signal, times = drawn(n_beats=14, rr=0.6)
    late = times.t_offset + 5.0 * np.where(np.arange(14) % 2, 1.0, -1.0)
    found = measure_ecg(signal, replace(times, t_offset=late)).measured
    assert found["qt"].spread == pytest.approx(10 * np.sqrt(14 / 13))
    assert found["qtc_fridericia"].spread == pytest.approx(found["qt"].spread / np.cbrt(0.6))
    assert found["qtc_hodges"].spread == pytest.approx(found["qt"].spread)


def test_a_beat_that_was_not_recorded_does_not_count():
    signal, times = drawn(factor=alternating, scale=LIMBS)
    samples = signal.signal_mv.copy()
    gap = slice(round(times.qrs_onset[4] - 20), round(times.t_offset[4] + 10))
    samples[:, gap] = np.nan
    found = measure_ecg(EcgSignal(signal.leads, samples, signal.sampling_rate_hz), times)
    two = row(found, "II")
    assert found.per_lead.spreads["r"][two] == pytest.approx(1.2 * SHARE, rel=0.1)


def test_a_lead_without_samples_has_no_spread_and_the_others_have():
    signal, times = drawn(factor=alternating, scale=LIMBS)
    samples = signal.signal_mv.copy()
    samples[signal.leads.index("V1")] = np.nan
    found = measure_ecg(EcgSignal(signal.leads, samples, signal.sampling_rate_hz), times)
    assert np.isnan(found.per_lead.spreads["r"][row(found, "V1")])
    assert found.measured["sokolow_lyon"].withheld == ("ecg.withheld.lead_or_wave_absent",)
    assert found.measured["p_terminal_force_v1"].withheld
    assert found.measured["peguero"].spread > 0


def test_one_beat_alone_has_no_spread():
    assert np.isnan(spread_of(np.array([1.0])))
    assert np.isnan(spread_of(np.array([np.nan, 2.0])))
    assert np.isnan(spread_of(np.full((2, 3), np.nan))).all()


def test_the_terminal_force_of_p_spreads_with_its_depth():
    signal, times = drawn(scale=LIMBS)
    samples, fs = signal.signal_mv.copy(), signal.sampling_rate_hz
    v1 = signal.leads.index("V1")
    for k, onset in enumerate(times.p_onset):
        start = round(onset)
        samples[v1, start : start + 50] = 0.0
        depth = 0.10 if k % 2 else 0.08
        bump = np.sin(np.linspace(0, np.pi, 21))
        samples[v1, start : start + 21] += 0.1 * bump
        samples[v1, start + 22 : start + 43] -= depth * bump
    found = measure_ecg(EcgSignal(signal.leads, samples, fs), times)
    one = found.measured["p_terminal_force_v1"]
    assert one.value == pytest.approx(0.09 * 38, rel=0.15)
    assert one.spread == pytest.approx(0.01 * np.sqrt(10 / 9) * 38, rel=0.2)


def test_noise_widens_the_spread_of_every_wave():
    calm, noisy = (measure_ecg(*drawn(noise=n, scale=LIMBS)).per_lead for n in (0.002, 0.03))
    for wave in ("p", "r", "s", "t", "st_j", "st_j60"):
        k = 1
        assert noisy.spreads[wave][k] > 3 * calm.spreads[wave][k], wave


ADDS = [("sokolow_lyon", False), ("qrs_axis", False), ("qrs", True)]


@pytest.mark.parametrize(("name", "adds"), ADDS)
def test_a_noisy_recording_hides_no_change_of_an_axis_or_a_voltage(name, adds):
    settings = comparison_settings()
    (line,) = [one for one in settings.values if one.name == name]
    calm, noisy = (EcgValue(name, 90.0, "", spread, 10) for spread in (0.0, 50.0))
    limits = [change_of(line, now, calm, (), settings).limit for now in (calm, noisy)]
    assert (limits[1] > limits[0]) == adds
