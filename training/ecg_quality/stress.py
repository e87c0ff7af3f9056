"""What noise does: abstention rises, and what is still said stays true."""

from collections import defaultdict
from dataclasses import replace

import numpy as np

from ...datasets.simulator.noise import Noise, noise_mv
from ...engine.ecg.classical import ClassicalMeasurement, measure_classical
from ...engine.ecg.quality import EcgQuality, assess_quality
from ...engine.ecg.signal import EcgSignal
from .markdown import rate_cell, table
from .records import DevelopmentEcg

LEVELS_DB = (24.0, 18.0, 12.0, 6.0, 3.0, 0.0)
KINDS = ("emg", "motion", "wander", "mains", "white")
SEED = 20261122
SURE_SD = 2.0
# Rate, pause and QTc as in engine/guidelines/urgency.toml and decision 6 of the clinical decisions;
# ST as in the fourth universal definition (0.1 mV, in V2 and V3 0.2 mV), in two leads that touch.
RATE_BPM, PAUSE_S, QTC_MS, ST_MV, ST_V23_MV = (40.0, 120.0), 3.0, 500.0, 0.1, 0.2
NEIGHBOURS = (
    *(("II", "III"), ("III", "aVF"), ("II", "aVF"), ("I", "aVL")),
    *(("V1", "V2"), ("V2", "V3"), ("V3", "V4"), ("V4", "V5"), ("V5", "V6")),
)


def urgent(measured: ClassicalMeasurement, quality: EcgQuality) -> set[str]:
    """Return what the classical measurement alone would call urgent, where its use is allowed."""
    allowed = {u.use for u in quality.uses.values() if u.verdict != "not_assessable"}
    found = set()
    if "rhythm" in allowed:
        rate = measured.value("rate")
        found |= {"slow"} if rate < RATE_BPM[0] else set()
        found |= {"fast"} if rate > RATE_BPM[1] else set()
        pause = measured.values["rate"].is_known and measured.rhythm.longest_pause_s >= PAUSE_S
        found |= {"pause"} if pause else set()
        found |= {"wide run"} if measured.rhythm.wide_run_beats else set()
    if "intervals" in allowed and measured.value("qtc_fridericia") >= QTC_MS:
        found.add("QTc")
    return found | ({"ST"} if "st" in allowed and _st_raised(measured, quality) else set())


def _st_raised(measured: ClassicalMeasurement, quality: EcgQuality) -> bool:
    good = {lead.lead for lead in quality.leads if lead.verdict == "assessable"}
    # Beyond its own uncertainty, as a statement asks that is to hold by itself.
    sure = measured.st_j_mv - SURE_SD * measured.st_uncertainty_mv
    raised = {
        lead
        for lead, st in zip(measured.leads, sure, strict=True)
        if lead in good and st >= (ST_V23_MV if lead in ("V2", "V3") else ST_MV)
    }
    return any(a in raised and b in raised for a, b in NEIGHBOURS)


def stress_table(records: list[DevelopmentEcg]) -> str:
    """Return, for each kind and level of noise, what is refused and what is falsely urgent.

    A finding is falsely urgent when the clean record does not have it. Records whose clean
    version is already refused are left out.
    """
    clean = [(r.signal, *_answers(r.signal)) for r in records]
    usable = [c for c in clean if c[1].uses["rhythm"].verdict != "not_assessable"]
    rng = np.random.default_rng(SEED)
    rows, false = [], 0
    for kind in (*KINDS, "all"):
        for level in LEVELS_DB:
            cells, count = _one_level(usable, kind, level, rng)
            rows.append([kind, f"{level:.0f}", *cells])
            false += count
    rows.append(["together", *[""] * 5, rate_cell(false, len(rows) * len(usable)), ""])
    head = ["noise", "SNR dB", "rhythm refused", "intervals refused", "12 leads refused"]
    return table([*head, "QT withheld", "falsely urgent", "which"], rows)


def _answers(signal: EcgSignal) -> tuple[EcgQuality, set[str]]:
    quality = assess_quality(signal)
    return quality, urgent(measure_classical(signal), quality)


def _one_level(
    usable: list[tuple[EcgSignal, EcgQuality, set[str]]],
    kind: str,
    level: float,
    rng: np.random.Generator,
) -> tuple[list[str], int]:
    refused: dict[str, int] = defaultdict(int)
    false: dict[str, int] = defaultdict(int)
    any_false = withheld = 0
    for signal, _, known in usable:
        noisy = with_noise(signal, kind, level, rng)
        quality, measured = assess_quality(noisy), measure_classical(noisy)
        for use in quality.uses.values():
            refused[use.use] += use.verdict == "not_assessable"
        withheld += not measured.values["qt"].is_known
        new = urgent(measured, quality) - known
        any_false += bool(new)
        for name in new:
            false[name] += 1
    n = len(usable)
    shares = [f"{100 * refused[use] / n:.1f} %" for use in ("rhythm", "intervals", "twelve_lead")]
    which = ", ".join(f"{name} {count}" for name, count in sorted(false.items()))
    cells = [*shares, f"{100 * withheld / n:.1f} %", rate_cell(any_false, n), which]
    return cells, any_false


def with_noise(signal: EcgSignal, kind: str, level: float, rng: np.random.Generator) -> EcgSignal:
    """Add noise of the simulator to a recording.

    Parameters
    ----------
    signal : clean
    kind : one of ``KINDS``, or all, which together share the power of one
    level : decibel, power of the whole signal over that of the noise
    rng : of the noise
    """
    kinds = KINDS if kind == "all" else (kind,)
    each = level + 10.0 * np.log10(len(kinds))
    noises = tuple(Noise(k, each) for k in kinds)
    twelve = signal.twelve_mv()
    added = noise_mv(noises, np.nan_to_num(twelve), signal.sampling_rate_hz, rng)
    noisy = signal.signal_mv.copy()
    noisy[: len(twelve)] += added
    return replace(signal, signal_mv=noisy)
