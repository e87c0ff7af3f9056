"""What is counted of visits: how many, of what, where, in which month. Counts add up.

Two tallies are added by adding their counts, so neither the order of visits nor how they were cut
into files can change one. Values are counted at three significant figures; nobody is in a tally.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ....engine.fixedpoint import FloatArray, Int64Array
from ....engine.record import BoolArray

SCHEMA: Final = pa.schema(
    [
        ("kind", pa.string()),
        ("name", pa.string()),
        ("by", pa.string()),
        ("group", pa.string()),
        ("release", pa.string()),
        ("month", pa.int32()),
        ("value", pa.float64()),
        ("count", pa.int64()),
    ]
)
VISIT_KINDS: Final = ("visit", "urgency", "record")
"""What is counted of a visit as a whole: one or the other, by what was read."""

_KEYS: Final = ("kind", "name", "by", "group", "release", "month", "value")
SITE: Final = "site"
DEVICE: Final = "device"
ALL: Final = ""
EVERY_ITEM: Final = ""
"""The device of a visit that stands for every item which names none of its own."""

_FIGURES: Final = 3
_COMPACT_ROWS: Final = 200_000
NO_MONTH: Final = -1
_FIRST_MONTH, _LAST_MONTH = 1900 * 12, 2100 * 12 - 1
"""A month outside is of a mistyped year: one alone would add a thousand empty years to a report."""

_MOST_GROUPS: Final = 5_000
"""Beyond, a field holds something else than a site or device, and is no longer counted."""


@dataclass(frozen=True, slots=True, eq=False)
class Visits:
    """n visits: when and where.

    Attributes
    ----------
    month : int32 (n,), months since year 0; -1 where no day is known
    site : Arrow strings, null where not said; None where nobody says it
    devices : item -> Arrow strings; ``EVERY_ITEM`` for those that name no device of their own
    """

    month: Any
    site: Any = None
    devices: Mapping[str, Any] = field(default_factory=dict)

    def without_day(self, rows: BoolArray) -> "Visits":
        """Return the visits with no day where theirs can't be right."""
        return replace(self, month=np.where(rows, NO_MONTH, self.month))

    def groups(self, item: str | None) -> Iterable[tuple[str, Any]]:
        """Yield every way to part the visits: the dimension, and the group of each visit.

        Parameters
        ----------
        item : a measured item, which is parted by its own device; None parts by each device
        """
        if self.site is not None:
            yield SITE, self.site
        if item is None:
            for name, column in self.devices.items():
                yield DEVICE, _named(name, column)
        elif item in self.devices:
            yield DEVICE, _named(item, self.devices[item])
        elif EVERY_ITEM in self.devices:
            yield DEVICE, self.devices[EVERY_ITEM]


