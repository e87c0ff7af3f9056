"""Second readers of the local sample files: other packages, or a decode by hand, in millivolt."""

import base64
import re
import warnings

import numpy as np

_MARKS = (b"\xff\xfe", b"\xfe\xff")


def text_of(path):
    raw = path.read_bytes()
    return raw.decode("utf-16") if raw[:2] in _MARKS else raw.decode("latin-1")


def wfdb_package(path):
    """The wfdb package, at full rate; voltages only."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas, inside wfdb, when it is imported too
        import wfdb

        record = wfdb.rdrecord(str(path.with_suffix("")), smooth_frames=False)
    factor = {"mV": 1.0, "uV": 1e-3}
    rows = zip(record.sig_name, record.units, record.e_p_signal, strict=True)
    return {name: row * factor[unit] for name, unit, row in rows if unit in factor}


def pydicom_package(path):
    """pydicom's own scaling of the first multiplex group, microvolt to millivolt."""
    import pydicom

    data = pydicom.dcmread(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = data.waveform_array(0).T / 1000
    channels = data.WaveformSequence[0].ChannelDefinitionSequence
    words = [c.ChannelSourceSequence[0].CodeMeaning for c in channels]
    return {re.sub(r"^Lead |\s*[(,].*$", "", w): r for w, r in zip(words, rows, strict=True)}


def ecgdatakit_package(path):
    """ecgdatakit, for the formats that this house reads by itself."""
    from ecgdatakit import FileParser

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        record = FileParser.parse(path, units="mV")
    return {lead.label: lead.samples for lead in record.leads if lead.units == "mV"}


def aecg_by_hand(path):
    """The digits of the first sequence set by a pattern."""
    text = text_of(path)
    pattern = (
        r'MDC_ECG_LEAD_(\w+)".*?<origin value="([^"]+)" unit="(\w+)".*?'
        r'<scale value="([^"]+)" unit="(\w+)".*?<digits>([^<]*)<'
    )
    found = {}
    for name, origin, _, scale, unit, digits in re.findall(pattern, text, re.DOTALL):
        assert unit == "uV"
        values = (float(origin) + float(scale) * np.array(digits.split(), float)) / 1000
        found.setdefault(name.replace("AV", "aV"), values)
    return found


def muse_by_hand(path):
    """The rhythm waveform of a MUSE document by a pattern."""
    rhythm = text_of(path).split("<WaveformType>Rhythm</WaveformType>")[1]
    found = {}
    for block in rhythm.split("<LeadData>")[1:]:
        value = dict(re.findall(r"<(\w+)>([^<]*)</\1>", block))
        counts = np.frombuffer(base64.b64decode(value["WaveFormData"]), dtype="<i2")
        assert value["LeadAmplitudeUnits"] == "MICROVOLTS"
        found[value["LeadID"]] = counts * float(value["LeadAmplitudeUnitsPerBit"]) / 1000
    return found


def cardiosoft_by_hand(path):
    """The strip data of a CardioSoft document by a pattern; 5 uV a step."""
    strip = text_of(path).split("<StripData>")[1].split("</StripData>")[0]
    rows = re.findall(r'<WaveformData lead="(\w+)">([^<]*)<', strip)
    return {name: np.array(row.split(","), float) * 5 / 1000 for name, row in rows}


def schiller_by_hand(path):
    """The rhythm of a Schiller document by a pattern; 1 uV a step."""
    rhythm = text_of(path).split("<type>ECG_RHYTHMS</type>")[1]
    rows = re.findall(r"<name>(\w+)</name>\s*<data>([^<]*)<", rhythm)
    return {
        n.replace("AV", "aV"): np.array(row.strip(",").split(","), float) / 1000 for n, row in rows
    }


def _lzw(data):
    bits, length = int.from_bytes(data, "big"), len(data) * 8
    table = [bytes([i]) for i in range(256)]
    out, last = [], b""
    for k in range(length // 10):
        code = bits >> (length - 10 * (k + 1)) & 1023
        if code > 1022:
            break
        text = table[code] if code < len(table) else last + last[:1]
        if last and len(table) <= 1022:
            table.append(last + text[:1])
        out.append(text)
        last = text
    return b"".join(out)


def sierra_by_hand(path):
    """LZW, second differences and limb residuals of a Philips document; 5 uV a step."""
    body = re.search(r"<parsedwaveforms[^>]*>([^<]*)<", text_of(path))[1]
    data, at, rows = base64.b64decode(body), 0, []
    while at < len(data) and len(rows) < 12:
        size = int.from_bytes(data[at : at + 4], "little")
        last = int.from_bytes(data[at + 6 : at + 8], "little", signed=True)
        raw = _lzw(data[at + 8 : at + 8 + size])
        at += 8 + size
        half = len(raw) // 2
        words = [((raw[i] << 8 | raw[half + i]) ^ 0x8000) - 0x8000 for i in range(half)]
        row = words[:2]
        for word in words[2:]:
            row.append(2 * row[-1] - row[-2] - last)
            last = word - 64
        rows.append(np.array(row[:5500]))
    one, two = rows[0], rows[1]
    three = two - one - rows[2]
    rows[2:6] = [
        three,
        -rows[3] - (one + two) // 2,
        (one - three) // 2 - rows[4],
        (two + three) // 2 - rows[5],
    ]
    names = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
    return {name: row * 5 / 1000 for name, row in zip(names, rows, strict=True)}


def same_ecg_as_aecg(path):
    """The SCP-ECG example holds the same ECG as the FDA example of HL7 aECG."""
    return aecg_by_hand(path.parent.parent / "hl7_aecg" / "FDA_Example_aECG.xml")


SECOND_READERS = {
    f.__name__: f
    for f in (
        wfdb_package,
        pydicom_package,
        ecgdatakit_package,
        aecg_by_hand,
        muse_by_hand,
        cardiosoft_by_hand,
        schiller_by_hand,
        sierra_by_hand,
        same_ecg_as_aecg,
    )
}
