"""Broken, hostile and silent ECG files are refused by a typed error that says what to do."""

import base64
import builtins
import struct
import zlib

import ecg_files
import numpy as np
import pytest
from laennec.datasets.readers.ecg import (
    Declared,
    EcgAmbiguous,
    EcgDamaged,
    EcgIncomplete,
    EcgTooLarge,
    EcgUnreadable,
    EcgUnsupported,
    ReaderMissing,
    read_ecg,
    source,
)
from laennec.engine.errors import RecordError

MADE = ecg_files.every_format()


def read(made, data=None, companions=None, **declared):
    return read_ecg(
        made.data if data is None else data,
        name=made.name,
        companions=made.companions if companions is None else companions,
        declared=Declared(**{**made.declared, **declared}),
    )


def swapped(made, old, new, count=-1):
    old, new = (t if isinstance(t, bytes) else t.encode() for t in (old, new))
    assert old in made.data, old
    return made.data.replace(old, new, count)


def refused(kind, words, made, old=None, new=b"", **options):
    data = made.data if old is None else swapped(made, old, new)
    with pytest.raises(kind, match=words) as caught:
        read(made, data, **options)
    error = caught.value
    assert isinstance(error, RecordError)
    assert error.remedy
    assert error.why
    assert error.path
    for word in ("P-7", "1974", "female", "FEMALE"):
        assert word not in str(error)
        assert word not in str(error.__cause__)
    return error


# -- what is absent is not guessed -----------------------------------------------------------------

SILENT = [
    ("aecg", '<scale value="5" unit="uV"/>', '<scale value="5"/>', "states no gain"),
    ("aecg", '<scale value="5" unit="uV"/>', "", "states no gain"),
    ("muse", "<LeadAmplitudeUnits>MICROVOLTS</LeadAmplitudeUnits>", "", "states no gain"),
    ("muse", "<LeadAmplitudeUnitsPerBit>5</LeadAmplitudeUnitsPerBit>", "", "states no gain"),
    ("cardiosoft", '<Resolution units="uVperLsb">5</Resolution>', "", "states no gain"),
    ("cardiosoft", 'units="uVperLsb"', 'units=""', "states no gain"),
    ("cardiosoft", 'units="uVperLsb"', 'units="mmHgperLsb"', "states no gain"),
    ("cardiosoft", '<SampleRate units="Hz">250</SampleRate>', "", "No sampling rate"),
    ("cardiosoft", '<SampleRate units="Hz">', "<SampleRate>", "No sampling rate"),
    ("cardiosoft", ' lead="V3"', "", "A lead has no name"),
    ("schiller", "<units>UV</units>", "", "states no gain"),
    ("schiller", "<value>250</value>", "", "No sampling rate"),
    ("schiller", "<name>V3</name>", "", "A lead has no name"),
    ("mortara", 'UNITS_PER_MV="200" ', "", "states no gain"),
    ("sierra_xli", "<signalresolution>5</signalresolution>", "", "states no gain"),
    ("sierra_xli", "STD-12", "OTHER-9", "A lead has no name"),
    ("fhir", ', "code": "uV"', "", "states no gain"),
    ("fhir", '"period": 4.0, ', "", "No sampling rate"),
    ("csv", "V3 (mV)", "V3", "Lead V3 states no gain"),
    ("csv", "V3 (mV)", "(mV)", "A lead has no name"),
    ("csv", "time (ms)", "time", "time column without its unit"),
    ("csv_french", "# fs: 250 Hz\n", "", "No sampling rate"),
    ("wfdb_16", "200(0)/mV", "0/mV", "states no gain"),
    ("wfdb_16", " 0 V3\n", " 0\n", "A lead has no name"),
    ("wfdb_16", "made 8 250 40", "made 8", "No sampling rate"),
]


@pytest.mark.parametrize(("name", "old", "new", "words"), SILENT)
def test_what_a_file_leaves_out_is_refused(name, old, new, words):
    refused(EcgIncomplete, words, MADE[name], old, new)


@pytest.mark.parametrize("name", ["mat_v4", "mat_v5"])
def test_a_matlab_file_without_its_header_is_refused_and_can_be_declared(name):
    made = MADE[name]
    refused(EcgIncomplete, "A lead has no name", made, companions={})
    known = read(made, companions={}, leads=made.leads, sampling_rate_hz=250.0, step_uv=5.0)
    np.testing.assert_allclose(known.signal.lead_mv("V6"), made.counts[-1] * 0.005)


