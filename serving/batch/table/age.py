"""One answer where a birth is known by its year only, so that two ages are possible.

Both are screened. What is the same at both ages is said; what is not the same is not said, with
``age:age_uncertain`` among the suspect items, and the more urgent of two urgencies counts.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ....engine.prediagnosis import URGENCIES
from ....engine.record import BoolArray
from .columns import list_offsets

AGE_UNCERTAIN: Final = "age_uncertain"
MARK: Final = f"age:{AGE_UNCERTAIN}"
_SAME_OR_NOTHING: Final = ("findrisc_points", "ada_points")


def settle_ages(younger: Any, older: Any, outcomes: Sequence[str]) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return one result of two, screened with the lowest and with the highest possible age.

    Parameters
    ----------
    younger, older : record batches with the columns of ``SCHEMA``
    outcomes : beginnings of the columns of a model's risk and band

    Returns
    -------
    a record batch of the same columns: a band where both ages have it, with the risk of the higher
    age; else ``not_assessable``. Points only where they are equal, their interval over both ages.
    """
    columns = {name: older.column(name) for name in older.schema.names}
    differs = np.zeros(older.num_rows, dtype=np.bool_)
    banded = np.zeros(older.num_rows, dtype=np.bool_)
    for name in outcomes:
        here = _differ(younger.column(f"{name}_band"), older.column(f"{name}_band"))
        differs |= here
        columns[f"{name}_risk"] = _unless(here, columns[f"{name}_risk"], None)
        columns[f"{name}_band"] = _unless(here, columns[f"{name}_band"], "not_assessable")
        answered = pc.is_valid(columns[f"{name}_risk"])
        banded |= np.asarray(answered.to_numpy(zero_copy_only=False))
    for name in _SAME_OR_NOTHING:
        here = _differ(younger.column(name), older.column(name))
        differs |= here
        columns[name] = _unless(here, columns[name], None)
    low, high = "findrisc_points_low", "findrisc_points_high"
    columns[low] = pc.min_element_wise(younger.column(low), older.column(low))
    columns[high] = pc.max_element_wise(younger.column(high), older.column(high))
    differs |= _urgency(younger, older, columns)
    lost = differs & ~banded & _is(older, "scored") & _was_answered(older, outcomes)
    columns["status"] = _unless(lost, columns["status"], "not_assessable")
    columns["status_reason"] = _unless(lost, columns["status_reason"], AGE_UNCERTAIN)
    columns["suspect_items"] = _marked(columns["suspect_items"], differs)
    return pa.RecordBatch.from_arrays(list(columns.values()), schema=older.schema)


def _differ(one: Any, other: Any) -> BoolArray:  # noqa: ANN401
    same = pc.equal(one, other)
    both_null = pc.and_(pc.is_null(one), pc.is_null(other))
    equal = pc.or_(pc.fill_null(same, fill_value=False), both_null)
    return ~np.asarray(equal.to_numpy(zero_copy_only=False))


def _unless(where: BoolArray, column: Any, instead: str | None) -> Any:  # noqa: ANN401
    return pc.if_else(pa.array(where), pa.scalar(instead, column.type), column)


def _is(table: Any, status: str) -> BoolArray:  # noqa: ANN401
    return np.asarray(pc.equal(table.column("status"), status).to_numpy(zero_copy_only=False))


def _was_answered(table: Any, outcomes: Sequence[str]) -> BoolArray:  # noqa: ANN401
    found = [pc.is_valid(table.column(f"{name}_risk")) for name in outcomes]
    return np.logical_or.reduce([f.to_numpy(zero_copy_only=False) for f in found])


def _urgency(younger: Any, older: Any, columns: dict[str, Any]) -> BoolArray:  # noqa: ANN401
    """Keep the more urgent level with its reasons; return where the two are not the same."""
    levels = pa.array(URGENCIES)
    one, other = (
        pc.fill_null(pc.index_in(t.column("urgency"), levels), len(URGENCIES)).to_numpy()
        for t in (younger, older)
    )
    more = np.asarray(one < other)
    if more.any():
        place = np.arange(len(more)) + np.where(more, 0, len(more))
        for name in ("urgency", "reasons"):
            both = pa.concat_arrays([younger.column(name), older.column(name)])
            columns[name] = both.take(pa.array(place))
    return np.asarray(one != other)


def _marked(items: Any, where: BoolArray) -> Any:  # noqa: ANN401
    """Return the lists with one more item for those of whom something was not said."""
    if not where.any():
        return items
    length = pc.list_value_length(items).to_numpy(zero_copy_only=False)
    rows = np.repeat(np.arange(len(items)), length)
    rows = np.append(rows, np.flatnonzero(where))
    texts = pa.concat_arrays([items.flatten(), pa.array([MARK] * int(where.sum()), pa.string())])
    order = np.argsort(rows, kind="stable")
    return pa.ListArray.from_arrays(list_offsets(rows, len(items)), texts.take(pa.array(order)))
