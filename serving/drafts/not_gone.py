"""Which drafts of a store count: no correction replaced them, nobody withdrew them."""

from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, select

from ..store.tables import drafts, steps
from .states import State

_GONE: Final = (State.SUPERSEDED, State.WITHDRAWN)


def of_standing(*columns: ColumnElement[Any]) -> Select[Any]:
    """Return a query of columns of ``drafts`` over those that stand, by their last step."""
    last = (
        select(steps.c.draft_id, func.max(steps.c.step).label("step"))
        .group_by(steps.c.draft_id)
        .subquery()
    )
    return (
        select(*columns)
        .select_from(drafts)
        .join(last, last.c.draft_id == drafts.c.draft_id)
        .join(steps, (steps.c.draft_id == last.c.draft_id) & (steps.c.step == last.c.step))
        .where(steps.c.state.not_in([str(state) for state in _GONE]))
    )