def _named(item: str, column: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    return pc.binary_join_element_wise(item, column, ": ") if item else column


@dataclass(frozen=True, slots=True)
class What:
    """What is counted.

    Attributes
    ----------
    kind : value, code, state, risk, answered, urgency, record, visit
    name : item, answer, finding
    release : of the models that answered; empty where no model has to do with it
    item : whose device parts the visits; None for what belongs to the visit as a whole
    """

    kind: str
    name: str = ""
    release: str = ""
    item: str | None = None


class Tally:
    """Counts that are added to; visits without a day are left out, and counted by kind."""

    def __init__(self) -> None:
        self._tables: list[Any] = []
        self._rows = 0
        self._undated: Counter[str] = Counter()
        self._groups: dict[str, set[str]] = {}

    def add(self, visits: Visits, what: What, value: FloatArray, where: BoolArray) -> None:
        """Count values of visits.

        Parameters
        ----------
        visits : n
        what : is counted
        value : shape (n,); NaN is not counted
        where : shape (n,), visits that count
        """
        dated = visits.month != NO_MONTH
        if what.kind in VISIT_KINDS:
            self._undated[what.kind] += int((where & ~dated).sum())
        here = where & np.isfinite(value) & dated
        if not here.any():
            return
        kept, rounded, month = pa.array(here), significant(value[here]), visits.month[here]
        self._take(what, (ALL, pa.repeat(pa.scalar(""), len(rounded))), (month, rounded))
        for by, group in visits.groups(what.item):
            self._take(what, (by, group.filter(kept)), (month, rounded))

    def _take(self, what: What, place: tuple[str, Any], counted: tuple[Any, FloatArray]) -> None:
        by, group = place
        month, value = counted
        seen = self._groups.setdefault(by, set())
        if len(seen) > _MOST_GROUPS:
            return
        seen.update(pc.unique(group).to_pylist())
        table = pa.table({"group": group, "month": pa.array(month, pa.int32()), "value": value})
        table = table.filter(pc.is_valid(table["group"]))
        found = table.group_by(["group", "month", "value"]).aggregate([([], "count_all")])
        n = found.num_rows
        columns = {
            "kind": pa.repeat(pa.scalar(what.kind), n),
            "name": pa.repeat(pa.scalar(what.name), n),
            "by": pa.repeat(pa.scalar(by), n),
            "group": found["group"],
            "release": pa.repeat(pa.scalar(what.release), n),
            "month": found["month"],
            "value": found["value"],
            "count": found["count_all"],
        }
        self.keep(pa.table([columns[f] for f in SCHEMA.names], schema=SCHEMA))

    @property
    def undated(self) -> int:
        """How many visits were left out as no day of theirs is known."""
        return max(self._undated.values(), default=0)

    def merge(self, other: "Tally") -> None:
        """Add the counts of another tally."""
        self._undated += other._undated
        self.keep(other.table())

    def keep(self, table: Any) -> None:  # noqa: ANN401 - pyarrow has no types
        """Add counts that stand in a table of ``SCHEMA``."""
        self._tables.append(table)
        self._rows += table.num_rows
        if self._rows > _COMPACT_ROWS:
            self._tables = [_added(self._tables)]
            # A tally that stays large is not added up again for every few rows.
            self._rows = -self._tables[0].num_rows

    def table(self) -> Any:  # noqa: ANN401 - pyarrow has no types
        """Return the counts in one order, whatever they were made from."""
        return _added(self._tables).sort_by([(key, "ascending") for key in _KEYS])


def _added(tables: list[Any]) -> Any:  # noqa: ANN401 - as above
    if not tables:
        return SCHEMA.empty_table()
    added = pa.concat_tables(tables).group_by(list(_KEYS)).aggregate([("count", "sum")])
    return added.rename_columns([*_KEYS, "count"]).cast(SCHEMA)


def significant(values: FloatArray) -> FloatArray:
    """Return values at three significant figures.

    >>> significant(np.array([5.678, 123.4, 0.0, -0.012345])).tolist()
    [5.68, 123.0, 0.0, -0.0123]
    """
    size = np.abs(values)
    places = _FIGURES - 1 - np.floor(np.log10(np.where(size > 0, size, 1.0)))
    up, down = 10.0 ** np.maximum(places, 0), 10.0 ** np.maximum(-places, 0)
    return np.asarray(np.round(values * up / down) * down / up + 0.0)


def month_of(days: Int64Array, known: BoolArray) -> Any:  # noqa: ANN401 - an int32 array
    """Return the month of days since 1970-01-01, counted from year 0; -1 where none is known.

    A year before 1900 or after 2099 is none.
    """
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 1970 * 12
    is_month = known & (months >= _FIRST_MONTH) & (months <= _LAST_MONTH)
    return np.where(is_month, months, NO_MONTH).astype(np.int32)


def month_text(month: int) -> str:
    """Return a month as it is written.

    >>> month_text(2025 * 12 + 2)
    '2025-03'
    """
    return f"{month // 12:04d}-{month % 12 + 1:02d}"
