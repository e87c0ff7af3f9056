"""Whether the rows of a part are those that a batch writes: its columns, their types, its words."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from ....engine.prediagnosis import URGENCIES
from ..table.glucose import GLUCOSE_SAYS, WORDS
from ..table.output import BANDS, SCHEMA
from ..table.status import STATUSES

_NUMBERS: Final = ("_score", "_per_min", "_ms", "_deg")
_DAY: Final = "_date"
_BAND: Final = "_band"
_RISK: Final = "_risk"
_DEVICE: Final = "device."
_WORDS: Final = {"urgency": URGENCIES, "status": STATUSES, GLUCOSE_SAYS: WORDS}


def wrong_columns(schema: Any) -> str:  # noqa: ANN401 - pyarrow has no types
    """Say what is not as a batch writes it in the columns of a part; empty where all is.

    Every column of a result stands in it once, and each, those of ECGs, sites and devices too, is
    of its own type.
    """
    names = schema.names
    twice = [name for name in names if names.count(name) > 1]
    lost = [name for name in SCHEMA.names if name not in names]
    if twice or lost:
        return f"the column {twice[0]} twice" if twice else f"no column {lost[0]}"
    for field in schema:
        kind = _type_of(field.name)
        if field.type != kind:
            return f"the column {field.name} as {field.type}, where it is {kind}"
    return ""


def wrong_values(table: Any) -> str:  # noqa: ANN401 - as above
    """Say which value of a part no batch writes; empty where there is none.

    Parameters
    ----------
    table : some columns of a part, of their types
    """
    return next((said for name in table.column_names for said in _wrong(name, table[name])), "")


def _wrong(name: str, column: Any) -> Iterator[str]:  # noqa: ANN401 - as above
    if name == "status" and column.null_count:
        yield "a row without a status"
    words = BANDS if name.endswith(_BAND) else _WORDS.get(name)
    if words is not None and not _all(pc.is_in(column.drop_null(), pa.array(words))):
        yield f"a word that is none of the column {name}"
    if pa.types.is_floating(column.type):
        is_number = pc.is_finite(column)
        if name.endswith(_RISK):
            is_share = pc.and_(pc.greater_equal(column, 0.0), pc.less_equal(column, 1.0))
            is_number = pc.and_(is_number, is_share)
        if not _all(is_number):
            yield f"a number that can't be in the column {name}"
    if pa.types.is_date(column.type):
        first, last = (pa.scalar(day, column.type) for day in (date.min, date.max))
        if not _all(pc.and_(pc.greater_equal(column, first), pc.less_equal(column, last))):
            yield f"a day that no calendar has in the column {name}"


def _all(said: Any) -> bool:  # noqa: ANN401 - as above
    """Say whether it is so of every value; of what is empty nothing is said."""
    return pc.all(said).as_py() is not False


def _type_of(name: str) -> Any:  # noqa: ANN401 - as above
    """Return the type of a column: of ECGs by its unit; sites, devices and words are text."""
    if name in SCHEMA.names:
        return SCHEMA.field(name).type
    if name.startswith(_DEVICE):
        return pa.string()
    if name.endswith(_NUMBERS):
        return pa.float64()
    return pa.date32() if name.endswith(_DAY) else pa.string()
