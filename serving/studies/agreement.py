"""How often physicians agreed with the engine: counts and Cohen's kappa per finding and version.

For validation studies and for the physicians themselves. It holds no person and no visit; a reader
who may not see small groups gets none.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select

from ..drafts.states import State
from ..store.store import Store
from ..store.tables import decisions, drafts, steps

SMALLEST_GROUP: Final = 5
_NO_MODEL: Final = "guideline"
Pairs = list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Agreement:
    """What physicians made of one finding of one version.

    Parameters
    ----------
    finding : its id
    version : of the model that made it, ``id version``; ``guideline`` for a fact or a score
    n, confirmed, amended, rejected : decisions; None where the group is too small to be shown
    kappa : Cohen's kappa between what was drafted and what the physician put, over confirmed and
        amended decisions; None where it is not defined (one category only, or none)
    """

    finding: str
    version: str
    n: int | None
    confirmed: int | None
    amended: int | None
    rejected: int | None
    kappa: float | None


def agreement(store: Store, *, hide_small: bool) -> tuple[Agreement, ...]:
    """Return the table of agreement, by finding and version.

    Parameters
    ----------
    store : an opened store
    hide_small : leave out the figures of groups below five decisions

    Decisions on a report that was withdrawn (another person's, for instance) are left out.
    """
    gone = select(steps.c.draft_id).where(steps.c.state == State.WITHDRAWN)
    query = (
        select(
            decisions.c.finding_id, decisions.c.verdict, decisions.c.amended_to, drafts.c.document
        )
        .join(drafts, drafts.c.draft_id == decisions.c.draft_id)
        .where(decisions.c.draft_id.not_in(gone))
    )
    groups: dict[tuple[str, str], Pairs] = defaultdict(list)
    with store.read() as connection:
        for row in connection.execute(query):
            finding = _finding(json.loads(row.document), row.finding_id)
            drafted = str(finding.get("band") or finding.get("state"))
            put = row.amended_to or drafted
            groups[row.finding_id, version_of(finding)].append((row.verdict, drafted, put))
    return tuple(
        _row(finding, version, pairs, hide_small)
        for (finding, version), pairs in sorted(groups.items())
    )


def _finding(document: Mapping[str, Any], finding_id: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(f for f in document["findings"] if f["id"] == finding_id)
    return found


def version_of(finding: Mapping[str, Any]) -> str:
    """Return the version of the model behind a finding; ``guideline`` where there is none."""
    model = finding.get("model")
    return f"{model['id']} {model['version']}" if model else _NO_MODEL


def _row(finding: str, version: str, pairs: Pairs, hide_small: bool) -> Agreement:  # noqa: FBT001 - private
    if hide_small and len(pairs) < SMALLEST_GROUP:
        return Agreement(finding, version, None, None, None, None, None)
    said = Counter(verdict for verdict, _, _ in pairs)
    kappa = cohens_kappa((drafted, put) for verdict, drafted, put in pairs if verdict != "reject")
    return Agreement(
        finding, version, len(pairs), said["confirm"], said["amend"], said["reject"], kappa
    )


def cohens_kappa(pairs: Iterable[tuple[str, str]]) -> float | None:
    """Return Cohen's kappa of two raters over the same things.

    Parameters
    ----------
    pairs : what each of the two said, thing by thing

    Returns
    -------
    -1 to 1; None where the agreement by chance is complete, so that kappa is not defined

    Source: Cohen 1960, doi:10.1177/001316446002000104; departures from the source: none.

    >>> cohens_kappa([("high", "high"), ("low", "low"), ("high", "low"), ("low", "low")])
    0.5
    >>> cohens_kappa([("high", "high")]) is None
    True
    """
    said = list(pairs)
    if not said:
        return None
    one, other = Counter(a for a, _ in said), Counter(b for _, b in said)
    observed = sum(a == b for a, b in said) / len(said)
    by_chance = sum(one[word] * other[word] for word in one) / len(said) ** 2
    return None if by_chance == 1.0 else (observed - by_chance) / (1.0 - by_chance)
