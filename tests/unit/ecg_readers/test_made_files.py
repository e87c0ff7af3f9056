"""Every format, on a file made by hand from its description: samples, leads, rate, identity."""

import re
from datetime import date

import ecg_files
import ecg_files_scp
import numpy as np
import pytest
from laennec.datasets import read_ecg
from laennec.datasets.readers.ecg import Declared, EcgIncomplete, read_ecgs
from laennec.engine.ecg.leads import TWELVE_LEADS

MADE = ecg_files.every_format()


def opened(made, **changes):
    return read_ecg(
        made.data,
        name=made.name,
        companions=made.companions,
        declared=Declared(**{**made.declared, **changes}),
    )


@pytest.mark.parametrize("name", sorted(MADE))
def test_every_sample_of_every_lead_is_read_in_millivolt(name):
    made = MADE[name]
    recording = opened(made)
    assert recording.header.format == made.format
    assert recording.header.record == "made"
    assert recording.signal.sampling_rate_hz == ecg_files.RATE_HZ
    for lead, counts in zip(made.leads, made.counts, strict=True):
        expected_mv = counts * made.step_uv / 1000
        np.testing.assert_allclose(recording.signal.lead_mv(lead), expected_mv, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    "name", sorted(n for n, m in MADE.items() if set(ecg_files.EIGHT) <= {*m.leads})
)
def test_eight_stored_leads_give_twelve(name):
    signal = opened(MADE[name]).signal
    assert signal.leads == TWELVE_LEADS
    assert signal.derived == set(TWELVE_LEADS) - set(MADE[name].leads)
    one, two = signal.lead_mv("I"), signal.lead_mv("II")
    np.testing.assert_allclose(signal.lead_mv("III"), two - one, atol=1e-12)
    np.testing.assert_allclose(signal.lead_mv("aVR"), -(one + two) / 2, atol=0.0051)


@pytest.mark.parametrize(
    "name", sorted(n for n, m in MADE.items() if not m.format.startswith("csv"))
)
def test_the_step_of_the_recorder_is_kept(name):
    signal = opened(MADE[name]).signal
    index = signal.leads.index(MADE[name].leads[0])
    assert signal.resolution_uv[index] == pytest.approx(ecg_files.STEP_UV, rel=1e-9)


STATES_PERSON = (
    "scp",
    "aecg",
    "muse",
    "cardiosoft",
    "schiller",
    "mortara",
    "sierra_xli",
    "ishne",
    "edf",
    "bdf",
    "dicom",
)


@pytest.mark.parametrize("name", STATES_PERSON)
def test_the_identity_that_the_guard_needs_is_read(name):
    header = opened(MADE[name]).header
    assert header.patient_id == "P-7"
    assert header.sex == "female"
    assert header.birth_date == date(1974, 3, 2)
    assert header.acquired_at is not None
    assert f"{header.acquired_at:%Y-%m-%d %H:%M}" == "2026-01-02 09:15"


@pytest.mark.parametrize("name", STATES_PERSON)
def test_nothing_of_the_person_is_printed(name):
    shown = repr(opened(MADE[name]))
    assert "P-7" not in shown
    assert "1974" not in shown


def test_age_and_sex_of_wfdb_comments_are_read():
    header = opened(MADE["wfdb_16"]).header
    assert (header.age_years, header.sex) == (52.0, "female")


@pytest.mark.parametrize(
    ("comment", "age", "sex"),
    [
        ("#<age>: 51", 51.0, None),
        ("# <age>: 25  <sex>: M  <diagnoses>: (none)", 25.0, "male"),
        ("# 69 M 1085 1629 x1", 69.0, "male"),
        ("#Age: NaN", None, None),
        ("#<age>: >89", None, None),
        ("#Sex: Female", None, "female"),
        ("#Sex: Unknown", None, None),
        ("# Message: page 3", None, None),
        ("# age: 999", None, None),
    ],
)
def test_comments_of_the_known_databases_are_understood(comment, age, sex):
    header = opened(ecg_files.wfdb(comments=(comment,))).header
    assert (header.age_years, header.sex) == (age, sex)


