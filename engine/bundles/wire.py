"""A strict reader of the protobuf wire format, enough for ONNX files.

The clinic has no ``onnx`` package, and a model must be judged before onnxruntime parses it. Every
length is checked against the bytes that are there; anything else raises ``WireError``.
"""

import struct
from collections.abc import Iterator

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MAX_SHIFT = 63
_CONTINUES, _PAYLOAD = 0x80, 0x7F
_UINT64 = (1 << 64) - 1

Value = int | bytes


class WireError(ValueError):
    """The bytes are not a protobuf message."""


def fields(message: bytes) -> Iterator[tuple[int, Value]]:
    """Yield (field number, value) of a message: int for numbers, bytes for the rest.

    Parameters
    ----------
    message : one serialised message

    Raises
    ------
    WireError  if the bytes end early, or a wire type is not one of varint, 64-bit, bytes, 32-bit
    """
    at, end = 0, len(message)
    while at < end:
        tag, at = _varint(message, at)
        number, wire = tag >> 3, tag & 7
        if number == 0:
            raise WireError("field number 0")
        value: Value
        if wire == _VARINT:
            value, at = _varint(message, at)
        elif wire == _BYTES:
            size, at = _varint(message, at)
            value, at = _take(message, at, size), at + size
        elif wire in (_FIXED64, _FIXED32):
            size, form = (8, "<Q") if wire == _FIXED64 else (4, "<I")
            value, at = struct.unpack(form, _take(message, at, size))[0], at + size
        else:
            raise WireError(f"wire type {wire}")
        yield number, value


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(message):
        byte = message[at]
        value |= (byte & _PAYLOAD) << shift
        at += 1
        if not byte & _CONTINUES:
            if value > _UINT64:
                break
            return value, at
        shift += 7
        if shift > _MAX_SHIFT:
            break
    raise WireError("a number that does not end")


def _take(message: bytes, at: int, size: int) -> bytes:
    if size > len(message) - at:
        raise WireError(f"{size} bytes announced, {len(message) - at} there")
    return message[at : at + size]
