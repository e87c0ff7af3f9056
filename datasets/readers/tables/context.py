"""Where, and with which devices, the rows of a table were measured."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from .roles import ContextRole, TablePlan


def read_context(table: Any, plan: TablePlan) -> dict[str, Any]:  # noqa: ANN401 - pyarrow has no types
    """Return the site and devices of rows as Arrow strings, null where nothing is said.

    Parameters
    ----------
    table : pyarrow record batch with the columns of the plan
    plan : from ``plan_table``

    Returns
    -------
    ``site``, ``device`` and ``device.<item>``, those that the table has
    """
    return {role.name: _texts(table.column(role.column), role) for role in plan.context}


def _texts(column: Any, role: ContextRole) -> Any:  # noqa: ANN401 - as above
    text = pc.utf8_trim_whitespace(column.cast(pa.string()))
    nothing = pc.is_in(text, pa.array(["", *role.missing], pa.string()))
    return pc.if_else(nothing, pa.scalar(None, pa.string()), text)