def test_a_wav_file_alone_says_nothing_of_leads_and_gain():
    bare = ecg_files.MadeFile("made.wav", MADE["wav"].data, (), np.empty(0), "wav")
    refused(EcgIncomplete, "A lead has no name", bare)


def test_an_unnamed_holter_channel_is_refused_and_can_be_declared():
    made = MADE["ishne"]
    data = bytearray(made.data)
    data[8:10] = b"\0\0"  # no checksum
    data[158:160] = struct.pack("<h", 1)  # generic bipolar
    with pytest.raises(EcgIncomplete, match="A lead has no name"):
        read(made, bytes(data))
    assert read(made, bytes(data), leads=made.leads).signal.has_twelve


def test_a_stated_gain_stays_in_force_where_only_the_unit_is_declared():
    """As in the HL7 example of SampledData, which states a factor and no unit."""
    no_unit = {
        "fhir": (', "code": "uV"', ""),
        "aecg": ('<scale value="5" unit="uV"/>', '<scale value="5"/>'),
        "cardiosoft": ('units="uVperLsb"', 'units=""'),
        "schiller": ("<units>UV</units>", ""),
        "muse": ("<LeadAmplitudeUnits>MICROVOLTS</LeadAmplitudeUnits>", ""),
    }
    for name, (old, new) in no_unit.items():
        made = MADE[name]
        known = read(made, swapped(made, old, new), unit="uV").signal
        np.testing.assert_allclose(known.lead_mv("V6"), made.counts[-1] * 0.005, err_msg=name)
    assert read(MADE["wfdb_16"], unit="mV").signal.has_twelve


DECLARED_WRONGLY = [
    ({"unit": "uV"}, "A gain or unit was declared that contradicts"),
    ({"leads": ("I", "II")}, "8 leads, 2 names declared"),
    ({"leads": tuple(reversed(ecg_files.EIGHT))}, "A lead name was declared that contradicts"),
    ({"sampling_rate_hz": 500.0}, "A sampling rate was declared that contradicts"),
    ({"step_uv": 4.0}, "A gain or unit was declared that contradicts"),
]


@pytest.mark.parametrize(("declared", "words"), DECLARED_WRONGLY)
def test_a_declaration_never_overrules_the_file(declared, words):
    refused(EcgUnreadable, words, MADE["wfdb_16"], **declared)


# -- what does not fit together --------------------------------------------------------------------

