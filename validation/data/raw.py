"""Columns as the protocol reads them: numbers or text, and nothing where the mapping says so."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...datasets.readers.tables.decimals import MISSING_TEXTS
from ...datasets.readers.tables.mapping import TableMapping
from ..errors import ProtocolRefused, StudyProblem
from ..statistics.estimate import FloatArray

MOST_ROWS: Final = 5


def missing_of(mapping: TableMapping, column: str) -> tuple[str, ...]:
    """Return what means "nothing there" in a column: of every column, and of its own."""
    own = [source.missing for source in mapping.sources.values() if column in source.columns]
    return tuple(dict.fromkeys([*mapping.missing, *(text for texts in own for text in texts)]))


def tidy(name: str, column: Any, missing: Sequence[str] = ()) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return a column as one array, text without blanks at its ends, and nothing for NA or no text.

    Parameters
    ----------
    name : of the column, for errors
    column : pyarrow array or chunked array
    missing : further texts or numbers that mean "nothing there"

    Raises
    ------
    ProtocolRefused  if it holds neither numbers nor text
    """
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    kind = whole.type
    if pa.types.is_boolean(kind):
        return whole
    if pa.types.is_decimal(kind):
        whole = whole.cast(pa.float64())
        kind = whole.type
    if pa.types.is_floating(kind) or pa.types.is_integer(kind):
        none = pa.array(_numbers(missing), pa.float64())
        return pc.if_else(pc.is_in(whole.cast(pa.float64(), safe=False), none), None, whole)
    try:
        text = pc.utf8_trim_whitespace(whole.cast(pa.string()))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise ProtocolRefused(
            [
                StudyProblem(
                    "study_data", name, f"the column {name!r}, of {kind}",
                    "it can't be read as numbers or as text",
                    "Write it in the table as numbers, or as text in UTF-8",
                )
            ]
        ) from error  # fmt: skip
    return pc.if_else(pc.is_in(text, pa.array([*MISSING_TEXTS, *missing])), None, text)


def as_numbers(name: str, column: Any, decimal: str = ".") -> FloatArray:  # noqa: ANN401
    """Return a tidy column as float64 (n,), NaN where empty; true is 1.

    Parameters
    ----------
    name : of the column, for errors
    column : pyarrow array
    decimal : the mark that texts have, a point or a comma; the other one is then unreadable

    Raises
    ------
    ProtocolRefused  if it holds something else than numbers
    """
    values = _cast(column, decimal)
    if values is None:
        raise ProtocolRefused(
            [
                StudyProblem(
                    "column_not_number", name, _found(name, column, decimal),
                    "it is compared with a number", _remedy(column, decimal),
                )
            ]
        )  # fmt: skip
    return np.array(values.to_numpy(zero_copy_only=False), np.float64)


def as_days(name: str, column: Any) -> FloatArray:  # noqa: ANN401 - pyarrow has no types
    """Return a tidy column of dates as days since 1970, float64 (n,), NaN where empty.

    Parameters
    ----------
    name : of the column, for errors
    column : pyarrow array of texts that begin with YYYY-MM-DD, as a date or a moment is written

    Raises
    ------
    ProtocolRefused  if a filled cell is no such date
    """
    text = pc.utf8_slice_codeunits(column.cast(pa.string()), 0, len("YYYY-MM-DD"))
    moment = pc.strptime(text, format="%Y-%m-%d", unit="s", error_is_null=True)
    bad = pc.and_(pc.is_valid(text), pc.is_null(moment)).to_numpy(zero_copy_only=False)
    if bad.any():
        rows = ", ".join(str(i + 1) for i in np.flatnonzero(bad)[:MOST_ROWS].tolist())
        raise ProtocolRefused(
            [
                StudyProblem(
                    "column_not_day", name,
                    f"the column {name!r}, of which {int(bad.sum())} filled cells are no date "
                    f"(rows after the header: {rows})",
                    "it is compared with a day", "Write its dates as YYYY-MM-DD",
                )
            ]
        )  # fmt: skip
    days = moment.cast(pa.date32()).cast(pa.int32()).cast(pa.float64())
    return np.array(days.to_numpy(zero_copy_only=False), np.float64)


def _found(name: str, column: Any, decimal: str) -> str:  # noqa: ANN401 - pyarrow has no types
    """Say how many cells are no number, where the first stand, and of which kind; never a value."""
    texts = column.cast(pa.string()).to_pylist()
    bad = [i for i, text in enumerate(texts) if text is not None and not _is_number(text, decimal)]
    kinds = ", ".join(sorted({_kind(texts[i]) for i in bad}))
    rows = ", ".join(str(i + 1) for i in bad[:MOST_ROWS]) + (", …" * (len(bad) > MOST_ROWS))
    given = sum(text is not None for text in texts)
    if len(bad) == given:
        return f"the column {name!r} holds no numbers ({kinds})"
    return (
        f"the column {name!r}, of whose {given} filled cells {len(bad)} hold no number "
        f"({kinds}; rows after the header: {rows})"
    )


def _is_number(text: str, decimal: str) -> bool:
    return _cast(pa.array([text], pa.string()), decimal) is not None


def _kind(text: str) -> str:
    """Name what is in a cell that is no number, without what it says."""
    if any(sign.isalpha() for sign in text):
        return "letters"
    return "digits with other signs" if any(sign.isdigit() for sign in text) else "signs only"


def _cast(column: Any, decimal: str) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return a column as float64, None where one of its cells is no number."""
    if decimal == "," and pa.types.is_string(column.type):
        marked = pc.replace_substring(column, ".", "|")  # a point is then no part of a number
        column = pc.replace_substring(marked, ",", ".")
    try:
        return column.cast(pa.float64())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None


def _remedy(column: Any, decimal: str) -> str:  # noqa: ANN401 - pyarrow has no types
    """Say what would make numbers of a column of texts."""
    other = "," if decimal == "." else "."
    if _cast(column, other) is not None:
        return (
            f'With {other!r} as the decimal mark it does: say [csv] decimal = "{other}" in the '
            "mapping of the study (data.mapping)"
        )
    return (
        "Write numbers, 1, 0 and nothing for yes, no and unknown; only a condition of a protocol "
        'compares words, with text = "..."'
    )


def as_codes(name: str, column: Any, decimal: str = ".") -> FloatArray:  # noqa: ANN401
    """Return a tidy column that only tells things apart as float64 (n,), NaN where empty.

    Numbers stay; texts are numbered in their order.
    """
    try:
        return as_numbers(name, column, decimal)
    except ProtocolRefused:
        texts = np.asarray(pc.fill_null(column.cast(pa.string()), "").to_pylist())
        code = np.unique(texts, return_inverse=True)[1].astype(np.float64)
        return np.where(texts == "", np.nan, code)


def _numbers(missing: Sequence[str]) -> list[float]:
    """Return those that can stand in a column of numbers; a text such as "unknown" can't."""
    found = []
    for text in missing:
        try:
            found.append(float(text))
        except ValueError:
            continue
    return found
