"""ECG files that are silent, broken or contradict themselves are refused by a typed error."""

import struct

import ecg_files
import numpy as np
import pytest
from ecg_refusals import MADE, read, refused, swapped
from laennec.datasets.readers.ecg import (
    EcgAmbiguous,
    EcgDamaged,
    EcgIncomplete,
    EcgTooLarge,
    EcgUnreadable,
    EcgUnsupported,
    ReaderMissing,
)
from laennec.engine.errors import RecordError

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
    ("wfdb_16", "made 8 250 40", "made 8 100000 99999999", EcgTooLarge, "samples"),
    ("wfdb_16", "made 8 250 40", "made 8 250 999999999", EcgTooLarge, "recording of 1111.1 h"),
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
