"""WAV files as the WFDB tools write them (mit2wav): samples without gain and without lead names.

A header of the same stem beside the file makes it a WFDB record (``sniff_beside`` in ``wfdb``);
alone it is read only with what the caller declares.
Source: Multimedia Programming Interface and Data Specifications 1.0, RIFF WAVE, 1991.
"""

import math
import struct
from collections.abc import Sequence
from typing import Final

import numpy as np

from .agree import refuse_other_rate
from .assemble import assemble
from .errors import damaged, unreadable, unsupported
from .recording import Declared, EcgHeader, EcgRecording
from .source import Source
from .stored import StoredLead

FORMAT = "wav"
_PCM: Final = 1
_CHUNK: Final = struct.Struct("<4sI")
_FMT: Final = struct.Struct("<HHIIHH")
_TYPES: Final = {8: ("u1", 128), 16: ("<i2", 0), 32: ("<i4", 0)}


def sniff(source: Source) -> bool:
    """Whether the file is a RIFF WAVE."""
    return source.head[:4] == b"RIFF" and source.head[8:12] == b"WAVE"


def read(source: Source, declared: Declared) -> Sequence[EcgRecording]:
    """Return the channels as leads; lead names and gain must be declared."""
    chunks = _chunks(source.data, source.label)
    if b"fmt " not in chunks or b"data" not in chunks or len(chunks[b"fmt "]) < _FMT.size:
        raise unreadable("A WAV file without format or samples", source.label)
    coding, channels, rate, _, frame, bits = _FMT.unpack_from(chunks[b"fmt "])
    if coding != _PCM or bits not in _TYPES:
        raise unsupported(
            "A WAV file that is not linear PCM of 8, 16 or 32 bit", "Export as PCM", source.label
        )
    if channels == 0 or frame != channels * bits // 8:
        raise unreadable("A WAV file whose frame does not fit its channels", source.label)
    if len(chunks[b"data"]) % frame:
        raise damaged("A WAV file that ends inside a frame", source.label)
    dtype, zero = _TYPES[bits]
    samples = np.frombuffer(chunks[b"data"], dtype=dtype).reshape(-1, channels)
    rows = samples.T.astype(np.float64) - zero
    leads = [StoredLead("", row, math.nan, float(rate) or math.nan) for row in rows]
    return [assemble(leads, EcgHeader(FORMAT, source.stem or "record"), declared)]


def refuse_other_wav_rate(data: bytes, rate_hz: float, where: str) -> None:
    """Refuse a signal file that is a WAV of another rate than its header states."""
    if not data.startswith(b"RIFF"):
        return
    found = _chunks(data, where).get(b"fmt ", b"")
    if len(found) >= _FMT.size and not math.isnan(rate_hz):
        refuse_other_rate(rate_hz, float(_FMT.unpack_from(found)[2]), where)


def _chunks(data: bytes, where: str) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    at = 12
    while at + _CHUNK.size <= len(data):
        name, size = _CHUNK.unpack_from(data, at)
        at += _CHUNK.size
        if at + size > len(data):
            raise damaged("A WAV file shorter than it says", where)
        found.setdefault(name, data[at : at + size])
        at += size + size % 2
    return found
