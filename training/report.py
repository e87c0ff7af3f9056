"""What a run measured, as flat lines: the one source of the model card and of the manifest."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from .metrics import Estimate

SCHEMA = "laennec.metrics/1"
_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Line:
    """One estimate of one table.

    Parameters
    ----------
    table : which table of the card it belongs to
    row : of whom or of what it speaks
    measure : its column
    estimate : the number, its interval, n and method
    cases : how many of the n are cases; None where that has no meaning
    """

    table: str
    row: str
    measure: str
    estimate: Estimate
    cases: int | None = None


def find(lines: Iterable[Line], table: str, row: str, measure: str) -> Line:
    """Return one line.

    Raises
    ------
    KeyError  if there is none
    """
    for line in lines:
        if (line.table, line.row, line.measure) == (table, row, measure):
            return line
    raise KeyError((table, row, measure))


def to_json(model_id: str, about: Mapping[str, Any], lines: Sequence[Line]) -> str:
    """Write a run's measurements; the same run always gives the same text.

    Parameters
    ----------
    model_id : ``<model>/<form>``
    about : plain facts of the run that the card prints
    lines : in the order of the card
    """
    rows = [_rounded(asdict(line)) for line in lines]
    document = {"schema": SCHEMA, "model": model_id, "about": dict(about), "lines": rows}
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def from_json(text: str) -> tuple[str, Mapping[str, Any], tuple[Line, ...]]:
    """Read what `to_json` wrote: model, facts, lines."""
    document = json.loads(text)
    lines = tuple(
        Line(
            table=row["table"],
            row=row["row"],
            measure=row["measure"],
            estimate=Estimate(**{k: _number(v) for k, v in row["estimate"].items()}),
            cases=row["cases"],
        )
        for row in document["lines"]
    )
    return document["model"], document["about"], lines


def _rounded(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Keep ten digits, and write "not estimable" as null."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None
    return value


def _number(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    return float("nan") if value is None else value
