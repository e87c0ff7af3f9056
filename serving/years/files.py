"""Writes tables for spreadsheets: whole or not there, and no text in them is a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ...datasets.readers.tables.formulas import no_formula
from ..whole_files import write_text


def write_csv(path: Path, rows: Iterable[Sequence[Any]]) -> None:
    """Write a CSV; a text that a spreadsheet would take for a formula gets an apostrophe first."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([no_formula(cell) for cell in row] for row in rows)
    write_text(path, text.getvalue())
