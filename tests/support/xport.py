"""Writes tiny SAS XPORT files, the form in which NHANES is published, for tests of its reader."""

import struct

import numpy as np


def ibm_double(value: float) -> bytes:
    """One number as the format stores it: base-16 exponent, 56-bit fraction; missing is '.'."""
    if np.isnan(value):
        return b"\x2e" + bytes(7)
    if value == 0:
        return bytes(8)
    sign, exponent, fraction = (value < 0) << 7, 64, abs(value)
    while fraction >= 1:
        fraction, exponent = fraction / 16, exponent + 1
    while fraction < 1 / 16:
        fraction, exponent = fraction * 16, exponent - 1
    return bytes([sign | exponent]) + int(fraction * 2**56).to_bytes(7, "big")


def _line(text: str) -> bytes:
    return text.ljust(80).encode("ascii")


def xport(columns: dict[str, list[float]]) -> bytes:
    """Return a version 5 transport file with numeric columns."""
    name, when, blank = "TEST", "01JAN20:00:00:00", " " * 24
    zeros = "000000000000000000000000000000  "
    head = [
        _line("HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!" + zeros),
        _line("SAS     SAS     SASLIB  9.4     TEST    " + blank + when),
        _line(when),
        _line("HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!000000000000000001600000000140  "),
        _line("HEADER RECORD*******DSCRPTR HEADER RECORD!!!!!!!" + zeros),
        _line(f"SAS     {name:8}SASDATA 9.4     TEST    " + blank + when),
        _line(when),
        _line(
            "HEADER RECORD*******NAMESTR HEADER RECORD!!!!!!!"
            f"000000{len(columns):04d}00000000000000000000  "
        ),
    ]
    names = b""
    for i, column in enumerate(columns):
        entry = struct.pack(">hhhh", 1, 0, 8, i + 1) + column.ljust(8).encode() + b" " * 40
        entry += b" " * 8 + struct.pack(">hhh", 8, 0, 0) + bytes(2) + b" " * 8
        entry += struct.pack(">hhl", 0, 0, 8 * i) + bytes(52)
        names += entry
    names += b" " * (-len(names) % 80)
    head.append(names)
    head.append(_line("HEADER RECORD*******OBS     HEADER RECORD!!!!!!!" + zeros))
    rows = zip(*columns.values(), strict=True)
    body = b"".join(ibm_double(float(v)) for row in rows for v in row)
    return b"".join(head) + body + b" " * (-len(body) % 80)
