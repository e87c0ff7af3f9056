"""From counts to series: every measure by place and release, month by month."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np

from ....engine.prediagnosis import URGENCIES
from ....engine.record import ItemState
from .index import Counted
from .tally import ALL, DEVICE, VISIT_KINDS

INPUT: Final = "input"
RISK: Final = "risk"
MISSING: Final = "missing"
REFUSED_VALUE: Final = "refused_value"
SUSPECT_VALUE: Final = "suspect_value"
NOT_ASSESSABLE: Final = "not_assessable"
REFUSED_RECORD: Final = "refused_record"
URGENCY: Final = "urgency"
OVERRIDE: Final = "override"
MEASURES: Final = (
    URGENCY, RISK, NOT_ASSESSABLE, OVERRIDE, INPUT, MISSING, REFUSED_VALUE, SUSPECT_VALUE,
    REFUSED_RECORD,
)  # fmt: skip
"""In printed order."""

_PSI: Final[Mapping[str, str]] = {"value": INPUT, "code": INPUT, "risk": RISK}
_VALUE_CODES: Final[Mapping[str, int]] = {
    REFUSED_VALUE: int(ItemState.REFUSED),
    SUSPECT_VALUE: int(ItemState.SUSPECT),
}
_INPUT_KINDS: Final = ("state", "code", "value")


class Place(NamedTuple):
    """Of what a series is.

    Parameters
    ----------
    measure : one of ``MEASURES``
    name : item, answer, finding, urgency
    by, group : the dimension and the site or device; both empty for everybody
    release : of the models; empty where no model has to do with it
    """

    measure: str
    name: str
    by: str = ALL
    group: str = ""
    release: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """One series before it is judged.

    Attributes
    ----------
    place : of what
    values : month -> counted values, of a distribution; None for a share
    shares : month -> how many of how many, of a share; None for a distribution
    is_code : the values are codes, not numbers
    """

    place: Place
    values: Mapping[int, Counted] | None = None
    shares: Mapping[int, tuple[int, int]] | None = None
    is_code: bool = False


class _Key(NamedTuple):
    kind: str
    name: str
    by: str
    group: str
    release: str


_Cells = Mapping[_Key, Mapping[int, Counted]]


def cells_of(table: Any) -> _Cells:  # noqa: ANN401 - pyarrow has no types
    """Return the counts of a tally by what they are of and month."""
    if not table.num_rows:
        return {}
    names = [table[c].to_numpy(zero_copy_only=False) for c in _Key._fields]
    month, value, count = (table[c].to_numpy() for c in ("month", "value", "count"))
    changed = np.zeros(len(month), dtype=np.bool_)
    changed[0] = True
    for column in (*names, month):
        changed[1:] |= column[1:] != column[:-1]
    starts = np.flatnonzero(changed)
    ends = np.append(starts[1:], len(month))
    cells: dict[_Key, dict[int, Counted]] = {}
    for start, end in zip(starts, ends, strict=True):
        key = _Key(*(str(column[start]) for column in names))
        counted = Counted(value[start:end], count[start:end])
        cells.setdefault(key, {})[int(month[start])] = counted
    return cells


def series_of(cells: _Cells) -> Iterator[Counts]:
    """Yield every series of a tally, in the order of their places."""
    found = [*_distributions(cells), *_shares(cells), *_missing(cells)]
    yield from sorted(found, key=lambda one: (MEASURES.index(one.place.measure), one.place))


def visits_by_month(cells: _Cells) -> Mapping[int, int]:
    """Return how many visits there are in each month: those that were counted in any way."""
    found: dict[int, int] = {}
    for key, months in cells.items():
        if key.by == ALL and key.kind in VISIT_KINDS:
            for month, counted in months.items():
                found[month] = max(found.get(month, 0), counted.n)
    return found


def _distributions(cells: _Cells) -> Iterator[Counts]:
    for key, months in cells.items():
        if key.kind in _PSI:
            place = Place(_PSI[key.kind], key.name, key.by, key.group, key.release)
            yield Counts(place, values=months, is_code=key.kind == "code")


def _shares(cells: _Cells) -> Iterator[Counts]:
    for key, months in cells.items():
        for measure, name, codes in _share_codes(key):
            place = Place(measure, name, key.by, key.group, key.release)
            yield Counts(place, shares={m: _of(c, codes) for m, c in months.items()})


def _share_codes(key: _Key) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    """Yield the shares that a kind of count gives: measure, name, and the codes that count."""
    name = key.name
    known: Mapping[str, list[tuple[str, str, tuple[int, ...]]]] = {
        "state": [(measure, name, (code,)) for measure, code in _VALUE_CODES.items()],
        "item": [(name, "any", (1,))],
        "answered": [(NOT_ASSESSABLE, name, (0,))],
        "record": [(REFUSED_RECORD, "", (1,))],
        "decision": [(OVERRIDE, name, (1, 2))],
        "urgency": [(URGENCY, level, (code,)) for code, level in enumerate(URGENCIES)],
    }
    yield from known.get(key.kind, ())


def _of(counted: Counted, codes: tuple[int, ...]) -> tuple[int, int]:
    return int(counted.count[np.isin(counted.value, codes)].sum()), counted.n


def _missing(cells: _Cells) -> Iterator[Counts]:
    """Yield the share of visits without an item, also of months in which nobody has it.

    A device is known only of what was measured, so nothing is missing by device.
    """
    visits = {(k.by, k.group): m for k, m in cells.items() if k.kind == "visit" and k.by != DEVICE}
    present: dict[str, dict[tuple[str, str], Mapping[int, Counted]]] = {}
    for key, months in cells.items():
        has_state = _Key("state", *key[1:]) in cells
        if key.kind in _INPUT_KINDS and not (key.kind == "value" and has_state):
            present.setdefault(key.name, {})[key.by, key.group] = months
    for name, places in present.items():
        for (by, group), months in visits.items():
            have = places.get((by, group), {})
            shares = {m: (c.n - _n(have.get(m)), c.n) for m, c in months.items()}
            yield Counts(Place(MISSING, name, by, group), shares=shares)


def _n(counted: Counted | None) -> int:
    return 0 if counted is None else counted.n
