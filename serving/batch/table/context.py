"""Where and with what a row was measured, beside what was found: the result of a row keeps it."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from ....datasets.readers.tables import TablePlan, read_context
from .columns import TEXT


def with_context(table: Any, rows: Any, plan: TablePlan, names: Sequence[str]) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return a result with the site and devices of its rows; the same where no file has any.

    Parameters
    ----------
    table : record batch of the result
    rows : record batch of the input, the same rows in the same order
    plan : of the file
    names : of all files; a file that lacks one says nothing of it
    """
    if not names:
        return table
    said = read_context(rows, plan)
    nothing = pa.nulls(table.num_rows, pa.string())
    texts = [said.get(name, nothing).dictionary_encode().cast(TEXT) for name in names]
    kinds = [pa.field(name, TEXT) for name in names]
    return pa.RecordBatch.from_arrays(
        [*table.columns, *texts], schema=pa.schema([*table.schema, *kinds])
    )
