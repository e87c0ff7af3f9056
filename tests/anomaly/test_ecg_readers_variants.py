"""Variants of the formats that are refused by name, one by one."""

import copy
import io
import struct

import ecg_files
import numpy as np
import pytest
from laennec.datasets.readers.ecg import (
    EcgDamaged,
    EcgIncomplete,
    EcgTooLarge,
    EcgUnreadable,
    EcgUnsupported,
    read_ecg,
    read_ecgs,
)

MADE = ecg_files.every_format()


def refused(kind, words, data, name="made", companions=None):
    with pytest.raises(kind, match=words):
        read_ecg(bytes(data), name=name, companions=companions)


# -- DICOM -----------------------------------------------------------------------------------------


def dicom_with(change):
    import pydicom

    data = pydicom.dcmread(io.BytesIO(MADE["dicom"].data))
    change(data, data.WaveformSequence[0])
    out = io.BytesIO()
    pydicom.dcmwrite(out, data, enforce_file_format=True)
    return out.getvalue()


def channel(group):
    return group.ChannelDefinitionSequence[0]


def test_dicom_files_that_state_too_little_are_refused():
    no_unit = dicom_with(lambda _, g: channel(g).pop("ChannelSensitivityUnitsSequence"))
    no_gain = dicom_with(lambda _, g: channel(g).pop("ChannelSensitivity"))
    no_factor = dicom_with(lambda _, g: channel(g).pop("ChannelSensitivityCorrectionFactor"))
    for data in (no_unit, no_gain, no_factor):
        refused(EcgIncomplete, "Lead I states no gain, or no voltage unit", data)
    nameless = dicom_with(lambda _, g: channel(g).pop("ChannelSourceSequence"))
    refused(EcgIncomplete, "A lead has no name", nameless)
    timeless = dicom_with(lambda _, g: g.pop("SamplingFrequency"))
    refused(EcgIncomplete, "No sampling rate", timeless)


def test_dicom_files_that_do_not_fit_together_are_refused():
    def short(_, group):
        group.NumberOfWaveformSamples = 41

    def fewer(_, group):
        del group.ChannelDefinitionSequence[0]

    def wide(_, group):
        group.WaveformBitsAllocated = 64

    def huge(_, group):
        group.NumberOfWaveformSamples = 2**31

    refused(EcgDamaged, "12 channels of 41 samples that are cut off", dicom_with(short))
    refused(EcgUnreadable, "definitions that do not fit the channels", dicom_with(fewer))
    refused(EcgUnsupported, "another sample type", dicom_with(wide))
    refused(EcgTooLarge, "12 signals of 2147483648 samples", dicom_with(huge))


def test_a_median_beat_is_no_recording():
    def median(data, group):
        beat = copy.deepcopy(group)
        beat.MultiplexGroupLabel = "MEDIAN BEAT"
        data.WaveformSequence.append(beat)

    recording = read_ecg(dicom_with(median))
    assert recording.header.notes == ("median_beat_skipped",)

    def only(_, group):
        group.MultiplexGroupLabel = "MEDIAN BEAT"

    refused(EcgUnreadable, "DICOM file without a rhythm recording", dicom_with(only))


def test_padding_becomes_a_gap_and_the_baseline_is_added():
    def change(_, group):
        padding = struct.pack("<h", int(MADE["dicom"].counts[0, 0]))
        group.add_new(0x5400100A, "OW", padding)
        channel(group).ChannelBaseline = "100"

    lead = read_ecg(dicom_with(change)).signal.lead_mv("I")
    counts = MADE["dicom"].counts[0].astype(float)
    expected = np.where(counts == counts[0], np.nan, (counts * 5 + 100) / 1000)
    np.testing.assert_allclose(lead, expected, atol=1e-12)


def test_the_words_of_a_channel_name_it_where_its_code_does_not():
    def change(_, group):
        source = channel(group).ChannelSourceSequence[0]
        source.CodeValue, source.CodeMeaning = "9-9-9", "Lead I (Einthoven)"
        other = group.ChannelDefinitionSequence[1].ChannelSourceSequence[0]
        other.CodeValue = "MDC_ECG_LEAD_II"

    assert read_ecg(dicom_with(change)).signal.has_twelve


def test_deflated_and_big_endian_dicom_are_refused():
    little = b"1.2.840.10008.1.2.1\0"
    data = MADE["dicom"].data
    assert little in data
    refused(
        EcgUnsupported, "deflated", data.replace(little, b"1.2.840.10008.1.2.1.99"[:20] + b"99")
    )


