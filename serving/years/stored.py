"""The stored visits as the tables of a search: of each person the last visit that stands."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pyarrow as pa
from sqlalchemy import Connection, func, select

from ...datasets.readers.cohorts import (
    ANSWERS,
    EXPOSURES,
    FINDINGS,
    MEASUREMENTS,
    NONE,
    item_of,
)
from ...engine.fixedpoint import NANO
from ...engine.trajectories import trajectory_items
from ..batch.table.output import OUTCOMES
from ..drafts.states import State
from ..store.store import Store
from ..store.tables import drafts, steps

_GONE: Final = (State.SUPERSEDED, State.WITHDRAWN)
_EXPOSURE: Final = "exposure."
_AT_ONCE: Final = 256
_SCORES: Final[Mapping[str, str]] = {"score2_10y_risk": "score2", "desir_risk": "desir"}
_PEOPLE: Final = pa.schema(
    [
        ("person_id", pa.string()),
        ("visit_date", pa.date32()),
        ("urgency", pa.string()),
        *((f"{name}_risk", pa.float64()) for name in OUTCOMES),
        *((f"{name}_band", pa.string()) for name in OUTCOMES),
        *((name, pa.float64()) for name in _SCORES),
    ]
)
_TRAJECTORIES: Final = pa.schema(
    [
        ("person_id", pa.string()),
        ("item", pa.string()),
        ("tests", pa.int64()),
        ("days_since_last", pa.int64()),
        ("last_value", pa.float64()),
        ("slope_per_year", pa.float64()),
        ("direction", pa.string()),
        ("share_in_range", pa.float64()),
    ]
)


@dataclass(frozen=True, slots=True)
class StoredVisits:
    """The tables of a search over a store.

    ``without_values`` : people whose last draft was kept by a version that did not keep its values
    """

    tables: Mapping[str, Any]
    without_values: int


@dataclass(frozen=True, slots=True)
class _Visit:
    """The last visit of one person."""

    person_id: str
    draft: Mapping[str, Any]
    values: Mapping[str, Any] | None


def stored_visits(store: Store) -> StoredVisits:
    """Return the tables of everybody's last visit; superseded and withdrawn drafts do not count.

    Parameters
    ----------
    store : an opened store
    """
    last: dict[str, tuple[str, int]] = {}
    kept: dict[str, _Visit] = {}
    with store.read() as connection:
        for person_id, number, content in _drafts(connection):
            draft = content["prediagnosis"]
            place = (str(draft["performed_at"]), number)
            if place >= last.get(person_id, ("", 0)):
                last[person_id] = place
                kept[person_id] = _Visit(person_id, draft, content.get("visit"))
    visits = [kept[name] for name in sorted(kept)]
    return StoredVisits(_tables(visits), sum(v.values is None for v in visits))


def _drafts(connection: Connection) -> Iterator[tuple[str, int, Mapping[str, Any]]]:
    """Yield person, number and content of every draft that stands and kept its content."""
    step = (
        select(steps.c.draft_id, func.max(steps.c.step).label("step"))
        .group_by(steps.c.draft_id)
        .subquery()
    )
    query = (
        select(drafts.c.person_id, drafts.c.audit_sequence, drafts.c.content)
        .join(step, step.c.draft_id == drafts.c.draft_id)
        .join(steps, (steps.c.draft_id == step.c.draft_id) & (steps.c.step == step.c.step))
        .where(steps.c.state.not_in([str(s) for s in _GONE]), drafts.c.content.is_not(None))
    )
    rows = connection.execution_options(yield_per=_AT_ONCE).execute(query)
    for person_id, number, content in rows:
        yield person_id, number, json.loads(content)


def _tables(visits: list[_Visit]) -> dict[str, Any]:
    return {
        "people": _table(_PEOPLE, [_person(v) for v in visits]),
        "measurements": _table(MEASUREMENTS, [r for v in visits for r in _measured(v)]),
        "answers": _table(ANSWERS, [r for v in visits for r in _answers(v)]),
        "exposures": _table(EXPOSURES, [r for v in visits for r in _exposures(v)]),
        "findings": _table(FINDINGS, [r for v in visits for r in _findings(v)]),
        "trajectories": _table(_TRAJECTORIES, [r for v in visits for r in _trajectories(v)]),
    }


def _table(schema: Any, rows: list[dict[str, Any]]) -> Any:  # noqa: ANN401 - pyarrow has no types
    return pa.Table.from_pylist(rows, schema=schema)


def _person(visit: _Visit) -> dict[str, Any]:
    found = {f["id"]: f for f in visit.draft["findings"]}
    day = str(visit.draft["performed_at"])[:10]
    row: dict[str, Any] = {
        "person_id": visit.person_id,
        "visit_date": date.fromisoformat(day) if day else None,
        "urgency": visit.draft["urgency"],
    }
    for name in OUTCOMES:
        risk = found.get(name, {})
        row |= {f"{name}_risk": risk.get("risk"), f"{name}_band": risk.get("band")}
    return row | {c: found.get(name, {}).get("risk") for c, name in _SCORES.items()}


def _measured(visit: _Visit) -> Iterator[dict[str, Any]]:
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


def _answers(visit: _Visit) -> Iterator[dict[str, Any]]:
    for question, answer in (visit.values or {}).get("answers", {}).items():
        yield {"person_id": visit.person_id, "question": question, "answer": answer}


def _exposures(visit: _Visit) -> Iterator[dict[str, Any]]:
    said = {
        question.removeprefix(_EXPOSURE): answer
        for question, answer in (visit.values or {}).get("answers", {}).items()
        if question.startswith(_EXPOSURE)
    }
    has = [code for code, answer in said.items() if answer == "yes"]
    for code in has or ([NONE] if said else []):
        yield {"person_id": visit.person_id, "exposure": code}


def _findings(visit: _Visit) -> Iterator[dict[str, Any]]:
    for finding in visit.draft["findings"]:
        yield {
            "person_id": visit.person_id,
            "finding": finding["id"],
            "state": finding["state"] or finding["band"],
            "grade": finding["grade"] or None,
            "urgency": finding["urgency"],
            "risk": finding["risk"],
        }


def _trajectories(visit: _Visit) -> Iterator[dict[str, Any]]:
    """Yield the trajectories of the draft, back in the model unit, as a table of them has them."""
    sources = {item.name: item.source for item in trajectory_items()}
    for said in visit.draft.get("trajectories", ()):
        scale, offset = 1.0, 0.0
        if sources.get(said["item"]):
            item = item_of(sources[said["item"]])
            unit = item.units[item.unit_index(said["unit"])]
            scale, offset = unit.slope, unit.offset
        slope = said["slope_per_year"]
        yield {
            **{name: said[name] for name in ("item", "tests", "days_since_last", "direction")},
            "person_id": visit.person_id,
            "last_value": said["last_value"] * scale + offset,
            "slope_per_year": None if slope is None else slope * scale,
            "share_in_range": said["share_in_range"],
        }