BROKEN = [
    ("wfdb_16", "made 8 250 40", "made 9 250 40", EcgDamaged, "9 lines announced, 8 found"),
    ("wfdb_16", "made 8 250 40", "made 8 250 41", EcgDamaged, "656 bytes of samples announced"),
    ("wfdb_16", "made 8 250 40", "made 200 250 40", EcgTooLarge, "200 signals in 0 segments"),
    ("wfdb_16", "made 8 250 40", "made 8 250 999999999", EcgTooLarge, "samples"),
    ("wfdb_16", "made.dat", "gone.dat", EcgDamaged, "signal file gone.dat is missing"),
    ("wfdb_16", "made.dat", "/etc/passwd", EcgUnreadable, "names a file by a path"),
    ("wfdb_16", "made.dat", "..", EcgUnreadable, "names a file by a path"),
    ("wfdb_16", "dat 16 200", "dat 17 200", EcgUnsupported, "storage format 17"),
    ("wfdb_16", "dat 16 200", "dat sixteen 200", EcgUnreadable, "breaks the grammar"),
    ("wfdb_16", "dat 16 200", "dat 16x0 200", EcgUnreadable, "without samples in its frame"),
    ("wfdb_16", "200(0)/mV", "two/mV", EcgUnreadable, "gain that is no number"),
    ("wfdb_16", "mV 16 0", "mV sixteen zero", EcgUnreadable, "field that is no number"),
    ("wfdb_16", "0 V1\n", "0 II\n", EcgAmbiguous, "The lead II stands twice"),
    ("cardiosoft", "Total>40", "Total>41", EcgDamaged, "40 samples in a lead, 41 announced"),
    ("cardiosoft", '="V3">', '="V3">x,', EcgUnreadable, "sample that is no number"),
    ("cardiosoft", "StripData", "Strip", EcgUnreadable, "without a resting ECG"),
    ("schiller", "count>40", "count>41", EcgDamaged, "40 samples in a lead, 41 announced"),
    ("schiller", "COMMASEPARATE", "ZIPPED", EcgUnsupported, "another coding than numbers"),
    ("schiller", "exponent>1", "exponent>2", EcgUnsupported, "exponent other than 1"),
    ("schiller", "ECG_RHYTHMS", "ECG_AVERAGES", EcgUnreadable, "without a rhythm recording"),
    ("aecg", 'code="RHYTHM"', 'code="REPRESENTATIVE_BEAT"', EcgUnreadable, "without a rhythm"),
    ("aecg", "<digits>", "<digits>x ", EcgUnreadable, "The reader of the format gave up"),
    ("muse", "Rhythm", "Median", EcgUnreadable, "without a rhythm recording"),
    ("muse", "<LeadDataCRC32>", "<LeadDataCRC32>1", EcgDamaged, "checksum that does not agree"),
    ("sierra_xli", ">1.03<", ">1.05<", EcgUnsupported, "another type or version"),
    ("sierra_xli", "SierraECG", "MortaraECG", EcgUnsupported, "another type or version"),
    ("fhir", '"dimensions": 1', '"dimensions": 2', EcgUnsupported, "several dimensions"),
    ("fhir", '"final"', '"entered-in-error"', EcgUnsupported, "entered in error"),
    ("fhir", '"value": 0', '"value": "0"', EcgUnreadable, "field that is no number"),
    ("fhir", '"value": 0, ', "", EcgUnreadable, "without an origin"),
    ("fhir", '"data": "', '"data": "x ', EcgUnreadable, "sample that is no number"),
    ("fhir", '"data": ', '"date": ', EcgUnreadable, "Sampled data without samples"),
    ("fhir", "valueSampledData", "valueQuantity", EcgUnreadable, "without sampled data"),
    ("fhir", '"component"', "component", EcgUnreadable, "not well-formed"),
    ("csv", "time (ms)", "time (s)", EcgUnreadable, "A sampling rate of 0.25 Hz"),
    ("mortara", 'NAME="I" SAMPLE_FREQ="250"', 'NAME="I" SAMPLE_FREQ="25' + 50 * "5" + '"',
     EcgUnreadable, "A sampling rate of 2.5"),
    ("csv_french", "# fs: 250 Hz", "# fs: 250 Hz\n# sampling_rate: 500 Hz", EcgUnreadable,
     "contradict each other"),
    ("csv", "\n4,", "\n6.5,", EcgUnreadable, "not evenly spaced"),
    ("csv", "\n4,", "\n4,0.1,", EcgUnreadable, "more or fewer cells"),
    ("csv", "\n4,", "\nfour,", EcgUnreadable, "cell that is no number"),
    ("csv", "\n4,", "\n,", EcgIncomplete, "Times with gaps"),
    ("csv_french", "fs: 250", "fs: -250", EcgUnreadable, "no positive number"),
    ("dicom", b"1.2.840.10008.5.1.4.1.1.9.1.1", b"1.2.840.10008.5.1.4.1.1.9.2.1",
     EcgUnsupported, "no ECG waveform"),
    ("dicom", b"SS", b"XX", EcgUnreadable, None),
    ("edf", b"EDF+C", b"EDF+D", EcgUnreadable, "without the time that they began"),
    ("edf", b"0.04 ", b"0    ", EcgUnreadable, "without a duration"),
    ("edf", b"32767", b"x    ", EcgUnreadable, "header field that is no number"),
    ("edf", b"-32768", b"32767 ", EcgIncomplete, "states no gain"),
    ("wav", b"data", b"dato", EcgUnreadable, "without format or samples"),
    ("wav", b"fmt \x10\0\0\0\x01\0", b"fmt \x10\0\0\0\x03\0", EcgUnsupported, "not linear PCM"),
    ("mat_v5", b"IM", b"MI", EcgUnsupported, "big-endian"),
    ("mat_v5", b"MATLAB 5.0", b"MATLAB 7.3", EcgUnsupported, "MATLAB 7.3"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "kind", "words"), BROKEN)
def test_what_does_not_fit_together_is_refused(name, old, new, kind, words):
    refused(kind, words, MADE[name], old, new)


def test_one_signal_file_in_two_formats_is_refused():
    made = MADE["wfdb_16"]
    data = made.data.replace(b"made.dat 16", b"made.dat 61", 1)
    with pytest.raises(EcgUnreadable, match="Signals of one file in several formats"):
        read(made, data)


