"""Formats without a real sample file: what a second reader makes of the file that was made.

The made files are written by this house; that they mean to others what they mean to its readers is
held here by another package, or by a decode by hand from the description of the format.
"""

import base64
import csv
import io
import json
import re
import struct
import wave
from xml.etree import ElementTree

import ecg_files
import numpy as np
import pytest
from laennec.datasets import read_ecg
from laennec.datasets.readers.ecg import Declared

MADE = ecg_files.every_format()
ISHNE_LEADS = (None, "X", "Y", "Z", "-", "I", "II", "III", "aVR", "aVL", "aVF", *"123456")


def ishne_by_hand(data):
    """Badilini 1998: a block of 512 bytes behind the checksum, then samples lead by lead."""
    n_leads = struct.unpack_from("<h", data, 156)[0]
    codes = struct.unpack_from("<12h", data, 158)[:n_leads]
    nanovolts = struct.unpack_from("<12h", data, 206)[:n_leads]
    samples = np.frombuffer(data, "<i2", offset=522).reshape(-1, n_leads).astype(float)
    names = [n if len(n := ISHNE_LEADS[c]) > 1 or c < 11 else f"V{n}" for c in codes]
    return {n: samples[:, i] * nanovolts[i] / 1e6 for i, n in enumerate(names)}


def mortara_by_elementtree(data):
    channels = ElementTree.fromstring(data).iter("CHANNEL")  # noqa: S314 - made here
    return {
        c.get("NAME"): np.frombuffer(base64.b64decode(c.get("DATA")), "<i2")
        / float(c.get("UNITS_PER_MV"))
        for c in channels
    }


def matlab_by_scipy(data, header):
    import scipy.io

    counts = scipy.io.loadmat(io.BytesIO(data))["val"]
    lines = [line.split() for line in header.decode().splitlines()[1:] if line[0] != "#"]
    gains = [float(re.match(r"[\d.]+", cells[2])[0]) for cells in lines]
    return {c[-1]: row / gain for c, row, gain in zip(lines, counts, gains, strict=True)}


def wav_by_wave(data, leads, step_uv):
    with wave.open(io.BytesIO(data)) as file:
        n_leads, frames = file.getnchannels(), file.readframes(file.getnframes())
    counts = np.frombuffer(frames, "<i2").reshape(-1, n_leads)
    return {name: counts[:, i] * step_uv / 1000 for i, name in enumerate(leads)}


def csv_by_hand(data):
    lines = [line for line in data.decode().splitlines() if not line.startswith("#")]
    separator = ";" if ";" in lines[0] else ","
    head, *rows = csv.reader(lines, delimiter=separator)
    table = np.array([[float(cell.replace(",", ".")) for cell in row] for row in rows])
    columns = {name: table[:, i] for i, name in enumerate(head)}
    return {n.removesuffix(" (mV)"): row for n, row in columns.items() if n.endswith("(mV)")}


def fhir_by_json(data):
    """SampledData: (value * factor) + origin; MDC codes of the leads count up from 131328."""
    found = {}
    for part in json.loads(data)["component"]:
        sampled, code = part["valueSampledData"], part["code"]["coding"][0]["code"]
        row = np.array([float(v) for v in sampled["data"].split()])
        found[MDC[int(code)]] = (row * sampled["factor"] + sampled["origin"]["value"]) / 1000
    return found


MDC = {131329: "I", 131330: "II", 131389: "III", 131390: "aVR", 131391: "aVL", 131392: "aVF"}
MDC |= {131330 + i: f"V{i}" for i in range(1, 7)}


def bdf_by_hand(data):
    """BDF: 24 bits, low byte first; the rest of the header as EDF."""
    records, n = int(data[236:244]), int(data[252:256])

    def column(start, width):
        at = 256 + start * n
        return [data[at + i * width : at + (i + 1) * width].decode().strip() for i in range(n)]

    labels, per = column(0, 16), [int(v) for v in column(216, 8)]
    low, high, lowest, highest = (np.array(column(s, 8), float) for s in (104, 112, 120, 128))
    raw = np.frombuffer(data, np.uint8, offset=256 * (n + 1)).reshape(-1, 3).astype(np.int64)
    counts = raw @ np.array([1, 256, 65536])
    counts = np.where(counts >= 1 << 23, counts - (1 << 24), counts).reshape(records, n, per[0])
    step = (high - low) / (highest - lowest)
    rows = low[:, None] + (np.concatenate(counts, axis=1) - lowest[:, None]) * step[:, None]
    return {name.removeprefix("ECG "): row / 1000 for name, row in zip(labels, rows, strict=True)}


def second(name):
    made = MADE[name]
    readers = {
        "ishne": ishne_by_hand, "mortara": mortara_by_elementtree, "csv": csv_by_hand,
        "csv_french": csv_by_hand, "fhir": fhir_by_json, "bdf": bdf_by_hand,
    }  # fmt: skip
    if name.startswith("mat"):
        return matlab_by_scipy(made.data, made.companions["made.hea"])
    if name == "wav":
        return wav_by_wave(made.data, **made.declared)
    return readers[name](made.data)


@pytest.mark.parametrize(
    "name",
    ["ishne", "mortara", "mat_v4", "mat_v5", "wav", "csv", "csv_french", "fhir", "bdf"],
)
def test_a_second_reader_reads_the_same_millivolts(name):
    made, theirs = MADE[name], second(name)
    ours = read_ecg(
        made.data, name=made.name, companions=made.companions, declared=Declared(**made.declared)
    ).signal
    assert set(theirs) == set(made.leads)
    for lead, row in theirs.items():
        np.testing.assert_allclose(ours.lead_mv(lead), row, rtol=0, atol=1e-9)
