"""The stored visits as the tables of a search: of each person the last visit that stands."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection

from ....datasets.readers.cohorts import (
    AGES_AND_SEXES,
    ANSWERS,
    FINDINGS,
    MEASUREMENTS,
    PERSONS,
    PLACES,
    SEXES,
    SITES_AND_DEVICES,
    exposure_table,
    item_of,
)
from ....engine.fixedpoint import NANO
from ....engine.prediagnosis import PRESSING
from ....engine.record import NO, UNKNOWN, YES, Int8Array
from ...batch.table.output import OUTCOMES
from ...drafts.not_gone import of_standing
from ...drafts.reports import refuses
from ...store.store import Store
from ...store.tables import drafts
from ..earlier_signs import SIGN
from ..last_visits import ELSEWHERE, last_visits
from ..visit_values import SEX_LETTERS
from .stored_signs import stored_signs
from .stored_trends import StoredVisit, contradicted, stored_trends

_YES_NO: Final[Mapping[str | None, int]] = {"yes": YES, "no": NO}
_AT_ONCE: Final = 256
_NONE: Final = "none"
"""After every urgency in the order of words."""
_SCORES: Final[Mapping[str, str]] = {"score2_10y_risk": "score2", "desir_risk": "desir"}
_PEOPLE: Final = pa.schema(
    [
        ("person_id", pa.string()),
        ("visit_date", pa.date32()),
        ("urgency", pa.string()),
        (ELSEWHERE, pa.string()),
        (SIGN, pa.string()),
        *((f"{name}_risk", pa.float64()) for name in OUTCOMES),
        *((f"{name}_band", pa.string()) for name in OUTCOMES),
        *((name, pa.float64()) for name in _SCORES),
    ]
)


@dataclass(frozen=True, slots=True)
class StoredVisits:
    """The tables of a search over a store.

    ``without_values`` : people whose last draft was kept by a version that did not keep its values
    ``contradicted`` : people whose stored visits can't all be of one person; they have no trends,
    and what is urgent at any of their visits counts
    """

    tables: Mapping[str, Any]
    without_values: int
    contradicted: int


def stored_visits(store: Store, today: date, *, trends: bool) -> StoredVisits:
    """Return the tables of everybody's last visit; superseded and withdrawn drafts do not count.

    Parameters
    ----------
    store : an opened store
    today : the day from which the time since the last test is counted
    trends : trajectories over all stored visits are asked for
    """
    last: dict[str, tuple[str, int]] = {}
    kept: dict[str, StoredVisit] = {}
    every: list[StoredVisit] = []
    whose: list[tuple[str, date | None, Mapping[str, Any]]] = []
    urgencies: list[tuple[str, date | None, str | None]] = []
    with store.read() as connection:
        for person_id, number, content in _drafts(connection):
            draft = content["prediagnosis"]
            day = str(draft["performed_at"])[:10]
            visit = StoredVisit(
                person_id, date.fromisoformat(day) if day else None, draft, content.get("visit")
            )
            place = (str(draft["performed_at"]), number)
            urgencies.append((person_id, visit.day, draft["urgency"]))
            whose.append(visit.who)
            every.append(visit)
            if place >= last.get(person_id, ("", 0)):
                last[person_id] = place
                kept[person_id] = visit
    visits = [kept[name] for name in sorted(kept)]
    two = contradicted(whose)
    signs = dict(zip(sorted(kept), stored_signs(every, visits), strict=True))
    tables = _tables(visits, _urgent(urgencies, two), signs)
    if trends:
        tables["trajectories"] = stored_trends(every, visits, today)
    without = sum(v.values is None for v in visits)
    return StoredVisits(tables, without, len(two))


def _drafts(connection: Connection) -> Iterator[tuple[str, int, Mapping[str, Any]]]:
    """Yield person, number and content of every draft that stands and kept its content."""
    query = of_standing(drafts.c.person_id, drafts.c.audit_sequence, drafts.c.content)
    query = query.where(drafts.c.content.is_not(None))
    rows = connection.execution_options(yield_per=_AT_ONCE).execute(query)
    for person_id, number, content in rows:
        yield person_id, number, json.loads(content)


def _urgent(said: list[tuple[str, date | None, str | None]], two: set[str]) -> dict[str, str]:
    """Return the urgency (U0, U1) of each person that still counts, whichever visit it is from."""
    names, days, levels = zip(*said, strict=True) if said else ((), (), ())
    table = pa.table(
        {
            "person_id": pa.array(names, pa.string()),
            "visit_date": pa.array(days, pa.date32()),
            "urgency": pa.array(levels, pa.string()),
            "status_reason": pa.nulls(len(said), pa.string()),
        }
    )
    of_two = np.array([name in two for name in names], dtype=np.bool_)
    most = table.take(pa.array(last_visits(table, of_two).most_urgent)).to_pylist()
    return {row["person_id"]: row["urgency"] for row in most if row["urgency"] in PRESSING}


def _tables(
    visits: list[StoredVisit], urgent: Mapping[str, str], signs: Mapping[str, str | None]
) -> dict[str, Any]:
    people = [_person(v, urgent.get(v.person_id)) | {SIGN: signs.get(v.person_id)} for v in visits]
    return {
        "people": _table(_PEOPLE, people),
        "measurements": _table(MEASUREMENTS, [r for v in visits for r in _measured(v)]),
        "answers": _table(ANSWERS, [r for v in visits for r in _answers(v)]),
        "exposures": _exposures(visits),
        "findings": _table(FINDINGS, [r for v in visits for r in _findings(v)]),
        PERSONS: _table(AGES_AND_SEXES, [_who(v) for v in visits]),
        PLACES: _table(SITES_AND_DEVICES, [r for v in visits for r in _places(v)]),
    }


def _table(schema: Any, rows: list[dict[str, Any]]) -> Any:  # noqa: ANN401 - pyarrow has no types
    return pa.Table.from_pylist(rows, schema=schema)


def _person(visit: StoredVisit, urgent: str | None) -> dict[str, Any]:
    found = {f["id"]: f for f in visit.draft["findings"]}
    row: dict[str, Any] = {
        "person_id": visit.person_id,
        "visit_date": visit.day,
        "urgency": visit.draft["urgency"],
        ELSEWHERE: urgent if urgent and urgent < (visit.draft["urgency"] or _NONE) else None,
    }
    for name in OUTCOMES:
        risk = found.get(name, {})
        row |= {f"{name}_risk": risk.get("risk"), f"{name}_band": risk.get("band")}
    return row | {c: found.get(name, {}).get("risk") for c, name in _SCORES.items()}


def _who(visit: StoredVisit) -> dict[str, Any]:
    """Return age and sex at a visit, as far as its record was not refused."""
    said = {} if refuses(visit.draft) else visit.who[2]
    age = said.get("age_years")
    sex = SEXES.get(SEX_LETTERS.get(said.get("sex", ""), UNKNOWN))
    return {"person_id": visit.person_id, "age_years": age, "age_highest": age, "sex": sex}


def _places(visit: StoredVisit) -> Iterator[dict[str, Any]]:
    for what, named in (visit.values or {}).get("context", {}).items():
        yield {"person_id": visit.person_id, "what": what, "named": named}


def _measured(visit: StoredVisit) -> Iterator[dict[str, Any]]:
    for slot, unit, nano, comparator in (visit.values or {}).get("measured", ()):
        item = item_of(slot)
        known = item.units[item.unit_index(unit)]
        yield {
            "person_id": visit.person_id,
            "slot": slot,
            "unit": unit,
            "nano": nano,
            "comparator": comparator,
            "value": nano / NANO * known.slope + known.offset,
        }


def _said(visit: StoredVisit) -> Mapping[str, str]:
    answers: Mapping[str, str] = (visit.values or {}).get("answers", {})
    return answers


def _answers(visit: StoredVisit) -> Iterator[dict[str, Any]]:
    for question, answer in _said(visit).items():
        yield {"person_id": visit.person_id, "question": question, "answer": answer}


def _exposures(visits: list[StoredVisit]) -> Any:  # noqa: ANN401 - pyarrow has no types
    def answer(question: str) -> Int8Array:
        codes = [_YES_NO.get(_said(visit).get(question), UNKNOWN) for visit in visits]
        return np.array(codes, dtype=np.int8)

    return exposure_table(pa.array([v.person_id for v in visits], pa.string()), answer)


def _findings(visit: StoredVisit) -> Iterator[dict[str, Any]]:
    for finding in visit.draft["findings"]:
        yield {
            "person_id": visit.person_id,
            "finding": finding["id"],
            "state": finding["state"] or finding["band"],
            "grade": finding["grade"] or None,
            "urgency": finding["urgency"],
            "risk": finding["risk"],
        }
