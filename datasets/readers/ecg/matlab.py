"""MATLAB files of the PhysioNet challenges: a matrix ``val``, version 4 or 5.

With the header of the same stem beside it, name, gain and rate of each lead come from there; alone
the file is read only with what the caller declares.
Source: MAT-File Format, The MathWorks, R2023b.
"""

import math
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ....engine.fixedpoint import FloatArray
from .assemble import assemble, refuse_size
from .errors import EcgUnreadable, counted, damaged, unreadable, unsupported
from .recording import Declared, EcgHeader, EcgRecording
from .source import Source, limits
from .stored import StoredLead, step_of
from .wfdb_header import SignalLine, WfdbHeader, ecg_header, parse_header
from .wfdb_samples import gap_value
from .wfdb_tracks import refuse_checksum

FORMAT: Final = "matlab"
_V4_HEAD: Final = struct.Struct("<5i")
_V4_TYPES: Final = {0: "<f8", 1: "<f4", 2: "<i4", 3: "<i2", 4: "<u2", 5: "u1"}
_V5_TYPES: Final = {
    1: "i1",
    2: "u1",
    3: "<i2",
    4: "<u2",
    5: "<i4",
    6: "<u4",
    7: "<f4",
    9: "<f8",
    12: "<i8",
    13: "<u8",
}
_MATRIX, _COMPRESSED = 14, 15
_V5_HEAD: Final = 128
_NUMERIC_CLASSES: Final = range(6, 16)
_VARIABLE: Final = b"val"
_V4_NAME: Final = 64


@dataclass(frozen=True, slots=True)
class _Element:
    kind: int
    data: bytes
    end: int


def sniff(source: Source) -> bool:
    """Whether the file is a MATLAB file of version 5, or of version 4 with ``val`` first."""
    return source.head.startswith(b"MATLAB ") or _is_v4(source.head)


def _is_v4(head: bytes) -> bool:
    if len(head) < _V4_HEAD.size + len(_VARIABLE):
        return False
    kind, rows, columns, imaginary, name = _V4_HEAD.unpack_from(head)
    return (
        kind in range(0, 60, 10)
        and rows > 0
        and columns > 0
        and imaginary == 0
        and 0 < name <= _V4_NAME
        and head[_V4_HEAD.size : _V4_HEAD.size + name].rstrip(b"\0").isalnum()
    )


