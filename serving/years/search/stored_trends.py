"""Trajectories over the stored visits of each person: the same evaluator as for a table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import numpy as np
import pyarrow as pa

from ....datasets.readers.cohorts import item_of
from ....engine.derived import DERIVED
from ....engine.intake.table import TableColumn, TablePeople, table_batch
from ....engine.plausibility.check import check_plausibility
from ....engine.record import UNKNOWN, Int8Array, VisitBatch
from ....engine.trajectories import (
    Points,
    concatenated,
    evaluate_trajectories,
    trajectory_items,
    visit_points,
)
from ....engine.trajectories.draft import NEWER_NOT_USABLE, day_number
from ....engine.trajectories.points import NEVER, NO_VALUE, points_from
from ....engine.vocabulary import load_vocabulary
from ..trajectories.run import arrow_columns
from ..visit_values import SEX_LETTERS

TRENDS: Final = pa.schema(
    [
        ("person_id", pa.string()),
        ("item", pa.string()),
        ("tests", pa.int64()),
        ("days_since_last", pa.int64()),
        ("last_date", pa.date32()),
        ("last_value", pa.float64()),
        ("last_comparator", pa.string()),
        ("not_usable_date", pa.date32()),
        ("slope_per_year", pa.float64()),
        ("direction", pa.string()),
        ("share_in_range", pa.float64()),
    ]
)
_NO_TEST: Final = {"tests": 0}
_ECG: Final = "ecg."


@dataclass(frozen=True, slots=True)
class StoredVisit:
    """One visit of a store.

    Parameters
    ----------
    person_id, day : whose, and when
    draft : the pre-diagnosis
    values : what was measured and answered; None where an earlier version did not keep it
    """

    person_id: str
    day: date | None
    draft: Mapping[str, Any]
    values: Mapping[str, Any] | None

    @property
    def who(self) -> tuple[str, date | None, Mapping[str, Any]]:
        """Return whose it is, when it was, and the sex and age of that person then."""
        return self.person_id, self.day, (self.values or {}).get("person", {})


def stored_trends(visits: Sequence[StoredVisit], last: Sequence[StoredVisit], today: date) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return the trajectories of everybody over all stored visits, as a table of visits gives them.

    Where the last draft knew of more days with a test (earlier visits were sent with it that are
    not stored themselves), its own trajectory stands. Visits that can't all be of one person (two
    sexes, ages that do not fit their days) give none: which values are whose is not known.

    Parameters
    ----------
    visits : of any number of people, in any order
    last : the last one of each person
    today : the day from which the time since the last test is counted
    """
    strangers = contradicted(visit.who for visit in visits)
    rows = {
        (row["person_id"], row["item"]): row
        for row in _over_all([v for v in visits if v.person_id not in strangers], today)
    }
    for visit in last:
        if visit.person_id in strangers:
            continue
        for row in _of_draft(visit, today):
            place = row["person_id"], row["item"]
            if row["tests"] > rows.get(place, _NO_TEST)["tests"]:
                rows[place] = row
    return pa.Table.from_pylist([rows[place] for place in sorted(rows)], schema=TRENDS)


def _over_all(visits: Sequence[StoredVisit], today: date) -> list[dict[str, Any]]:
    kept = [v for v in visits if v.day is not None and v.day <= today]
    names = sorted({v.person_id for v in kept})
    place = {name: i for i, name in enumerate(names)}
    group = np.array([place[v.person_id] for v in kept], dtype=np.int64)
    day = np.array([day_number(v.day) for v in kept if v.day], dtype=np.int64)
    points = visit_points(check_plausibility(batch_of(kept)), group, day) | _of_ecgs(
        kept, group, day
    )
    for name, spoilt in _not_usable_values(kept, group, day).items():
        points[name] = concatenated([points[name], spoilt]) if name in points else spoilt
    for name, found_on in _contradicted_days(kept).items():
        if name in points:
            rows, ages = np.array(found_on).T
            points[name] = _without_days(points[name], group[rows], day[rows] - ages)
    found: list[dict[str, Any]] = []
    for item in trajectory_items():
        if item.name in points:
            columns = evaluate_trajectories(item, points[item.name])
            table = arrow_columns(columns, pa.array(names, pa.string()), today)
            found += table.select(TRENDS.names).to_pylist()
    return found


