"""The classical measurement against annotations and against simulated truth."""

from pathlib import Path
from typing import Any

import numpy as np
import wfdb

from ...datasets.simulator import pathology_names, scenario, simulate
from ...datasets.simulator.noise import Noise
from ...datasets.sources.ecg_files import AnnotatedEcg, read_wfdb
from ...datasets.sources.ludb import read_ludb
from ...engine.ecg.classical import detect_beats, load_classical, measure_classical
from ...engine.fixedpoint import FloatArray
from .markdown import table
from .records import single_lead_records

BEAT_SYMBOLS = frozenset("NLRBAaJSVrFejnE/fQ?")
WINDOWS_MS = (150.0, 50.0)
SAME_BEAT_S, T_AFTER_S, LEAST_LEADS = 0.15, (0.04, 0.7), 6


def match(true: FloatArray, found: FloatArray, tolerance: float) -> int:
    """Count pairs of a true and a found beat within the tolerance, each used once."""
    i = j = hits = 0
    while i < len(true) and j < len(found):
        apart = found[j] - true[i]
        if abs(apart) <= tolerance:
            hits, i, j = hits + 1, i + 1, j + 1
        elif apart < 0:
            j += 1
        else:
            i += 1
    return hits


def beat_table(folder: Path) -> str:
    """Return sensitivity and PPV of the beats of every MIT-BIH record."""
    rows, total = [], {w: np.zeros(3) for w in WINDOWS_MS}
    for header in sorted((folder / "ecg/mitdb").glob("*.hea")):
        signal = read_wfdb(header.with_suffix(""))
        marks: Any = wfdb.rdann(str(header.with_suffix("")), "atr")
        is_beat = [symbol in BEAT_SYMBOLS for symbol in marks.symbol]
        true = np.asarray(marks.sample, np.float64)[is_beat]
        rate = signal.sampling_rate_hz
        found = detect_beats(signal.signal_mv, signal.leads, rate, load_classical().detect).peak
        row = [header.stem, str(len(true))]
        for window in WINDOWS_MS:
            counts = np.array([match(true, found, window * rate / 1000.0), len(true), len(found)])
            total[window] += counts
            row += _beat_cells(counts)
        rows.append(row)
    last = ["all", f"{total[WINDOWS_MS[0]][1]:.0f}"]
    for window in WINDOWS_MS:
        last += _beat_cells(total[window])
    head = ["record", "beats"]
    for window in WINDOWS_MS:
        head += [f"{name} {window:.0f} ms" for name in ("Se", "PPV", "F1")]
    return table(head, [*rows, last])


def _beat_cells(counts: FloatArray) -> list[str]:
    hits, true, found = counts
    f1 = 2.0 * hits / (true + found)
    return [f"{100 * hits / true:.2f}", f"{100 * hits / found:.2f}", f"{100 * f1:.2f}"]


def ludb_truth(ecg: AnnotatedEcg) -> tuple[float, float, float]:
    """Return the median rate, QRS and QT of one record from the marks of all leads.

    QRS: 20th percentile of the onsets over the leads to 80th of the offsets; QT: to the median
    of the ends of T. Beats with marks in fewer than six leads are left out.
    """
    rate = ecg.signal.sampling_rate_hz
    most = max((w["qrs"] for w in ecg.waves.values()), key=len)
    rows = [_one_beat(ecg, peak, rate) for peak in most[:, 1]]
    found = np.array([row for row in rows if row is not None])
    if not len(found):
        return float("nan"), float("nan"), float("nan")
    qrs, qt = np.nanmedian(found, axis=0) / rate * 1000.0
    return 60.0 * rate / float(np.median(np.diff(most[:, 1]))), float(qrs), float(qt)


