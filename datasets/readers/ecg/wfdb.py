"""WFDB records: one or more signal files, skew, several samples per frame, segments, gaps."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import PurePath

import numpy as np

from ....engine.fixedpoint import FloatArray
from . import matlab
from .assemble import StoredLead, assemble, refuse_size, step_of
from .errors import damaged, unreadable
from .names import is_other_signal, microvolt_per
from .recording import SEVERAL_PEOPLE, Declared, EcgHeader, EcgRecording
from .source import Source
from .wfdb_header import NULL_FILE, SignalLine, WfdbHeader, looks_like_header, parse_header
from .wfdb_samples import (
    FLAC_FORMATS,
    IntArray,
    gap_value,
    read_flac,
    refuse_unknown,
    samples_in,
    unpack,
)

FORMAT = "wfdb"
_CHECKSUM_MODULUS = 1 << 16


@dataclass(frozen=True, slots=True)
class _Track:
    """One signal in stored steps, zero taken off: shape (n_frames * samples_per_frame,)."""

    line: SignalLine
    samples: FloatArray


def sniff_header(source: Source) -> bool:
    """Whether the content is a WFDB header."""
    return looks_like_header(source.head)


def sniff_beside(source: Source) -> bool:
    """Whether a header of the same stem stands beside a signal file and names it."""
    if not source.stem or source.name.endswith(".hea"):
        return False
    try:
        text = source.companion(f"{source.stem}.hea")
        if text is None or not looks_like_header(text):
            return False
        lines = parse_header(text, source.label).signals
    except Exception:  # noqa: BLE001 - a sniff only says no; another reader may know the file
        return False
    return any(line.file == source.name for line in lines)


def read_beside(source: Source, declared: Declared) -> Sequence[EcgRecording]:
    """Return the recording of a signal file whose header stands beside it."""
    text = source.companion(f"{source.stem}.hea") or b""
    companions = {**source.companions, source.name: source.data}
    return read(Source(f"{source.stem}.hea", text, source.folder, companions), declared)


def read(source: Source, declared: Declared) -> Sequence[EcgRecording]:
    """Return the one recording of a header and its signal files."""
    header = parse_header(source.data, source.label)
    if (matrix := _matlab_5(source, header)) is not None:
        return matlab.read(matrix, declared)
    if header.segments:
        leads, comments = _segments(source, header)
    else:
        tracks = _tracks(source, header, header.length)
        leads, comments = [_stored(track, header.rate_hz) for track in tracks], header.comments
    ecg = [lead for lead, keep in leads if keep]
    said = WfdbHeader(header.rate_hz, None, (), (), header.started_at, comments)
    skipped = () if len(ecg) == len(leads) else ("not_ecg_skipped",)
    notes = (*skipped, *((SEVERAL_PEOPLE,) if said.describes_several else ()))
    top = EcgHeader(
        format=FORMAT,
        record=source.stem or "record",
        sex=said.sex,
        age_years=said.age_years,
        acquired_at=header.started_at,
        synthetic=said.is_synthetic,
        notes=notes,
    )
    recording = assemble(ecg, top, declared)
    return [_with_derived(recording, said.derived)]


def _matlab_5(source: Source, header: WfdbHeader) -> Source | None:
    """Return the signal file of a header if it is MATLAB 5, whose samples start elsewhere."""
    names = {line.file for line in header.signals}
    name = names.pop() if len(names) == 1 else NULL_FILE
    if not name.endswith(".mat"):
        return None
    data = _signal_file(source, name)
    if not data.startswith(b"MATLAB "):
        return None
    companions = {f"{PurePath(name).stem}.hea": source.data}
    return Source(name, data, source.folder, companions)


def _with_derived(recording: EcgRecording, derived: frozenset[str]) -> EcgRecording:
    """Mark the leads that the file itself names as calculated."""
    signal = recording.signal
    named = derived & set(signal.leads)
    if not named:
        return recording
    marked = type(signal)(
        leads=signal.leads,
        signal_mv=signal.signal_mv,
        sampling_rate_hz=signal.sampling_rate_hz,
        derived=signal.derived | named,
        resolution_uv=signal.resolution_uv,
    )
    return EcgRecording(marked, recording.header)


def _stored(track: _Track, rate_hz: float) -> tuple[StoredLead, bool]:
    """Return the lead of a track and whether it can be an ECG lead."""
    line = track.line
    gain = 1.0 / line.gain
    step = step_of(gain, line.unit)
    voltage = not line.unit or microvolt_per(line.unit) is not None
    lead = StoredLead(line.name, track.samples, step, rate_hz * line.samples_per_frame, gain)
    return lead, voltage and not is_other_signal(line.name)


def _tracks(source: Source, header: WfdbHeader, n_frames: int | None) -> list[_Track]:
    """Return every signal of a record of one segment."""
    where = source.label
    groups = [list(group) for _, group in groupby(header.signals, key=lambda line: line.file)]
    names = [group[0].file for group in groups if group[0].file != NULL_FILE]
    if not header.signals or len(set(names)) < len(names):
        raise unreadable("A header without signals, or with a signal file named twice", where)
    files = {name: _signal_file(source, name) for name in names}
    if n_frames is None:
        counts = [_frames_in(g, files[g[0].file]) for g in groups if g[0].file != NULL_FILE]
        n_frames = min(counts, default=0)
    width = sum(line.samples_per_frame for line in header.signals)
    refuse_size(len(header.signals), -(-width // len(header.signals)) * n_frames, where)
    tracks: list[_Track] = []
    for group in groups:
        data = files.get(group[0].file, b"")
        tracks += _group(group, data, n_frames, where)
    return tracks


def _signal_file(source: Source, name: str) -> bytes:
    if source.name == name:
        return source.data
    data = source.companion(name)
    if data is None:
        raise damaged(f"The signal file {PurePath(name).name} is missing", source.label)
    return data


def _frames_in(group: list[SignalLine], data: bytes) -> int:
    """Return how many whole frames a signal file holds, for headers without a length."""
    line = group[0]
    if (error := refuse_unknown(line.format, line.file)) is not None:
        raise error
    if line.format in FLAC_FORMATS:
        return len(read_flac(data, line.format, line.offset, None, line.file)) // (
            line.samples_per_frame
        )
    width = sum(one.samples_per_frame for one in group)
    return samples_in(line.format, max(len(data) - line.offset, 0)) // width


def _group(group: list[SignalLine], data: bytes, n_frames: int, where: str) -> list[_Track]:
    """Return the signals that share one file."""
    first = group[0]
    if first.file == NULL_FILE:
        gap = [np.full(n_frames * line.samples_per_frame, np.nan) for line in group]
        return [_Track(line, samples) for line, samples in zip(group, gap, strict=True)]
    if (error := refuse_unknown(first.format, where)) is not None:
        raise error
    if any((line.format, line.offset) != (first.format, first.offset) for line in group):
        raise unreadable("Signals of one file in several formats", where)
    if first.format in FLAC_FORMATS:
        rows = _flac_rows(group, data, n_frames, where)
    else:
        rows = _plain_rows(group, data, n_frames, where)
    return [
        _track(line, row, n_frames * line.samples_per_frame, where)
        for line, row in zip(group, rows, strict=True)
    ]


def _flac_rows(group: list[SignalLine], data: bytes, n: int, where: str) -> list[IntArray]:
    first = group[0]
    spf = first.samples_per_frame
    if any(line.samples_per_frame != spf for line in group):
        raise unreadable("Signals of one FLAC file at several rates", where)
    extra = max(line.skew for line in group)
    wanted = n * spf if extra == 0 else None
    read = read_flac(data, first.format, first.offset, wanted, where)
    if read.shape[1] != len(group) or len(read) < n * spf:
        raise damaged("A FLAC file with other channels or fewer samples than announced", where)
    return list(read.T)


def _plain_rows(group: list[SignalLine], data: bytes, n: int, where: str) -> list[IntArray]:
    """Split frames into signals, beyond the last frame as far as skew asks and the file goes."""
    fmt, width = group[0].format, sum(line.samples_per_frame for line in group)
    body = data[group[0].offset :]
    extra = max(line.skew for line in group)
    there = samples_in(fmt, len(body)) // width if extra else n
    frames = unpack(fmt, body, min(n + extra, max(there, n)) * width, where).reshape(-1, width)
    rows, start = [], 0
    for line in group:
        stop = start + line.samples_per_frame
        rows.append(frames[:, start:stop].ravel())
        start = stop
    if fmt == 8:  # noqa: PLR2004 - the storage format of first differences
        rows = [line.initial + np.cumsum(row) for line, row in zip(group, rows, strict=True)]
    return rows


def _track(line: SignalLine, row: IntArray, n: int, where: str) -> _Track:
    """Verify the checksum, undo the skew, mark the gaps and take the zero off."""
    total = int(row[:n].sum())
    # Some writers (CinC 2017) put 0 where they did not calculate it.
    if line.checksum and (total - line.checksum) % _CHECKSUM_MODULUS:
        raise damaged("A signal whose checksum does not agree with its samples", where)
    shift = min(line.skew * line.samples_per_frame, len(row))
    samples = np.full(n, np.nan)
    used = row[shift : shift + n]
    samples[: len(used)] = used
    gap = gap_value(line.format)
    if gap is not None:
        samples[samples == gap] = np.nan
    return _Track(line, samples - line.baseline)


def _segments(
    source: Source, header: WfdbHeader
) -> tuple[list[tuple[StoredLead, bool]], tuple[str, ...]]:
    """Join the segments of a record, with NaN where a segment lacks a signal or is a gap."""
    total = sum(length for _, length in header.segments)
    if header.length is not None and total != header.length:
        raise unreadable("Segments that do not add up to the length of the record", source.label)
    parts: list[tuple[int, dict[str, tuple[StoredLead, bool]]]] = []
    comments, names = header.comments, list[str]()
    for name, length in header.segments:
        found: dict[str, tuple[StoredLead, bool]] = {}
        if name != NULL_FILE:
            found, said = _segment(source, name, length, header.rate_hz)
            comments += said
        names += [key for key in found if key not in names]
        if length:
            parts.append((length, found))
    refuse_size(len(names), total, source.label)
    return [_joined(name, parts, source.label) for name in names], comments


def _segment(
    source: Source, name: str, length: int, rate_hz: float
) -> tuple[dict[str, tuple[StoredLead, bool]], tuple[str, ...]]:
    text = source.companion(f"{name}.hea")
    if text is None:
        raise damaged("The header of a segment is missing", source.label)
    header = parse_header(text, f"{name}.hea")
    if header.segments:
        raise unreadable("A segment that has segments itself", source.label)
    if not math.isnan(header.rate_hz) and header.rate_hz != rate_hz:
        raise unreadable("A segment at another rate than its record", source.label)
    if length and header.length is not None and header.length < length:
        raise damaged("A segment shorter than its record announces", source.label)
    inner = Source(f"{name}.hea", text, source.folder, source.companions)
    whole = _tracks(inner, header, header.length or length) if length else _layout(header)
    leads = {}
    for track in whole:
        cut = track.samples[: length * track.line.samples_per_frame]
        leads[track.line.name] = _stored(_Track(track.line, cut), rate_hz)
    if len(leads) < len(whole):
        raise unreadable("Two signals of one name in a segment", source.label)
    return leads, header.comments


def _layout(header: WfdbHeader) -> list[_Track]:
    return [_Track(line, np.empty(0)) for line in header.signals]


def _joined(
    name: str, parts: list[tuple[int, dict[str, tuple[StoredLead, bool]]]], where: str
) -> tuple[StoredLead, bool]:
    """Join one signal over the segments, in steps of its first segment."""
    there = [found[name] for _, found in parts if name in found]
    if not there:
        empty = np.full(sum(length for length, _ in parts), np.nan)
        return StoredLead(name, empty, 1.0, math.nan), False
    lead, keep = there[0]
    rows = []
    for length, found in parts:
        if name not in found:
            spf = round(len(lead.samples) / _length_of(name, parts))
            rows.append(np.full(length * spf, np.nan))
            continue
        other = found[name][0]
        if other.rate_hz != lead.rate_hz:
            raise unreadable("A signal that changes its rate between segments", where)
        same = other.step_uv == lead.step_uv or math.isnan(other.step_uv)
        rows.append(other.samples if same else other.samples * (other.step_uv / lead.step_uv))
    return StoredLead(name, np.concatenate(rows), lead.step_uv, lead.rate_hz, lead.gain), keep


def _length_of(name: str, parts: list[tuple[int, dict[str, tuple[StoredLead, bool]]]]) -> int:
    return next(length for length, found in parts if name in found)
