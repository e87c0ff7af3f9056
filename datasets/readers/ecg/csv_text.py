"""CSV with declared units: a column per lead, named with its unit; time in a column or a rate.

    # fs: 500 Hz
    I (mV),II (mV),V1 [uV]
    0.012,0.034,-12

Comment lines may state ``fs`` in hertz and ``unit`` for columns that name none. Commas, semicolons
and tabs separate; with semicolons and tabs a decimal comma is read.
"""

import io
import math
import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from ....engine.fixedpoint import FloatArray
from .assemble import StoredLead, assemble, step_of
from .errors import incomplete, unreadable
from .recording import Declared, EcgHeader, EcgRecording, sex_of
from .source import Source, text_of

FORMAT: Final = "csv"
_UNITS: Final = r"nV|uV|µV|μV|mV|s|ms|us|sec|microvolts?|millivolts?|seconds?|milliseconds?"
# "lead V" is a name: a volt is believed in brackets only.
_COLUMN: Final = re.compile(
    rf"^(?P<name>.*?)\s*(?:[\(\[]\s*(?P<in>[^\)\]]*)\s*[\)\]]|[_ /](?P<after>{_UNITS}))?$",
    re.IGNORECASE,
)
_SECONDS: Final = {
    "s": 1.0,
    "sec": 1.0,
    "second": 1.0,
    "seconds": 1.0,
    "ms": 1e-3,
    "millisecond": 1e-3,
    "milliseconds": 1e-3,
    "us": 1e-6,
}
_TIMES: Final = {"time", "t", "temps", "zeit"}
_COMMENT: Final = re.compile(r"^#\s*([A-Za-z_]+)\s*[:=]\s*(\S+)(?:\s+(\S+))?\s*$")
_RATES: Final = {"fs", "sampling_rate_hz", "sampling_rate", "sampling_frequency"}
_STATED: Final = {"fs", "unit", "age", "sex"}
_JITTER: Final = 0.01  # of one step; printed times are rounded
_NOT_A_NUMBER: Final = {"", "nan", "na", "null"}


def sniff(source: Source) -> bool:
    """Whether the first line that is no comment names columns, and the next one holds numbers."""
    if b"\0" in source.head:
        return False
    lines = _body(source.head.decode("utf-8-sig", errors="replace").splitlines())[:2]
    if len(lines) < 2:  # noqa: PLR2004 - a header and a first row
        return False
    separator = _separator(lines[0], lines[1])
    cells = lines[1].split(separator)
    named = any(_cell(c) is None for c in lines[0].split(separator))
    # A long first row may be cut by the end of the head, so its last cell does not count.
    return named and all(_cell(_dotted(c, separator)) is not None for c in cells[:1])


def _body(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if line.strip() and not line.lstrip().startswith("#")]


def _separator(header: str, row: str) -> str:
    return next((s for s in (";", "\t", ",") if s in header and s in row), ",")


def _dotted(text: str, separator: str) -> str:
    return text if separator == "," else text.replace(",", ".")


def _cell(text: str) -> float | None:
    bare = text.strip().strip('"').lower()
    if bare in _NOT_A_NUMBER:
        return math.nan
    try:
        return float(bare)
    except ValueError:
        return None


def read(source: Source, declared: Declared) -> Sequence[EcgRecording]:
    """Return the columns as leads."""
    where = source.label
    lines = text_of(source).splitlines()
    body = _body(lines)
    if len(body) < 2:  # noqa: PLR2004 - a header and a first row
        raise unreadable("A table without rows", where)
    said = _comments(lines, where)
    separator = _separator(body[0], body[1])
    columns = [_column(cell, said.get("unit", "")) for cell in body[0].split(separator)]
    values = _table(body[1:], separator, len(columns), where)
    times = [i for i, (name, _) in enumerate(columns) if name.lower() in _TIMES]
    rate = _rate_of(columns, values, times, said, where)
    leads = [
        StoredLead(name, values[i], step_of(1.0, unit) if unit else math.nan, rate)
        for i, (name, unit) in enumerate(columns)
        if i not in times
    ]
    age = _cell(said.get("age", ""))
    header = EcgHeader(
        FORMAT,
        source.stem or "record",
        sex=sex_of(said.get("sex", "")),
        age_years=None if age is None or math.isnan(age) else age,
        synthetic=said.get("synthetic", "").lower() in ("true", "yes", "1"),
    )
    return [_without_steps(assemble(leads, header, declared))]