# -- MATLAB ----------------------------------------------------------------------------------------


def saved(variables, **options):
    import scipy.io

    out = io.BytesIO()
    scipy.io.savemat(out, variables, **options)
    return out.getvalue()


@pytest.mark.parametrize(
    ("variables", "options", "kind", "words"),
    [
        ({"other": np.eye(3)}, {}, EcgUnsupported, "without the matrix val"),
        ({"other": np.eye(3)}, {"format": "4"}, EcgUnsupported, "without the matrix val"),
        ({"val": np.eye(3) * 1j}, {}, EcgUnsupported, "not real numbers"),
        ({"val": "text"}, {}, EcgUnsupported, "not real numbers"),
        ({"val": np.ones((2, 2, 2))}, {}, EcgUnsupported, "more than two dimensions"),
        ({"val": np.ones((2, 0))}, {}, EcgUnreadable, "empty matrix"),
    ],
)
def test_matlab_files_without_a_matrix_of_samples_are_refused(variables, options, kind, words):
    refused(kind, words, saved(variables, **options), "made.mat")


def test_matlab_files_that_are_cut_or_false_are_refused():
    plain = saved({"val": np.arange(6, dtype=np.int16).reshape(2, 3)})
    packed = saved({"val": np.arange(600, dtype=np.int16).reshape(2, 300)}, do_compression=True)
    refused(EcgDamaged, "MATLAB file that is cut off", plain[:-8], "made.mat")
    refused(EcgDamaged, "MATLAB file that is cut off", plain[:132], "made.mat")
    refused(EcgDamaged, "can't be inflated", packed[:140] + b"\0" * (len(packed) - 140), "made.mat")
    shape = struct.pack("<ii", 2, 3)
    assert shape in plain
    refused(EcgDamaged, "2 by 4 with 6 numbers", plain.replace(shape, struct.pack("<ii", 2, 4)))
    typed = struct.pack("<HH", 3, 12), struct.pack("<II", 3, 12)
    kinds = [t for t in typed if t in plain]
    refused(
        EcgUnreadable, "type that is not known", plain.replace(kinds[0], b"\x63" + kinds[0][1:])
    )


def test_a_matlab_4_matrix_that_is_cut_off_is_refused():
    data = MADE["mat_v4"].data[:-3]
    refused(EcgDamaged, "matrix of 8 by 40 that is cut off", data, "made.mat")


def test_a_header_with_other_leads_than_the_matrix_is_refused():
    made = MADE["mat_v5"]
    fewer = ecg_files.matlab(leads=("I", "II"), version=5).companions
    refused(EcgUnreadable, "other leads than the matrix has rows", made.data, "made.mat", fewer)


# -- EDF, WAV, CSV, FHIR ---------------------------------------------------------------------------


def test_edf_files_that_do_not_fit_together_are_refused():
    data = MADE["edf"].data
    refused(EcgDamaged, "header that is cut off", data[:250])
    refused(EcgDamaged, "header that is cut off", data[:1000])
    refused(EcgUnreadable, "file without signals", data[:252] + b"0   " + data[256:])
    refused(EcgTooLarge, "500 signals", data[:252] + b"500 " + data[256:])
    refused(EcgDamaged, "9 data records announced, 4 found", data[:236] + b"9       " + data[244:])
    at = 256 + 8 * (16 + 80 + 8 + 8 + 8 + 8 + 8 + 80)
    refused(EcgUnreadable, "without samples in its data record", data[:at] + b"0 " + data[at + 2 :])


def test_an_edf_that_was_not_closed_is_read_to_its_last_whole_record():
    data = MADE["edf"].data
    recording = read_ecg(data[:236] + b"-1      " + data[244:-7])
    assert recording.signal.n_samples == 30
    assert recording.header.notes == ("length_not_stated",)


def test_edf_records_that_overlap_are_refused():
    data = ecg_files.edf(gap_records=(1,)).data
    refused(EcgUnreadable, "overlap in time", data.replace(b"+0.080", b"+0.010"))


def test_wav_files_that_do_not_fit_together_are_refused():
    data = MADE["wav"].data
    refused(EcgDamaged, "shorter than it says", data[:-2])
    refused(EcgUnreadable, "frame does not fit its channels", data[:32] + b"\x05\0" + data[34:])
    odd = data[:40] + struct.pack("<I", 158) + data[44:-2]
    refused(EcgDamaged, "ends inside a frame", odd)


