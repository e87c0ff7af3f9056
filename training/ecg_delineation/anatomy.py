"""Where the errors of the cross-validation are: in few points that are far off, on which leads."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from ...engine.ecg.fiducials import OFFSET, ONSET, PEAK, WAVES
from ...engine.ecg.leads import TWELVE_LEADS
from ...engine.fixedpoint import FloatArray
from ..metrics import Estimate
from ..report import Line
from .judge import Judged
from .score import POINT_NAMES, Key, score_record

TABLE: Final = "where the errors are"
LEADS_TABLE: Final = "errors by lead"
FAR_MS: Final = 40.0
_MAD_TO_SD: Final = 1.4826
_SMALLEST: Final = 1e-12
Errors = Mapping[Key, Mapping[tuple[int, str], FloatArray]]


def anatomy_lines(judged: Judged) -> Iterator[Line]:
    """Tell how the squared error of each point is spread.

    Robust SD: 1.4826 times the median absolute deviation. Far off: beyond 40 ms. Between: SD of
    the mean error of a lead of a record, what a person and an annotator have in common; within:
    SD about that mean, over the beats of the lead.

    Parameters
    ----------
    judged : records with what was found by a network that had not seen them
    """
    errors = lead_errors(judged)
    for wave in WAVES:
        for point in (ONSET, PEAK, OFFSET):
            parts = list(errors[wave, point].values())
            if parts:
                row = f"{wave.upper()} {POINT_NAMES[point]}"
                for measure, value in spread_of(parts).items():
                    yield Line(TABLE, row, measure, _counted(value, sum(map(len, parts))))
    for key, row in _BY_LEAD.items():
        yield from _lead_lines(errors[key], row)


def lead_errors(judged: Judged) -> Errors:
    """Return the errors of each point, by record and lead, milliseconds."""
    keys = [(w, p) for w in WAVES for p in POINT_NAMES]
    found: dict[Key, dict[tuple[int, str], FloatArray]] = {key: {} for key in keys}
    for i, (record, waves) in enumerate(zip(judged.records, judged.found, strict=True)):
        for lead, marks in record.waves.items():
            for key, matches in score_record(waves, {lead: marks}).items():
                if matches.hits:
                    found[key][i, lead] = matches.errors_ms
    return found


def spread_of(parts: Sequence[FloatArray]) -> dict[str, float]:
    """Describe the errors of one kind of point.

    Parameters
    ----------
    parts : errors of each lead of each record, milliseconds
    """
    every, means = np.concatenate(parts), np.array([p.mean() for p in parts])
    sizes = np.array([len(p) for p in parts])
    far = np.abs(every) > FAR_MS
    total = float((every**2).sum())
    within = np.concatenate([p - p.mean() for p in parts])
    middle = float(np.average(means, weights=sizes))
    return {
        "SD ms": float(every.std()),
        "robust SD ms": _MAD_TO_SD * float(np.median(np.abs(every - np.median(every)))),
        "share far off": float(far.mean()),
        "their share of squared error": float((every[far] ** 2).sum()) / max(total, _SMALLEST),
        "SD between leads of records ms": float(
            np.sqrt(np.average((means - middle) ** 2, weights=sizes))
        ),
        "SD within ms": float(within.std()),
    }


def _lead_lines(parts: Mapping[tuple[int, str], FloatArray], row: str) -> Iterator[Line]:
    for lead in TWELVE_LEADS:
        mine = [errors for (_, name), errors in parts.items() if name == lead]
        if mine:
            every = np.concatenate(mine)
            yield Line(LEADS_TABLE, row, f"{lead} ms", _counted(float(every.std()), len(every)))


def _counted(value: float, n: int) -> Estimate:
    return Estimate(value, value, value, n, "counted")


_BY_LEAD: Final[Mapping[Key, str]] = {
    ("p", ONSET): "P onset, SD",
    ("p", OFFSET): "P offset, SD",
    ("qrs", ONSET): "QRS onset, SD",
    ("qrs", PEAK): "QRS peak, SD",
    ("qrs", OFFSET): "QRS offset, SD",
    ("t", OFFSET): "T offset, SD",
}
