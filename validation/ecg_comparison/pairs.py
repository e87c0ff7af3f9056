"""Pairs of recordings: one person twice, with and without a change, and two people."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from ...datasets.simulator import EcgScenario, Noise, sample_scenario, simulate
from ...datasets.sources.challenge12 import diagnoses, read_challenge12
from ...datasets.sources.ecg_files import AnnotatedEcg
from ...engine.ecg.leads import CHEST_LEADS, LIMB_LEADS
from ...engine.ecg.measure.reference import Person
from ...engine.ecg.signal import EcgSignal
from ...engine.fixedpoint import FloatArray

SECONDS: Final = 10.0
GAP_S: Final = 20.0
SINUS: Final = "sinus_rhythm"
# What a day changes in the same heart, one SD; what new electrodes change: place and gain.
DAY: Final = {"rate_bpm": 8.0, "pr_ms": 6.0, "qtc_ms": 8.0}
SHIFT_SD: Final = 0.09
CHEST_GAIN_SD: Final = 0.06
LIMB_GAIN_SD: Final = 0.05
RATES_BPM: Final = (52.0, 98.0)
LEAST_PQ_MS: Final = 10.0
LONGEST_PR_MS: Final = 190.0
NOISE: Final = (Noise("emg", 24.0), Noise("wander", 18.0))


@dataclass(frozen=True, slots=True, eq=False)
class SignalPair:
    """Two recordings in the order in which they were made."""

    earlier: EcgSignal
    later: EcgSignal
    person: Person
    name: str = ""


def cut(signal: EcgSignal, start_s: float, seconds: float = SECONDS) -> EcgSignal:
    """Return a stretch of a recording."""
    fs = signal.sampling_rate_hz
    samples = signal.signal_mv[:, round(start_s * fs) : round((start_s + seconds) * fs)]
    return replace(signal, signal_mv=samples)


def moved_electrodes(signal: EcgSignal, rng: np.random.Generator) -> EcgSignal:
    """Return a recording with chest electrodes a little elsewhere, and other gains of the skin."""
    mixed = signal.signal_mv.copy()
    first = len(LIMB_LEADS)
    chest = signal.signal_mv[first:]
    shifts = np.clip(rng.normal(0.0, SHIFT_SD, len(CHEST_LEADS)), -0.5, 0.5)
    gains = np.exp(rng.normal(0.0, CHEST_GAIN_SD, len(CHEST_LEADS)))
    for k, shift in enumerate(shifts):
        beside = int(np.clip(k + (1 if shift > 0 else -1), 0, len(CHEST_LEADS) - 1))
        part = abs(float(shift))
        mixed[first + k] = gains[k] * ((1 - part) * chest[k] + part * chest[beside])
    mixed[:first] *= np.exp(rng.normal(0.0, LIMB_GAIN_SD))
    return replace(signal, signal_mv=mixed)


def _another_day(asked: EcgScenario, rng: np.random.Generator) -> EcgScenario:
    """Return the same heart on another day."""
    moved = {name: float(rng.normal(0.0, sd)) for name, sd in DAY.items()}
    rate = float(np.clip(asked.rate_bpm + moved["rate_bpm"], *RATES_BPM))
    lowest = asked.p_ms + LEAST_PQ_MS
    pr = float(np.clip(asked.pr_ms + moved["pr_ms"], lowest, max(lowest, LONGEST_PR_MS)))
    return replace(asked, rate_bpm=rate, pr_ms=pr, qtc_ms=asked.qtc_ms + moved["qtc_ms"])


def _drawn(seed: int, pathology: str) -> EcgScenario:
    drawn = sample_scenario(np.random.default_rng(seed), pathology, noise=NOISE)
    return replace(drawn, duration_s=2 * SECONDS + GAP_S)


def simulated_pair(seed: int, earlier: str, later: str) -> SignalPair:
    """Return one simulated person recorded twice: the same torso, other beats and noise.

    Parameters
    ----------
    seed : who it is
    earlier, later : names of pathologies; where they are one, the same heart on another day
    """
    rng = np.random.default_rng([seed, 1])
    first = _drawn(seed, earlier)
    if earlier == later:
        second = first if later != SINUS else _another_day(first, rng)
    else:
        second = _drawn(seed + 1, later)
        second = replace(
            second,
            person_variation=first.person_variation,
            sex=first.sex,
            age_years=first.age_years,
        )
    before = cut(simulate(first, seed=seed).signal, 0.0)
    after = cut(simulate(second, seed=seed).signal, SECONDS + GAP_S)
    person = Person(first.sex, first.age_years)
    return SignalPair(before, moved_electrodes(after, rng), person, f"{earlier} {seed}")


def simulated_pairs(earlier: str, later: str, *, n: int, seed: int) -> Iterator[SignalPair]:
    """Yield simulated people, each recorded twice."""
    return (simulated_pair(seed + 10 * k, earlier, later) for k in range(n))


def permuted(signal: EcgSignal, order: Sequence[tuple[str, float]], first: int) -> EcgSignal:
    """Return a recording whose leads appear in others, with a sign."""
    rows = [signal.leads.index(name) for name, _ in order]
    sign: FloatArray = np.array([s for _, s in order])
    mixed = signal.signal_mv.copy()
    mixed[first : first + len(rows)] = sign[:, None] * signal.signal_mv[rows]
    return replace(signal, signal_mv=mixed)


def long_record_pairs(folder: Path) -> Iterator[SignalPair]:
    """Yield disjoint stretches of the long records of the challenge set, the same minute.

    The first stretch of each half is left out of no record: n stretches make n // 2 pairs.
    """
    for record in read_challenge12(folder):
        stretches = int(record.signal.duration_s // SECONDS)
        for k in range(stretches // 2):
            later = (k + stretches // 2) * SECONDS
            yield SignalPair(
                cut(record.signal, k * SECONDS), cut(record.signal, later), person_of(record),
                record.record,
            )  # fmt: skip


def different_people(folder: Path, *, n: int) -> Iterator[SignalPair]:
    """Yield pairs of two people in sinus rhythm: what a wrong file would look like."""
    found = [r for r in read_challenge12(folder) if {"NSR"} <= diagnoses(r)]
    for one, other in zip(found[::2][:n], found[1::2][:n], strict=False):
        names = f"{one.record} {other.record}"
        yield SignalPair(_first(one), _first(other), person_of(other), names)


def _first(record: AnnotatedEcg) -> EcgSignal:
    return cut(record.signal, 0.0)


def person_of(record: AnnotatedEcg) -> Person:
    """Return sex and age of a record."""
    sex, age = record.labels.get("sex", "").lower(), record.labels.get("age", "")
    known = sex if sex in ("female", "male") else None
    return Person(known, float(age) if age.isdigit() else None)
