"""The year's plan: whom to call first, and how many people stand where.

Pure: people and settings in, numbers out; no clock, file or language.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ....engine.errors import DataError
from ....engine.prediagnosis import URGENCIES
from ...batch.result.aggregate import HIDDEN, SMALLEST_SHOWN, suppressed
from ...batch.table.status import MEASURED
from ..earlier_signs import SIGN
from ..last_visits import NONE, UNKNOWN_DAY, WAITS_FOR_NO_INTERVAL
from ..overlap import BoolArray, is_told
from ..people import EARLIER, LEFT_OUT, NOT_SCREENED, UNDATED, PlanPeople
from .settings import PlanSettings

FloatArray = npt.NDArray[np.float64]
Int64Array = npt.NDArray[np.int64]

BAND_ORDER: Final = (SIGN, "high", "intermediate", "not_assessable", MEASURED, "low", NOT_SCREENED)
BEYOND: Final = "beyond_capacity"
_DAYS_A_MONTH: Final = 30.4375
_EPOCH: Final = date(1970, 1, 1)
_NEXT_VISIT: Final = URGENCIES.index("U3")


@dataclass(frozen=True, slots=True, eq=False)
class CallList:
    """Who is called, in order.

    Attributes
    ----------
    order : int64 (m,), rows of the people, first call first
    overdue_days : int64 (n,), days since each person was due; negative before that day
    is_left_out : bool (n,), not called as screening is not for them
    is_tested : bool (n,), within the capacity; every one who is called where there is no limit
    """

    order: Int64Array
    overdue_days: Int64Array
    is_left_out: BoolArray
    is_tested: BoolArray


def call_list(
    people: PlanPeople, settings: PlanSettings, today: date, capacity: int | None = None
) -> CallList:
    """Order the people who are due: by urgency, then band, then how long overdue, then risk.

    A measured sign of diabetes comes before a model's risk of the same urgency: one of the last
    visit, and what an earlier visit said, which is called like U2, as that visit itself was.
    A person with U0 to U2 is due whatever the band, and the days overdue count from the visit.
    U3 asks for something at the next visit, which comes by itself: it makes nobody due and moves
    nobody up. A visit without a day is due today. Somebody who is not screened is called with U0
    to U2 only.

    Parameters
    ----------
    capacity : calls of the year; the list stays whole and says who is within it
    """
    rank, months = _ranks(people, settings.interval_months())
    months = np.where(people.urgency <= WAITS_FOR_NO_INTERVAL, 0.0, months)
    number = (today - _EPOCH).days
    known = people.day != UNKNOWN_DAY
    waited = np.where(known, number - np.where(known, people.day, 0), 0)
    overdue = waited - np.round(months * _DAYS_A_MONTH).astype(np.int64)
    waits = people.urgency > WAITS_FOR_NO_INTERVAL
    left_out = (rank == BAND_ORDER.index(NOT_SCREENED)) & waits
    due = ((overdue >= 0) | ~waits) & ~left_out
    is_sign = rank == BAND_ORDER.index(SIGN)
    urgency = np.where(waits, np.where(is_sign, WAITS_FOR_NO_INTERVAL, NONE), people.urgency)
    rank = np.where(people.is_measured, BAND_ORDER.index(SIGN), rank)
    keys = (_name_order(people), -np.nan_to_num(people.risk), -overdue, rank, urgency)
    order = np.lexsort(keys)
    order = order[due[order]]
    tested = np.zeros(people.n, dtype=np.bool_)
    tested[order[: len(order) if capacity is None else capacity]] = True
    return CallList(order, overdue, left_out, tested)


def later_visits(people: PlanPeople, today: date) -> dict[str, int | str]:
    """Return of how many people the last visit is after the day that is counted from.

    Raises
    ------
    DataError  if it is that of everybody whose visit has a day
    """
    known = people.day != UNKNOWN_DAY
    later = int((people.day[known] > (today - _EPOCH).days).sum())
    if later and later == int(known.sum()):
        raise DataError(
            found=f"the day {today.isoformat()}, which is before every visit of the result",
            why="nobody would be overdue, and the list would look like one of that day",
            remedy="Give --on a day from the last visits on, or leave it out for today",
            path="--on",
        )
    return suppressed({"later": later, "other": people.n - later})


def _name_order(people: PlanPeople) -> Int64Array:
    import pyarrow.compute as pc  # noqa: PLC0415 - ordering texts only

    who = pc.coalesce(people.person_id, people.row)
    rank: Int64Array = pc.rank(who).to_numpy().astype(np.int64)
    return rank


def _ranks(people: PlanPeople, months: Mapping[str, float]) -> tuple[Int64Array, FloatArray]:
    place = {band: i for i, band in enumerate(BAND_ORDER)}
    bands = people.band.to_pylist()
    rank = np.array([place[band] for band in bands], dtype=np.int64)
    return rank, np.array([months.get(band, 0.0) for band in bands], dtype=np.float64)


def counts(people: PlanPeople, calls: CallList, capacity: int | None = None) -> dict[str, Any]:
    """Return how many people stand where, groups of 1 to 10 suppressed."""
    unnamed = {"urgent": people.person_id.null_count, "other": people.unnamed}
    told = told_calls(people, calls, capacity)
    return {
        "people": suppressed({"people": people.n})["people"],
        "without_person": suppressed(unnamed),
        "urgency": suppressed(_by_urgency(people)),
        "urgent_at_another_visit": _elsewhere(people),
        "band": suppressed(_by_band(people)),
        "calls": {name: told[name] for name in ("called", "not_called")},
        "not_called": _not_called(people, calls, told["not_called"]),
        "left_out": _left_out(people, calls),
        "capacity": {name: told[name] for name in ("within_capacity", BEYOND)},
    }


def _called(people: PlanPeople, calls: CallList, *, of: bool = True) -> BoolArray:
    """Return bool (n,), who is called; who is not where ``of`` is False."""
    rows = np.full(people.n, not of)
    rows[calls.order] = of
    return rows


def _by_urgency(people: PlanPeople, kept: BoolArray | None = None) -> dict[str, int]:
    urgency = people.urgency if kept is None else people.urgency[kept]
    return {u: int((urgency == i).sum()) for i, u in enumerate((*URGENCIES, "none"))}


def _by_band(people: PlanPeople, kept: BoolArray | None = None) -> dict[str, int]:
    bands = people.band if kept is None else people.band.take(np.flatnonzero(kept))
    said = bands.to_pylist()
    return {band: said.count(band) for band in BAND_ORDER}


def told_calls(
    people: PlanPeople, calls: CallList, capacity: int | None = None
) -> dict[str, int | str]:
    """Return the counts of calls; hidden too where a count beside them leaves 1 to 10 people.

    Everybody of U0 to U2 is called, and so is the whole of some bands: called less these are the
    others who are called. None of some bands is called: the same of those who are not. Where all
    who are not called are of one kind, the calls tell what that kind's count would.
    """
    everybody, called = _by_band(people), _by_band(people, _called(people, calls))
    bands, urgency = suppressed(everybody), suppressed(_by_urgency(people))
    whole = _shown(bands, [b for b in BAND_ORDER if called[b] == everybody[b]])
    none = _shown(bands, [b for b in BAND_ORDER if not called[b]])
    pressing = _shown(urgency, URGENCIES[: WAITS_FOR_NO_INTERVAL + 1])
    n = len(calls.order)
    left = (n - whole, n - pressing, people.n - n - none)
    advised = int((_called(people, calls, of=False) & (people.urgency == _NEXT_VISIT)).sum())
    is_of_one_kind = advised in (0, people.n - n)
    is_open = all(is_told(one) for one in left) and not (
        is_of_one_kind and _tells_of_few_called(people, calls)
    )
    return call_counts(people.n, n, capacity, is_open=is_open)


def _shown(told: Mapping[str, int | str], names: Sequence[str]) -> int:
    return sum(n for n in (told[name] for name in names) if isinstance(n, int))


def _elsewhere(people: PlanPeople) -> dict[str, int | str]:
    """Return of how many people the urgency is that of another visit than the last."""
    where = people.elsewhere.to_pylist()
    there = {name: where.count(name) for name in (EARLIER, UNDATED)}
    told = suppressed({**there, "last": people.n - sum(there.values())})
    return {name: told[name] for name in there}


def _not_called(people: PlanPeople, calls: CallList, not_called: int | str) -> dict[str, int | str]:
    """Return how many of those who are not called are advised at the next visit (U3).

    Hidden too where that tells of 1 to 10 people who are called (`_tells_of_few_called`).
    """
    waiting = _by_urgency(people, _called(people, calls, of=False))
    advised = waiting[URGENCIES[_NEXT_VISIT]]
    told = suppressed(
        {"advice_at_next_visit": advised, "nothing_asked": sum(waiting.values()) - advised}
    )
    if isinstance(not_called, int) and not _tells_of_few_called(people, calls):
        return told
    return {name: count and "hidden" for name, count in told.items()}


def _tells_of_few_called(people: PlanPeople, calls: CallList) -> bool:
    """Say whether the counts of those who are not called tell of 1 to 10 who are.

    Of a level that is shown they leave those of it who are called. Called less all these are the
    called of the levels that are hidden, so where one is they are hidden too: U1 was called less U2
    less the called of U3.
    """
    called = _by_urgency(people, _called(people, calls))
    told = suppressed(_by_urgency(people))
    shown = [called[level] for level, n in told.items() if isinstance(n, int)]
    return len(shown) < len(told) or not all(is_told(n) for n in shown)


def _around(counts: Mapping[str, int], names: Sequence[str]) -> int:
    """Return how many are in some parts of a whole, and in all others that are hidden with one."""
    told = suppressed(counts)
    hidden = [name for name, n in told.items() if not isinstance(n, int)]
    with_them = hidden if set(hidden) & set(names) else []
    return sum(counts[name] for name in {*names, *with_them})


def _left_out(people: PlanPeople, calls: CallList) -> dict[str, int | str]:
    """Return how many are left out, and why; hidden where that tells of 1 to 10 people.

    They lie in the band that is not screened, with those of it who are urgent, in those who are not
    called, with those who are not due, and in everybody; where their band or their level is hidden,
    in all that is hidden beside it.
    """
    rows = np.flatnonzero(calls.is_left_out)
    reasons = [people.status_reason[i].as_py() for i in rows]
    exact = {reason: reasons.count(reason) for reason in LEFT_OUT}
    others = (
        _around(_by_band(people), (NOT_SCREENED,)) - len(rows),
        _around(_by_urgency(people), (URGENCIES[_NEXT_VISIT], "none")) - len(rows),
        people.band.to_pylist().count(NOT_SCREENED) - len(rows),
        people.n - len(calls.order) - len(rows),
        people.n - len(rows),
    )
    if all(n == 0 or n >= SMALLEST_SHOWN for n in (len(rows), *others)):
        return {"left_out": len(rows), **suppressed(exact)}
    return {name: "hidden" if n else n for name, n in {"left_out": len(rows), **exact}.items()}


def call_counts(
    n: int, called: int, capacity: int | None, *, is_open: bool = True
) -> dict[str, int | str]:
    """Return the counts of calls: everybody falls into within, beyond the capacity, and not called.

    Where one of them is 1 to 10 all others are hidden with it: their sum is known. A capacity that
    is reached is known from the start, so it is shown.

    Parameters
    ----------
    is_open : no count beside them leaves 1 to 10 people

    >>> call_counts(900, 898, 200)["within_capacity"], call_counts(900, 898, 200)["called"]
    (200, 'hidden')
    >>> call_counts(20, 10, None)["called"]
    'hidden'
    """
    within = called if capacity is None else min(called, capacity)
    exact = {
        "called": called,
        "not_called": n - called,
        "within_capacity": within,
        BEYOND: called - within,
    }
    small = {name for name, count in exact.items() if 0 < count < SMALLEST_SHOWN}
    if is_open and not small:
        return {**exact}
    both = {"called", "not_called"} <= small and n >= SMALLEST_SHOWN
    named = small if is_open and not both else small & {BEYOND}
    told: dict[str, int | str] = {n: HIDDEN if n in named else "hidden" for n in exact}
    if capacity is not None and within == capacity and within >= SMALLEST_SHOWN:
        told["within_capacity"] = within
    return told