def test_a_synthetic_record_says_so():
    assert opened(ecg_files.wfdb(comments=("# synthetic: no person",))).header.synthetic
    assert not opened(ecg_files.wfdb()).header.synthetic


def test_stated_filters_are_read():
    filters = opened(MADE["cardiosoft"]).header.filters
    assert (filters.high_pass_hz, filters.low_pass_hz, filters.notch_hz) == (0.05, 150.0, 50.0)
    filters = opened(MADE["edf"]).header.filters
    assert (filters.high_pass_hz, filters.low_pass_hz, filters.notch_hz) == (0.05, 150.0, None)


@pytest.mark.parametrize("bdf", [False, True])
def test_gaps_of_edf_plus_become_nan_at_their_place(bdf):
    made = ecg_files.edf(gap_records=(1,), bdf=bdf)
    signal = opened(made).signal
    counts = made.counts[0] * 5.0 / 1000
    lead = signal.lead_mv("I")
    assert np.isnan(lead[10:20]).all()
    np.testing.assert_allclose(np.delete(lead, range(10, 20)), np.delete(counts, range(10, 20)))


def test_gaps_of_fhir_become_nan():
    made = ecg_files.fhir()
    first = str(int(made.counts[0, 0]))
    changed = made.data.replace(f'"data": "{first} '.encode(), b'"data": "E ', 1)
    lead = read_ecg(changed, name="made.json").signal.lead_mv("I")
    assert np.isnan(lead[0])
    assert not np.isnan(lead[1:]).any()


def test_extra_leads_are_kept_behind_the_twelve():
    signal = opened(ecg_files.wfdb(leads=("V3R", "X", *ecg_files.EIGHT))).signal
    assert signal.leads == (*TWELVE_LEADS, "V3R", "X")


def test_several_rhythms_in_a_document_must_be_chosen_from():
    made = ecg_files.aecg(n_series=2)
    with pytest.raises(Exception, match=r"holds 2 recordings \(0.16 s, 0.16 s\)"):
        read_ecg(made.data)
    assert len(read_ecgs(made.data)) == 2
    second = read_ecg(made.data, recording=1).signal
    np.testing.assert_allclose(second.lead_mv("V6"), made.counts[11] * 0.005)
    with pytest.raises(Exception, match="Recording 2 was asked for, the file holds 2"):
        read_ecg(made.data, recording=2)


def test_every_sequence_set_of_a_series_is_a_recording():
    made = ecg_files.aecg()
    start, end = made.data.index(b"<component><sequenceSet>"), made.data.index(b"</series>")
    one = made.data[start:end]
    code = b'<code code="REPRESENTATIVE_BEAT"/>'
    beat = b"<derivation><derivedSeries>%s</derivedSeries></derivation>" % code
    found = read_ecgs(made.data[:end] + one + beat + made.data[end:])
    assert len(found) == 2
    np.testing.assert_allclose(found[1].signal.lead_mv("V1"), made.counts[6] * 0.005)


def test_every_rhythm_waveform_of_muse_is_a_recording():
    made = ecg_files.muse()
    start, end = made.data.rindex(b"<Waveform>"), made.data.index(b"</RestingECG>")
    second = made.data[start:end].replace(b"<SampleBase>250", b"<SampleBase>500")
    found = read_ecgs(made.data[:end] + second + made.data[end:])
    assert [r.signal.sampling_rate_hz for r in found] == [250, 500]


def test_a_muse_checksum_of_zero_was_not_calculated():
    made = ecg_files.muse()
    data = re.sub(rb"<LeadDataCRC32>\d+<", b"<LeadDataCRC32>0<", made.data)
    assert read_ecg(data).signal.has_twelve


@pytest.mark.parametrize("fmt", [16, 212, 310, 516])
def test_a_header_without_a_length_is_read_to_the_end_of_its_file(fmt):
    made = ecg_files.wfdb(fmt, leads=("I", "II", "V1"))
    data = made.data.replace(b"made 3 250 40", b"made 3 250")
    signal = read_ecg(data, name="made.hea", companions=made.companions).signal
    assert signal.n_samples == 40
    np.testing.assert_allclose(signal.lead_mv("V1"), made.counts[2] * 0.005, atol=1e-12)


