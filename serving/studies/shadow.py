"""The shadow mode: the engine runs unseen, physicians judge on their own, and the two are compared.

Nobody is shown a finding, so nobody can agree with one. Urgent rules on measurements still speak:
an alarm that was kept back for a comparison would harm the person (hazard H1).
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from ...engine.errors import NotPermitted
from ..audit.trail import AuditWriter
from ..clock import Clock
from ..decisions.decisions import STATES_OF
from ..drafts.drafts import Step, read_report, take_step
from ..drafts.states import Act, State
from ..people import Person, require_physician
from ..store.store import Store
from ..store.tables import drafts, steps
from .agreement import SMALLEST_GROUP, cohens_kappa, version_of

Judgement = Mapping[str, str]
"""Finding -> the state or band that a physician puts without having seen the engine's."""


class ShadowMode(NotPermitted):
    """Findings are asked for, or decided, while the engine runs in the shadow."""

    code = "shadow_mode"


@dataclass(frozen=True, slots=True)
class Compared:
    """One finding of one version beside what physicians put on their own.

    Parameters
    ----------
    finding, version : as in the table of agreement
    n, same : judgements, and those that put the same; None where the group is too small to be shown
    kappa : Cohen's kappa; None where it is not defined
    """

    finding: str
    version: str
    n: int | None
    same: int | None
    kappa: float | None


def judge(
    store: Store, draft_id: str, judgement: Judgement, *, physician: Person, clock: Clock
) -> State:
    """Keep what a physician puts on their own; the last one of each physician counts.

    Parameters
    ----------
    store : an opened store
    draft_id : which report
    judgement : of one finding or more; one that is left out was not judged
    physician : who judges
    clock : the time of it

    Raises
    ------
    WrongRole : not a physician
    NotPermitted : nothing judged, a finding that is not there, or a state that it can't have
    """
    require_physician(physician, "judge")
    with store.write() as connection:
        writer = AuditWriter(connection, clock)
        report = read_report(connection, draft_id)
        _check(judgement, {f["id"]: f["kind"] for f in report.document["findings"]})
        words = json.dumps(dict(sorted(judgement.items())))
        report, _ = take_step(writer, report, Step(Act.JUDGE, physician.id, reason_text=words))
    return report.state


def compared(store: Store, *, hide_small: bool) -> tuple[Compared, ...]:
    """Compare what the engine drafted with what physicians put on their own.

    Parameters
    ----------
    store : an opened store
    hide_small : leave out the figures of groups below five judgements
    """
    gone = select(steps.c.draft_id).where(steps.c.state == State.WITHDRAWN)
    query = (
        select(steps.c.draft_id, steps.c.actor_id, steps.c.reason_text, drafts.c.document)
        .join(drafts, drafts.c.draft_id == steps.c.draft_id)
        .where(steps.c.act == Act.JUDGE, steps.c.draft_id.not_in(gone))
        .order_by(steps.c.audit_sequence)
    )
    with store.read() as connection:
        last = {(row.draft_id, row.actor_id): row for row in connection.execute(query)}
    groups: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for row in last.values():
        findings = {f["id"]: f for f in json.loads(row.document)["findings"]}
        for finding_id, put in json.loads(row.reason_text).items():
            finding = findings[finding_id]
            drafted = str(finding.get("band") or finding.get("state"))
            groups[finding_id, version_of(finding)].append((drafted, put))
    return tuple(_row(key, pairs, hide_small) for key, pairs in sorted(groups.items()))


def _row(key: tuple[str, str], pairs: list[tuple[str, str]], hide_small: bool) -> Compared:  # noqa: FBT001 - private
    if hide_small and len(pairs) < SMALLEST_GROUP:
        return Compared(*key, None, None, None)
    return Compared(*key, len(pairs), sum(a == b for a, b in pairs), cohens_kappa(pairs))


def _check(judgement: Judgement, kinds: Mapping[str, Any]) -> None:
    wrong = [f for f, put in judgement.items() if put not in STATES_OF.get(kinds.get(f, ""), ())]
    if wrong or not judgement:
        raise NotPermitted(
            found="a judgement of no finding of this report, or with a state that it can't have",
            why="it could not be compared with what the engine drafted",
            remedy="name findings of the report; a fact is present, absent, borderline or "
            "not_assessable, a risk low, intermediate, high or not_assessable",
            path="findings",
        )
