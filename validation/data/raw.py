"""Columns as the protocol reads them: numbers or text, and nothing where the mapping says so."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ...datasets.readers.tables.decimals import MISSING_TEXTS
from ...datasets.readers.tables.mapping import TableMapping
from ..errors import ProtocolRefused, StudyProblem


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


def _numbers(missing: Sequence[str]) -> list[float]:
    """Return those that can stand in a column of numbers; a text such as "unknown" can't."""
    found = []
    for text in missing:
        try:
            found.append(float(text))
        except ValueError:
            continue
    return found