def is_other_v4(data: bytes) -> bool:
    """Whether the file is a matrix ``val`` of version 4 whose numbers aren't of signed 16 bit."""
    if not _is_v4(data):
        return False
    kind, _, _, _, name = _V4_HEAD.unpack_from(data)
    label = data[_V4_HEAD.size : _V4_HEAD.size + name].rstrip(b"\0")
    return label == _VARIABLE and _V4_TYPES[kind // 10] != "<i2"


def read(source: Source, declared: Declared) -> Sequence[EcgRecording]:
    """Return the rows of ``val`` as leads."""
    where = source.label
    matrix = _v5(source.data, where) if source.head[:6] == b"MATLAB" else _v4(source.data, where)
    text = source.companion(f"{source.stem}.hea") if source.stem else None
    if text is None:
        leads = [StoredLead("", row, math.nan, math.nan) for row in matrix]
        return [assemble(leads, EcgHeader(FORMAT, source.stem or "record"), declared)]
    said = parse_header(text, where)
    if len(said.signals) != len(matrix):
        raise unreadable("A header with other leads than the matrix has rows", where)
    if said.length not in (None, matrix.shape[1]):
        found = f"{counted(said.length, 'sample')} announced, {matrix.shape[1]} in the matrix"
        raise damaged(found, where)
    leads = [_lead(line, row, said, where) for line, row in zip(said.signals, matrix, strict=True)]
    return [assemble(leads, ecg_header(said, FORMAT, source.stem), declared)]


def _lead(line: SignalLine, row: FloatArray, header: WfdbHeader, where: str) -> StoredLead:
    """Return a row of the matrix as its line of the header describes it."""
    refuse_checksum(line, float(row.sum()), where)
    gain = 1.0 / line.gain
    samples = np.where(row == gap_value(line.format), np.nan, row) - line.baseline
    step = step_of(gain, line.unit)
    return StoredLead(line.name, samples, step, header.rate_hz, gain, line.unit)


def _v4(data: bytes, where: str) -> FloatArray:
    kind, rows, columns, _, name = _V4_HEAD.unpack_from(data)
    label = data[_V4_HEAD.size : _V4_HEAD.size + name].rstrip(b"\0")
    if label != _VARIABLE:
        raise unsupported("A MATLAB file without the matrix val", "Save the samples as val", where)
    refuse_size(rows, columns, where)
    dtype = np.dtype(_V4_TYPES[kind // 10])
    body = data[_V4_HEAD.size + name :]
    if len(body) < rows * columns * dtype.itemsize:
        raise damaged(f"A matrix of {rows} by {columns} that is cut off", where)
    flat = np.frombuffer(body, dtype=dtype, count=rows * columns)
    return _rows(flat, rows, columns, where)


def _rows(
    flat: np.ndarray[tuple[int], np.dtype[np.generic]], rows: int, columns: int, where: str
) -> FloatArray:
    if rows == 0 or columns == 0:
        raise unreadable("An empty matrix", where)
    if rows > limits()["samples"]["leads"] > columns:
        raise EcgUnreadable(
            found=f"A matrix val of {counted(rows, 'row')} and {counted(columns, 'column')}",
            why="a row is a lead, so this would be a recording of more leads than there are",
            remedy="Save the matrix turned (val.'), one row for each lead",
            path=where,
        )
    refuse_size(rows, columns, where)
    return flat.reshape(columns, rows).T.astype(np.float64)


def _v5(data: bytes, where: str) -> FloatArray:
    if data[124:126] == b"\x00\x02" or b"MATLAB 7.3" in data[:_V5_HEAD]:
        raise unsupported("A MATLAB 7.3 file", "Save with -v4 or -v7", where)
    if data[126:128] != b"IM":
        raise unsupported("A MATLAB file of a big-endian machine", "Save with -v4 or -v7", where)
    at = _V5_HEAD
    while at < len(data):
        element = _element(data, at, where, padded=False)
        at = element.end
        inner = element
        if element.kind == _COMPRESSED:
            inner = _element(_inflate(element.data, where), 0, where, padded=False)
        if inner.kind == _MATRIX and (found := _matrix(inner.data, where)) is not None:
            return found
    raise unsupported("A MATLAB file without the matrix val", "Save the samples as val", where)


def _inflate(data: bytes, where: str) -> bytes:
    cap = min(limits()["bytes"]["binary"], len(data) * limits()["samples"]["expansion"])
    stream = zlib.decompressobj()
    try:
        out = stream.decompress(data, cap)
    except zlib.error:
        raise damaged("A compressed matrix that can't be inflated", where) from None
    if stream.unconsumed_tail or not stream.eof:
        raise damaged("A compressed matrix that is cut off or far too large", where)
    return out


def _element(data: bytes, at: int, where: str, *, padded: bool = True) -> _Element:
    if at + 8 > len(data):
        raise damaged("A MATLAB file that is cut off", where)
    kind, size = struct.unpack_from("<II", data, at)
    if kind >> 16:  # the small form: size and data within eight bytes
        small = kind >> 16
        return _Element(kind & 0xFFFF, data[at + 4 : at + 4 + min(small, 4)], at + 8)
    start = at + 8
    if start + size > len(data):
        raise damaged("A MATLAB file that is cut off", where)
    end = start + (-(-size // 8) * 8 if padded else size)
    return _Element(kind, data[start : start + size], end)


def _matrix(data: bytes, where: str) -> FloatArray | None:
    """Return the matrix if it is ``val`` and numeric, else None."""
    flags = _element(data, 0, where)
    shape = _element(data, flags.end, where)
    name = _element(data, shape.end, where)
    if name.data.rstrip(b"\0") != _VARIABLE:
        return None
    if not flags.data or flags.data[0] not in _NUMERIC_CLASSES or flags.data[1:2] >= b"\x08":
        raise unsupported("A matrix val that is not real numbers", "Save real numbers", where)
    if len(shape.data) != 8:  # noqa: PLR2004 - two dimensions of four bytes
        raise unsupported("A matrix val of more than two dimensions", "Save one row a lead", where)
    rows, columns = struct.unpack("<ii", shape.data)
    body = _element(data, name.end, where)
    dtype = _V5_TYPES.get(body.kind)
    if dtype is None or rows < 0 or columns < 0:
        raise unreadable("A matrix of a type that is not known", where)
    flat = np.frombuffer(body.data[: len(body.data) // np.dtype(dtype).itemsize
                                   * np.dtype(dtype).itemsize], dtype=dtype)  # fmt: skip
    if len(flat) != rows * columns:
        raise damaged(f"A matrix of {rows} by {columns} with {len(flat)} numbers", where)
    return _rows(flat, rows, columns, where)
