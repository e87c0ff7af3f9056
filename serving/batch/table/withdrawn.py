"""People who withdrew their consent: nothing is screened of them, and a tombstone says so."""

from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from ....datasets.readers.tables.decimals import is_text_type
from ..options import BatchRefused
from .output import ENCODED
from .status import REFUSED

WITHDRAWN: Final = "consent_withdrawn"


def read_withdrawn(path: Path | None) -> tuple[str, ...]:
    """Return the people of a list, one a line, sorted; empty lines are left out.

    Raises
    ------
    BatchRefused  if it can't be read: nobody is screened while it is not known who declined
    """
    if path is None:
        return ()
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BatchRefused(
            found=f"a list of withdrawn consents that can't be read ({type(error).__name__})",
            why="somebody in it must not be screened",
            remedy="Give a UTF-8 file with one person_id a line",
            path="withdrawn",
        ) from error
    return tuple(sorted({line.strip() for line in lines} - {""}))


def split_withdrawn(table: Any, person: str, withdrawn: tuple[str, ...]) -> tuple[Any, Any]:  # noqa: ANN401 - pyarrow has no types
    """Return the rows to screen, and the persons (Arrow strings) of those who withdrew."""
    if not withdrawn or not person:
        return table, pa.array([], pa.string())
    column = table.column(person)
    if is_text_type(column.type):
        column = column.cast(pa.binary()).cast(pa.string(), safe=False)
    names = pc.utf8_trim_whitespace(column.cast(pa.string()))
    gone = pc.is_in(names, pa.array(withdrawn, pa.string()))
    return table.filter(pc.invert(gone)), names.filter(gone)


def tombstones(persons: Any, schema: Any = ENCODED) -> Any:  # noqa: ANN401
    """Return one row a person with nothing in it but the name and why it is empty."""
    n = len(persons)
    said = {
        "person_id": persons,
        "status": pa.array([REFUSED] * n, pa.string()),
        "status_reason": pa.array([WITHDRAWN] * n, pa.string()),
    }
    columns = []
    for field in schema:
        if pa.types.is_list(field.type):
            offsets = pa.array([0] * (n + 1), pa.int32())
            nothing = pa.array([], field.type.value_type)
            columns.append(pa.ListArray.from_arrays(offsets, nothing))
        elif field.name in said:
            columns.append(said[field.name].cast(field.type))
        else:
            columns.append(pa.nulls(n, field.type))
    return pa.RecordBatch.from_arrays(columns, schema=schema)
