"""The signals of one WFDB segment: several samples a frame, skew, checksums, gaps."""

from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import PurePath

import numpy as np

from ....engine.fixedpoint import FloatArray
from .assemble import refuse_size
from .errors import damaged, unreadable
from .source import Source
from .stored import StoredLead, step_of
from .wav import refuse_other_wav_rate
from .wfdb_header import NULL_FILE, SignalLine, WfdbHeader
from .wfdb_samples import (
    FLAC_FORMATS,
    IntArray,
    gap_value,
    read_flac,
    refuse_unknown,
    samples_in,
    unpack,
)

_CHECKSUM_MODULUS = 1 << 16


@dataclass(frozen=True, slots=True)
class Track:
    """One signal in stored steps, zero taken off: shape (n_frames * samples_per_frame,).

    ``is_cut`` says that its file holds more than the header announces.
    """

    line: SignalLine
    samples: FloatArray
    is_cut: bool = False


def lead_of(track: Track, rate_hz: float) -> StoredLead:
    """Return the lead of a track."""
    line = track.line
    gain, rate = 1.0 / line.gain, rate_hz * line.samples_per_frame
    return StoredLead(line.name, track.samples, step_of(gain, line.unit), rate, gain, line.unit)


def tracks_of(source: Source, header: WfdbHeader, n_frames: int | None) -> list[Track]:
    """Return every signal of a record of one segment."""
    where = source.label
    groups = [list(group) for _, group in groupby(header.signals, key=lambda line: line.file)]
    names = [group[0].file for group in groups if group[0].file != NULL_FILE]
    if not header.signals or len(set(names)) < len(names):
        raise unreadable("A header without signals, or with a signal file named twice", where)
    files = {name: signal_file(source, name) for name in names}
    for line in (group[0] for group in groups if group[0].file != NULL_FILE):
        refuse_other_wav_rate(files[line.file], header.rate_hz * line.samples_per_frame, where)
    if n_frames is None:
        counts = [_frames_in(g, files[g[0].file]) for g in groups if g[0].file != NULL_FILE]
        n_frames = min(counts, default=0)
    width = sum(line.samples_per_frame for line in header.signals)
    refuse_size(len(header.signals), -(-width // len(header.signals)) * n_frames, where)
    tracks: list[Track] = []
    for group in groups:
        data = files.get(group[0].file, b"")
        tracks += _group(group, data, n_frames, where)
    return tracks


def signal_file(source: Source, name: str) -> bytes:
    """Return the content of a signal file, which may be the source itself.

    Raises
    ------
    EcgDamaged  if it is missing
    """
    if source.name.lower() == name.lower():
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


def _group(group: list[SignalLine], data: bytes, n_frames: int, where: str) -> list[Track]:
    """Return the signals that share one file."""
    first = group[0]
    if first.file == NULL_FILE:
        gap = [np.full(n_frames * line.samples_per_frame, np.nan) for line in group]
        return [Track(line, samples) for line, samples in zip(group, gap, strict=True)]
    if (error := refuse_unknown(first.format, where)) is not None:
        raise error
    if any((line.format, line.offset) != (first.format, first.offset) for line in group):
        raise unreadable("Signals of one file in several formats", where)
    if first.format in FLAC_FORMATS:
        rows = _flac_rows(group, data, n_frames, where)
    else:
        rows = _plain_rows(group, data, n_frames, where)
    is_cut = _holds_more(group, data, n_frames)
    tracks = [
        _track(line, row, n_frames * line.samples_per_frame, where)
        for line, row in zip(group, rows, strict=True)
    ]
    return [replace(track, is_cut=is_cut) for track in tracks]


def _holds_more(group: list[SignalLine], data: bytes, n_frames: int) -> bool:
    """Whether a file goes on behind the last frame, beyond what a skew needs.

    Up to one frame may be what fills a block of packed samples; FLAC is not decoded a second time.
    """
    if group[0].format in FLAC_FORMATS:
        return False
    return _frames_in(group, data) > n_frames + max(line.skew for line in group) + 1


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


def refuse_checksum(line: SignalLine, total: float, where: str) -> None:
    """Refuse a signal whose samples do not add up to the checksum of its line.

    Some writers (CinC 2017) put 0 where they did not calculate it.

    Parameters
    ----------
    line : of the header
    total : of the samples as stored
    where : for the error
    """
    if line.checksum and (total - line.checksum) % _CHECKSUM_MODULUS:
        raise damaged("A signal whose checksum does not agree with its samples", where)


def _track(line: SignalLine, row: IntArray, n: int, where: str) -> Track:
    """Verify the checksum, undo the skew, mark the gaps and take the zero off."""
    refuse_checksum(line, int(row[:n].sum()), where)
    shift = min(line.skew * line.samples_per_frame, len(row))
    samples = np.full(n, np.nan)
    used = row[shift : shift + n]
    samples[: len(used)] = used
    gap = gap_value(line.format)
    if gap is not None:
        samples[samples == gap] = np.nan
    return Track(line, samples - line.baseline)
