"""When the samples of a lead were taken: starts are kept, and contradicting times are refused."""

import io
import json
import struct

import ecg_files
import ecg_files_scp
import numpy as np
import pydicom
import pytest
from laennec.datasets.readers.ecg import EcgUnreadable, EcgUnsupported, read_ecg

STEP_MV = 0.005
OFFSET = "http://hl7.org/fhir/StructureDefinition/observation-timeOffset"


def scp_with(starts, n=40):
    """An SCP-ECG whose section 3 states where each lead starts; its checksums are made again."""
    made = ecg_files_scp.scp(n=n)
    rows = b"".join(
        struct.pack("<IIB", s, s + n - 1, ecg_files_scp.SCP_CODES[name])
        for s, name in zip(starts, made.leads, strict=True)
    )
    old = b"".join(struct.pack("<IIB", 1, n, ecg_files_scp.SCP_CODES[name]) for name in made.leads)
    data = bytearray(made.data.replace(old, rows))
    at = data.index(rows) - 18
    size = int.from_bytes(data[at + 4 : at + 8], "little")
    data[at : at + 2] = struct.pack("<H", crc(data[at + 2 : at + size]))
    data[:2] = struct.pack("<H", crc(data[2:]))
    return made, bytes(data)


def crc(data):
    import binascii

    return binascii.crc_hqx(bytes(data), 0xFFFF)