def test_a_signal_without_a_file_is_a_gap():
    made = ecg_files.wfdb(leads=("I", "II"))
    data = made.data.replace(b"made 2", b"made 3") + b"~ 0 200/mV 16 0 0 0 0 V1\n"
    signal = read_ecg(data, name="made.hea", companions=made.companions).signal
    assert np.isnan(signal.lead_mv("V1")).all()


@pytest.mark.parametrize(
    ("column", "name"),
    [("I_mV", "I"), ("I mV", "I"), ("lead I [mV]", "I"), ("MDC_ECG_LEAD_AVR (mV)", "aVR")],
)
def test_columns_are_named_in_the_usual_ways(column, name):
    signal = read_ecg(f"# fs: 250\n{column},V1 (uV)\n0.5,7\n0.6,8\n".encode()).signal
    np.testing.assert_allclose(signal.lead_mv(name), [0.5, 0.6])
    np.testing.assert_allclose(signal.lead_mv("V1"), [0.007, 0.008])


def test_a_column_that_is_called_v_is_no_volt():
    with pytest.raises(EcgIncomplete, match="lead V states no gain"):
        read_ecg(b"# fs: 250\nI (mV),lead V\n1,2\n1,2\n")


def test_a_path_is_read_like_its_bytes(tmp_path):
    made = ecg_files.wfdb(212)
    (tmp_path / "made.hea").write_bytes(made.data)
    (tmp_path / "made.dat").write_bytes(made.companions["made.dat"])
    by_header, by_signal = read_ecg(tmp_path / "made.hea"), read_ecg(str(tmp_path / "made.dat"))
    np.testing.assert_array_equal(by_header.signal.signal_mv, by_signal.signal.signal_mv)
    np.testing.assert_array_equal(by_header.signal.signal_mv, opened(made).signal.signal_mv)
    assert read_ecg(tmp_path / "made").header == by_header.header


def test_the_extension_does_not_matter():
    made = ecg_files_scp.scp()
    assert read_ecg(made.data, name="made.xml").header.format == "scp_ecg"


def test_what_is_no_ecg_is_left_out():
    made = ecg_files.wfdb(leads=("II", "ABP", "Resp"))
    header = made.data.replace(b"200(0)/mV 16 0 %d" % made.counts[1, 0], b"200(0)/mmHg 16 0 0", 1)
    recording = read_ecg(header, name="made.hea", companions=made.companions)
    assert recording.signal.leads == ("II",)
    assert recording.header.notes == ("not_ecg_skipped",)


def test_leads_of_two_rates_are_averaged_to_the_lower_and_say_so():
    """As WFDB reads frames at low resolution; the mean of two samples of steps 0 and 2 is 1."""
    header = b"two 2 100 3\ntwo.dat 16x2 1000/mV 16 0 0 6 0 I\ntwo.dat 16 1000/mV 16 0 7 24 0 V1\n"
    data = np.array([0, 2, 7, 0, 2, 8, 0, 2, 9], dtype="<i2").tobytes()
    recording = read_ecg(header, name="two.hea", companions={"two.dat": data})
    np.testing.assert_allclose(recording.signal.lead_mv("I"), [0.001, 0.001, 0.001])
    np.testing.assert_allclose(recording.signal.lead_mv("V1"), [0.007, 0.008, 0.009])
    assert "leads_averaged_to_lowest_rate" in recording.header.notes


def test_the_calibration_pulse_of_philips_is_noted_and_left_in():
    made = ecg_files.sierra(compressed=False, n=200)
    counts = made.counts.copy()
    counts[:, 150:190] = 200
    pulse = made.data.replace(ecg_files.b64(made.counts).encode(), ecg_files.b64(counts).encode())
    recording = read_ecg(pulse, name="made.xml")
    assert "calibration_pulse" in recording.header.notes
    assert recording.signal.lead_mv("V3")[160] == pytest.approx(1.0)
    assert "calibration_pulse" not in opened(made).header.notes
