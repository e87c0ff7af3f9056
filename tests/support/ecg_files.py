"""Small made ECG files of every format, each written by hand from the description of its format.

They are the known truth of the readers' tests and the seeds of their mutation tests: nothing here
uses a reader, so that agreement is between two independent pieces of work.
"""

import binascii
import contextlib
import io
import json
import struct

import numpy as np
from ecg_files_scp import scp
from ecg_files_xml import aecg, b64, cardiosoft, mortara, muse, schiller, sierra
from ecg_made import BORN, EIGHT, RATE_HZ, SCP_CODES, STEP_UV, TWELVE, MadeFile, made_counts

__all__ = ["EIGHT", "STEP_UV", "TWELVE", "MadeFile", "aecg", "b64", "every_format", "sierra"]

# -- WFDB ------------------------------------------------------------------------------------------


def pack(fmt, flat):
    """Pack samples by the bit layouts of signal(5), one sample at a time."""
    flat = [int(v) for v in flat]
    if fmt == 212:
        flat += [0] * (len(flat) % 2)
        out = bytearray()
        masked = [v & 0xFFF for v in flat]
        for a, b in zip(masked[::2], masked[1::2], strict=True):
            out += bytes([a & 0xFF, a >> 8 | b >> 8 << 4, b & 0xFF])
        return bytes(out)
    if fmt in (310, 311):
        flat += [0] * (-len(flat) % 3)
        out = bytearray()
        masked = [v & 0x3FF for v in flat]
        for a, b, c in zip(masked[::3], masked[1::3], masked[2::3], strict=True):
            if fmt == 310:
                out += struct.pack("<HH", a << 1 | (c & 0x1F) << 11, b << 1 | c >> 5 << 11)
            else:
                out += struct.pack("<I", a | b << 10 | c << 20)
        return bytes(out)
    plain = {
        16: lambda v: struct.pack("<h", v),
        24: lambda v: struct.pack("<i", v)[:3],
        32: lambda v: struct.pack("<i", v),
        61: lambda v: struct.pack(">h", v),
        80: lambda v: bytes([v + 128]),
        160: lambda v: struct.pack("<H", v + 32768),
    }
    return b"".join(plain[fmt](v) for v in flat)


def checksum(values):
    return (int(np.sum(values)) + 32768) % 65536 - 32768


def wfdb(fmt=16, leads=EIGHT, n=40, comments=("# age: 52", "# sex: F")):
    """One record in one storage format."""
    largest = {80: 100, 8: 100, 310: 400, 311: 400, 508: 100}.get(fmt, 300)
    counts = made_counts(len(leads), n, largest)
    lines = [f"made {len(leads)} {RATE_HZ} {n}"]
    files = {}
    if fmt == 8:
        counts = np.cumsum(np.clip(np.diff(counts, axis=1, prepend=counts[:, :1]), -90, 90), axis=1)
        diffs = np.diff(counts, axis=1, prepend=0)
        files["made.dat"] = diffs.T.astype("i1").tobytes()
    elif fmt > 500:
        files["made.dat"] = flac(counts, fmt - 500)
    else:
        files["made.dat"] = pack(fmt, counts.T.ravel())
    for name, row in zip(leads, counts, strict=True):
        first = 0 if fmt == 8 else int(row[0])
        lines.append(f"made.dat {fmt} 200(0)/mV 16 0 {first} {checksum(row)} 0 {name}")
    header = "\n".join([*lines, *comments]) + "\n"
    return MadeFile("made.hea", header.encode(), leads, counts, "wfdb", files)


def flac(counts, bits):
    import soundfile

    out = io.BytesIO()
    subtype = {8: "PCM_S8", 16: "PCM_16", 24: "PCM_24"}[bits]
    samples = (counts.T << (32 - bits)).astype("int32")
    soundfile.write(out, samples, RATE_HZ, format="FLAC", subtype=subtype)
    return out.getvalue()


# -- binary formats --------------------------------------------------------------------------------


def ishne(leads=TWELVE, n=40):
    counts = made_counts(len(leads), n)
    codes = {"I": 5, "II": 6, "III": 7, "aVR": 8, "aVL": 9, "aVF": 10}
    codes |= {f"V{i}": 10 + i for i in range(1, 7)}
    spec = [codes[name] for name in leads] + [-9] * (12 - len(leads))
    block = struct.pack("<iiiih", 0, n, 522, 522, 1)
    block += b"\0" * 80 + b"P-7".ljust(20, b"\0")
    block += struct.pack("<hh3h3h3h3h", 2, 0, 2, 3, 1974, 2, 1, 2026, 2, 1, 2026, 9, 15, 0)
    block += struct.pack("<h", len(leads)) + struct.pack("<12h", *spec)
    block += struct.pack("<12h", *[1] * 12) + struct.pack("<12h", *[5000] * 12)
    block += struct.pack("<h", 0) + b"digital".ljust(40, b"\0") + struct.pack("<h", RATE_HZ)
    block = block.ljust(512, b"\0")
    data = b"ISHNE1.0" + struct.pack("<H", binascii.crc_hqx(block, 0xFFFF)) + block
    return MadeFile("made.ecg", data + counts.T.astype("<i2").tobytes(), leads, counts, "ishne")


