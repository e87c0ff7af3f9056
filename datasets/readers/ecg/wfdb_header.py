"""WFDB headers: the record line, the signal lines, the segments and what comments say.

Source: G. Moody, WFDB Applications Guide, header(5), https://physionet.org/physiotools/wag/header-5.htm
"""

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from .errors import EcgUnreadable, counted, damaged, too_large, unreadable
from .recording import SEVERAL_PEOPLE, EcgHeader
from .said import Said
from .source import limits
from .stated import with_day

NULL_FILE: Final = "~"
_RECORD: Final = re.compile(
    r"^(?P<name>[^\s/]+)(?:/(?P<segments>\d+))?[ \t]+(?P<signals>\d+)"
    r"(?:[ \t]+(?P<rate>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)(?:/\S*)?"
    r"(?:[ \t]+(?P<length>\d+)(?:[ \t]+(?P<clock>\S+)(?:[ \t]+(?P<day>\S+))?)?)?)?[ \t]*$"
)
_SIGNAL: Final = re.compile(
    r"^(?P<file>\S+)[ \t]+(?P<format>\d+)(?:x(?P<spf>\d+))?(?::(?P<skew>\d+))?"
    r"(?:\+(?P<offset>\d+))?(?P<rest>(?:[ \t].*)?)$"
)
_GAIN: Final = re.compile(
    r"^(?P<gain>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?:\((?P<base>[+-]?\d+)\))?(?:/(?P<unit>\S+))?$"
)
_SYNTHETIC: Final = re.compile(r"(?i)^#\W*synthetic\b")
_DERIVED: Final = re.compile(r"(?i)^#\s*derived leads:\s*(.+)$")


@dataclass(frozen=True, slots=True)
class SignalLine:
    """One signal as its line describes it.

    ``step_uv`` follows in ``wfdb``; ``gain`` is steps per unit, NaN where the line gives none.
    """

    file: str
    format: int
    samples_per_frame: int
    skew: int
    offset: int
    gain: float
    baseline: int
    unit: str
    initial: int
    checksum: int | None
    name: str


@dataclass(frozen=True, slots=True)
class WfdbHeader:
    """A parsed header; ``segments`` is empty for a record of one segment.

    ``stated_at`` is the day and the time of day of the recording as its record line states them.
    """

    rate_hz: float
    length: int | None
    signals: tuple[SignalLine, ...]
    segments: tuple[tuple[str, int], ...]
    stated_at: tuple[str, str]
    comments: tuple[str, ...]

    @property
    def started_at(self) -> datetime | None:
        """When it was recorded; None unless day and time are stated as WFDB writes them."""
        return _moment(*self.stated_at)

    @property
    def is_synthetic(self) -> bool:
        """Whether a comment says that the record is synthetic."""
        return any(_SYNTHETIC.match(line) for line in self.comments)

    @property
    def derived(self) -> frozenset[str]:
        """The leads that a comment of our writer names as calculated."""
        names = (m[1].split() for line in self.comments if (m := _DERIVED.match(line)))
        return frozenset(name for line in names for name in line)


def ecg_header(header: WfdbHeader, fmt: str, record: str) -> EcgHeader:
    """Return what a header says beside the samples.

    Parameters
    ----------
    header : with the comments of its segments
    fmt : the format that was found
    record : the file's stem
    """
    person = Said.of(header.comments)
    found = EcgHeader(
        format=fmt,
        record=record or "record",
        sex=person.sex,
        age_years=person.age_years,
        acquired_at=header.started_at,
        synthetic=header.is_synthetic,
        notes=(*((SEVERAL_PEOPLE,) if person.contradicts else ()), *person.notes),
    )
    return with_day(found, *header.stated_at)


def looks_like_header(head: bytes) -> bool:
    """Whether the first line that is no comment is a WFDB record line."""
    for line in head.decode("latin-1").splitlines():
        text = line.strip()
        if text and not text.startswith("#"):
            return _RECORD.match(text) is not None
    return False