@pytest.mark.parametrize("name", sorted(MADE))
def test_a_file_cut_anywhere_is_refused_or_read_and_never_crashes(name):
    made = MADE[name]
    for share in (0.0, 0.02, 0.1, 0.3, 0.5, 0.8, 0.95, 0.999):
        data = made.data[: int(len(made.data) * share)]
        try:
            read(made, data)
        except RecordError:
            continue
        assert name.startswith(("wfdb", "csv", "wav"))  # their last lines may be comments or rows


@pytest.mark.parametrize("name", ["scp", "scp_huffman", "wfdb_16", "wfdb_212", "muse", "ishne"])
def test_one_changed_bit_of_a_sample_is_found_by_the_checksum(name):
    """ISHNE has a checksum over its header only; its birth year is changed."""
    made = MADE[name]
    files = {"": made.data, **made.companions}
    key = "made.dat" if "made.dat" in files else ""
    data = bytearray(files[key])
    at = {"muse": -80, "ishne": 150}.get(name, -9)
    if name == "muse":
        at = made.data.index(b"</WaveFormData>") - 6
    data[at] ^= 0x01 if name != "muse" else 0x02
    if key:
        refused(EcgDamaged, "checksum does not agree", made, companions={key: bytes(data)})
    else:
        with pytest.raises(EcgDamaged, match="A checksum that does not agree"):
            read(made, bytes(data))


def test_a_missing_flac_library_says_what_to_install(monkeypatch):
    made = MADE["wfdb_516"]

    def refuse(name):
        raise ImportError(name)

    monkeypatch.setattr("laennec.datasets.readers.ecg.wfdb_samples.import_module", refuse)
    error = refused(ReaderMissing, "pip install soundfile", made)
    assert error.code == "ecg_reader_missing"


def test_flac_files_that_are_none_are_refused():
    made = MADE["wfdb_516"]
    refused(EcgUnreadable, "no FLAC stream", made, companions={"made.dat": b"nothing"})
    refused(EcgUnreadable, "can't be decoded", made, companions={"made.dat": b"fLaC" + b"\0" * 99})
    wide = {"made.dat": ecg_files.flac(made.counts, 24)}
    refused(EcgUnreadable, "more bits than its format", made, companions=wide)
    short = {"made.dat": ecg_files.flac(made.counts[:, :20], 16)}
    refused(EcgDamaged, "40 samples announced", made, companions=short)
    refused(EcgUnreadable, "other channels", made,
            companions={"made.dat": ecg_files.flac(made.counts[:3], 16)})  # fmt: skip


# -- what is no ECG, and files beyond the limits ---------------------------------------------------


@pytest.mark.parametrize(
    "data", [b"", b"\0" * 5000, b"PK\x03\x04 a zip", b"<html></html>", b"{}", b"hello\nworld\n"]
)
def test_what_is_no_ecg_is_refused(data):
    words = "The file is empty" if not data else "no ECG format that is known here"
    with pytest.raises(EcgUnreadable, match=words):
        read_ecg(data)


def test_a_path_that_is_no_file_is_refused(tmp_path):
    for path in (tmp_path / "absent.hea", tmp_path):
        with pytest.raises(EcgUnreadable, match="There is no such file") as caught:
            read_ecg(path)
        assert str(tmp_path.parent) not in str(caught.value)


def test_a_file_that_can_not_be_opened_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "made.scp"
    path.write_bytes(MADE["scp"].data)

    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    with pytest.raises(EcgUnreadable, match=r"can't be opened \(PermissionError\)"):
        read_ecg(path)


@pytest.fixture
def low_limits(monkeypatch):
    tight = {k: dict(v) for k, v in source.limits().items()}
    tight["bytes"] |= {"binary": 9000, "text": 4000, "header": 200, "compressed": 100}
    tight["xml"] |= {"elements": 20}
    for module in ("source", "xml_tree", "wfdb_header", "sierra", "matlab", "assemble"):
        monkeypatch.setattr(f"laennec.datasets.readers.ecg.{module}.limits", lambda: tight)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("scp", b"x" * 9001, "more than 9000 bytes"),
        ("aecg", None, "more than 64 MiB"),
        ("fhir", None, "more than 4000 bytes"),
        ("wfdb_16", None, "header of more than a mebibyte"),
        ("cardiosoft", None, "too many or too deep elements"),
    ],
)
def test_files_beyond_a_limit_are_refused(low_limits, name, data, words):
    with pytest.raises(EcgTooLarge, match=words):
        read(MADE[name], data)


