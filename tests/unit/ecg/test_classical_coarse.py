"""Files at 100 and 125 Hz: a coarse sampling makes no QRS wide and silences no infarction."""

import numpy as np
import pytest
from laennec.datasets.simulator import scenario, simulate
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.classical import load_classical, measure_classical
from laennec.engine.ecg.classical.beat import average_beats, finer
from laennec.engine.ecg.classical.prepare import make_readable
from laennec.engine.ecg.measure.reference import Person
from laennec.engine.ecg.urgent import urgent_ecg

RATES = (100.0, 125.0, 200.0)


def made(pathology, rate):
    return simulate(scenario(pathology, sampling_rate_hz=rate), seed=5).signal


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("pathology", ["sinus_rhythm", "st_elevation_inferior", "lvh"])
def test_qrs_and_qt_are_those_of_a_fine_file(pathology, rate):
    """At 100 and 125 Hz every QRS came out too long."""
    fine, coarse = (measure_classical(made(pathology, r)) for r in (500.0, rate))
    for name in ("qrs", "qt"):
        assert coarse.value(name) == pytest.approx(fine.value(name), abs=6.0)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("wall", ["anterior", "inferior", "lateral"])
def test_an_infarction_is_no_preexcitation_at_a_low_rate(wall, rate):
    said = urgent_ecg(analyse_ecg(made(f"st_elevation_{wall}", rate), None), Person("male", 50.0))
    assert [(i.rule_id, i.level) for i in said.items] == [("ecg_st_elevation", "U0")]


@pytest.mark.parametrize("rate", RATES)
def test_what_a_finer_beat_had_is_kept(rate):
    settings, signal = load_classical().average, made("sinus_rhythm", rate)
    readable = make_readable(signal.signal_mv, rate, 250.0, signal.leads)
    beats = measure_classical(signal).beats_s
    found = average_beats(readable, np.round(beats * rate).astype(np.int64), settings)
    fine = finer(found, settings)
    times = round(fine.rate_hz / found.rate_hz)
    assert fine.rate_hz >= settings.least_rate_hz
    assert fine.signal_mv[..., ::times] == pytest.approx(found.signal_mv, abs=0.002)
    assert fine.r_index == times * found.r_index
    assert finer(fine, settings) is fine
