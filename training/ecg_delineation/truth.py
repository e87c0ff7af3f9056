"""The whole measurement on simulated ECGs whose intervals and amplitudes are exactly known."""

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from ...datasets.simulator import Noise, SimulatedEcg, sample_scenario, simulate
from ...engine.ecg.fiducials import Fiducials
from ...engine.ecg.leads import TWELVE_LEADS
from ...engine.ecg.measure import BeatTimes, EcgMeasurements, LeadMeasures, measure_ecg
from ...engine.ecg.signal import EcgSignal
from ...engine.fixedpoint import FloatArray
from ..report import Line
from .judge import bootstrapped
from .moments import bias, powers, sd

TABLE: Final = "measured truth"
NOISE_DB: Final = 30.0
SEED: Final = 950_000
RHYTHMS: Final = ("sinus_rhythm", "sinus_tachycardia", "sinus_bradycardia", "av_block_1", "rbbb")
INTERVALS: Final = ("p", "pr", "qrs", "qt")
AMPLITUDES: Final = ("tallest R", "deepest Q or S", "T", "ST at J", "ST at J + 60 ms")
_UV_PER_MV: Final = 1000.0
Find = Callable[[EcgSignal], Fiducials]


def truth_lines(find: Find, records: int = 12) -> Iterator[Line]:
    """Measure simulated ECGs with muscle noise at 30 dB against the truth of the simulator.

    An interval of the truth is that of its formulas, from the first to the last sample of a wave;
    the network has learned where people set it. Amplitudes are those of the median beat.

    Parameters
    ----------
    find : the shipped network
    records : of each rhythm
    """
    pairs = [(r, measure_ecg(r.signal, BeatTimes.of(find(r.signal)))) for r in _simulated(records)]
    for name in INTERVALS:
        errors = [_interval_error(record, found, name) for record, found in pairs]
        yield from _lines(f"{name.upper() if name != 'p' else 'P'} interval", "ms", errors)
    for name in AMPLITUDES:
        errors = [_amplitude_errors(record, found, name) for record, found in pairs]
        yield from _lines(f"amplitude {name}", "uV", errors)


def _simulated(records: int) -> Iterator[SimulatedEcg]:
    generator = np.random.default_rng(SEED)
    for k in range(records * len(RHYTHMS)):
        noise = (Noise("emg", NOISE_DB),)
        scenario = sample_scenario(generator, RHYTHMS[k % len(RHYTHMS)], noise=noise)
        yield simulate(scenario, seed=SEED + k)


def _lines(row: str, unit: str, errors: list[FloatArray]) -> Iterator[Line]:
    """Return bias and SD over all values, resampled by record."""
    counts = np.array([powers(e).sum(axis=0) for e in errors])
    counts = counts[counts[:, 0] > 0]
    if len(counts):
        yield Line(TABLE, row, f"bias {unit}", bootstrapped(counts, bias))
        yield Line(TABLE, row, f"SD {unit}", bootstrapped(counts, sd))


def _interval_error(record: SimulatedEcg, found: EcgMeasurements, name: str) -> FloatArray:
    truth = getattr(record.truth.measured, f"{name}_ms")
    error = np.array([np.nan if truth is None else found.value(name) - truth])
    return error[np.isfinite(error)]


def _amplitude_errors(record: SimulatedEcg, found: EcgMeasurements, name: str) -> FloatArray:
    """Return the errors of the leads, microvolt."""
    if found.per_lead is None:
        return np.empty(0)
    rows = [found.per_lead.of(lead) for lead in TWELVE_LEADS]
    there = np.array([row is not None for row in rows])
    ours = _measured(found.per_lead, name)[[row for row in rows if row is not None]]
    error = ours - _true(record, name)[there]
    return _UV_PER_MV * error[np.isfinite(error)]


def _true(record: SimulatedEcg, name: str) -> FloatArray:
    def of(key: str) -> FloatArray:
        values = record.truth.measured.median_mv(key)
        return np.array([values[lead] for lead in TWELVE_LEADS])

    if name == "deepest Q or S":
        return np.minimum(of("q"), of("s"))
    return of(_KEYS[name])


def _measured(leads: LeadMeasures, name: str) -> FloatArray:
    if name == "tallest R":
        return leads.qrs.r_height_mv
    if name == "deepest Q or S":
        deepest = np.minimum(leads.qrs.s_mv, leads.qrs.s2_mv)
        return np.minimum(leads.qrs.q_mv, deepest)
    found: FloatArray = getattr(leads, f"{_KEYS[name]}_mv")
    return found


_KEYS: Final = {"tallest R": "r", "T": "t", "ST at J": "st_j", "ST at J + 60 ms": "st_j60"}