def test_a_file_on_disk_beyond_the_limit_is_not_even_opened(low_limits, tmp_path):
    (tmp_path / "big.scp").write_bytes(b"x" * 9001)
    with pytest.raises(EcgTooLarge, match="more than 9000 bytes"):
        read_ecg(tmp_path / "big.scp")


def test_memory_and_recursion_errors_become_typed(monkeypatch):
    def exhaust(*_):
        raise MemoryError

    monkeypatch.setattr("laennec.datasets.readers.ecg.registry.find_reader", exhaust)
    with pytest.raises(EcgUnreadable, match="Reading stopped with MemoryError"):
        read_ecg(b"anything")


# -- hostile documents -----------------------------------------------------------------------------

DTD = '<!DOCTYPE AnnotatedECG SYSTEM "http://example.org/x.dtd">'
INNER = '<!DOCTYPE RestingECG SYSTEM "restecg.dtd" [<!ENTITY a "b">]>'
BOMB = (
    '<!DOCTYPE AnnotatedECG [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)


@pytest.mark.parametrize("name", ["aecg", "cardiosoft", "schiller", "mortara", "sierra_xli"])
@pytest.mark.parametrize("doctype", [DTD, BOMB, DTD.replace("AnnotatedECG", "RestingECG")])
def test_document_types_are_refused(name, doctype):
    head = b"?>"
    made = MADE[name]
    data = made.data.replace(head, head + doctype.encode(), 1)
    with pytest.raises(EcgUnreadable, match="declares a document type or an entity"):
        read(made, data)


def test_only_the_bare_doctype_that_muse_writes_passes():
    made = MADE["muse"]
    bare = b'<!DOCTYPE RestingECG SYSTEM "restecg.dtd">'
    assert bare in made.data
    for other in (INNER.encode(), b'<!DOCTYPE RestingECG SYSTEM "file:///etc/passwd">'):
        with pytest.raises(EcgUnreadable, match="declares a document type or an entity"):
            read(made, made.data.replace(bare, other))


def test_wide_characters_do_not_hide_a_document_type():
    text = MADE["aecg"].data.decode().replace("?>", "?>" + BOMB, 1).replace("utf-8", "utf-16")
    with pytest.raises(EcgUnreadable, match="declares a document type or an entity"):
        read_ecg(text.encode("utf-16"))


def test_deep_documents_are_refused():
    deep = b"<AnnotatedECG>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</AnnotatedECG>"
    with pytest.raises(EcgTooLarge, match="too many or too deep elements"):
        read_ecg(deep)


def test_documents_that_are_not_well_formed_are_refused():
    refused(EcgUnreadable, "not well-formed", MADE["aecg"], "</AnnotatedECG>", "</Annotated>")


def test_a_compressed_waveform_beyond_its_cap_is_not_inflated():
    made = MADE["sierra_xli"]
    huge = base64.b64encode(b"\0" * 7_000_000)
    data = made.data.replace(b"</parsedwaveforms>", huge + b"</parsedwaveforms>")
    with pytest.raises(EcgTooLarge, match="waveform of more than 8 MiB"):
        read(made, data)


def test_a_zip_bomb_in_a_matlab_file_is_not_inflated():
    bomb = zlib.compress(b"\0" * 50_000_000, 9)
    data = MADE["mat_v5"].data[:128] + struct.pack("<II", 15, len(bomb)) + bomb
    assert len(data) < 100_000
    with pytest.raises(EcgUnreadable, match="MATLAB file|compressed matrix"):
        read_ecg(data, name="made.mat")


def test_the_readers_never_open_what_a_header_names_elsewhere(tmp_path, monkeypatch):
    made = MADE["wfdb_16"]
    inside = tmp_path / "in"
    inside.mkdir()
    (tmp_path / "made.dat").write_bytes(made.companions["made.dat"])
    (inside / "made.hea").write_bytes(made.data.replace(b"made.dat", b"../made.dat"))
    opened = []
    real = builtins.open
    monkeypatch.setattr("builtins.open", lambda *a, **k: opened.append(a[0]) or real(*a, **k))
    with pytest.raises(EcgUnreadable, match="names a file by a path"):
        read_ecg(inside / "made.hea")
    assert not opened
