"""Measures simulated records of each condition twice, and compares both with the truth."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ...datasets.simulator import Noise, SimulatedEcg
from ...engine.bundles.load import Models
from ...engine.ecg.classical import measure_classical
from ...engine.ecg.delineation.delineate import Delineator
from ...engine.ecg.fiducials import OFFSET, ONSET
from ...engine.ecg.measure import BeatTimes, measure_ecg
from ...engine.ecg.visit import ready_delineator
from ...training.ecg_delineation.agreement import lead_spread_ms
from ...training.ecg_delineation.stress import (
    NOISE_DB,
    NOISE_KINDS,
    RATES_HZ,
    RHYTHMS,
    SEED,
    drawn,
)
from ..errors import StudyError

NAMES: Final = ("rate", "qrs", "qt")
FEWEST: Final = 3
_TRUE: Final = {"rate": "rate_bpm", "qrs": "qrs_ms", "qt": "qt_ms"}
_NAN: Final = float("nan")


@dataclass(frozen=True, slots=True)
class Condition:
    """A row of the page.

    Parameters
    ----------
    group : ``rhythms``, ``sampling rates`` or ``noise``
    name : of the row
    pathology : of the simulator
    fields : of its scenario
    """

    group: str
    name: str
    pathology: str
    fields: Mapping[str, Any]


def conditions() -> Iterator[Condition]:
    """Return every condition, those of the delineator's card in their order."""
    for rhythm in RHYTHMS:
        yield Condition("rhythms", rhythm.replace("_", " "), rhythm, {})
    for rate in RATES_HZ:
        yield Condition("sampling rates", f"{rate:g} Hz", SINUS, {"sampling_rate_hz": rate})
    for kind in NOISE_KINDS:
        for decibel in NOISE_DB:
            noise = {"noise": (Noise(kind, decibel),)}
            yield Condition("noise", f"{kind} {decibel:g} dB", SINUS, noise)


SINUS: Final = "sinus_rhythm"


def run_study(models: Models, *, records: int) -> dict[str, Any]:
    """Measure every condition.

    Parameters
    ----------
    models : loaded models
    records : simulated people for each row

    Raises
    ------
    StudyError  if no delineator is loaded
    """
    ready = ready_delineator(models)
    if ready is None:
        raise StudyError(
            found="no ECG delineator is loaded",
            why="there is nothing whose agreement could be told",
            remedy="Check `laennec models list`",
            path="models",
        )
    delineator, reference = ready
    return {
        "schema": "laennec.ecg_agreement/1",
        "model": {"id": reference.id, "version": reference.version, "sha256": reference.sha256},
        "records": records,
        "seed": SEED,
        "rows": [_row(c, delineator, records) for c in conditions()],
    }


def _row(condition: Condition, delineator: Delineator, n: int) -> dict[str, Any]:
    made = drawn(n, condition.pathology, **condition.fields)
    return {"group": condition.group, "name": condition.name, **compare(seen(made, delineator))}


@dataclass(frozen=True, slots=True)
class Seen:
    """One record, measured by the network, by the second method, and as it is.

    Parameters
    ----------
    learned, classical, true : name of ``NAMES`` -> value, NaN where withheld or not defined
    spread_ms : boundary -> middle SD over leads
    """

    learned: Mapping[str, float]
    classical: Mapping[str, float]
    true: Mapping[str, float]
    spread_ms: Mapping[str, float]


def seen(records: Iterable[SimulatedEcg], delineator: Delineator) -> list[Seen]:
    """Measure records in both ways."""
    return [_seen(record, delineator) for record in records]


def _seen(record: SimulatedEcg, delineator: Delineator) -> Seen:
    found = delineator.delineate(record.signal)
    enough = found.n_beats >= FEWEST
    ours = measure_ecg(record.signal, BeatTimes.of(found)) if enough else None
    other, truth = measure_classical(record.signal), record.truth.measured
    true = {name: getattr(truth, _TRUE[name]) for name in NAMES}
    spreads = {"QRS onset": ("qrs", ONSET), "T offset": ("t", OFFSET)}
    return Seen(
        learned={name: _NAN if ours is None else ours.value(name) for name in NAMES},
        classical={name: other.value(name) for name in NAMES},
        true={name: _NAN if value is None else float(value) for name, value in true.items()},
        spread_ms={k: lead_spread_ms(found, w, p) for k, (w, p) in spreads.items()},
    )


def compare(every: Sequence[Seen]) -> dict[str, Any]:
    """Return counts, and mean and SD of each difference; None below three records.

    Parameters
    ----------
    every : the records of a condition
    """
    told: dict[str, Any] = {"n": len(every), "measures": {}}
    for name in NAMES:
        learned, classical, true = (
            np.array([getattr(one, source)[name] for one in every])
            for source in ("learned", "classical", "true")
        )
        told["measures"][name] = {
            "learned_withheld": int(np.isnan(learned).sum()),
            "classical_withheld": int(np.isnan(classical).sum()),
            "learned_minus_classical": _moments(learned - classical),
            "learned_minus_true": _moments(learned - true),
            "classical_minus_true": _moments(classical - true),
        }
    told["spread_ms"] = {
        name: _middle(np.array([one.spread_ms[name] for one in every]))
        for name in ("QRS onset", "T offset")
    }
    return told


def _moments(values: np.ndarray) -> dict[str, Any]:
    known = values[np.isfinite(values)]
    if len(known) < FEWEST:
        return {"n": len(known), "mean": None, "sd": None}
    return {"n": len(known), "mean": float(known.mean()), "sd": float(known.std())}


def _middle(values: np.ndarray) -> float | None:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) >= FEWEST else None
