"""Counts that may leave the house: none between 1 and 10, and none that a subtraction would give.

The manifest has exact counts and stays beside the result; ``aggregate.json`` is for everybody else.
What is printed may end in a log, so there too no group by reason can be read.
"""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow.compute as pc
import pyarrow.parquet as pq

from .parts import PARTS, disclaimers

AGGREGATE_FILE: Final = "aggregate.json"
AGGREGATE_SCHEMA: Final = "laennec.batch_aggregate/2"
SMALLEST_SHOWN: Final = 11
LAST_HIDDEN: Final = SMALLEST_SHOWN - 1
HIDDEN: Final = f"<{SMALLEST_SHOWN}"
_COUNTED: Final = ("status", "urgency")


def suppressed(counts: Mapping[str, int]) -> dict[str, int | str]:
    """Return counts of one whole in which no group of 1 to 10 people can be read or worked out.

    What is hidden is the whole less what is shown, so the smallest of the others are hidden too
    until that rest is above 10, and leaves each small group more than one number.

    >>> suppressed({"high": 4, "low": 900, "intermediate": 70})
    {'high': '<11', 'low': 900, 'intermediate': 'hidden'}
    >>> suppressed({"U0": 1, "U1": 1, "U2": 105, "U3": 237})
    {'U0': '<11', 'U1': '<11', 'U2': 'hidden', 'U3': 237}
    >>> suppressed({"high": 10, "low": 10})
    {'high': 'hidden', 'low': 'hidden'}
    """
    small = [name for name, n in counts.items() if 0 < n < SMALLEST_SHOWN]
    shown = sorted((n, name) for name, n in counts.items() if n >= SMALLEST_SHOWN)
    few = sum(counts[name] for name in small)
    beside: list[str] = []
    spare = 0
    while small and shown and not _is_open(few, len(small), spare, is_alone=not beside):
        n, name = shown.pop(0)
        beside.append(name)
        spare += n - SMALLEST_SHOWN
    is_open = _is_open(few, len(small), spare, is_alone=not beside)
    low = HIDDEN if is_open or (few < SMALLEST_SHOWN and not beside) else "hidden"
    return {
        name: low if name in small else "hidden" if name in beside else n
        for name, n in counts.items()
    }


def _is_open(few: int, groups: int, spare: int, *, is_alone: bool) -> bool:
    """Say whether each of some hidden small groups may be of more than one number.

    Parameters
    ----------
    few : people in the small groups
    groups : how many small groups
    spare : people above 11 in the larger groups that are hidden with them
    is_alone : no larger group is hidden with them
    """
    if is_alone:
        return few >= SMALLEST_SHOWN and groups < few < groups * (SMALLEST_SHOWN - 1)
    return few + spare > groups


def printable(counts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the counts of a run as they are printed: small groups by reason suppressed.

    Rows in, scored, not assessable and refused stay exact: that they add up shows that no row was
    lost, and they say of nobody what was found.

    >>> printable({"in": 9, "refused": 2, "refused_by_reason": {"identifier_missing": 2}})
    {'in': 9, 'refused': 2, 'refused_by_reason': {'identifier_missing': '<11'}}
    """
    return {
        name: suppressed(value) if isinstance(value, Mapping) else value
        for name, value in counts.items()
    }


def aggregate(out: Path) -> dict[str, Any]:
    """Return how many rows have which status, urgency and band, small groups suppressed.

    A person with several visits is several rows.
    """
    counts: dict[str, Counter[str]] = {}
    rows = 0
    for path in sorted((out / PARTS).glob("part-*.parquet")):
        with pq.ParquetFile(path) as part:
            names = part.schema_arrow.names
            wanted = [n for n in names if n in _COUNTED or n.endswith("_band")]
            table = part.read(columns=wanted)
        rows += table.num_rows
        for name in wanted:
            for row in pc.value_counts(table.column(name)).to_pylist():
                counts.setdefault(name, Counter())[row["values"] or "none"] += row["counts"]
    return {
        "schema": AGGREGATE_SCHEMA,
        "result": "unconfirmed",
        "disclaimer": disclaimers(),
        "suppressed_below": SMALLEST_SHOWN,
        "rows": suppressed({"rows": rows})["rows"],
        "counts": {name: suppressed(dict(sorted(found.items()))) for name, found in counts.items()},
    }