def _not_usable_values(visits: Sequence[StoredVisit], group: Any, day: Any) -> dict[str, Points]:  # noqa: ANN401 - numpy
    """Return what the drafts call refused or suspect, without values: none of them is kept.

    A notice names the item alone, not how it was measured.
    """
    rows: dict[str, list[int]] = {}
    for row, visit in enumerate(visits):
        said = (*visit.draft["refused_items"], *visit.draft["suspect_items"])
        for code in {notice["item"] for notice in said if notice["code"] not in NO_VALUE}:
            rows.setdefault(code, []).append(row)
    return {
        item.name: points_from(group[at], day[at], np.full(len(at), np.nan))
        for item in trajectory_items()
        if item.source and (at := rows.get(item.name.partition(".")[0]))
    }


def _contradicted_days(visits: Sequence[StoredVisit]) -> dict[str, list[tuple[int, int]]]:
    """Return of each item the visits that measured it, and whose draft took no value of that day.

    A visit that was sent along contradicts it, and is not stored itself. Beside each visit stands
    how many days before it that was.
    """
    rows: dict[str, list[tuple[int, int]]] = {}
    for row, visit in enumerate(visits):
        ages: dict[str, int] = {}
        for (slot, *_), days in measured_then(visit.values):
            code = slot.partition(".")[0]
            ages[code] = min(days, ages.get(code, days))
        for said in visit.draft.get("trajectories", ()):
            days = ages.get(said["item"].partition(".")[0], NEVER)
            if days != NEVER and not (said["tests"] and said["days_since_last"] <= days):
                rows.setdefault(said["item"], []).append((row, days))
    return rows


def measured_then(values: Mapping[str, Any] | None) -> Iterator[tuple[Sequence[Any], int]]:
    """Yield each kept value of a visit, and how many days before the visit it was measured."""
    measured = (values or {}).get("measured", ())
    days = (values or {}).get("days_before") or [0] * len(measured)
    return zip(measured, days, strict=True)


def _without_days(points: Points, group: Any, day: Any) -> Points:  # noqa: ANN401 - numpy
    """Return points without the values of some people's days."""
    days = set(zip(group.tolist(), day.tolist(), strict=True))
    of = zip(points.group.tolist(), points.day.tolist(), strict=True)
    return replace(points, value=np.where([one in days for one in of], np.nan, points.value))


def _is_of_the_day(said: Mapping[str, Any]) -> bool:
    """Say whether a trajectory of a draft ends with a value of the day of the draft."""
    return bool(said["tests"]) and said["days_since_last"] == 0


def _of_draft(visit: StoredVisit, today: date) -> Iterator[dict[str, Any]]:
    """Yield the trajectories of the draft, back in the model unit, as a table of them has them."""
    sources = {item.name: item.source for item in trajectory_items()}
    since = 0 if visit.day is None else (today - visit.day).days
    for said in visit.draft.get("trajectories", ()):
        if not said["tests"]:
            continue
        scale, offset = 1.0, 0.0
        if sources.get(said["item"]):
            item = item_of(sources[said["item"]])
            unit = item.units[item.unit_index(said["unit"])]
            scale, offset = unit.slope, unit.offset
        slope = said["slope_per_year"]
        yield {
            **{name: said[name] for name in ("item", "tests", "direction")},
            "person_id": visit.person_id,
            "days_since_last": said["days_since_last"] + since,
            "last_date": date.fromisoformat(said["last_on"]),
            "last_value": said["last_value"] * scale + offset,
            "last_comparator": said.get("last_comparator") or None,
            "not_usable_date": _not_usable(said),
            "slope_per_year": None if slope is None else slope * scale,
            "share_in_range": said["share_in_range"],
        }


def _not_usable(said: Mapping[str, Any]) -> date | None:
    """Return the day of a value after the last test that can't be used; None without."""
    newer = (note for note in said["notes"] if note["id"] == NEWER_NOT_USABLE)
    return next((date.fromisoformat(note["parameters"]["date"]) for note in newer), None)


