"""WFDB records of several segments, joined, with NaN where a segment lacks a signal or is a gap."""

import math
from dataclasses import replace

import numpy as np

from .assemble import refuse_size
from .errors import damaged, unreadable
from .names import lead_name
from .source import Source
from .stored import StoredLead
from .wfdb_header import NULL_FILE, WfdbHeader, parse_header
from .wfdb_tracks import Track, lead_of, tracks_of


def segments_of(source: Source, header: WfdbHeader) -> tuple[list[StoredLead], tuple[str, ...]]:
    """Join the segments of a record, with NaN where a segment lacks a signal or is a gap."""
    total = sum(length for _, length in header.segments)
    if header.length is not None and total != header.length:
        raise unreadable("Segments that do not add up to the length of the record", source.label)
    parts: list[tuple[int, dict[str, StoredLead]]] = []
    comments, names = header.comments, list[str]()
    for name, length in header.segments:
        found: dict[str, StoredLead] = {}
        if name != NULL_FILE:
            found, said = _segment(source, name, length, header.rate_hz)
            comments += said
        names += [key for key in found if key not in names]
        if length:
            parts.append((length, found))
    refuse_size(len(names), total, source.label)
    joined = [_joined(name, parts, source.label) for name in names]
    return [lead for lead in joined if lead is not None], comments


def _segment(
    source: Source, name: str, length: int, rate_hz: float
) -> tuple[dict[str, StoredLead], tuple[str, ...]]:
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
    whole = tracks_of(inner, header, header.length or length) if length else _layout(header)
    leads = {}
    for track in whole:
        cut = track.samples[: length * track.line.samples_per_frame]
        leads[lead_name(track.line.name)] = lead_of(Track(track.line, cut), rate_hz)
    if len(leads) < len(whole):
        raise unreadable("Two signals of one name in a segment", source.label)
    return leads, header.comments


def _layout(header: WfdbHeader) -> list[Track]:
    return [Track(line, np.empty(0)) for line in header.signals]


def _joined(
    name: str, parts: list[tuple[int, dict[str, StoredLead]]], where: str
) -> StoredLead | None:
    """Join one signal over the segments, in steps of its first segment; None if in no segment."""
    there = [found[name] for _, found in parts if name in found]
    if not there:
        return None
    lead = there[0]
    rows = []
    for length, found in parts:
        if name not in found:
            spf = round(len(lead.samples) / _length_of(name, parts))
            rows.append(np.full(length * spf, np.nan))
            continue
        other = found[name]
        if other.rate_hz != lead.rate_hz:
            raise unreadable("A signal that changes its rate between segments", where)
        same = other.step_uv == lead.step_uv or math.isnan(other.step_uv)
        rows.append(other.samples if same else other.samples * (other.step_uv / lead.step_uv))
    return replace(lead, samples=np.concatenate(rows))


def _length_of(name: str, parts: list[tuple[int, dict[str, StoredLead]]]) -> int:
    return next(length for length, found in parts if name in found)