def _without_steps(recording: EcgRecording) -> EcgRecording:
    """Drop the resolution: a printed millivolt says nothing of the recorder's step."""
    signal = recording.signal
    unknown = np.full(len(signal.leads), np.nan)
    bare = type(signal)(
        signal.leads, signal.signal_mv, signal.sampling_rate_hz, signal.derived, unknown
    )
    return EcgRecording(bare, recording.header)


def _comments(lines: Sequence[str], where: str) -> dict[str, str]:
    """Return what the comment lines state; two that contradict each other are not chosen from."""
    found: dict[str, str] = {}
    for line in lines:
        match = _COMMENT.match(line.strip())
        if match and (match[3] is None or match[3].lower() == "hz"):
            name = match[1].lower()
            name = "fs" if name in _RATES else name
            if name in _STATED and not _same(found.setdefault(name, match[2]), match[2]):
                raise unreadable(f"Two comment lines that contradict each other ({name})", where)
            found[name] = match[2]
    return found


def _same(one: str, other: str) -> bool:
    return one.lower() == other.lower() or (_cell(one) is not None and _cell(one) == _cell(other))


def _column(cell: str, unit: str) -> tuple[str, str]:
    """Return name and unit of a column; the unit of the comment where it names none."""
    found = _COLUMN.match(cell.strip().strip('"').strip())
    if found is None:
        return "", unit
    own = found["in"] if found["in"] is not None else found["after"]
    return found["name"].strip(), own or unit


def _table(rows: Sequence[str], separator: str, n_columns: int, where: str) -> FloatArray:
    """Return the numbers, shape (n_columns, n_rows)."""
    text = _dotted("\n".join(rows), separator).replace('"', "")
    try:
        flat = np.loadtxt(io.StringIO(text), delimiter=separator, ndmin=2, comments=None)
    except ValueError:
        flat = _slow_table(text.split("\n"), separator, n_columns, where)
    if flat.shape[1] != n_columns:
        raise unreadable(f"{n_columns} column names over rows of {flat.shape[1]} cells", where)
    return np.ascontiguousarray(flat.T)


def _slow_table(rows: Sequence[str], separator: str, n_columns: int, where: str) -> FloatArray:
    """Read a table with empty cells; they are gaps."""
    table = [[_cell(cell) for cell in row.split(separator)] for row in rows]
    if any(len(row) != n_columns for row in table):
        raise unreadable("Rows with more or fewer cells than there are columns", where)
    if any(cell is None for row in table for cell in row):
        raise unreadable("A cell that is no number", where)
    return np.array(table, dtype=np.float64)


def _rate_of(
    columns: Sequence[tuple[str, str]],
    values: FloatArray,
    times: Sequence[int],
    said: dict[str, str],
    where: str,
) -> float:
    """Return the rate from the time column or the comment; NaN where there is neither."""
    stated = _cell(said["fs"]) if "fs" in said else math.nan
    if stated is None or stated <= 0:
        raise unreadable("A sampling rate that is no positive number", where)
    if not times:
        return stated
    if len(times) > 1 or columns[times[0]][1].lower() not in _SECONDS:
        raise incomplete("A time column without its unit", "Name it time (s) or time (ms)", where)
    seconds = values[times[0]] * _SECONDS[columns[times[0]][1].lower()]
    rate = _even(seconds, where)
    if not math.isnan(stated) and abs(rate - stated) > _JITTER * stated:
        raise unreadable("A declared rate that contradicts the time column", where)
    return rate if math.isnan(stated) else stated


def _even(seconds: FloatArray, where: str) -> float:
    """Return the rate of evenly spaced times, rounded where printing has rounded them."""
    if len(seconds) < 2 or not np.isfinite(seconds).all():  # noqa: PLR2004 - one step at least
        raise incomplete("Times with gaps, or a single one", "Give the time of every row", where)
    step = (seconds[-1] - seconds[0]) / (len(seconds) - 1)
    if step <= 0 or np.abs(np.diff(seconds) - step).max() > step / 2:
        raise unreadable("Times that are not evenly spaced", where)
    rate = float(1.0 / step)
    return float(round(rate)) if abs(rate - round(rate)) < _JITTER else rate
