"""The cells of a table: separators, quotes, decimal commas, and where a cell is wrong."""

import csv
import io
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ....engine.fixedpoint import FloatArray
from .errors import EcgUnreadable

_SEPARATORS: Final = (";", "\t", ",")
_EXCEL: Final = re.compile(r'(?i)^"?sep=.?"?$')  # the first line that tells Excel the separator
_NOT_A_NUMBER: Final = {"", "nan", "na", "null", "#n/a", "#nv"}
_ERROR: Final = re.compile(
    r"(?i)#(?:N/?[ADV]|DIV/0!|[^\W\d_]+[!?])"
)  # what spreadsheets put for no value
_GROUPED: Final = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table that holds cells, and its number in the file, counted from 1."""

    number: int
    text: str


def body_of(lines: Iterable[str]) -> list[Line]:
    """Return the lines that are neither empty nor a comment.

    Below the names of the columns a line of as many cells is a row, and so is the error value of a
    spreadsheet: a row that were taken for a comment would be time that is lost.
    """
    found: list[Line] = []
    for number, line in enumerate(lines, 1):
        bare = line.strip()
        is_comment = bare.startswith("#") and not (found and _is_row(bare, found[0].text))
        if bare and not is_comment and not _EXCEL.match(bare):
            found.append(Line(number, line))
    return found


def _is_row(line: str, header: str) -> bool:
    """Whether a line that begins as a comment does holds the cells of a row."""
    counts = {header.count(mark): line.count(mark) for mark in _SEPARATORS if mark in header}
    as_many = any(own == other for own, other in counts.items())
    return as_many or _ERROR.match(line.lstrip('"')) is not None


def separator_of(header: str, row: str) -> str:
    """Return what separates the cells of a table, told by its first two lines."""
    return next((s for s in _SEPARATORS if s in header and s in row), ",")


def cells_of(line: str, separator: str) -> list[str]:
    """Return the cells of a line; a separator in quotes separates nothing."""
    if '"' not in line:
        return line.split(separator)
    try:
        return next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
    except csv.Error:  # a cell beyond what any number is long
        return line.split(separator)


def number_of(cell: str) -> float | None:
    """Return the number of a cell, with a decimal point or comma; NaN for a gap.

    >>> number_of(" 0,5"), number_of("lead"), number_of("1.234,5")
    (0.5, None, None)
    """
    bare = cell.strip().lower().replace(",", ".")
    if bare in _NOT_A_NUMBER:
        return math.nan
    try:
        return float(bare)
    except ValueError:
        return None


def numbers_of(
    rows: Sequence[Line], separator: str, names: Sequence[str], where: str
) -> FloatArray:
    """Return the numbers of a table, shape (n_columns, n_rows), NaN for empty cells.

    Raises
    ------
    EcgUnreadable : a row of another width than the header, a cell that is no number, marks that
        may separate thousands
    """
    lines, mark = [row.text for row in rows], separator
    if any('"' in line for line in lines):
        lines, mark = ["\t".join(cells_of(line, separator)) for line in lines], "\t"
    text = "\n".join(lines)
    _refuse_thousands(text, mark, rows, where)
    try:
        dotted = text if mark == "," else text.replace(",", ".")
        flat = np.loadtxt(io.StringIO(dotted), delimiter=mark, ndmin=2, comments=None)
    except ValueError:
        flat = _slow(rows, separator, names, where)
    if flat.shape[1] != len(names):
        found = f"{len(names)} column names over rows of {flat.shape[1]} cells"
        raise broken_table(found, where)
    return np.ascontiguousarray(flat.T)


def broken_table(found: str, where: str) -> EcgUnreadable:
    """Return the error of a table whose cells are not those of an ECG."""
    return EcgUnreadable(
        found=found,
        why="samples would be moved or changed without anybody seeing it",
        remedy="Correct the table there, or have the software write it again",
        path=where,
    )


def _refuse_thousands(text: str, mark: str, rows: Sequence[Line], where: str) -> None:
    """Refuse numbers such as ``1,234`` that may be a thousand times what they seem.

    They are decimal where any number of the table shows it: it begins with a zero (``0,012``), or
    has other than three digits behind the mark. Two marks in one table contradict each other.
    """
    marks = "." if mark == "," else ".,"
    if all(one in text for one in marks) and len(marks) > 1:
        raise broken_table("A table with points and commas within its numbers", where)
    point = f"[{marks}]"
    shown = (
        rf"(?<![\d{marks}])(?:(?:0\d*|\d{{4,}})?{point}\d|\d+{point}(?:\d{{0,2}}|\d{{4,}})(?!\d))"
    )
    if re.search(shown, text) or re.search(rf"\d{point}\d*[eE]", text):
        return
    table = [line.split(mark) for line in text.split("\n")]
    for column in range(min(len(cells) for cells in table)):
        grouped = [_GROUPED.fullmatch(cells[column].strip()) is not None for cells in table]
        if any(grouped) and not all(grouped):
            at = rows[grouped.index(True)].number
            found = f"Numbers that may have marks for thousands: line {at}, column {column + 1}"
            raise broken_table(found, where)


def _slow(rows: Sequence[Line], separator: str, names: Sequence[str], where: str) -> FloatArray:
    """Read a table with empty cells, which are gaps, and say where a cell is wrong."""
    table = []
    for row in rows:
        cells = cells_of(row.text, separator)
        if len(cells) != len(names):
            found = f"{len(names)} columns and more or fewer cells ({len(cells)})"
            raise broken_table(f"{found} in line {row.number}", where)
        values = [number_of(cell) for cell in cells]
        if None in values:
            at = values.index(None)
            name = "".join(c for c in names[at] if c.isprintable())[:20]
            found = f"A cell that is no number in line {row.number}, column {at + 1} ({name})"
            raise broken_table(found, where)
        table.append(values)
    return np.array(table, dtype=np.float64)
