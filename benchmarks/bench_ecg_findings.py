"""From an ECG file to explained findings, beside NeuroKit2's measurements with boosting.

NeuroKit2 comes with the extra ``bench``, scikit-learn with ``train``; without them the peer's
column says so. The ECGs are simulated, 12 leads, 10 s, 500 Hz; what either finds is in the card.
"""

import concurrent.futures
import importlib.util
import multiprocessing
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from bench_ecg import median_ms
from laennec.datasets.readers.ecg import EcgHeader, EcgRecording, read_ecg, write_wfdb
from laennec.datasets.simulator import Noise, sample_scenario, simulate
from laennec.engine import Models, load_models
from laennec.engine.ecg.analysis import _without_refused, analyse_ecg
from laennec.engine.ecg.classical import measure_classical
from laennec.engine.ecg.features import ecg_features
from laennec.engine.ecg.findings.facts import statement_findings
from laennec.engine.ecg.findings.find import find_statements
from laennec.engine.ecg.measure import BeatTimes, measure_ecg
from laennec.engine.ecg.measure.reference import Person
from laennec.engine.ecg.quality import assess_quality
from laennec.engine.ecg.signal import EcgSignal
from laennec.engine.ecg.urgent import urgent_ecg
from laennec.engine.ecg.visit import STATEMENTS_ID, ready_delineator, screened_ecg

PERSON = Person("female", 57.0)
BATCH = 60
MEASURES = ("P_Onsets", "P_Peaks", "P_Offsets", "R_Onsets", "R_Offsets", "T_Peaks", "T_Offsets")


def example(seed: int = 5) -> EcgSignal:
    """Return a simulated ECG with muscle noise."""
    rng = np.random.default_rng(seed)
    asked = sample_scenario(rng, "lvh_with_strain", noise=(Noise("emg", 20.0),))
    return simulate(asked, seed=seed).signal


def written(folder: str, seed: int = 5) -> Path:
    """Write one simulated ECG as WFDB."""
    recording = EcgRecording(example(seed), EcgHeader("wfdb", f"r{seed}"))
    return write_wfdb(recording, Path(folder) / f"r{seed}.hea")


def found_in(path: Path, models: Models) -> int:
    """Read a file and return how many findings with their reasons it got."""
    return len(screened_ecg(read_ecg(path).signal, models, PERSON).findings)


def stages(path: Path, models: Models) -> dict[str, float]:
    """Time every stage by itself, in milliseconds."""
    signal = read_ecg(path).signal
    network, reference = ready_delineator(models) or (None, None)
    bundle = models.statement_rules(STATEMENTS_ID)
    if network is None or reference is None or bundle is None:
        raise LookupError(STATEMENTS_ID)
    quality = assess_quality(signal)
    trusted = _without_refused(signal, quality)
    analysis = analyse_ecg(signal, network)
    features, rules = ecg_features(analysis, PERSON), bundle.model()
    said = find_statements(analysis, features, rules)
    steps: dict[str, Callable[[], object]] = {
        "reading": lambda: read_ecg(path),
        "quality gate": lambda: assess_quality(signal),
        "waves": lambda: network.delineate(trusted),
        "measurement": lambda: measure_ecg(trusted, BeatTimes.of(analysis.fiducials)),
        "second measurement": lambda: measure_classical(trusted),
        "urgent rules": lambda: urgent_ecg(analysis, PERSON),
        "features": lambda: ecg_features(analysis, PERSON),
        "rules": lambda: find_statements(analysis, features, rules),
        "reasons": lambda: statement_findings(said, features, rules, reference),
    }
    return {name: median_ms(step, seconds=1.0) for name, step in steps.items()}


def peer() -> tuple[Callable[[Path], object] | None, str]:
    """Return NeuroKit2's measurements of every lead with one boosting model a statement."""
    if any(importlib.util.find_spec(n) is None for n in ("neurokit2", "sklearn")):
        return None, "not installed"
    from sklearn.ensemble import HistGradientBoostingClassifier

    rng = np.random.default_rng(1)
    x = rng.normal(size=(300, 12 * len(MEASURES)))
    kinds = len(load_models().statement_rules(STATEMENTS_ID).table.names)  # type: ignore[union-attr]  # shipped
    models = [
        HistGradientBoostingClassifier(max_iter=100, max_depth=3, random_state=k).fit(
            x, x[:, k] + rng.normal(size=300) > 0.5
        )
        for k in range(kinds)
    ]

    def run(path: Path) -> object:
        row = measured_by_neurokit(read_ecg(path).signal)[None]
        return [m.predict_proba(row)[0, 1] for m in models]

    return run, "NeuroKit2 prominence, boosting"


def measured_by_neurokit(signal: EcgSignal) -> np.ndarray:
    """Return the median place of each wave beside R in every lead, in milliseconds."""
    import neurokit2 as nk

    fs = int(signal.sampling_rate_hz)
    row = []
    for samples in signal.signal_mv:
        clean = nk.ecg_clean(samples, sampling_rate=fs)
        _, peaks = nk.ecg_peaks(clean, sampling_rate=fs)
        r = np.asarray(peaks["ECG_R_Peaks"], float)
        _, waves = nk.ecg_delineate(clean, r.astype(int), sampling_rate=fs, method="prominence")
        for name in MEASURES:
            at = np.asarray(waves.get(f"ECG_{name}", []), float)[: len(r)]
            row.append(float(np.nanmedian(at - r[: len(at)])) * 1e3 / fs if len(at) else np.nan)
    return np.array(row)


_worker: list[Models] = []


def _start() -> None:
    _worker.append(load_models())


def _one(path: Path) -> float:
    """Return the processor time that one file took."""
    start = time.process_time()
    found_in(path, _worker[0])
    return time.process_time() - start


def batch_row(folder: str) -> dict[str, Any]:
    """Take many files through the whole chain on two processes."""
    paths = [written(folder, seed) for seed in range(BATCH)]
    context = multiprocessing.get_context("fork")
    with concurrent.futures.ProcessPoolExecutor(2, context, _start) as pool:
        list(pool.map(_one, paths[:4]))
        seconds = sum(pool.map(_one, paths, chunksize=5)) / 2
    return {
        "what": "12-lead ECG files per second to explained findings, two processes",
        "ours": f"{BATCH / seconds:.0f} ECGs/s",
        "how": f"{BATCH} files by their processor time, as two idle cores would take them",
    }


def measure() -> list[dict[str, Any]]:
    """Return the rows of this benchmark."""
    models = load_models()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = written(folder)
        ours = median_ms(lambda: found_in(path, models), seconds=2.0)
        run, name = peer()
        theirs = median_ms(lambda: run(path), seconds=2.0) if run else None
        parts = stages(path, models)
        whole = sum(parts.values())
        return [
            {
                "what": "from an ECG file to explained findings, one thread",
                "ours": f"{ours:.0f} ms",
                "peer": f"{name}: {theirs:.0f} ms" if theirs else name,
                "ratio": theirs / ours if theirs else None,
                "how": "12 leads, 10 s, 500 Hz; processor time; the peer explains nothing",
            },
            *(
                {
                    "what": f"of it: {part}",
                    "ours": f"{ms:.1f} ms ({ms / whole:.0%})",
                    "how": "alone",
                }
                for part, ms in parts.items()
            ),
            batch_row(folder),
        ]
