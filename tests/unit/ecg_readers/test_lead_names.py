"""A sign is part of a lead's name, in every format; what is no ECG is no lead."""

import io

import ecg_files
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laennec.datasets.readers.ecg import Declared, EcgIncomplete, EcgUnreadable, read_ecg
from laennec.datasets.readers.ecg.names import is_other_signal, lead_name
from laennec.engine.ecg.leads import TWELVE_LEADS

PLAIN = ("I", "II", "V1", "V2")


def wfdb_of(names, counts, unit="mV"):
    lines = [f"r {len(names)} 250 {counts.shape[1]}"]
    lines += [f"r.dat 16 200(0)/{unit} 16 0 0 0 0 {name}" for name in names]
    header = "\n".join(lines).encode()
    return read_ecg(header, name="r.hea", companions={"r.dat": counts.T.astype("<i2").tobytes()})


def edf_of(names, counts):
    made = ecg_files.edf(PLAIN, n=counts.shape[1])
    data = made.data
    for old, new in zip(PLAIN, names, strict=True):
        data = data.replace(f"ECG {old}".encode().ljust(16), new.encode("latin-1").ljust(16), 1)
    return read_ecg(data, name="r.edf")


def csv_of(names, counts):
    rows = [",".join(f"{v * 0.005:.3f}" for v in column) for column in counts.T]
    head = ",".join(f"{name} (mV)" for name in names)
    return read_ecg("\n".join(["# fs: 250 Hz", head, *rows]).encode(), name="r.csv")


def wav_of(names, _):
    made = ecg_files.wav(PLAIN)
    return read_ecg(made.data, name="r.wav", declared=Declared(leads=names, step_uv=5.0))


def dicom_of(names, _):
    import pydicom

    data = pydicom.dcmread(io.BytesIO(ecg_files.dicom(PLAIN).data))
    for channel, name in zip(
        data.WaveformSequence[0].ChannelDefinitionSequence, names, strict=True
    ):
        del channel.ChannelSourceSequence
        channel.ChannelLabel = name
    out = io.BytesIO()
    pydicom.dcmwrite(out, data, enforce_file_format=True)
    return read_ecg(out.getvalue(), name="r.dcm")


COUNTS = ecg_files.edf(PLAIN).counts
FORMATS = [wfdb_of, edf_of, csv_of, wav_of, dicom_of]
NEGATIVE = ["-II", "- II", "ECG -II", "Lead -II", "minus II", "II inverted", "MDC_ECG_LEAD_-II"]


@pytest.mark.parametrize("made", FORMATS)
@pytest.mark.parametrize("written", NEGATIVE)
def test_a_negative_lead_is_turned_back_in_every_format(made, written):
    """An inferior infarct under ``-II`` was read upside down."""
    recording = made(("I", written, "V1", "V2"), COUNTS)
    np.testing.assert_allclose(recording.signal.lead_mv("II"), -COUNTS[1] * 0.005)
    np.testing.assert_allclose(recording.signal.lead_mv("V1"), COUNTS[2] * 0.005)
    np.testing.assert_allclose(recording.signal.lead_mv("III"), -(COUNTS[0] + COUNTS[1]) * 0.005)
    assert "negative_leads_turned" in recording.header.notes


@pytest.mark.parametrize("made", FORMATS)
@pytest.mark.parametrize("written", ["I-II", "I.II", "II-", "I - III", "V1-V2", "-I-II", "--II"])
def test_a_lead_between_two_others_stays_a_lead_of_its_own(made, written):
    """``I-II`` was read as III, which is its negative."""
    recording = made((written, "V4", "V1", "V2"), COUNTS)
    assert recording.signal.leads == ("V1", "V2", "V4", written)
    np.testing.assert_allclose(recording.signal.lead_mv(written), COUNTS[0] * 0.005)
    assert "lead_names_not_known" in recording.header.notes


@given(
    lead=st.sampled_from(TWELVE_LEADS),
    sign=st.sampled_from("-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d\u00ad"),
    blank=st.sampled_from(["", " ", "_"]),
    prefix=st.sampled_from(["", "ECG ", "Lead ", "ECG lead ", "EKG "]),
    lower=st.booleans(),
)
def test_no_sign_is_ever_lost(lead, sign, blank, prefix, lower):
    name = lead.lower() if lower else lead
    assert lead_name(f"{prefix}{sign}{blank}{name}") == f"-{lead}"
    assert lead_name(f"{prefix}{name}{blank}{sign}") not in TWELVE_LEADS


@given(one=st.sampled_from(TWELVE_LEADS), other=st.sampled_from(TWELVE_LEADS))
def test_two_leads_in_one_name_are_never_a_third(one, other):
    for between in ("-", " - ", ".", " ", "_", "\u2212"):
        assert lead_name(f"ECG {one}{between}{other}") not in TWELVE_LEADS


