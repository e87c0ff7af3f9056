"""EDF, EDF+ (continuous and with gaps) and BDF.

Source: Kemp 1992, doi:10.1016/0013-4694(92)90009-7; EDF+ Kemp 2003,
doi:10.1016/S1388-2457(03)00123-8, https://www.edfplus.info/specs/edfplus.html; BDF https://www.biosemi.com/faq/file_format.htm
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ....engine.fixedpoint import FloatArray
from .assemble import assemble, refuse_duration, refuse_size
from .births import with_birth
from .days import day_in
from .edf_words import filters_of, moment_of, person_of
from .errors import damaged, incomplete, unreadable
from .names import is_other_signal, lead_name, microvolt_per
from .recording import Declared, EcgHeader, EcgRecording, Filters
from .source import Source
from .stated import with_day
from .stored import StoredLead, step_of

_EDF: Final = b"0       "
_BDF: Final = b"\xffBIOSEMI"
_FIXED: Final = 256
_FIELDS: Final = (16, 80, 8, 8, 8, 8, 8, 80, 8, 32)
_ONSET: Final = re.compile(rb"([+-]\d+(?:\.\d*)?)(?:\x15[^\x14]*)?\x14")
_NO_DAY: Final = "01.01.85"  # EDF+: the first day that its field of two digits can hold
_SLACK_S: Final = 1e-3
_CONTINUOUS_S: Final = 0.02  # clocks of recorders that write the time of each record jitter


@dataclass(frozen=True, slots=True)
class _Signal:
    label: str
    unit: str
    physical: tuple[float, float]
    digital: tuple[float, float]
    filters: str
    per_record: int

    @property
    def is_annotation(self) -> bool:
        return self.label.lower() in ("edf annotations", "bdf annotations")

    @property
    def has_scale(self) -> bool:
        """Whether the limits give a gain; the digital minimum has to be below the maximum."""
        return self.digital[0] < self.digital[1] and self.physical[0] != self.physical[1]


@dataclass(frozen=True, slots=True)
class _Layout:
    is_bdf: bool
    reserved: str
    patient: str
    recording: str
    started: str
    n_records: int
    record_s: float
    signals: tuple[_Signal, ...]

    @property
    def width(self) -> int:
        return 3 if self.is_bdf else 2

    @property
    def is_plus(self) -> bool:
        return self.reserved.startswith(("EDF+", "BDF+"))

    @property
    def has_gaps(self) -> bool:
        return self.reserved.startswith(("EDF+D", "BDF+D"))


def sniff(source: Source) -> bool:
    """Whether the file starts as EDF or BDF does."""
    head = source.head
    return head.startswith(_BDF) or (head.startswith(_EDF) and head[184:192].strip().isdigit())


def read(source: Source, declared: Declared) -> Sequence[EcgRecording]:
    """Return the voltage signals; gaps of EDF+D become NaN."""
    layout = _layout(source.data, source.label)
    blocks, notes = _blocks(source.data, layout, source.label)
    starts = _starts(blocks, layout, source.label)
    if starts is not None and not layout.has_gaps:
        notes = (*notes, "gaps_in_continuous_file")
    leads = []
    at = 0
    for signal in layout.signals:
        block = blocks[:, at : at + signal.per_record]
        at += signal.per_record
        if signal.is_annotation:
            continue
        if declared.step_uv is None:
            _refuse_scale(signal, source.label)
        leads.append(_lead(signal, block, starts, layout, source.label))
    return [assemble(leads, _header(layout, source, notes), declared)]


def _refuse_scale(signal: _Signal, where: str) -> None:
    """Refuse an ECG whose limits give no scale, by their numbers."""
    is_ecg = microvolt_per(signal.unit) is not None and not is_other_signal(signal.label)
    if is_ecg and not signal.has_scale:
        (low, high), (bottom, top) = signal.physical, signal.digital
        limits = f"digital {bottom:g} to {top:g}, physical {low:g} to {high:g} {signal.unit}"
        raise incomplete(
            f"Lead {lead_name(signal.label)} states no gain: {limits}",
            "Export with a digital minimum below the maximum and two physical limits, or declare "
            "the step",
            where,
        )


def _number(text: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise unreadable("A header field that is no number", where)
    return value


def _layout(data: bytes, where: str) -> _Layout:
    text = data[:_FIXED].decode("latin-1")
    if len(text) < _FIXED:
        raise damaged("A header that is cut off", where)
    n = int(_number(text[252:256], where))
    if n <= 0:
        raise unreadable("A file without signals", where)
    refuse_size(n, 0, where)
    if len(data) < _FIXED * (n + 1):
        raise damaged("A header that is cut off", where)
    fields, at = [], _FIXED
    for size in _FIELDS:
        column = [data[at + i * size : at + (i + 1) * size].decode("latin-1") for i in range(n)]
        fields.append([cell.strip(" \0") for cell in column])
        at += n * size
    signals = tuple(_signal([column[i] for column in fields], where) for i in range(n))
    duration = _number(text[244:252], where)
    if duration <= 0 and not all(s.is_annotation for s in signals):
        raise unreadable("Data records without a duration", where)
    return _Layout(
        is_bdf=data.startswith(_BDF),
        reserved=text[192:236].strip(),
        patient=text[8:88].strip(),
        recording=text[88:168].strip(),
        started=text[168:184],
        n_records=int(_number(text[236:244], where)),
        record_s=duration,
        signals=signals,
    )


def _signal(cells: list[str], where: str) -> _Signal:
    label, _, unit, low, high, bottom, top, filters, per_record, _ = cells
    count = _number(per_record, where)
    if count < 1 or count != int(count):
        raise unreadable("A signal without samples in its data record", where)
    numbers = [_number(cell, where) for cell in (low, high, bottom, top)]
    pairs = (numbers[0], numbers[1]), (numbers[2], numbers[3])
    return _Signal(label, unit, pairs[0], pairs[1], filters, int(count))


def _blocks(data: bytes, layout: _Layout, where: str) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Return the samples, shape (n_records, samples of one data record)."""
    per_record = sum(s.per_record for s in layout.signals)
    refuse_size(1, per_record, where)
    body = data[_FIXED * (len(layout.signals) + 1) :]
    size = per_record * layout.width
    there = len(body) // size
    wanted = there if layout.n_records == -1 else layout.n_records
    if wanted < 1 or wanted > there:
        raise damaged(f"{wanted} data records announced, {there} found", where)
    refuse_size(1, wanted * per_record, where)
    refuse_duration(wanted * layout.record_s, where)
    notes: tuple[str, ...] = () if layout.n_records == wanted else ("length_not_stated",)
    if there > wanted:
        notes = ("file_longer_than_announced",)
    raw = np.frombuffer(body, dtype=np.uint8, count=wanted * size)
    if not layout.is_bdf:
        return raw.view("<i2").astype(np.int32).reshape(wanted, per_record), notes
    b = raw.reshape(-1, 3).astype(np.int32)
    values = b[:, 0] | b[:, 1] << 8 | b[:, 2] << 16
    return ((values ^ (1 << 23)) - (1 << 23)).reshape(wanted, per_record), notes