def parse_header(data: bytes, where: str) -> WfdbHeader:
    """Return the header.

    Raises
    ------
    EcgUnreadable : a line that breaks the grammar, or fewer lines than the record line announces
    """
    if len(data) > limits()["bytes"]["header"]:
        raise too_large("A header of more than a mebibyte", where)
    lines = [line.strip() for line in _decoded(data).splitlines()]
    body = [line for line in lines if line and not line.startswith("#")]
    comments = tuple(line for line in lines if line.startswith("#"))
    record = _RECORD.match(body[0]) if body else None
    if record is None:
        raise unreadable("A header without a record line", where)
    n_segments, n_signals = int(record["segments"] or 0), int(record["signals"])
    wanted = n_segments or n_signals
    caps = limits()["samples"]
    if n_segments > caps["segments"] or n_signals > caps["leads"]:
        raise too_large(
            f"{counted(n_signals, 'signal')} in {counted(n_segments, 'segment')}", where
        )
    if len(body) - 1 < wanted:
        raise damaged(f"{counted(wanted, 'line')} announced, {len(body) - 1} found", where)
    rows = body[1 : 1 + wanted]
    return WfdbHeader(
        rate_hz=float(record["rate"]) if record["rate"] else math.nan,
        length=int(record["length"]) or None if record["length"] else None,
        signals=() if n_segments else tuple(_signal_line(row, where) for row in rows),
        segments=tuple(_segment_line(row, where) for row in rows) if n_segments else (),
        stated_at=_stated_at(record["clock"] or "", record["day"] or ""),
        comments=comments,
    )


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _segment_line(row: str, where: str) -> tuple[str, int]:
    parts = row.split()
    if len(parts) < len(("name", "length")) or not parts[1].isdecimal():
        raise unreadable("A segment line without name or length", where)
    return parts[0], int(parts[1])


def _signal_line(row: str, where: str) -> SignalLine:
    found = _SIGNAL.match(row)
    if found is None:
        raise unreadable("A signal line that breaks the grammar", where)
    fields = found["rest"].split(None, 6)
    gain, baseline, unit = _gain(fields[0] if fields else "", where)
    zero = _integer(fields, 2, where)
    spf = int(found["spf"] or 1)
    if not 0 < spf <= limits()["samples"]["total"]:
        raise unreadable("A signal without samples in its frame", where)
    return SignalLine(
        file=found["file"],
        format=int(found["format"]),
        samples_per_frame=spf,
        skew=int(found["skew"] or 0),
        offset=int(found["offset"] or 0),
        gain=gain,
        baseline=(zero or 0) if baseline is None else baseline,
        unit=unit,
        initial=_integer(fields, 3, where) or 0,
        checksum=_integer(fields, 4, where),
        name=_description(fields),
    )


def _description(fields: list[str]) -> str:
    position = 6  # gain, resolution, zero, initial value, checksum, block size, description
    return fields[position].strip() if len(fields) > position else ""


def _integer(fields: list[str], position: int, where: str) -> int | None:
    if len(fields) <= position:
        return None
    try:
        return int(fields[position])
    except ValueError as error:
        raise unreadable("A signal line with a field that is no number", where) from error


def _gain(text: str, where: str) -> tuple[float, int | None, str]:
    """Return steps per unit (NaN where absent or 0), baseline and unit.

    header(5): a gain without a unit is per millivolt, a gain of 0 or none is uncalibrated.
    """
    if not text:
        return math.nan, None, ""
    found = _GAIN.match(text)
    if found is None:
        raise unreadable("A signal line with a gain that is no number", where)
    gain = float(found["gain"]) or math.nan
    return gain, int(found["base"]) if found["base"] else None, found["unit"] or "mV"


def _stated_at(clock: str, day: str) -> tuple[str, str]:
    """Return day and time of day; a writer that knows no time may put the day in its place."""
    return (day, clock) if day or ":" in clock else (clock, "")


def _moment(day: str, clock: str) -> datetime | None:
    """Return the start of a record; None unless both its day and its time are stated."""
    try:
        hour, minute, second = (*clock.split(":"), "0", "0")[:3]
        d, m, y = (int(part) for part in day.split("/"))
        return datetime.combine(date(y, m, d), time(int(hour), int(minute), int(float(second))))
    except (ValueError, EcgUnreadable):
        return None