def edf(leads=EIGHT, n=40, bdf=False, gap_records=()):
    """Records of 10 samples; ``gap_records`` are left out of an EDF+D file."""
    counts = made_counts(len(leads), n)
    per, records = 10, n // 10
    notes = bool(gap_records)
    labels = [f"ECG {name}" for name in leads] + [
        "BDF Annotations" if bdf else "EDF Annotations"
    ] * notes
    ns = len(labels)
    width = 3 if bdf else 2
    low, high = (-100000, 100000) if bdf else (-32768, 32767)
    kept = [r for r in range(records) if r not in gap_records]

    def cells(values, size):
        return b"".join(str(v).encode().ljust(size)[:size] for v in values)

    plus = ("BDF+" if bdf else "EDF+") + ("D" if notes else "C")
    head = b"\xffBIOSEMI" if bdf else b"0       "
    head += b"P-7 F 02-MAR-1974 X".ljust(80) + b"Startdate 02-JAN-2026 X X X".ljust(80)
    head += b"02.01.2609.15.00" + str(256 * (ns + 1)).encode().ljust(8) + plus.encode().ljust(44)
    head += str(len(kept)).encode().ljust(8) + str(per / RATE_HZ).encode().ljust(8)
    head += str(ns).encode().ljust(4)
    steps = [5.0] * len(leads)
    units = ["uV"] * len(leads) + [""] * notes
    head += cells(labels, 16) + cells([""] * ns, 80) + cells(units, 8)
    head += cells([f"{int(s * low)}" for s in steps] + ["-1"] * notes, 8)
    head += cells([f"{int(s * high)}" for s in steps] + ["1"] * notes, 8)
    head += cells([low] * ns, 8) + cells([high] * ns, 8)
    head += cells(["HP:0.05Hz LP:150Hz"] * ns, 80)
    head += cells([per] * len(leads) + [8] * notes, 8) + cells([""] * ns, 32)
    body = b""
    for r in kept:
        for row in counts[:, r * per : (r + 1) * per]:
            body += b"".join(int(v).to_bytes(width, "little", signed=True) for v in row)
        if notes:
            onset = f"+{r * per / RATE_HZ:.3f}\x14\x14\0"
            body += onset.encode().ljust(8 * width, b"\0")
    return MadeFile("made.edf", head + body, leads, counts, "bdf" if bdf else "edf")


def wav(leads=("I", "II"), n=40):
    counts = made_counts(len(leads), n)
    body = counts.T.astype("<i2").tobytes()
    fmt = struct.pack(
        "<HHIIHH", 1, len(leads), RATE_HZ, RATE_HZ * 2 * len(leads), 2 * len(leads), 16
    )
    chunks = b"fmt " + struct.pack("<I", 16) + fmt + b"data" + struct.pack("<I", len(body)) + body
    data = b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks
    declared = {"leads": leads, "step_uv": STEP_UV}
    return MadeFile("made.wav", data, leads, counts, "wav", declared=declared)


def matlab(leads=EIGHT, n=40, version=4):
    counts = made_counts(len(leads), n)
    if version == 4:
        data = struct.pack("<5i", 30, len(leads), n, 0, 4) + b"val\0"
        data += counts.T.astype("<i2").tobytes()
    else:
        import scipy.io

        out = io.BytesIO()
        scipy.io.savemat(out, {"val": counts.astype(np.int16)}, do_compression=True)
        data = out.getvalue()
    lines = [f"made {len(leads)} {RATE_HZ} {n}"]
    lines += [
        f"made.mat 16+24 200(0)/mV 16 0 {row[0]} {checksum(row)} 0 {name}"
        for name, row in zip(leads, counts, strict=True)
    ]
    header = "\n".join([*lines, "#Age: 52", "#Sex: Female", "#Dx: 426783006"]) + "\n"
    fmt = "wfdb" if version == 4 else "matlab"
    return MadeFile("made.mat", data, leads, counts, fmt, {"made.hea": header.encode()})