def _starts(blocks: NDArray[np.int32], layout: _Layout, where: str) -> FloatArray | None:
    """Return the onset of every data record in seconds; None where they follow each other.

    A file that calls itself continuous and states onsets with gaps is read as its onsets say.
    """
    if not layout.is_plus:
        return None
    onsets = _onsets(blocks, layout)
    if onsets is None and layout.has_gaps:
        raise unreadable("Data records without the time that they began", where)
    if onsets is None or layout.has_gaps:
        return onsets
    off_s = np.abs(np.diff(onsets) - layout.record_s)
    return onsets if (off_s > _CONTINUOUS_S).any() else None


def _onsets(blocks: NDArray[np.int32], layout: _Layout) -> FloatArray | None:
    """Return the onsets that the first annotation signal states; None where one is missing."""
    at = 0
    for signal in layout.signals:
        if signal.is_annotation:
            columns = blocks[:, at : at + signal.per_record].astype("<i4").view(np.uint8)
            text = columns.reshape(len(blocks), -1, 4)[:, :, : layout.width]
            found = [_ONSET.match(row.tobytes()) for row in text]
            if all(m is not None for m in found):
                onsets = np.array([float(m[1]) for m in found if m is not None])
                return onsets - onsets[0]
        at += signal.per_record
    return None


