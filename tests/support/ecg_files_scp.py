"""Small made SCP-ECG files, plain or with the Huffman table of the standard, written by hand."""

import binascii
import struct

import numpy as np
from ecg_made import RATE_HZ, SCP_CODES, TWELVE, MadeFile, made_counts


def _scp_section(number, body):
    body += b"\0" * (len(body) % 2)
    rest = struct.pack("<HIBB6x", number, 16 + len(body), 13, 13) + body
    return struct.pack("<H", binascii.crc_hqx(rest, 0xFFFF)) + rest


def _huffman(values):
    """The default table of SCP-ECG: unary magnitudes up to 8, then 8 and 16 bit escapes."""
    bits = []
    for v in map(int, values):
        if v == 0:
            bits.append("0")
        elif abs(v) <= 8:
            bits.append("1" * abs(v) + "0" + ("0" if v > 0 else "1"))
        elif -128 <= v <= 127:
            bits.append("1111111110" + f"{v & 0xFF:08b}")
        else:
            bits.append("1111111111" + f"{v & 0xFFFF:016b}")
    text = "".join(bits)
    text += "0" * (-len(text) % 16)
    return int(text, 2).to_bytes(len(text) // 8, "big")


def scp(leads=TWELVE, n=40, huffman=False):
    counts = made_counts(len(leads), n)
    tags = b""
    for tag, value in (
        (2, b"P-7\0"),
        (5, struct.pack("<HBB", 1974, 3, 2)),
        (8, b"\x02"),
        (25, struct.pack("<HBB", 2026, 1, 2)),
        (26, bytes([9, 15, 0])),
    ):
        tags += struct.pack("<BH", tag, len(value)) + value
    section1 = _scp_section(1, tags + struct.pack("<BH", 255, 0))
    lead_rows = b"".join(struct.pack("<IIB", 1, n, SCP_CODES[name]) for name in leads)
    section3 = _scp_section(3, bytes([len(leads), 0x04 | len(leads) << 3 & 0xF8]) + lead_rows)
    rows = [_huffman(r) if huffman else np.asarray(r, "<i2").tobytes() for r in counts]
    head = struct.pack("<HHBB", 5000, 1_000_000 // RATE_HZ, 0, 0)
    sizes = b"".join(struct.pack("<H", len(r)) for r in rows)
    section6 = _scp_section(6, head + sizes + b"".join(rows))
    section2 = _scp_section(2, struct.pack("<H", 19999)) if huffman else b""
    bodies = {1: section1, 2: section2, 3: section3, 6: section6}
    pointers, at = b"", 7 + 16 + 10 * 12
    for number in range(12):
        size = len(bodies.get(number, b""))
        if number == 0:
            pointers += struct.pack("<HII", 0, 16 + 10 * 12, 7)
            continue
        pointers += struct.pack("<HII", number, size, at if size else 0)
        at += size
    rest = struct.pack("<HIBB6s", 0, 16 + 10 * 12, 13, 13, b"SCPECG") + pointers
    section0 = struct.pack("<H", binascii.crc_hqx(rest, 0xFFFF)) + rest
    everything = section0 + b"".join(bodies[k] for k in (1, 2, 3, 6))
    sized = struct.pack("<I", 6 + len(everything)) + everything
    data = struct.pack("<H", binascii.crc_hqx(sized, 0xFFFF)) + sized
    return MadeFile("made.scp", data, leads, counts, "scp_ecg")
