"""What the annotated database does not test: noise, sources, rhythms, rates, on simulated truth."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...datasets.simulator import Noise, SimulatedEcg, sample_scenario, simulate
from ...datasets.simulator.noise import noise_mv
from ...datasets.sources.ecg_files import AnnotatedEcg
from ...engine.ecg.delineation.delineate import Delineator
from ...engine.ecg.fiducials import OFFSET, ONSET, PEAK, WAVES, Fiducials
from ...engine.ecg.signal import EcgSignal
from ..metrics import Estimate, wilson
from ..report import Line
from .score import POINT_NAMES, Matches, f1, match, pooled, score_record
from .simulated import annotated

NOISE_DB = (24.0, 18.0, 12.0, 6.0, 0.0)
NOISE_KINDS = ("emg", "wander", "mains", "motion")
RATES_HZ = (100.0, 125.0, 250.0, 360.0, 500.0, 1000.0)
RHYTHMS = (
    "sinus_rhythm", "extreme_bradycardia", "sinus_tachycardia", "paediatric_tachycardia",
    "premature_atrial_complex", "premature_ventricular_complex", "bigeminy",
    "nonsustained_ventricular_tachycardia", "atrial_fibrillation", "atrial_flutter",
    "av_block_1", "av_block_2_wenckebach", "av_block_2_mobitz_2", "av_block_complete",
    "junctional_rhythm", "lbbb", "rbbb", "paced_rhythm_atrial", "paced_rhythm_ventricular",
    "paced_rhythm_dual", "preexcitation", "low_qrs_voltage", "prolonged_qt",
)  # fmt: skip
SEED = 900_000
Find = Callable[[EcgSignal], Fiducials]


@dataclass(frozen=True, slots=True)
class Load:
    """How much is simulated for each row of a table."""

    records: int = 12


def stress_lines(
    delineator: Delineator, real: Sequence[AnnotatedEcg], *, load: Load | None = None
) -> list[Line]:
    """Measure everything that is measured on simulated truth, and noise on real records.

    Parameters
    ----------
    delineator : ready to run
    real : annotated records, for noise added to real ECGs
    load : how many records for each row
    """
    n = (load or Load()).records
    find = delineator.delineate
    lines = list(_rhythm_lines(find, n))
    lines += _rate_lines(find, n)
    lines += _noise_lines(find, n)
    return lines + list(_recovery_lines(find, real[: 2 * n]))


def _rhythm_lines(find: Find, n: int) -> Iterator[Line]:
    """Score each rhythm, and count what was invented for each beat."""
    for name in RHYTHMS:
        yield from _row(find, "rhythms", name.replace("_", " "), drawn(n, name))


def _rate_lines(find: Find, n: int) -> Iterator[Line]:
    for rate in RATES_HZ:
        records = drawn(n, "sinus_rhythm", sampling_rate_hz=rate)
        yield from _row(find, "sampling rates", f"{rate:g} Hz", records)


def _noise_lines(find: Find, n: int) -> Iterator[Line]:
    for kind in NOISE_KINDS:
        for decibel in NOISE_DB:
            records = drawn(n, "sinus_rhythm", noise=(Noise(kind, decibel),))
            yield from _row(find, "noise on simulated records", f"{kind} {decibel:g} dB", records)


def drawn(n: int, pathology: str, **fields: object) -> Iterator[SimulatedEcg]:
    """Simulate the same people for every row of a table.

    Parameters
    ----------
    n : number of people
    pathology : of the simulator
    fields : of its scenario
    """
    for i in range(n):
        generator = np.random.default_rng(SEED + i)
        yield simulate(sample_scenario(generator, pathology, **fields), seed=SEED + i)


def _row(find: Find, table: str, row: str, records: Iterable[SimulatedEcg]) -> Iterator[Line]:
    scores, beats, records_seen = [], 0, 0
    for record in records:
        scores.append(score_record(find(record.signal), annotated(record).waves))
        beats += len(record.truth.r_peaks_s)
        records_seen += 1
    every = {key: pooled([s[key] for s in scores]) for key in scores[0]}
    yield Line(table, row, "records", _plain(records_seen, records_seen))
    for wave in WAVES:
        peaks = every[wave, PEAK]
        marked = peaks.hits + peaks.missed
        label = wave.upper()
        yield Line(table, row, f"{label} found", wilson(peaks.hits, marked))
        invented = peaks.invented / 12 / max(beats, 1)
        yield Line(table, row, f"{label} invented per beat", _plain(invented, beats))
    for wave, point in (("p", ONSET), ("qrs", ONSET), ("qrs", OFFSET), ("t", OFFSET)):
        label = f"{wave.upper()} {POINT_NAMES[point]} error ms"
        yield Line(table, row, label, _spread(every[wave, point]))


def _spread(matches: Matches) -> Estimate:
    """Return the mean error with mean minus and plus one SD in the place of an interval."""
    if not matches.hits:
        return _plain(float("nan"), 0)
    mean, sd = float(matches.errors_ms.mean()), float(matches.errors_ms.std())
    return Estimate(mean, mean - sd, mean + sd, matches.hits, "mean, and mean -/+ one SD")


def _plain(value: float, n: int) -> Estimate:
    return Estimate(float(value), float(value), float(value), n, "counted")


def _recovery_lines(find: Find, real: Sequence[AnnotatedEcg]) -> Iterator[Line]:
    """Add noise to real records and compare with what the same tool finds without it."""
    clean = [find(record.signal) for record in real]
    for kind in NOISE_KINDS:
        for decibel in NOISE_DB:
            scores = [
                _against(find(noisy(record.signal, Noise(kind, decibel), seed=i)), clean[i])
                for i, record in enumerate(real)
            ]
            row = f"{kind} {decibel:g} dB"
            for wave in WAVES:
                for point in (ONSET, OFFSET):
                    matches = pooled([s[wave, point] for s in scores])
                    share = Estimate(f1(matches), f1(matches), f1(matches), matches.hits, "counted")
                    label = f"{wave.upper()} {POINT_NAMES[point]}"
                    yield Line("noise on real records", row, f"{label} recovered F1", share)


def noisy(signal: EcgSignal, noise: Noise, *, seed: int) -> EcgSignal:
    """Add simulated noise to a real twelve-lead record.

    Parameters
    ----------
    signal : twelve leads
    noise : kind and level
    seed : of the noise
    """
    generator = np.random.default_rng(seed)
    added = noise_mv((noise,), signal.twelve_mv(), signal.sampling_rate_hz, generator)
    return replace(signal, signal_mv=signal.twelve_mv() + added)


def _against(found: Fiducials, reference: Fiducials) -> dict[tuple[str, int], Matches]:
    """Score one result of the tool against another, over all leads."""
    ms, whole = 1000.0 / found.sampling_rate_hz, (float("-inf"), float("inf"))
    return {
        (wave, point): pooled(
            [
                match(
                    found.wave(wave).points[k, :, point],
                    reference.wave(wave).points[k, :, point],
                    whole,
                    ms,
                )
                for k in range(len(found.leads))
            ]
        )
        for wave in WAVES
        for point in (ONSET, OFFSET)
    }
