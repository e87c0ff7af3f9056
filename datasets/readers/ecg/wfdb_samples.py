"""WFDB signal files: unpacking of every storage format.

Source: G. Moody, WFDB Applications Guide, signal(5), https://physionet.org/physiotools/wag/signal-5.htm
"""

import io
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .errors import EcgUnreadable, ReaderMissing, counted, damaged, unreadable, unsupported

IntArray = NDArray[np.int64]
_Bytes = NDArray[np.uint8]
FLAC_FORMATS: Final = {508: 8, 516: 16, 524: 24}

# format -> (samples, bytes) of the smallest whole group
_GROUPS: Final = {
    8: (1, 1),
    16: (1, 2),
    24: (1, 3),
    32: (1, 4),
    61: (1, 2),
    80: (1, 1),
    160: (1, 2),
    212: (2, 3),
    310: (3, 4),
    311: (3, 4),
}
_BITS: Final = {16: 16, 24: 24, 32: 32, 61: 16, 80: 8, 160: 16, 212: 12, 310: 10, 311: 10}


def is_known(fmt: int) -> bool:
    """Whether a storage format is read."""
    return fmt in _GROUPS or fmt in FLAC_FORMATS


def gap_value(fmt: int) -> int | None:
    """Return the stored value that means "no sample"; None for differences."""
    bits = _BITS.get(fmt) or FLAC_FORMATS.get(fmt)
    return None if bits is None else -(1 << (bits - 1))


def bytes_for(fmt: int, n_samples: int) -> int:
    """Return the bytes that n samples need; a last group may be cut after its last used byte."""
    per_group, size = _GROUPS[fmt]
    whole, rest = divmod(n_samples, per_group)
    last = {212: (0, 2), 310: (0, 2, 4), 311: (0, 2, 3)}.get(fmt, (0,))
    return whole * size + last[rest]


def samples_in(fmt: int, n_bytes: int) -> int:
    """Return how many whole samples stand in n bytes."""
    per_group, size = _GROUPS[fmt]
    n = n_bytes // size * per_group
    while bytes_for(fmt, n + 1) <= n_bytes:
        n += 1
    return n


def unpack(fmt: int, data: bytes, n_samples: int, where: str) -> IntArray:
    """Return n stored samples, interleaved as in the file.

    Raises
    ------
    EcgDamaged : the file is too short
    """
    needed = bytes_for(fmt, n_samples)
    if len(data) < needed:
        raise damaged(f"{counted(needed, 'byte')} of samples announced, {len(data)} found", where)
    per_group, size = _GROUPS[fmt]
    padded = -(-n_samples // per_group) * size
    raw = np.frombuffer(data[:needed].ljust(padded, b"\0"), dtype=np.uint8)
    return _UNPACK[fmt](raw)[:n_samples]


def _signed(values: NDArray[Any], bits: int) -> IntArray:
    half = 1 << (bits - 1)
    return ((values.astype(np.int64) & ((1 << bits) - 1)) ^ half) - half


def _typed(dtype: str, zero: int = 0) -> Callable[[_Bytes], IntArray]:
    return lambda raw: raw.view(dtype).astype(np.int64) - zero


def _unpack_24(raw: _Bytes) -> IntArray:
    b = raw.reshape(-1, 3).astype(np.int64)
    return _signed(b[:, 0] | b[:, 1] << 8 | b[:, 2] << 16, 24)


def _unpack_212(raw: _Bytes) -> IntArray:
    b = raw.reshape(-1, 3).astype(np.int64)
    one = b[:, 0] | (b[:, 1] & 0x0F) << 8
    two = b[:, 2] | (b[:, 1] & 0xF0) << 4
    return _signed(np.stack([one, two], axis=1).ravel(), 12)


def _unpack_310(raw: _Bytes) -> IntArray:
    w = raw.view("<u2").reshape(-1, 2).astype(np.int64)
    one, two = w[:, 0] >> 1 & 0x3FF, w[:, 1] >> 1 & 0x3FF
    three = w[:, 0] >> 11 | (w[:, 1] >> 11) << 5
    return _signed(np.stack([one, two, three], axis=1).ravel(), 10)


def _unpack_311(raw: _Bytes) -> IntArray:
    w = raw.view("<u4").astype(np.int64)
    return _signed(np.stack([w, w >> 10, w >> 20], axis=1).ravel() & 0x3FF, 10)


_UNPACK: Final[dict[int, Callable[[_Bytes], IntArray]]] = {
    8: _typed("i1"),
    16: _typed("<i2"),
    24: _unpack_24,
    32: _typed("<i4"),
    61: _typed(">i2"),
    80: _typed("u1", 1 << 7),
    160: _typed("<u2", 1 << 15),
    212: _unpack_212,
    310: _unpack_310,
    311: _unpack_311,
}


def read_flac(data: bytes, fmt: int, first: int, wanted: int | None, where: str) -> IntArray:
    """Return the samples of a FLAC signal file, shape (n_samples, n_channels).

    Parameters
    ----------
    first : the sample where the record begins
    wanted : samples of each channel, None for all that follow

    Raises
    ------
    ReaderMissing : soundfile is not installed
    EcgUnreadable : no FLAC stream, or one with more bits than the format allows
    """
    try:
        soundfile = import_module("soundfile")  # an optional library
    except (ImportError, OSError) as error:
        raise ReaderMissing(
            found="A WFDB signal file with FLAC compression (format 508, 516 or 524)",
            why="the library that reads FLAC is not installed",
            remedy="Install it with `pip install soundfile`",
            path=where,
        ) from error
    if data[:4] != b"fLaC":
        raise unreadable("A signal file that is no FLAC stream", where)
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as stream:
            return _flac_samples(stream, fmt, first, wanted, where)
    except (RuntimeError, ValueError, TypeError, AssertionError) as error:
        raise unreadable("A FLAC stream that can't be decoded", where) from error


def _flac_samples(
    stream: Any,  # noqa: ANN401 - soundfile has no types
    fmt: int,
    first: int,
    wanted: int | None,
    where: str,
) -> IntArray:
    from .assemble import refuse_size  # noqa: PLC0415 - a cycle at import time otherwise

    bits = {"PCM_S8": 8, "PCM_16": 16, "PCM_24": 24}.get(stream.subtype, 64)
    if bits > FLAC_FORMATS[fmt]:
        raise unreadable("A FLAC stream with more bits than its format", where)
    frames = int(stream.frames) - first if wanted is None else wanted
    if frames < 0 or int(stream.frames) < first + frames:
        raise damaged(
            f"{counted(frames, 'sample')} announced, {stream.frames} in the FLAC stream", where
        )
    refuse_size(int(stream.channels), first + frames, where)
    read = stream.read(first + frames, dtype="int32", always_2d=True)
    if len(read) < first + frames:
        raise damaged("A FLAC stream that ends too early", where)
    return read[first:].astype(np.int64) >> (32 - bits)


def refuse_unknown(fmt: int, where: str) -> EcgUnreadable | None:
    """Return the error of a storage format that WFDB does not define, None for those it does."""
    if is_known(fmt):
        return None
    return unsupported(f"WFDB storage format {fmt}", "Convert the record with xform", where)