def test_leads_of_scp_that_were_recorded_one_after_another_are_refused():
    """They were laid over each other: twelve leads of one time that never was."""
    with pytest.raises(EcgUnsupported, match=r"they start at 0, 0\.16, 0\.32, 0\.48 s"):
        read_ecg(scp_with([1 + 40 * (k // 3) for k in range(12)])[1])


def test_a_lead_of_scp_that_starts_later_stands_later():
    made, data = scp_with([1] * 11 + [4])
    recording = read_ecg(data)
    assert recording.signal.n_samples == 43
    v6, first = recording.signal.lead_mv("V6"), recording.signal.lead_mv("I")
    np.testing.assert_allclose(v6[3:], made.counts[11] * STEP_MV)
    np.testing.assert_allclose(first[:40], made.counts[0] * STEP_MV)
    assert np.isnan(v6[:3]).all()
    assert np.isnan(first[40:]).all()
    assert recording.header.notes == ("leads_placed_in_time",)


@pytest.mark.parametrize(("offset_ms", "placed"), [(14, True), (16, True), (20, False)])
def test_leads_are_placed_while_one_lasts_nine_tenths_of_the_time(offset_ms, placed):
    document = json.loads(ecg_files.fhir().data)  # 160 ms
    document["component"][6]["extension"] = [{"url": OFFSET, "valueInteger": offset_ms}]
    data = json.dumps(document).encode()
    if placed:
        assert read_ecg(data).header.notes == ("leads_placed_in_time",)
    else:
        with pytest.raises(EcgUnsupported, match="one after another"):
            read_ecg(data)


def test_leads_of_scp_that_start_late_together_start_together():
    recording = read_ecg(scp_with([101] * 12)[1])
    assert recording.signal.n_samples == 40
    assert recording.header.notes == ()


def dicom_skewed(attribute, values):
    made = ecg_files.dicom()
    data = pydicom.dcmread(io.BytesIO(made.data))
    channels = data.WaveformSequence[0].ChannelDefinitionSequence
    for channel, value in zip(channels, values, strict=True):
        setattr(channel, attribute, str(value))
    out = io.BytesIO()
    pydicom.dcmwrite(out, data, enforce_file_format=True)
    return made, out.getvalue()


@pytest.mark.parametrize(
    ("attribute", "value"),
    [("ChannelSampleSkew", 4), ("ChannelTimeSkew", 0.016), ("ChannelTimeSkew", 0.0175)],
)
def test_the_skew_of_a_dicom_channel_moves_it(attribute, value):
    """A lead that starts 16 ms later has its first sample 4 samples later, at 250 Hz."""
    made, data = dicom_skewed(attribute, [0] * 11 + [value])
    recording = read_ecg(data)
    v6 = recording.signal.lead_mv("V6")
    assert np.isnan(v6[:4]).all()
    np.testing.assert_allclose(v6[4:], made.counts[11] * STEP_MV)
    first = recording.signal.lead_mv("I")
    np.testing.assert_allclose(first[:40], made.counts[0] * STEP_MV)
    assert np.isnan(first[40:]).all()
    assert recording.header.notes == ("leads_placed_in_time",)


@pytest.mark.parametrize("value", [0, 0.0019, -0.0019])
def test_a_skew_of_less_than_half_a_sample_changes_nothing(value):
    """As the channels of one converter are read one after another."""
    made, data = dicom_skewed("ChannelTimeSkew", [0] * 11 + [value])
    recording = read_ecg(data)
    np.testing.assert_allclose(recording.signal.signal_mv, made.counts * STEP_MV, atol=1e-12)
    assert recording.header.notes == ()


def test_a_skew_that_would_fill_the_machine_is_refused():
    with pytest.raises(EcgUnreadable, match="signals of"):
        read_ecg(dicom_skewed("ChannelTimeSkew", [0] * 11 + [1e9])[1])


def test_the_time_offset_of_a_fhir_component_moves_it():
    made = ecg_files.fhir()
    document = json.loads(made.data)
    document["component"][6]["extension"] = [{"url": OFFSET, "valueInteger": 16}]
    v1 = read_ecg(json.dumps(document).encode()).signal.lead_mv("V1")
    assert np.isnan(v1[:4]).all()
    np.testing.assert_allclose(v1[4:], made.counts[6] * STEP_MV)


def muse_with_offsets(values):
    made = ecg_files.muse()
    head, *leads = made.data.split(b"<LeadData>")
    told = [
        b"<LeadTimeOffset>%d</LeadTimeOffset>" % value + lead
        for value, lead in zip(values, leads, strict=True)
    ]
    return b"<LeadData>".join([head, *told])


def test_leads_of_muse_with_other_time_offsets_are_refused():
    with pytest.raises(EcgUnsupported, match=r"LeadTimeOffset 0, 100"):
        read_ecg(muse_with_offsets([0] * 7 + [100]))
    assert read_ecg(muse_with_offsets([100] * 8)).signal.has_twelve


def aecg_lasting(seconds, n=2500):
    made = ecg_files.aecg(n=n)
    high = f'<high value="202601020915{seconds:06.3f}"/>'.encode()
    low = b'<low value="20260102091500"/>'
    return made.data.replace(low, low + high)


@pytest.mark.parametrize("seconds", [5, 20])
def test_an_increment_that_contradicts_the_time_of_the_series_is_refused(seconds):
    with pytest.raises(
        EcgUnreadable,
        match=f"2500 samples at 250 Hz last 10 s, and the file says that it lasts {seconds} s",
    ):
        read_ecg(aecg_lasting(seconds))


@pytest.mark.parametrize(("seconds", "n"), [(10, 2500), (9.996, 2500), (11, 2500), (10, 40)])
def test_a_time_to_the_second_or_a_piece_of_the_series_is_no_contradiction(seconds, n):
    assert read_ecg(aecg_lasting(seconds, n)).signal.n_samples == n


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b'<increment value="0.004" unit="s"/>', b'<increment value="0.004"/>', "increment in s"),
        (b'<increment value="0.004" unit="s"/>', b"", "without an increment"),
        (b'code="TIME_ABSOLUTE"', b'code="MDC_ECG_LEAD_X"', "No time sequence beside the leads"),
        (b'<code code="MDC_ECG_LEAD_V1"/>', b"<code/>", "A lead without a code"),
    ],
)
def test_what_an_aecg_leaves_out_is_named(old, new, message):
    """It was "the reader of the format gave up"."""
    made = ecg_files.aecg()
    assert old in made.data
    with pytest.raises(EcgUnreadable, match=message):
        read_ecg(made.data.replace(old, new))


@pytest.mark.parametrize(
    ("code", "name"), [("V1", "V1"), ("MDC_ECG_ELEC_POTL_V1", "V1"), ("LOCAL-7", "LOCAL-7")]
)
def test_a_lead_of_an_aecg_under_another_code_is_kept_by_its_name(code, name):
    """V1 was dropped, and an ECG of eleven leads was measured."""
    made = ecg_files.aecg()
    changed = made.data.replace(b'"MDC_ECG_LEAD_V1"', f'"{code}"'.encode())
    recording = read_ecg(changed)
    assert len(recording.signal.leads) == 12
    np.testing.assert_allclose(recording.signal.lead_mv(name), made.counts[6] * STEP_MV)
    unknown = name not in ecg_files.TWELVE
    assert recording.header.notes == (("lead_names_not_known",) if unknown else ())


def test_a_sequence_of_an_aecg_that_is_no_voltage_is_left_out_and_said():
    made = ecg_files.aecg()
    start = made.data.index(b'<component><sequence><code code="MDC_ECG_LEAD_V6"/>')
    end = made.data.index(b"</sequenceSet>")
    other = made.data[start:end].replace(b"MDC_ECG_LEAD_V6", b"MDC_RESP").replace(b"uV", b"ohm")
    recording = read_ecg(made.data[:end] + other + made.data[end:])
    assert recording.signal.leads == ecg_files.TWELVE
    assert "not_ecg_skipped" in recording.header.notes
