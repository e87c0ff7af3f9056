"""The ECG chain: reading, delineation and measurement, beside NeuroKit2 in the same run.

NeuroKit2 comes with the extra ``bench``; without it its columns say so. The ECG is simulated, 12
leads, 10 s, 500 Hz; the real-record figures are in the model card.
"""

import concurrent.futures
import importlib.util
import json
import multiprocessing
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from laennec.datasets.readers.ecg import EcgHeader, EcgRecording, read_ecg, write_wfdb
from laennec.datasets.simulator import Noise, sample_scenario, simulate
from laennec.engine.bundles.load import load_models
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.delineation.decode import decode
from laennec.engine.ecg.delineation.delineate import Delineator
from laennec.engine.ecg.delineation.events import Strip
from laennec.engine.ecg.delineation.network import probabilities
from laennec.engine.ecg.delineation.prepare import NET_RATE_HZ, prepare
from laennec.engine.ecg.measure.beats import BeatTimes
from laennec.engine.ecg.measure.measure import measure_ecg
from laennec.engine.ecg.measure.reference import NOBODY
from laennec.engine.ecg.quality import assess_quality
from laennec.engine.ecg.signal import EcgSignal
from laennec.engine.ecg.visit import screened_ecg

BUNDLE = "ecg_delineation/waves"
MEGABYTE = 1024.0 * 1024.0
TARGET_MS = 40.0
BATCH = 60
PEERS = ("dwt", "prominence")
NOT_THERE = "not installed"


def delineator() -> Delineator:
    """Return the shipped network."""
    bundle = load_models().signal(BUNDLE)
    if bundle is None:
        raise LookupError(BUNDLE)
    return bundle.delineator()


def example(seconds: float = 10.0, leads: int = 12, seed: int = 5) -> EcgSignal:
    """Return a simulated ECG with muscle noise."""
    scenario = sample_scenario(
        np.random.default_rng(seed),
        "sinus_rhythm",
        duration_s=seconds,
        noise=(Noise("emg", 20.0),),
    )
    made = simulate(scenario, seed=seed).signal
    return EcgSignal(made.leads[:leads], made.signal_mv[:leads], made.sampling_rate_hz)


def median_ms(function: Callable[[], object], *, seconds: float = 3.0) -> float:
    """Return the median processor time of one call, in milliseconds, after a warm-up.

    Everything here runs in one thread; processor time is what an otherwise idle core would take,
    also while the machine is busy with something else.
    """
    function()
    times: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or not times:
        start = time.process_time()
        function()
        times.append(time.process_time() - start)
    return 1e3 * statistics.median(times)


def neurokit(method: str) -> Callable[[EcgSignal], object] | None:
    """Return the peer's delineation of every lead, or None where it is not installed."""
    if importlib.util.find_spec("neurokit2") is None:
        return None
    import neurokit2 as nk

    def run(signal: EcgSignal) -> None:
        for row in signal.signal_mv:
            clean = nk.ecg_clean(row, sampling_rate=int(signal.sampling_rate_hz))
            _, peaks = nk.ecg_peaks(clean, sampling_rate=int(signal.sampling_rate_hz))
            nk.ecg_delineate(
                clean,
                peaks["ECG_R_Peaks"],
                sampling_rate=int(signal.sampling_rate_hz),
                method=method,
            )

    return run


def delineation_rows(ready: Delineator, signal: EcgSignal) -> list[dict[str, Any]]:
    """Time the delineation of one ECG against the peer's two methods."""
    ours = median_ms(lambda: ready.delineate(signal))
    rows = []
    for method in PEERS:
        peer = neurokit(method)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = median_ms(lambda peer=peer: peer(signal)) if peer else None
        rows.append(
            {
                "what": "delineation of one 12-lead ECG, 10 s, 500 Hz",
                "ours": f"{ours:.1f} ms",
                "peer": f"NeuroKit2 {method}: {theirs:.0f} ms" if theirs else NOT_THERE,
                "ratio": theirs / ours if theirs else None,
                "how": "from samples to waves, all leads together; processor time, one thread",
            }
        )
    return rows


def part_row(ready: Delineator, signal: EcgSignal) -> dict[str, Any]:
    """Time the three parts of the delineation by themselves."""
    prepared = prepare(signal.signal_mv, signal.sampling_rate_hz)
    found = probabilities(ready.session, prepared.x)
    parts = (
        median_ms(lambda: prepare(signal.signal_mv, signal.sampling_rate_hz), seconds=1),
        median_ms(lambda: probabilities(ready.session, prepared.x), seconds=2),
        median_ms(lambda: decode(Strip(found, NET_RATE_HZ), ready.rules), seconds=1),
    )
    return {
        "what": "of it: preparing, network, decoding",
        "ours": " + ".join(f"{p:.1f}" for p in parts) + " ms",
        "peer": None,
        "ratio": None,
        "how": "each by itself, median processor time",
    }