def _one_beat(ecg: AnnotatedEcg, peak: float, rate: float) -> tuple[float, float] | None:
    onsets, offsets, ends = [], [], []
    for waves in ecg.waves.values():
        qrs, t = waves["qrs"], waves["t"]
        if not len(qrs):
            continue
        near = qrs[np.abs(qrs[:, 1] - peak).argmin()]
        if abs(near[1] - peak) > SAME_BEAT_S * rate:
            continue
        onsets.append(near[0])
        offsets.append(near[2])
        low, high = near[1] + T_AFTER_S[0] * rate, near[1] + T_AFTER_S[1] * rate
        own = t[(t[:, 1] > low) & (t[:, 1] < high)]
        ends.append(own[0, 2] if len(own) else np.nan)
    known = [np.isfinite(values).sum() >= LEAST_LEADS for values in (onsets, offsets, ends)]
    if not all(known):
        return None
    onset = np.nanpercentile(onsets, 20)
    return float(np.nanpercentile(offsets, 80) - onset), float(np.nanmedian(ends) - onset)


def _difference_row(name: str, apart: FloatArray, n: int) -> list[str]:
    known = apart[np.isfinite(apart)]
    if not len(known):
        return [name, f"0/{n}", "-", "-", "-", "-"]
    middle = float(np.median(known))
    robust = 1.4826 * float(np.median(np.abs(known - middle)))
    numbers = (known.mean(), known.std(ddof=1) if len(known) > 1 else 0.0, middle, robust)
    return [name, f"{len(known)}/{n}", *(f"{v:.1f}" for v in numbers)]


HEAD = ["measurement", "measured", "mean", "SD", "median", "robust SD"]


def ludb_table(folder: Path) -> str:
    """Return the differences of rate, QRS and QT to the marks of LUDB."""
    rows = []
    for ecg in read_ludb(folder / "ecg/ludb"):
        found, true = measure_classical(ecg.signal), ludb_truth(ecg)
        names = ("rate", "qrs", "qt")
        rows.append([found.value(n) - t for n, t in zip(names, true, strict=True)])
    apart = np.array(rows)
    names = ("rate, /min", "QRS, ms", "QT, ms")
    return table(HEAD, [_difference_row(n, apart[:, i], len(rows)) for i, n in enumerate(names)])


def simulator_table(noise_db: float | None, seeds: int) -> str:
    """Return the differences to simulated truth, over all pathologies that have a steady QRS."""
    apart: dict[str, list[float]] = {"rate": [], "qrs": [], "qt": [], "st": []}
    noise = () if noise_db is None else (Noise("emg", noise_db), Noise("wander", noise_db))
    for name in pathology_names():
        for seed in range(seeds):
            made = simulate(scenario(name, noise=noise), seed=seed)
            true, found = made.truth.measured, measure_classical(made.signal)
            apart["rate"].append(found.value("rate") - _known(true.rate_bpm))
            apart["qrs"].append(found.value("qrs") - _known(true.qrs_ms))
            apart["qt"].append(found.value("qt") - _known(true.qt_ms))
            st = np.array(list(true.median_mv("st_j").values()))
            apart["st"] += list(1000.0 * (found.st_j_mv - st))
    units = {
        "rate": "rate, /min",
        "qrs": "QRS, ms",
        "qt": "QT, ms",
        "st": "ST at J, µV, every lead",
    }
    rows = [_difference_row(units[n], np.array(v), len(v)) for n, v in apart.items()]
    return table(HEAD, rows)


def _known(value: float | None) -> float:
    return float("nan") if value is None else value


def irregularity_table(folder: Path) -> str:
    """Return how irregularity parts fibrillation from the other single-lead records."""
    found = [(e.labels, measure_classical(e.signal).rhythm) for e in single_lead_records(folder)]
    label = np.array([name for name, _ in found])
    value = np.nan_to_num(np.array([rhythm.irregularity for _, rhythm in found]))
    rows = []
    for against in ("N", "O", "NO"):
        others = np.isin(label, list(against))
        rows.append([f"A against {against}", f"{auroc(value[label == 'A'], value[others]):.3f}"])
    return table(["comparison", "AUROC of the irregularity"], rows)


def auroc(positive: FloatArray, negative: FloatArray) -> float:
    """Return the share of pairs in which the positive one is higher; ties count half."""
    higher = (positive[:, None] > negative).mean()
    return float(higher + 0.5 * (positive[:, None] == negative).mean())
