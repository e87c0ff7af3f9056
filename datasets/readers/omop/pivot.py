"""From the events of some people to one row a person: the latest visit, and what was known then."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ....engine.fixedpoint import Int64Array
from ....engine.record import BoolArray
from ....engine.vocabulary import Vocabulary, load_vocabulary
from ..tables.dates import completed_years
from .concepts import ConceptSet
from .events import NO_UNIT
from .visits import days_of_visits, sites_of_people

Days = npt.NDArray[np.datetime64]

READINGS: Final = 2
SITE: Final = "site"
_HOURS_A_DAY: Final = 24
SEXES: Final = ("female", "male", None)


@dataclass(frozen=True, slots=True)
class Kinds:
    """What the numbers of events stand for."""

    slots: tuple[str, ...]
    units: tuple[str, ...]
    questions: tuple[ConceptSet, ...]


def quantity_name(slot: str, ucum: str, reading: int) -> str:
    """Return the name of a column of reported values.

    >>> quantity_name("waist", "cm", 1)
    'waist [cm] 1'
    """
    return f"{slot} [{ucum}] {reading}"


@dataclass(frozen=True, slots=True)
class Events:
    """What is known of some people, as tables: measurements, answers, visits."""

    measured: Any
    answers: Any
    visits: Any


def rows_of(people: Any, known: Events, kinds: Kinds) -> tuple[Any, Counter[str]]:  # noqa: ANN401 - pyarrow has no types
    """Return one row a person, in the order of their ids, and what became of each event.

    The visit is the latest one at which anything was measured: its day is that on which it began,
    or the day of the measurement where that names no visit of one day (``visits.py``). Of each
    item the readings of its latest day count, at most two, where that day is recent enough for the
    item (the vocabulary's freshness).
    """
    events = known.measured
    counts: Counter[str] = Counter()
    people = _once(people, counts)
    ids = people.column("person").to_numpy()
    at, mine = _positions(events.column("person").to_numpy(), ids)
    counts["person_unknown"] += int((~mine).sum())
    events, at = events.filter(pa.array(mine)), at[mine]
    began, site = days_of_visits(events, known.visits, counts)
    day = began.astype("datetime64[D]")
    visit = np.full(len(ids), np.iinfo(np.int32).min, dtype=np.int64)
    np.maximum.at(visit, at, day.astype(np.int64))
    has_visit = visit > np.iinfo(np.int32).min
    visit_day = np.where(has_visit, visit, 0).astype("datetime64[D]")
    columns = {
        "person_id": pa.array(ids).cast(pa.string()),
        "visit_date": pa.array(visit_day, pa.date32(), mask=~has_visit),
        **_ages(people, visit_day, has_visit),
        "sex": pa.array(list(SEXES), pa.string()).take(
            pa.array(people.column("sex").to_numpy() % len(SEXES))
        ),
        SITE: sites_of_people(at, site, day.astype(np.int64) == visit[at], len(ids)),
        **_quantities(events, at, (visit_day, day), kinds, counts),
        **_answers(known.answers, ids, (visit_day, has_visit), kinds),
    }
    kept = {n: c for n, c in columns.items() if c.null_count < len(c) or n in _ALWAYS}
    return pa.table(kept), counts


_ALWAYS: Final = ("person_id", "visit_date", "age_years", "age_years_highest", "sex")


def _once(people: Any, counts: Counter[str]) -> Any:  # noqa: ANN401
    """Return each person once: of several rows the first; the others are counted."""
    ids = people.column("person").to_numpy()
    _, first = np.unique(ids, return_index=True)
    counts["person_twice"] += len(ids) - len(first)
    return people.take(pa.array(first))


def _positions(of: Int64Array, ids: Int64Array) -> tuple[Int64Array, BoolArray]:
    """Return the place of each id among sorted ids, and where it is among them."""
    if not len(ids):
        return np.zeros(len(of), np.int64), np.zeros(len(of), np.bool_)
    at = np.minimum(np.searchsorted(ids, of), len(ids) - 1)
    return at, np.asarray(ids[at] == of)


def _ages(people: Any, visit: Days, has_visit: BoolArray) -> dict[str, Any]:  # noqa: ANN401
    """Return the lowest and the highest completed years that the known parts of a birth allow."""
    year, month, day = (
        people.column(n).to_numpy().astype(np.int64) for n in ("year", "month", "day")
    )
    known = has_visit & (year > 0)
    earliest = _date(year, np.where(month > 0, month, 1), np.where((month > 0) & (day > 0), day, 1))
    whole = (month > 0) & (day > 0)
    end_of = _date(year, np.where(month > 0, month, 12), np.ones_like(day))
    last = (end_of.astype("datetime64[M]") + 1).astype("datetime64[D]") - 1
    latest = np.where(whole, earliest, last)
    highest, lowest = completed_years(earliest, visit), completed_years(latest, visit)
    return {
        "age_years": pa.array(np.where(known, lowest, 0), pa.int16(), mask=~known),
        "age_years_highest": pa.array(np.where(known, highest, 0), pa.int16(), mask=~known),
    }


def _date(year: Int64Array, month: Int64Array, day: Int64Array) -> Days:
    months = ((np.maximum(year, 1) - 1970) * 12 + month - 1).astype("datetime64[M]")
    return np.asarray(months.astype("datetime64[D]") + (day - 1), dtype="datetime64[D]")


def _days_fresh(vocabulary: Vocabulary, slot: str) -> int:
    """Return how many days before the visit a value of a slot still speaks of it."""
    item = vocabulary.item_of(slot)
    hours = item.freshness_hours.get(slot)
    if hours is not None:
        return hours // _HOURS_A_DAY - 1
    months = item.freshness_months
    return 10**6 if months is None else int(months * 365.25 / 12)


def _quantities(
    events: Any,  # noqa: ANN401
    at: Int64Array,
    days: tuple[Days, Days],
    kinds: Kinds,
    counts: Counter[str],
) -> dict[str, Any]:
    """Return the columns of reported values: slot, unit and reading; text as it was reported."""
    visit, day = days
    vocabulary = load_vocabulary()
    kind, unit = events.column("kind").to_numpy(), events.column("unit").to_numpy()
    fresh = np.array([_days_fresh(vocabulary, slot) for slot in kinds.slots], dtype=np.int64)
    age = (visit[at] - day).astype(np.int64) if len(at) else np.zeros(0, np.int64)
    is_old = age > (fresh[kind] if len(kind) else 0)
    counts["too_old"] += int(is_old.sum())
    measured = events.column("day").to_numpy().astype(np.int64)
    latest_first = (-events.column("order").to_numpy(), -measured, -day.astype(np.int64))
    order = np.lexsort((*latest_first, kind, at))
    order = order[~is_old[order]]
    group = at[order] * len(kinds.slots) + kind[order]
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    rank = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    newest = np.repeat(day[order][starts], np.diff(np.append(starts, len(order))))
    is_earlier = day[order] != newest
    is_third = ~is_earlier & (rank >= READINGS)
    counts["earlier_than_latest_day"] += int(is_earlier.sum())
    counts["more_than_two_a_day"] += int(is_third.sum())
    kept = order[~is_earlier & ~is_third]
    counts["used"] += len(kept)
    return _columns(
        events.column("value"),
        (at, kind, unit),
        (kept, rank[~is_earlier & ~is_third]),
        (kinds, len(visit)),
    )


def _columns(
    value: Any,  # noqa: ANN401
    of: tuple[Int64Array, Any, Any],
    kept: tuple[Int64Array, Int64Array],
    shape: tuple[Kinds, int],
) -> dict[str, Any]:
    at, kind, unit = of
    rows, rank = kept
    kinds, n = shape
    columns: dict[str, Any] = {}
    code = (kind[rows].astype(np.int64) * (len(kinds.units) + 1) + unit[rows] + 1) * READINGS + rank
    for one in np.unique(code):
        where = rows[code == one]
        slot, rest = divmod(int(one) // READINGS, len(kinds.units) + 1)
        ucum = "" if rest == 0 else kinds.units[rest - 1]
        if load_vocabulary().item_of(kinds.slots[slot]).unit_index(ucum) < 0:
            ucum = ""
        name = quantity_name(kinds.slots[slot], ucum, int(one) % READINGS + 1)
        place = np.full(n, NO_UNIT, dtype=np.int64)
        place[at[where]] = where
        column = value.take(pa.array(place, mask=place < 0)).combine_chunks()
        columns[name] = column if name not in columns else pc.coalesce(columns[name], column)
    return columns


def _answers(
    events: Any,  # noqa: ANN401
    ids: Int64Array,
    visits: tuple[Days, BoolArray],
    kinds: Kinds,
) -> dict[str, Any]:
    """Return one column a question: the code of the latest answer that holds at the visit."""
    visit, has_visit = visits
    questions = load_vocabulary().questions
    at, mine = _positions(events.column("person").to_numpy(), ids)
    events, at = events.filter(pa.array(mine)), at[mine]
    kind, start, end, order, answer = (
        events.column(n).to_numpy().astype(np.int64)
        for n in ("kind", "day", "end", "order", "answer")
    )
    day = visit[at].astype(np.int64) if len(at) else np.zeros(0, np.int64)
    columns: dict[str, Any] = {}
    for place, one in enumerate(kinds.questions):
        holds = (kind == place) & has_visit[at] & (start <= day)
        if one.days is not None:
            holds &= end >= day - one.days
        rows = np.flatnonzero(holds)
        rows = rows[np.lexsort((order[rows], start[rows], at[rows]))]
        code = np.full(len(ids), -1, dtype=np.int64)
        code[at[rows]] = answer[rows]
        if len(rows):
            names: Sequence[str] = [c.code for c in questions[one.question].choices]
            texts = pa.array([*names, None], pa.string()).take(pa.array(code % (len(names) + 1)))
            before = columns.get(one.question)
            columns[one.question] = texts if before is None else pc.coalesce(before, texts)
    return columns