def contradicted(visits: Iterable[tuple[str, date | None, Mapping[str, Any]]]) -> set[str]:
    """Return the people whose visits can't all be of one person.

    Parameters
    ----------
    visits : `StoredVisit.who` of each
    """
    born: dict[str, tuple[int, int]] = {}
    sexes: dict[str, set[str]] = {}
    for person_id, day, said in visits:
        if "sex" in said:
            sexes.setdefault(person_id, set()).add(said["sex"])
        if "age_years" in said and day is not None:
            last = day.year - said["age_years"]
            low, high = born.get(person_id, (last - 1, last))
            born[person_id] = max(low, last - 1), min(high, last)
    two_ages = {name for name, (low, high) in born.items() if low > high}
    return two_ages | {name for name, said in sexes.items() if len(said) > 1}


def batch_of(visits: Sequence[StoredVisit]) -> VisitBatch:
    """Return the record of the stored values, a row a visit, without answers.

    Parameters
    ----------
    visits : of any people
    """
    said = [(v.values or {}).get("person", {}) for v in visits]
    people = TablePeople(
        person_id=[v.person_id for v in visits],
        visit_id=[""] * len(visits),
        age_years=np.array([p.get("age_years", UNKNOWN) for p in said], dtype=np.int16),
        sex=np.array([SEX_LETTERS.get(p.get("sex", ""), UNKNOWN) for p in said], dtype=np.int8),
    )
    return table_batch(people, list(_columns(visits)), _methods(visits))


def _columns(visits: Sequence[StoredVisit]) -> Iterator[TableColumn]:
    """Yield a column for each slot, unit and reading."""
    cells: dict[tuple[str, str, int], list[tuple[int, int, int, int]]] = {}
    for row, visit in enumerate(visits):
        readings: dict[tuple[str, str], int] = {}
        for (slot, unit, nano, comparator), days in measured_then(visit.values):
            if slot in DERIVED:
                continue
            number = readings.get((slot, unit), 0)
            readings[slot, unit] = number + 1
            cells.setdefault((slot, unit, number), []).append((row, nano, comparator, days))
    for (slot, unit, _), given in cells.items():
        rows = [row for row, *_ in given]
        nano, comparator = np.zeros(len(visits), np.int64), np.zeros(len(visits), np.int8)
        present, ages = np.zeros(len(visits), dtype=np.bool_), np.zeros_like(nano)
        nano[rows] = [one for _, one, _, _ in given]
        comparator[rows] = [one for _, _, one, _ in given]
        ages[rows] = [one for _, _, _, one in given]
        present[rows] = True
        unread = np.zeros_like(present)
        yield TableColumn(slot, unit, nano, comparator, present, unread, slot, days_before=ages)


def _methods(visits: Sequence[StoredVisit]) -> dict[str, Int8Array]:
    """Return how each item was measured; a way that no list has any more counts as not stated."""
    answers: dict[str, Int8Array] = {}
    known = load_vocabulary().methods
    for row, visit in enumerate(visits):
        for name, code in (visit.values or {}).get("methods", {}).items():
            question = known.get(name.rpartition(".")[2])
            if question is not None:
                column = answers.setdefault(name, np.full(len(visits), UNKNOWN, dtype=np.int8))
                column[row] = question.choice_index(code)
    return answers


def _of_ecgs(visits: Sequence[StoredVisit], group: Any, day: Any) -> dict[str, Points]:  # noqa: ANN401
    """Return what the ECG of each visit measured, as the draft of that very day says it."""
    found: dict[str, list[tuple[int, float]]] = {}
    for row, visit in enumerate(visits):
        for said in visit.draft.get("trajectories", ()):
            if said["item"].startswith(_ECG) and _is_of_the_day(said):
                found.setdefault(said["item"], []).append((row, said["last_value"]))
    return {
        item: points_from(group[[r for r, _ in told]], day[[r for r, _ in told]],
                          [value for _, value in told])
        for item, told in found.items()
    }  # fmt: skip