def chain_rows(ready: Delineator, signal: EcgSignal) -> list[dict[str, Any]]:
    """Time a WFDB file to its measurements, stage by stage, and all that a visit does of it."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_wfdb(EcgRecording(signal, EcgHeader("wfdb", "one")), Path(folder) / "one.hea")
        reading = median_ms(lambda: read_ecg(path), seconds=1)
        both = median_ms(lambda: analyse_ecg(read_ecg(path).signal, ready))
        peer = _peer_chain(path)
    found = ready.delineate(signal)
    judging = median_ms(lambda: assess_quality(signal), seconds=1)
    finding = median_ms(lambda: ready.delineate(signal))
    measuring = median_ms(lambda: measure_ecg(signal, BeatTimes.of(found)), seconds=1)
    stages = (reading, judging, finding, measuring)
    total = sum(stages)
    return [
        {
            "what": "reading a WFDB file, quality gate, delineating and measuring it",
            "ours": f"{total:.1f} ms ({' + '.join(f'{stage:.1f}' for stage in stages)})",
            "peer": f"target {TARGET_MS:g} ms: {'kept' if total < TARGET_MS else 'MISSED'}",
            "ratio": TARGET_MS / total,
            "how": "12 leads, 10 s, 500 Hz, processor time of one thread, each stage by itself",
        },
        {
            "what": "the same in one call, with the classical measurement beside it",
            "ours": f"{both:.1f} ms",
            "peer": f"NeuroKit2 prominence, read by wfdb: {peer:.0f} ms" if peer else NOT_THERE,
            "ratio": peer / both if peer else None,
            "how": "from the file; the peer cleans, finds peaks and delineates each lead, and "
            "neither judges nor measures",
        },
    ]


def _peer_chain(path: Path) -> float | None:
    """Time the peer from the same file to its waves, None where it is not installed."""
    waves = neurokit("prominence")
    if waves is None:
        return None
    import wfdb

    def run() -> None:
        record = wfdb.rdrecord(str(path.with_suffix("")))
        waves(EcgSignal(tuple(record.sig_name), record.p_signal.T, float(record.fs)))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return median_ms(run)


_worker: list[Delineator] = []


def _start() -> None:
    _worker.append(delineator())


def _one(signal: EcgSignal) -> int:
    return _worker[0].delineate(signal).n_beats


def batch_row() -> dict[str, Any]:
    """Delineate many ECGs on two processes."""
    signals = [example(seed=i) for i in range(BATCH)]
    # Forked: a benchmark is no module that a fresh process could import by name.
    context = multiprocessing.get_context("fork")
    with concurrent.futures.ProcessPoolExecutor(2, context, _start) as pool:
        list(pool.map(_one, signals[:4]))
        start = time.perf_counter()
        list(pool.map(_one, signals, chunksize=5))
        seconds = time.perf_counter() - start
    return {
        "what": "12-lead ECGs per second, two processes",
        "ours": f"{BATCH / seconds:.0f} ECGs/s",
        "peer": None,
        "ratio": None,
        "how": f"{BATCH} ECGs, delineation only, start of the processes not counted",
    }


def long_rows(ready: Delineator) -> list[dict[str, Any]]:
    """Delineate half an hour of two leads, and look at memory beside ten minutes."""
    peaks, seconds = [], 0.0
    for minutes in (10, 30):
        signal = example(60.0 * minutes, leads=2)
        tracemalloc.start()
        ready.delineate(signal)
        peaks.append(tracemalloc.get_traced_memory()[1] / MEGABYTE)
        tracemalloc.stop()
        start = time.perf_counter()
        beats = ready.delineate(signal).n_beats
        seconds = time.perf_counter() - start
    return [
        {
            "what": "half an hour of two leads, 500 Hz",
            "ours": f"{seconds:.1f} s, {beats} beats",
            "peer": None,
            "ratio": None,
            "how": "one thread, one call",
        },
        {
            "what": "memory that the call takes beside the recording",
            "ours": f"{peaks[1]:.0f} MB",
            "peer": f"ten minutes: {peaks[0]:.0f} MB",
            "ratio": peaks[0] / peaks[1],
            "how": "peak of Python's own count (the network's is not in it)",
        },
    ]


def judged(leads: int, minutes: int) -> dict[str, float]:
    """Judge a long ECG as a visit does, as a whole and window by window, in this process."""
    models = load_models()
    signal = example(60.0 * minutes, leads=leads)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    screened_ecg(signal, models, NOBODY)
    return {
        "s": time.process_time() - start,
        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0,
        "before_mb": before / 1024.0,
    }


def judged_row(leads: int) -> dict[str, Any]:
    """Time what a visit does with half an hour, beside what it does with ten minutes."""
    told = []
    for minutes in (10, 30):
        command = [sys.executable, str(Path(__file__)), str(leads), str(minutes)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - this file
        told.append(json.loads(done.stdout.splitlines()[-1]))
    ten, thirty = told
    return {
        "what": f"half an hour of {leads} leads in a visit: gate, waves, urgent rules, windows",
        "ours": f"{thirty['s']:.1f} s; peak {thirty['mb']:.0f} MB, with the signal made "
        f"{thirty['before_mb']:.0f} MB before",
        "peer": f"ten minutes: {ten['s']:.1f} s; peak {ten['mb']:.0f} MB",
        "ratio": ten["s"] / thirty["s"],
        "how": "500 Hz; processor time and peak memory of a process of its own",
    }


def measure() -> list[dict[str, Any]]:
    """Return the rows of this benchmark."""
    ready, signal = delineator(), example()
    return [
        *delineation_rows(ready, signal),
        part_row(ready, signal),
        *chain_rows(ready, signal),
        batch_row(),
        *long_rows(ready),
        judged_row(2),
        judged_row(12),
    ]


if __name__ == "__main__":
    print(json.dumps(judged(int(sys.argv[1]), int(sys.argv[2]))))  # noqa: T201 - the parent reads it
