"""Parts of recordings of 10 to 20 s, and calibration pulses: found or not, and what they move."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from ...datasets.simulator import Noise, sample_scenario, simulate
from ...engine.ecg.calibration import without_calibration_pulse
from ...engine.ecg.delineation.delineate import Delineator
from ...engine.ecg.measure.reference import Person
from ...engine.ecg.signal import EcgSignal
from ...engine.ecg.urgent import EcgUrgency
from ..ecg_quality.markdown import rate_cell, table
from .records import LabelledEcg
from .simulated import SNR_DB
from .windows import whole_and_windows

SEEDS: Final = 4
LENGTHS_S: Final = (10.0, 11.0, 12.0, 14.0, 18.0)
PARTS_S: Final = (5.0, 6.0)
WALLS: Final = ("inferior", "anterior", "lateral")
NOISE: Final = tuple(Noise(kind, SNR_DB + 5.0) for kind in ("emg", "wander", "motion"))
_RULE: Final = "ecg_st_elevation"
_JOINED_S: Final = 30.0


def short_table(network: Delineator | None) -> str:
    """Return how often an ST elevation of 5 or 6 s is called, as a whole and with windows.

    Parameters
    ----------
    network : of the whole chain
    """
    rows = []
    for length_s in LENGTHS_S:
        for part_s in PARTS_S:
            alone, both, n = 0, 0, 0
            for wall in WALLS:
                for seed in range(SEEDS):
                    for share in (0.0, 0.5, 1.0):
                        made = _with_part(wall, length_s, part_s, share, seed)
                        whole, windows = whole_and_windows(*made, network)
                        alone, both, n = alone + _calls(whole), both + _calls(windows), n + 1
            cells = [f"{length_s:.0f}", f"{part_s:.0f}", rate_cell(alone, n), rate_cell(both, n)]
            rows.append(cells)
    return table(["recording, s", "ST elevation, s", "as a whole", "with windows"], rows)


def _with_part(
    wall: str, length_s: float, part_s: float, share: float, seed: int
) -> tuple[EcgSignal, Person]:
    """Put a part at the start, in the middle or at the end of a calm recording."""
    calm, ill = (
        sample_scenario(np.random.default_rng(seed), name, noise=NOISE, duration_s=_JOINED_S)
        for name in ("sinus_rhythm", f"st_elevation_{wall}")
    )
    signal, other = (simulate(asked, seed=seed).signal for asked in (calm, ill))
    rate = signal.sampling_rate_hz
    x = signal.signal_mv[:, : round(length_s * rate)].copy()
    start = round(share * (length_s - part_s) * rate)
    stop = start + round(part_s * rate)
    x[:, start:stop] = other.signal_mv[:, start:stop]
    return replace(signal, signal_mv=x), Person(ill.sex, ill.age_years)


def _calls(found: EcgUrgency) -> bool:
    return any(item.rule_id == _RULE for item in found.items)


def pulse_table(records: Sequence[LabelledEcg]) -> str:
    """Return how often a pulse is seen at any place, and in records that have none.

    Parameters
    ----------
    records : real ones, without a pulse
    """
    rows = []
    for kind in ("electrodes switched off", "level held", "laid over the ECG"):
        cells = []
        for rate_hz in (500.0, 100.0):
            seen = n = 0
            for seed in range(5 * SEEDS):
                signal = _with_pulse(kind, rate_hz, seed)
                seen, n = seen + (without_calibration_pulse(signal) is not signal), n + 1
            cells.append(rate_cell(seen, n))
        rows.append([kind, *cells])
    false = sum(without_calibration_pulse(r.signal) is not r.signal for r in records)
    rows.append(["no pulse: real records", rate_cell(false, len(records)), ""])
    return table(["1 mV, 200 ms, in all leads", "seen at 500 Hz", "at 100 Hz"], rows)


def _with_pulse(kind: str, rate_hz: float, seed: int) -> EcgSignal:
    rng = np.random.default_rng(seed)
    asked = sample_scenario(rng, "st_elevation_inferior", noise=NOISE, sampling_rate_hz=rate_hz)
    signal = simulate(asked, seed=seed).signal
    x, at = signal.signal_mv, round(rng.uniform(0.3, 9.0) * rate_hz)
    width = round(0.2 * rate_hz)
    if kind == "laid over the ECG":
        x[:, at : at + width] += 1.0
        return signal
    shape = np.concatenate([np.zeros(width), np.ones(width), np.zeros(width)])
    level = x[:, at - 1 : at] if kind == "level held" else np.zeros((len(x), 1))
    return replace(signal, signal_mv=np.concatenate([x[:, :at], level + shape, x[:, at:]], axis=1))
