"""CSV with declared units: a column per lead, named with its unit; time in a column or a rate.

    # fs: 500 Hz
    I (mV),II (mV),V1 [uV]
    0.012,0.034,-12

Comment lines may state ``fs`` in hertz and ``unit`` for columns that name none. Commas, semicolons
and tabs separate; with semicolons and tabs, and in quotes, a decimal comma is read.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from ....engine.fixedpoint import FloatArray
from .assemble import assemble
from .csv_table import (
    Line,
    body_of,
    broken_table,
    cells_of,
    number_of,
    numbers_of,
    separator_of,
)
from .errors import incomplete, unreadable
from .recording import Declared, EcgHeader, EcgRecording
from .said import Said
from .source import Source, text_of
from .stored import StoredLead, step_of

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
_COMMENT: Final = re.compile(r"^#\s*(?P<key>[^:=]+?)\s*[:=]\s*(?P<value>\S.*?)\s*$")
_RATE: Final = re.compile(r"(?i)(?P<number>\d+(?:[.,]\d+)?(?:e\d+)?)\s*(?P<unit>k?hz)?")
_RATE_WORDS: Final = {
    "fs", "sampling rate hz", "sampling rate", "sampling frequency", "samplingrate", "samplerate",
    "sample rate", "sfreq", "fréquence d'échantillonnage", "abtastrate",
}  # fmt: skip
# "fréquence: 70" may be that of the heart: these are believed only with hertz behind the number.
_RATE_WORDS_WITH_UNIT: Final = {"fréquence", "frequence", "frequency", "frequenz"}
_UNIT_WORDS: Final = {"unit", "units", "unité", "einheit"}
_SYNTHETIC: Final = re.compile(r"(?i)^\s*#\s*synthetic\s*[:=]\s*(?:true|yes|1)\s*$")
_HERTZ_PER_KILOHERTZ: Final = 1000.0
_JITTER: Final = 0.01  # of one step; printed times are rounded


def sniff(source: Source) -> bool:
    """Whether the first line that is no comment names columns, and the next one holds numbers."""
    if b"\0" in source.head:
        return False
    lines = body_of(source.head.decode("utf-8-sig", errors="replace").splitlines())[:2]
    if len(lines) < 2:  # noqa: PLR2004 - a header and a first row
        return False
    separator = separator_of(lines[0].text, lines[1].text)
    header, row = (cells_of(line.text, separator) for line in lines)
    named = any(number_of(cell) is None for cell in header)
    # A long first row may be cut by the end of the head, so only its first cell counts.
    return named and all(number_of(cell) is not None for cell in row[:1])


def read(source: Source, declared: Declared) -> Sequence[EcgRecording]:
    """Return the columns as leads."""
    where = source.label
    lines = text_of(source).splitlines()
    body = body_of(lines)
    if len(body) < 2:  # noqa: PLR2004 - a header and a first row
        raise unreadable("A table without rows", where)
    head, rows = body[0], body[1:]
    stated, unit, person = _comments(lines, where)
    separator = separator_of(head.text, rows[0].text)
    columns = [_column(cell, unit) for cell in cells_of(head.text, separator)]
    values = numbers_of(rows, separator, [name for name, _ in columns], where)
    times = [i for i, (name, _) in enumerate(columns) if name.lower() in _TIMES]
    rate = stated
    if times:
        if len(times) > 1 or columns[times[0]][1].lower() not in _SECONDS:
            raise incomplete(
                "A time column without its unit", "Name it time (s) or time (ms)", where
            )
        seconds = values[times[0]] * _SECONDS[columns[times[0]][1].lower()]
        rate = _rate_of(seconds, stated, rows, where)
    leads = [
        StoredLead(name, values[i], step_of(1.0, unit) if unit else math.nan, rate)
        for i, (name, unit) in enumerate(columns)
        if i not in times
    ]
    header = EcgHeader(
        FORMAT,
        source.stem or "record",
        sex=person.sex,
        age_years=person.age_years,
        synthetic=any(_SYNTHETIC.match(line) for line in lines),
        notes=person.notes,
    )
    return [_without_steps(assemble(leads, header, declared))]


def _without_steps(recording: EcgRecording) -> EcgRecording:
    """Drop the resolution: a printed millivolt says nothing of the recorder's step."""
    signal = recording.signal
    unknown = np.full(len(signal.leads), np.nan)
    return replace(recording, signal=replace(signal, resolution_uv=unknown))


def _comments(lines: Sequence[str], where: str) -> tuple[float, str, Said]:
    """Return rate (NaN if not stated), unit and person of the comment lines.

    Two that contradict each other are not chosen from.
    """
    comments = [line.strip() for line in lines if line.lstrip().startswith("#")]
    rates, units = set[float](), dict[str, str]()
    for match in filter(None, map(_COMMENT.match, comments)):
        key = match["key"].lower().replace("_", " ")
        with_unit = match["value"].lower().endswith("hz")
        if key in _RATE_WORDS or (key in _RATE_WORDS_WITH_UNIT and with_unit):
            rates.add(_stated_rate_hz(match["value"], where))
        elif key in _UNIT_WORDS:
            units[match["value"].lower()] = match["value"]
    person = Said.of(comments)
    twice = {"fs": len(rates) > 1, "unit": len(units) > 1, "age or sex": person.contradicts}
    for name in (name for name, contradicts in twice.items() if contradicts):
        raise unreadable(f"Two comment lines that contradict each other ({name})", where)
    return next(iter(rates), math.nan), next(iter(units.values()), ""), person


def _stated_rate_hz(text: str, where: str) -> float:
    found = _RATE.fullmatch(text)
    rate = float(found["number"].replace(",", ".")) if found else 0.0
    if found is None or rate <= 0:
        raise unreadable("A sampling rate that is no positive number of Hz or kHz", where)
    return rate * (_HERTZ_PER_KILOHERTZ if (found["unit"] or "").lower() == "khz" else 1.0)


def _column(cell: str, unit: str) -> tuple[str, str]:
    """Return name and unit of a column; the unit of the comment where it names none."""
    found = _COLUMN.match(cell.strip())
    if found is None:
        return "", unit
    own = found["in"] if found["in"] is not None else found["after"]
    return found["name"].strip(), own or unit


def _rate_of(seconds: FloatArray, stated: float, rows: Sequence[Line], where: str) -> float:
    """Return the rate of a time column, and that of the comment where both agree."""
    rate = _even(seconds, rows, where)
    if not math.isnan(stated) and abs(rate - stated) > _JITTER * stated:
        raise unreadable("A declared rate that contradicts the time column", where)
    return rate if math.isnan(stated) else stated


def _even(seconds: FloatArray, rows: Sequence[Line], where: str) -> float:
    """Return the rate of evenly spaced times, rounded where printing has rounded them."""
    if len(seconds) < 2 or not np.isfinite(seconds).all():  # noqa: PLR2004 - one step at least
        raise incomplete("Times with gaps, or a single one", "Give the time of every row", where)
    step = (seconds[-1] - seconds[0]) / (len(seconds) - 1)
    uneven = np.abs(np.diff(seconds) - step) > abs(step) / 2
    if step <= 0 or uneven.any():
        # The median is the step of the rows that are right.
        from_median = np.abs(np.diff(seconds) - np.median(np.diff(seconds)))
        at = rows[int(np.argmax(from_median)) + 1].number
        raise broken_table(f"Times that are not evenly spaced, first seen in line {at}", where)
    rate = float(1.0 / step)
    return float(round(rate)) if abs(rate - round(rate)) < _JITTER else rate