def dicom(leads=TWELVE, n=40, ambulatory=False):
    import pydicom
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.sequence import Sequence

    counts = made_counts(len(leads), n)
    uid = "1.2.840.10008.5.1.4.1.1.9.1." + ("3" if ambulatory else "1")
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = uid
    meta.MediaStorageSOPInstanceUID = "1.2.3.4"
    meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    data = Dataset()
    data.file_meta = meta
    data.SOPClassUID, data.SOPInstanceUID = uid, "1.2.3.4"
    data.PatientID, data.PatientSex, data.PatientBirthDate = "P-7", "F", BORN
    data.AcquisitionDateTime = "20260102091500"
    group = Dataset()
    group.WaveformOriginality = "ORIGINAL"
    group.NumberOfWaveformChannels, group.NumberOfWaveformSamples = len(leads), n
    group.SamplingFrequency = RATE_HZ
    group.WaveformBitsAllocated, group.WaveformSampleInterpretation = 16, "SS"
    channels = []
    for name in leads:
        unit, source, channel = Dataset(), Dataset(), Dataset()
        unit.CodeValue, unit.CodingSchemeDesignator = "uV", "UCUM"
        source.CodeValue, source.CodingSchemeDesignator = f"2:{SCP_CODES[name]}", "MDC"
        channel.ChannelSourceSequence = Sequence([source])
        channel.ChannelSensitivity, channel.ChannelSensitivityCorrectionFactor = "5", "1"
        channel.ChannelBaseline = "0"
        channel.ChannelSensitivityUnitsSequence = Sequence([unit])
        channel.WaveformBitsStored = 16
        channels.append(channel)
    group.ChannelDefinitionSequence = Sequence(channels)
    group.WaveformData = counts.T.astype("<i2").tobytes()
    data.WaveformSequence = Sequence([group])
    out = io.BytesIO()
    pydicom.dcmwrite(out, data, enforce_file_format=True)
    return MadeFile("made.dcm", out.getvalue(), leads, counts, "dicom")


# -- text formats ----------------------------------------------------------------------------------


def fhir(leads=TWELVE, n=40, unit="uV"):
    counts = made_counts(len(leads), n)
    parts = [
        {
            "code": {"coding": [{"code": str(131328 + SCP_CODES[name])}]},
            "valueSampledData": {
                "origin": {"value": 0, "code": unit, "system": "http://unitsofmeasure.org"},
                "period": 1000 / RATE_HZ,
                "factor": 5,
                "dimensions": 1,
                "data": " ".join(map(str, row)),
            },
        }
        for name, row in zip(leads, counts, strict=True)
    ]
    document = {
        "resourceType": "Observation",
        "status": "final",
        "subject": {"reference": "Patient/P-7"},
        "effectiveDateTime": "2026-01-02T09:15:00+01:00",
        "component": parts,
    }
    data = json.dumps(document).encode()
    return MadeFile("made.json", data, leads, counts, "fhir_observation")


def csv(leads=EIGHT, n=40, french=False, timed=True):
    counts = made_counts(len(leads), n)
    separator = ";" if french else ","
    head = [*(["time (ms)"] if timed else []), *(f"{name} (mV)" for name in leads)]
    rows = []
    for i in range(n):
        cells = [f"{v * STEP_UV / 1000:.3f}" for v in counts[:, i]]
        cells = [str(i * 1000 // RATE_HZ), *cells] if timed else cells
        row = separator.join(cells)
        rows.append(row.replace(".", ",") if french else row)
    text = ("" if timed else f"# fs: {RATE_HZ} Hz\n") + "\n".join([separator.join(head), *rows])
    return MadeFile("made.csv", (text + "\n").encode(), leads, counts, "csv")


WFDB_FORMATS = (8, 16, 24, 32, 61, 80, 160, 212, 310, 311)


def every_format():
    """Return one made file of every format, by a short name; FLAC only where it can be made."""
    made = {f"wfdb_{fmt}": wfdb(fmt) for fmt in WFDB_FORMATS}
    made |= {
        "scp": scp(),
        "scp_huffman": scp(huffman=True),
        "aecg": aecg(),
        "muse": muse(),
        "cardiosoft": cardiosoft(),
        "schiller": schiller(),
        "mortara": mortara(),
        "sierra_plain": sierra(compressed=False),
        "sierra_xli": sierra(),
        "ishne": ishne(),
        "edf": edf(),
        "bdf": edf(bdf=True),
        "wav": wav(),
        "mat_v4": matlab(),
        "mat_v5": matlab(version=5),
        "dicom": dicom(),
        "dicom_ambulatory": dicom(ambulatory=True),
        "fhir": fhir(),
        "csv": csv(),
        "csv_french": csv(french=True, timed=False),
    }
    with contextlib.suppress(ImportError):
        made |= {f"wfdb_{fmt}": wfdb(fmt) for fmt in (508, 516, 524)}
    return made
