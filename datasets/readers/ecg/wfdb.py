"""WFDB records: a header with its signal files, or a signal file whose header stands beside it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

from . import matlab
from .assemble import assemble, refuse_duration
from .recording import Declared, EcgRecording
from .source import Source
from .wfdb_header import (
    NULL_FILE,
    WfdbHeader,
    ecg_header,
    looks_like_header,
    parse_header,
)
from .wfdb_segments import segments_of
from .wfdb_tracks import Track, lead_of, signal_file, tracks_of

FORMAT = "wfdb"


def sniff_header(source: Source) -> bool:
    """Whether the content is a WFDB header."""
    return looks_like_header(source.head)


def sniff_beside(source: Source) -> bool:
    """Whether a header of the same stem stands beside a signal file and names it."""
    if not source.stem or source.name.lower().endswith(".hea"):
        return False
    try:
        text = source.companion(f"{source.stem}.hea")
        if text is None or not looks_like_header(text):
            return False
        lines = parse_header(text, source.label).signals
    except Exception:  # noqa: BLE001 - a sniff only says no; another reader may know the file
        return False
    return any(line.file.lower() == source.name.lower() for line in lines)


def read_beside(source: Source, declared: Declared) -> Sequence[EcgRecording]:
    """Return the recording of a signal file whose header stands beside it."""
    text = source.companion(f"{source.stem}.hea") or b""
    companions = {**source.companions, source.name: source.data}
    return read(Source(f"{source.stem}.hea", text, source.folder, companions), declared)


def read(source: Source, declared: Declared) -> Sequence[EcgRecording]:
    """Return the one recording of a header and its signal files."""
    header = parse_header(source.data, source.label)
    if header.rate_hz > 0.0:
        refuse_duration((header.length or 0) / header.rate_hz, source.label)
    if (matrix := _matlab(source, header)) is not None:
        return matlab.read(matrix, declared)
    tracks: list[Track] = []
    if header.segments:
        leads, comments = segments_of(source, header)
    else:
        tracks = tracks_of(source, header, header.length)
        leads, comments = [lead_of(track, header.rate_hz) for track in tracks], header.comments
    said = replace(header, comments=comments)
    top = ecg_header(said, FORMAT, source.stem)
    if any(track.is_cut for track in tracks):
        top = top.noting("file_longer_than_announced")
    recording = assemble(leads, top, declared)
    return [_with_derived(recording, said.derived)]


def _matlab(source: Source, header: WfdbHeader) -> Source | None:
    """Return the signal file of a header if it is a MATLAB file that states where or what it holds.

    The samples of version 5 start elsewhere, and a version 4 of other numbers than 16 bit was read
    as 16 bit, for headers of the challenges say so of every matrix.
    """
    names = {line.file for line in header.signals}
    name = names.pop() if len(names) == 1 else NULL_FILE
    if not name.endswith(".mat"):
        return None
    data = signal_file(source, name)
    if not (data.startswith(b"MATLAB ") or matlab.is_other_v4(data)):
        return None
    companions = {f"{PurePath(name).stem}.hea": source.data}
    return Source(name, data, source.folder, companions)


def _with_derived(recording: EcgRecording, derived: frozenset[str]) -> EcgRecording:
    """Mark the leads that the file itself names as calculated."""
    signal = recording.signal
    named = derived & set(signal.leads)
    if not named:
        return recording
    marked = replace(signal, derived=signal.derived | named)
    return replace(recording, signal=marked)