def test_tables_that_state_too_little_are_refused():
    refused(EcgUnreadable, "no ECG format", b"I (mV)\n")
    refused(EcgIncomplete, "a single one", b"time (s),I (mV)\n0,1\n")
    refused(
        EcgUnreadable, "contradicts the time", b"# fs: 500\ntime (s),I (mV)\n0,1\n0.01,1\n0.02,3\n"
    )
    refused(EcgUnreadable, "2 column names over rows of 3", b"I (mV),V1 (mV)\n1,2,3\n1,2,3\n")


def test_empty_cells_are_gaps():
    lead = read_ecg(b"# fs: 250\nI (mV),V1 (mV)\n1,2\n,3\nNaN,4\n").signal.lead_mv("I")
    np.testing.assert_array_equal(lead, [1.0, np.nan, np.nan])


def test_a_bundle_gives_one_recording_for_each_observation():
    one = MADE["fhir"].data
    bundle = b'{"resourceType": "Bundle", "entry": [{"resource": %s}, {"resource": %s}]}' % (
        one,
        one,
    )
    assert len(read_ecgs(bundle, name="made.json")) == 2


# -- leads -----------------------------------------------------------------------------------------


def test_leads_of_rates_that_are_no_multiples_are_refused():
    header = b"r 2 100 2\nr.dat 16x2 1000/mV 16 0 0 0 0 I\nr.dat 16x3 1000/mV 16 0 0 0 0 V1\n"
    refused(EcgUnreadable, "no multiple of the lowest", header, "r.hea", {"r.dat": b"\0" * 20})


def test_names_that_would_clash_after_numbering_are_refused():
    header = b"r 3 100 2\n" + b"".join(
        b"r.dat 16 1000/mV 16 0 0 0 0 %s\n" % n for n in (b"MLx", b"MLx", b"MLx_2")
    )
    with pytest.raises(EcgUnreadable, match="can't be told apart"):
        read_ecg(header, name="r.hea", companions={"r.dat": b"\0" * 12})


def test_other_leads_of_one_name_are_numbered():
    header = b"r 2 100 2\n" + b"r.dat 16 1000/mV 16 0 0 0 0 MLx\n" * 2
    recording = read_ecg(header, name="r.hea", companions={"r.dat": b"\0" * 8})
    assert recording.signal.leads == ("MLx", "MLx_2")
    assert recording.header.notes == ("lead_names_numbered", "lead_names_not_known")


def test_a_record_without_an_ecg_is_refused():
    header = b"r 1 100 2\nr.dat 16 1000/mmHg 16 0 0 0 0 ABP\n"
    refused(EcgIncomplete, r"ABP \(unit mmHg\)", header, "r.hea", {"r.dat": b"\0" * 4})
    refused(EcgUnreadable, "without signals", b"r 0 100 2\n", "r.hea")


def test_one_signal_file_named_twice_is_refused():
    lines = b"".join(
        b"%s 16 100/mV 16 0 0 0 0 %s\n" % f for f in ((b"a", b"I"), (b"b", b"II"), (b"a", b"V1"))
    )
    refused(EcgUnreadable, "signal file named twice", b"r 3 100 2\n" + lines, "r.hea",
            {"a": b"\0" * 8, "b": b"\0" * 8})  # fmt: skip


def test_a_header_without_a_record_line_is_refused():
    refused(EcgUnreadable, "no ECG format", b"# only a comment\n", "r.hea")


def test_a_signal_whose_samples_are_infinite_is_refused():
    first = b'"data": "%d ' % MADE["fhir"].counts[0, 0]
    data = MADE["fhir"].data.replace(first, b'"data": "inf ', 1)
    refused(EcgUnreadable, "A sample that is infinite", data, "made.json")


def test_leads_of_different_lengths_are_refused():
    data = MADE["fhir"].data.replace(b'"data": "', b'"data": "1 ', 1)
    refused(EcgUnreadable, r"Leads of \[40, 41\] samples", data, "made.json")


def test_scp_and_sierra_that_end_too_early_are_refused():
    refused(EcgUnreadable, "shorter than it says", MADE["scp"].data[:-20])
    cut = MADE["sierra_xli"].data.replace(b'perchannel="160"', b'perchannel="164"')
    refused(EcgUnreadable, "The reader of the format gave up", cut)
