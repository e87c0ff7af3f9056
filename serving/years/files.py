"""Writes tables for spreadsheets: whole or not there, and no text in them is a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from ..batch.result.parts import write_text

_STARTS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def write_csv(path: Path, rows: Iterable[Sequence[Any]]) -> None:
    """Write a CSV; a text that a spreadsheet would take for a formula gets an apostrophe first."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_plain_cell(cell) for cell in row] for row in rows)
    write_text(path, text.getvalue())


def _plain_cell(cell: Any) -> Any:  # noqa: ANN401 - a cell of any type
    is_formula = isinstance(cell, str) and cell.startswith(_STARTS_FORMULA)
    return f"'{cell}" if is_formula else cell
