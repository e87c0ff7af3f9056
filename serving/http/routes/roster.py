"""The visits to come, for whoever keeps the page of a visit: who is expected, and no result."""

import json
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query

from ...drafts.not_gone import of_standing
from ...drafts.reports import refuses
from ...store.store import Store
from ...store.tables import drafts
from ..caller import Calling
from ..rights.access import Deed, require

router = APIRouter(prefix="/v1/roster", tags=["visits to come"])
Day = Annotated[date, Query(description="Of the visits, in their own time zone.")]


@router.get("")
def read_roster(day: Day, call: Calling) -> dict[str, Any]:
    """List the planned visits of a day with the identity triple, and whether each was sent.

    Nothing of anybody's health stands here. An import that can't be read is named.
    """
    require(call.person, Deed.KEEP_VISIT)
    planned = call.service.planned.of_day(day)
    sent = _sent(call.service.store, [one.visit_id for one in planned])
    return {
        "day": day.isoformat(),
        "visits": [
            {
                "visit_id": one.visit_id,
                "performed_at": one.performed_at,
                "person": {
                    "id": one.person_id,
                    "birth_date": one.birth_date,
                    "sex": one.sex,
                },
                "is_sent": (one.visit_id, one.person_id) in sent,
            }
            for one in planned
        ],
        "unreadable": call.service.planned.unreadable(),
    }


def _sent(store: Store, visit_ids: list[str]) -> set[tuple[str, str]]:
    """Return of which visits, and of whom, the last draft that stands was not refused.

    That of another person is not theirs, and of a refused record nothing was taken: both are to be
    sent again, the second also where it came after a visit that was taken.
    """
    with store.read() as connection:
        columns = of_standing(drafts.c.visit_id, drafts.c.person_id, drafts.c.document)
        asked = columns.where(drafts.c.visit_id.in_(visit_ids)).order_by(drafts.c.version)
        rows = connection.execute(asked).all()
    said = ((row.visit_id, row.person_id, json.loads(row.document)) for row in rows)
    last = {(visit, person): of for visit, person, of in said}
    return {sent for sent, document in last.items() if not refuses(document)}