def _lead(
    signal: _Signal,
    block: NDArray[np.int32],
    starts: FloatArray | None,
    layout: _Layout,
    where: str,
) -> StoredLead:
    (low, high), (bottom, top) = signal.physical, signal.digital
    gain, step, zero = math.nan, math.nan, 0.0
    if signal.has_scale:
        gain = (high - low) / (top - bottom)
        step, zero = step_of(gain, signal.unit), low / gain - bottom
    samples = block.astype(np.float64)
    rate = signal.per_record / layout.record_s
    flat = samples.ravel() if starts is None else _spread(samples, starts, rate, where)
    return StoredLead(signal.label, flat + zero, step, rate, gain, signal.unit)


def _spread(samples: FloatArray, starts: FloatArray, rate: float, where: str) -> FloatArray:
    """Put every data record where it began, with NaN between."""
    n = samples.shape[1]
    first = np.rint(starts * rate)
    if (np.diff(starts) < n / rate - _SLACK_S).any() or first[-1] < 0:
        raise unreadable("Data records that overlap in time", where)
    refuse_size(1, int(first[-1]) + n, where)
    refuse_duration((first[-1] + n) / rate, where)
    out = np.full(int(first[-1]) + n, np.nan)
    for row, at in zip(samples, first.astype(int), strict=True):
        out[at : at + n] = row
    return out


def _of_one_day(header: EcgHeader, startdate: str, day: str) -> EcgHeader:
    """Return the header with the day that both fields of EDF+ state; of two that differ neither.

    Startdate X, with the first day that the other field can hold, says that no day is stated.
    """
    stated = day_in(startdate)
    whole = None if stated is None else stated.whole
    taken = header.acquired_at
    if taken is not None and whole is not None and taken.date() != whole:
        if day == _NO_DAY:
            return with_day(replace(header, acquired_at=None), startdate)
        return replace(header, acquired_at=None).noting("recorded_day_not_understood")
    if startdate == "X" and day == _NO_DAY:
        return replace(header, acquired_at=None)
    return with_day(header, startdate if whole is not None else day)


def _header(layout: _Layout, source: Source, notes: tuple[str, ...]) -> EcgHeader:
    code, sex, born = person_of(layout.patient) if layout.is_plus else ("", None, None)
    kept = [s.filters for s in layout.signals if s.filters and not s.is_annotation]
    words = layout.recording.split(" ")
    plus = layout.is_plus and words[0] == "Startdate"
    equipment = words[4].replace("_", " ") if plus and len(words) > 4 else ""  # noqa: PLR2004 - the fifth word
    header = EcgHeader(
        format="bdf" if layout.is_bdf else "edf",
        record=source.stem or "record",
        patient_id=code,
        sex=sex,
        birth_date=born,
        acquired_at=moment_of(layout.started),
        device="" if equipment == "X" else equipment,
        filters=filters_of(kept[0]) if kept and len(set(kept)) == 1 else Filters(),
        notes=notes,
    )
    header = _of_one_day(header, words[1] if plus and len(words) > 1 else "", layout.started[:8])
    return with_birth(header, layout.patient.split(" ")[2:3] if layout.is_plus else ())