def test_negatives_beside_the_lead_itself_or_without_a_plain_name_stay_apart():
    beside = wfdb_of(("aVR", "-aVR", "V1", "V2"), COUNTS)
    assert beside.signal.leads == ("aVR", "V1", "V2", "-aVR")
    np.testing.assert_allclose(beside.signal.lead_mv("-aVR"), COUNTS[1] * 0.005)
    dashes = wfdb_of(("- I", "- II", "- V1", "- V2"), COUNTS)
    assert not set(dashes.signal.leads) & set(TWELVE_LEADS)


@pytest.mark.parametrize(
    "form", ["ecg_{}", "Lead_{}", "ECG-{}", "ECG Lead {}", "{}-Ref", "ECG {}-Ref"]
)
def test_words_around_a_name_do_not_hide_the_lead(form):
    for lead in TWELVE_LEADS:
        assert lead_name(form.format(lead)) == lead


def test_a_name_that_is_no_lead_can_be_declared_and_a_lead_can_not_be_another():
    header = b"r 2 250 2\nr.dat 16 200/mV 16 0 0 0 0 kanal A\nr.dat 16 200/mV 16 0 0 0 0 V1\n"
    files = {"r.dat": b"\0" * 8}
    kept = read_ecg(header, name="r.hea", companions=files)
    assert kept.signal.leads == ("V1", "kanal A")
    assert "lead_names_not_known" in kept.header.notes
    declared = Declared(leads=("II", "V1"))
    assert read_ecg(header, name="r.hea", companions=files, declared=declared).signal.leads == (
        "II",
        "V1",
    )
    for false in (("II", "V2"), ("II", "-V1")):
        with pytest.raises(EcgUnreadable, match="contradicts the file"):
            read_ecg(header, name="r.hea", companions=files, declared=Declared(leads=false))


SLEEP = "C3-A2 C4:M1 Fp1 Cz M1 LOC ROC E1-M2 Chin1 Flow Snore Thor Abdo LAT GSR PCG Pacer O1 F4-Ref"


@pytest.mark.parametrize(
    "name",
    [*SLEEP.split(), "ACC X", "battery", "impedance", "phono", "Chin1-Chin2", "Nasal Pressure"],
)
def test_signals_of_a_sleep_laboratory_are_no_leads(name):
    """Flow and snoring alone were read as atrial fibrillation with pauses."""
    assert is_other_signal(name)
    recording = wfdb_of((name, "II", "V1", "V2"), COUNTS)
    assert recording.signal.leads == ("II", "V1", "V2")
    assert "not_ecg_skipped" in recording.header.notes


@pytest.mark.parametrize(
    "name", ["MLII", "ECG", "ECG1", "V", "V3R", "CM5", "ch1", "C3", "FECG", "X"]
)
def test_what_may_be_an_ecg_stays(name):
    assert not is_other_signal(name)


def test_c3_is_a_chest_lead_only_where_no_electrode_is_on_the_head():
    assert wfdb_of(("C3", "C4", "I", "II"), COUNTS).signal.lead_mv("V3").size
    sleep = wfdb_of(("C3", "C4", "O1", "ECG"), COUNTS)
    assert sleep.signal.leads == ("ECG",)


@pytest.mark.parametrize(
    ("names", "unit", "words"),
    [
        (("Flow", "Snore", "C3-A2", "O1"), "uV", r"Flow \(unit uV\), Snore"),
        (("I", "II", "V1", "V2"), "NU", r"I \(unit NU\), II \(unit NU\)"),
    ],
)
def test_a_file_without_an_ecg_says_what_it_holds(names, unit, words):
    with pytest.raises(EcgIncomplete, match=words):
        wfdb_of(names, COUNTS, unit)


def test_dicom_whose_code_and_words_name_two_leads_is_refused():
    """Pinned: the code said V1 and its meaning V6, and the channel was read as V1."""
    import pydicom

    data = pydicom.dcmread(io.BytesIO(ecg_files.dicom().data))
    channels = data.WaveformSequence[0].ChannelDefinitionSequence
    source = next(c.ChannelSourceSequence[0] for c in channels if c.ChannelSourceSequence)
    for words, is_refused in (("Lead V6 (reversed)", True), ("Lead", False)):
        source.CodeMeaning = words
        out = io.BytesIO()
        pydicom.dcmwrite(out, data, enforce_file_format=True)
        if is_refused:
            with pytest.raises(EcgUnreadable, match=r"One lead under several names \(I, V6\)"):
                read_ecg(out.getvalue(), name="a.dcm")
        else:
            assert read_ecg(out.getvalue(), name="a.dcm").signal.leads[0] == "I"
