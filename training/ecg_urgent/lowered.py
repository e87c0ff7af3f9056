"""What lowers an infarction from U0, and what the same disturbance calls calm people for."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.signal import butter, sosfiltfilt

from ...datasets.simulator import Noise, sample_scenario, simulate
from ...engine.ecg.analysis import analyse_ecg
from ...engine.ecg.delineation.delineate import Delineator
from ...engine.ecg.measure.reference import Person
from ...engine.ecg.signal import EcgSignal
from ...engine.ecg.urgent import urgent_ecg
from ..ecg_quality.markdown import rate_cell, table

PEOPLE: Final = 8
WALLS: Final = ("anterior", "inferior", "lateral")
SILENT_DB: Final = 26.0
ORDER: Final = 2
NONE: Final = "-"


@dataclass(frozen=True, slots=True)
class Disturbance:
    """What is done to a simulated ECG: noise, a filter of the recorder, or another pathology."""

    name: str
    noise: tuple[tuple[str, float], ...] = ()
    low_pass_hz: float | None = None
    rate_hz: float = 500.0
    pathology: str = "sinus_rhythm"


def _hum(rate_hz: float) -> list[Disturbance]:
    return [
        Disturbance(f"hum, {snr:.0f} dB, {rate_hz:.0f} Hz", (("mains", snr),), rate_hz=rate_hz)
        for snr in (20.0, 12.0, 8.0, 5.0, 0.0, -6.0)
    ]


DISTURBANCES: Final = (
    Disturbance("none"),
    *(Disturbance(f"muscle noise, {d:.0f} dB", (("emg", d),)) for d in (24.0, 18.0, 14.0, 10.0)),
    *(Disturbance(f"white noise, {d:.0f} dB", (("white", d),)) for d in (12.0, 8.0)),
    *(Disturbance(f"low-pass, {f:.0f} Hz", (), f) for f in (40.0, 30.0, 25.0, 20.0, 15.0)),
    *_hum(500.0),
    *_hum(250.0),
    *_hum(100.0),
    Disturbance("flutter", pathology="atrial_flutter"),
    Disturbance("general delay, 130 ms", pathology="nonspecific_intraventricular_delay"),
)


def lowered_table(network: Delineator | None) -> str:
    """Return, by disturbance, the level of infarctions and of people without one."""
    rows = []
    for done in DISTURBANCES:
        ill = Counter(
            _level(done, f"{done.pathology}+st_elevation_{wall}", seed, network)
            for wall in WALLS
            for seed in range(PEOPLE)
        )
        calm = Counter(_level(done, done.pathology, seed, network) for seed in range(PEOPLE))
        n = PEOPLE * len(WALLS)
        cells = [rate_cell(ill["U0"], n), str(ill["U1"]), str(n - ill["U0"] - ill["U1"])]
        rows.append([done.name, *cells, f"{calm['U0']}/{PEOPLE}", f"{calm['U1']}/{PEOPLE}"])
    head = ["disturbance", "infarctions at U0", "at U1", "less", "without one: U0", "U1"]
    return table(head, rows)


def _level(done: Disturbance, pathology: str, seed: int, network: Delineator | None) -> str:
    """Return the most urgent level of the items of one simulated ECG."""
    asked = sample_scenario(
        np.random.default_rng(seed),
        pathology,
        noise=tuple(Noise(*one) for one in (*done.noise, ("emg", SILENT_DB))),
        sampling_rate_hz=done.rate_hz,
    )
    made = _low_passed(simulate(asked, seed=seed).signal, done.low_pass_hz)
    said = urgent_ecg(analyse_ecg(made, network), Person(asked.sex, asked.age_years))
    return min((item.level for item in said.items), default=NONE)


def _low_passed(signal: EcgSignal, hertz: float | None) -> EcgSignal:
    """Filter forwards and backwards, as recorders that keep the phase do."""
    if hertz is None:
        return signal
    sections = butter(ORDER, hertz, fs=signal.sampling_rate_hz, output="sos")
    return replace(signal, signal_mv=sosfiltfilt(sections, signal.signal_mv, axis=1))
