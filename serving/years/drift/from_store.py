"""Counts what the service's store keeps: inputs, risks, abstention, urgency, decisions."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection, func, select

from ....datasets.readers.cohorts import item_of
from ....datasets.readers.tables.targets import DEVICE_OF
from ....engine.fixedpoint import NANO
from ....engine.past import IMPOSSIBLE_DAY
from ....engine.prediagnosis import URGENCIES
from ....engine.record import ItemState
from ....engine.vocabulary import load_vocabulary
from ...drafts.states import State
from ...store.store import Store
from ...store.tables import decisions, drafts, steps
from .control import Decision, month_of_text, override_place
from .tally import ALL, DEVICE, NO_MONTH, SITE, Tally, Visits, What

_GONE: Final = (State.SUPERSEDED, State.WITHDRAWN)
_AT_ONCE: Final = 256
_NOT_ASSESSABLE: Final = "not_assessable"
_REFUSED_RECORD: Final = "refused_record"
_VERDICTS: Final[Mapping[str, int]] = {"confirm": 0, "amend": 1, "reject": 2}
_STATES: Final[Mapping[str, ItemState]] = {
    "refused_items": ItemState.REFUSED,
    "suspect_items": ItemState.SUSPECT,
}


@dataclass(slots=True)
class _Visit:
    """What is counted of one draft.

    ``releases`` : finding -> number of its release, in the order in which they were seen
    """

    draft_id: str
    month: int
    context: Mapping[str, str]
    has_values: bool
    is_refused: bool
    urgency: int
    values: dict[str, float] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    states: dict[str, int] = field(default_factory=dict)
    risks: dict[str, float] = field(default_factory=dict)
    answered: dict[str, bool] = field(default_factory=dict)
    releases: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Releases:
    """The releases of each finding: a bundle that comes back with another hash begins a new one."""

    now: dict[str, dict[str, str]] = field(default_factory=dict)
    number: dict[str, int] = field(default_factory=dict)
    named: dict[tuple[str, int], set[str]] = field(default_factory=dict)

    def of(self, finding: Mapping[str, Any]) -> int:
        """Return the number of the release in force, after this finding was seen."""
        name, model = str(finding["id"]), finding.get("model")
        if model is None:
            return self.number.get(name, 0)
        known = self.now.setdefault(name, {})
        if known.get(model["id"], model["sha256"]) != model["sha256"]:
            self.number[name] = self.number.get(name, 0) + 1
            known.clear()
        known[model["id"]] = model["sha256"]
        number = self.number.get(name, 0)
        said = f"{model['id']} {model['version']} ({str(model['sha256'])[:8]})"
        self.named.setdefault((name, number), set()).add(said)
        return number

    def label(self, name: str, number: int) -> str:
        """Return what a release is called; empty where no model has to do with the finding."""
        return ", ".join(sorted(self.named.get((name, number), ())))


@dataclass(frozen=True, slots=True)
class Stored:
    """What a store says: counts, decisions, and what the reader must know, as codes."""

    tally: Tally
    decisions: tuple[Decision, ...]
    notices: tuple[str, ...]


def tally_store(store: Store, since: int = 0, most: int | None = None) -> Stored:
    """Count the drafts that stand, and what physicians decided on them.

    Superseded and withdrawn drafts do not count. Rows are read as they are; whether one was changed
    is for ``laennec audit verify`` to say.

    Parameters
    ----------
    store : an opened store
    since : first month that is counted, months since year 0
    most : count only so many drafts, the last that were saved; all of them where None
    """
    releases = _Releases()
    with store.read() as connection:
        after = _after(connection, most)
        visits = [
            v
            for v in _visits(connection, releases, after)
            if v.month == NO_MONTH or v.month >= since
        ]
        decided = _decided(connection)
    tally = Tally()
    if visits:
        _count(tally, visits, releases)
    by_id = {visit.draft_id: visit for visit in visits if visit.month != NO_MONTH}
    told = tuple(
        one
        for row in decided
        if row["draft_id"] in by_id
        for one in _decision(row, by_id[row["draft_id"]], releases)
    )
    _count_decisions(tally, decided, by_id, releases)
    notices = () if all(v.has_values for v in visits) else ("partly_kept",)
    return Stored(tally, told, (*notices, "latest_only") if after else notices)


def _after(connection: Connection, most: int | None) -> int:
    """Return the audit sequence after which drafts are counted; 0 where all are."""
    if most is None:
        return 0
    newest = select(drafts.c.audit_sequence).order_by(drafts.c.audit_sequence.desc())
    return int(connection.execute(newest.offset(most).limit(1)).scalar() or 0)


def _visits(connection: Connection, releases: _Releases, after: int) -> Iterator[_Visit]:
    """Yield every draft that stands and kept its content, in the order in which it was saved."""
    step = (
        select(steps.c.draft_id, func.max(steps.c.step).label("step"))
        .group_by(steps.c.draft_id)
        .subquery()
    )
    query = (
        select(drafts.c.draft_id, drafts.c.content)
        .join(step, step.c.draft_id == drafts.c.draft_id)
        .join(steps, (steps.c.draft_id == step.c.draft_id) & (steps.c.step == step.c.step))
        .where(steps.c.state.not_in([str(s) for s in _GONE]), drafts.c.content.is_not(None))
        .where(drafts.c.audit_sequence > after)
        .order_by(drafts.c.audit_sequence)
    )
    for draft_id, content in connection.execution_options(yield_per=_AT_ONCE).execute(query):
        yield _visit(str(draft_id), json.loads(content), releases)


def _visit(draft_id: str, content: Mapping[str, Any], releases: _Releases) -> _Visit:
    draft, kept = content["prediagnosis"], content.get("visit")
    refused = any(i["severity"] == _REFUSED_RECORD for i in draft["refused_items"])
    is_mistyped = any(i["code"] in IMPOSSIBLE_DAY for i in draft["refused_items"])
    level = draft["urgency"]
    visit = _Visit(
        draft_id,
        NO_MONTH if is_mistyped else month_of_text(str(draft["performed_at"])),
        (kept or {}).get("context", {}),
        kept is not None,
        refused,
        URGENCIES.index(level) if level in URGENCIES else len(URGENCIES),
    )
    for finding in draft["findings"]:
        name = str(finding["id"])
        said = finding["state"] or finding["band"]
        visit.releases[name] = releases.of(finding)
        visit.answered[name] = said != _NOT_ASSESSABLE
        if finding["kind"] == "risk" and finding["risk"] is not None:
            visit.risks[name] = float(finding["risk"])
    _inputs(visit, draft, kept or {})
    return visit


def _inputs(visit: _Visit, draft: Mapping[str, Any], kept: Mapping[str, Any]) -> None:
    vocabulary = load_vocabulary()
    readings: dict[str, list[float]] = {}
    for slot, unit, nano, comparator in kept.get("measured", ()):
        item = item_of(slot)
        known = item.units[item.unit_index(unit)]
        visit.states[item.code] = int(ItemState.ACCEPTED)
        if comparator == 0:
            readings.setdefault(slot, []).append(nano / NANO * known.slope + known.offset)
    visit.values = {slot: sum(found) / len(found) for slot, found in readings.items()}
    for question, answer in kept.get("answers", {}).items():
        found = vocabulary.questions.get(question)
        if found is not None and not question.startswith("consent."):
            visit.codes[question] = found.choice_index(answer)
    for name, state in _STATES.items():
        for notice in draft[name]:
            if notice["item"] in vocabulary.items:
                visit.states[notice["item"]] = int(state)


def _placed(visits: Sequence[_Visit]) -> Visits:
    """Return when and where visits were; a site or device that nobody names is not there."""
    names = sorted({name for visit in visits for name in visit.context})
    columns = {
        name: pa.array([visit.context.get(name) for visit in visits], pa.string()) for name in names
    }
    devices = {
        name.removeprefix(DEVICE_OF): column
        for name, column in columns.items()
        if name.startswith(DEVICE_OF)
    }
    return Visits(np.array([v.month for v in visits], dtype=np.int32), columns.get(SITE), devices)


def _count(tally: Tally, visits: Sequence[_Visit], releases: _Releases) -> None:
    placed, n = _placed(visits), len(visits)
    refused = np.array([v.is_refused for v in visits])
    has_values = np.array([v.has_values for v in visits])
    everybody = np.ones(n, dtype=np.bool_)
    tally.add(placed, What("visit"), np.ones(n), has_values & ~refused)
    tally.add(placed, What("record"), refused.astype(np.float64), everybody)
    tally.add(placed, What("urgency"), np.array([float(v.urgency) for v in visits]), everybody)
    for kind, field_name in (("value", "values"), ("state", "states"), ("code", "codes")):
        found = [getattr(v, field_name) for v in visits]
        for name in sorted({key for one in found for key in one}):
            column = np.array([float(one.get(name, np.nan)) for one in found])
            item = item_of(name).code if kind == "value" else name
            tally.add(placed, What(kind, name, item=item), column, ~refused)
    for name in sorted({key for v in visits for key in v.answered}):
        for number in sorted({v.releases[name] for v in visits if name in v.releases}):
            here = np.array([v.releases.get(name) == number for v in visits]) & ~refused
            release = releases.label(name, number)
            answered = np.array([float(v.answered.get(name, np.nan)) for v in visits])
            risk = np.array([v.risks.get(name, np.nan) for v in visits])
            tally.add(placed, What("answered", name, release), answered, here)
            tally.add(placed, What("risk", name, release), risk, here)


def _decided(connection: Connection) -> list[Mapping[str, Any]]:
    columns = (
        decisions.c.draft_id, decisions.c.finding_id, decisions.c.verdict, decisions.c.decided_at,
    )  # fmt: skip
    return [dict(row) for row in connection.execute(select(*columns)).mappings()]


def _decision(row: Mapping[str, Any], visit: _Visit, releases: _Releases) -> Iterator[Decision]:
    """Yield one decision for everybody, and one for the site and each device of the visit."""
    name = str(row["finding_id"])
    release = releases.label(name, visit.releases.get(name, 0))
    places = [(ALL, "")]
    for key, text in sorted(visit.context.items()):
        places.append(
            (SITE, text) if key == SITE else (DEVICE, f"{key.removeprefix(DEVICE_OF)}: {text}")
        )
    for by, group in places:
        yield Decision(
            override_place(name, by, group, release),
            visit.month,
            str(row["decided_at"]),
            visit.draft_id,
            _VERDICTS[str(row["verdict"])] > 0,
        )


def _count_decisions(
    tally: Tally,
    decided: Sequence[Mapping[str, Any]],
    by_id: Mapping[str, _Visit],
    releases: _Releases,
) -> None:
    kinds: dict[tuple[str, str], list[tuple[_Visit, int]]] = {}
    for row in decided:
        visit = by_id.get(row["draft_id"])
        if visit is not None:
            name = str(row["finding_id"])
            release = releases.label(name, visit.releases.get(name, 0))
            code = _VERDICTS[str(row["verdict"])]
            kinds.setdefault((name, release), []).append((visit, code))
    for (name, release), mine in sorted(kinds.items(), key=lambda kind: kind[0]):
        verdict = np.array([float(code) for _, code in mine])
        placed = _placed([visit for visit, _ in mine])
        tally.add(placed, What("decision", name, release), verdict, verdict >= 0)
