"""A file with several recordings: joined where they are one, else named and never taken unasked."""

import copy
import io

import ecg_files
import ecg_files_xml
import numpy as np
import pydicom
import pytest
from ecg_files_scp import SCP_CODES
from laennec.datasets.readers.ecg import EcgAmbiguous, read_ecg, read_ecgs
from pydicom.sequence import Sequence

RATE_HZ = 250
TEN_S = 10 * RATE_HZ


def dicom_of(*groups):
    """A DICOM of groups of (leads, samples of them, further attributes)."""
    made = ecg_files.dicom(n=TEN_S)
    data = pydicom.dcmread(io.BytesIO(made.data))
    first, found = data.WaveformSequence[0], []
    for leads, counts, attributes in groups:
        group = copy.deepcopy(first)
        group.NumberOfWaveformChannels, group.NumberOfWaveformSamples = counts.shape
        group.ChannelDefinitionSequence = Sequence(
            c
            for c in first.ChannelDefinitionSequence
            if c.ChannelSourceSequence[0].CodeValue in {f"2:{SCP_CODES[n]}" for n in leads}
        )
        group.WaveformData = counts.T.astype("<i2").tobytes()
        for name, value in attributes.items():
            setattr(group, name, value)
        found.append(group)
    data.WaveformSequence = Sequence(found)
    out = io.BytesIO()
    pydicom.dcmwrite(out, data, enforce_file_format=True)
    return made, out.getvalue()


def threes(offsets=(None,) * 4, n=TEN_S):
    counts = ecg_files.dicom(n=TEN_S).counts
    groups = []
    for k, offset in enumerate(offsets):
        rows = slice(3 * k, 3 * k + 3)
        extra = {} if offset is None else {"MultiplexGroupTimeOffset": str(offset)}
        groups.append((ecg_files.TWELVE[rows], counts[rows, :n], extra))
    return dicom_of(*groups)


@pytest.mark.parametrize("offsets", [(None,) * 4, (0, 0, 0, 0), (40, 40, 40, 40)])
def test_groups_of_leads_of_the_same_time_are_one_recording(offsets):
    """An ECG of twelve leads was told as one of I, II and III."""
    made, data = threes(offsets)
    signal = read_ecg(data).signal
    assert signal.leads == ecg_files.TWELVE
    assert not signal.derived
    np.testing.assert_allclose(signal.signal_mv, made.counts * 0.005, atol=1e-12)


def test_groups_one_after_another_stay_apart_and_say_when_they_start():
    _, data = threes((0, 2500, 5000, 7500), n=TEN_S // 4)
    with pytest.raises(EcgAmbiguous) as caught:
        read_ecg(data)
    assert "0: 2.5 s, 250 Hz, I II III, +0 s, 2026-01-02 09:15;" in caught.value.found
    assert "3: 2.5 s, 250 Hz, V4 V5 V6, +7.5 s" in caught.value.found
    assert "--recording 0 to 3" in caught.value.remedy
    assert len(caught.value.recordings) == 4
    assert read_ecg(data, recording=3).signal.leads == ("V4", "V5", "V6")


def test_short_groups_that_state_no_start_are_not_laid_over_each_other():
    """They may be the strips of a page."""
    _, data = threes(n=TEN_S // 4)
    assert len(read_ecgs(data)) == 4


@pytest.mark.parametrize("offsets", [(0, None, 0, 0), (0, 0, 0, 1)])
def test_a_group_of_another_or_an_unknown_start_is_not_joined(offsets):
    assert len(read_ecgs(threes(offsets)[1])) == 2


def test_a_lead_twice_is_two_recordings():
    counts = ecg_files.dicom(n=TEN_S).counts
    groups = [(ecg_files.TWELVE[:3], counts[:3], {}), (ecg_files.TWELVE[:3], counts[:3], {})]
    assert len(read_ecgs(dicom_of(*groups)[1])) == 2


@pytest.mark.parametrize("n", [300, TEN_S])
@pytest.mark.parametrize("first", [True, False])
def test_a_derived_group_is_never_taken_for_the_rhythm(n, first):
    """A median beat without a label was reported as an arrest; the rhythm stood beside it."""
    counts = ecg_files.dicom(n=TEN_S).counts
    beat = (ecg_files.TWELVE, -counts[:, :n], {"WaveformOriginality": "DERIVED"})
    rhythm = (ecg_files.TWELVE, counts, {})
    recording = read_ecg(dicom_of(*((beat, rhythm) if first else (rhythm, beat)))[1])
    np.testing.assert_allclose(recording.signal.signal_mv, counts * 0.005, atol=1e-12)
    assert recording.header.notes == ("derived_group_skipped",)


def test_a_derived_group_without_its_original_is_read():
    counts = ecg_files.dicom(n=TEN_S).counts
    data = dicom_of((ecg_files.TWELVE, counts, {"WaveformOriginality": "DERIVED"}))[1]
    assert read_ecg(data).header.notes == ()


def aecg_sets(heads, n):
    """An aECG of one series with a sequence set of three leads for each time."""
    made = ecg_files.aecg(n=n)
    text = made.data.decode()
    start, end = text.index("<component><sequenceSet>"), text.index("</series>")
    one = text[start:end]
    clock, *leads = one.split("<component><sequence>")[1:]
    sets = ""
    for k, head in enumerate(heads):
        rows = "<component><sequence>".join(["", clock, *leads[3 * k : 3 * k + 3]])
        rows = rows.removesuffix("</sequenceSet></component>").replace("20260102091500", head)
        sets += f"<component><sequenceSet>{rows}</sequenceSet></component>"
    return made, (text[:start] + sets + text[end:]).encode()


def test_sequence_sets_of_one_time_are_one_recording():
    made, data = aecg_sets(["20260102091500.000"] * 4, n=40)
    signal = read_ecg(data).signal
    assert signal.leads == ecg_files.TWELVE
    np.testing.assert_allclose(signal.signal_mv, made.counts * 0.005, atol=1e-12)


def test_sequence_sets_one_after_another_say_when_they_start():
    heads = [f"202601020915{s:06.3f}" for s in (0, 2.5, 5, 7.5)]
    with pytest.raises(EcgAmbiguous, match=r"2: 0\.16 s, 250 Hz, V1 V2 V3, \+5 s"):
        read_ecg(aecg_sets(heads, n=40)[1])


def test_sets_whose_zone_differs_are_compared_by_the_moment():
    heads = ["20260102091500+0100", "20260102101500+0200", "20260102081500+0000"]
    assert len(read_ecgs(aecg_sets(heads, n=40)[1])) == 1


def test_two_rhythm_waveforms_of_muse_with_other_leads_are_one_recording():
    whole = ecg_files.muse(n=TEN_S)
    start, end = whole.data.rindex(b"<Waveform>"), whole.data.index(b"</RestingECG>")
    head, *leads = whole.data[start:end].removesuffix(b"</Waveform>").split(b"<LeadData>")
    parts = [b"<LeadData>".join([head, *some]) for some in (leads[:4], leads[4:])]
    halves = [part + b"</Waveform>" for part in parts]
    signal = read_ecg(whole.data[:start] + b"".join(halves) + whole.data[end:]).signal
    assert signal.has_twelve
    np.testing.assert_allclose(signal.lead_mv("V6"), whole.counts[7] * 0.005, atol=1e-12)


def test_recordings_of_two_people_are_refused_even_when_one_is_chosen():
    made = ecg_files.fhir()
    other = made.data.replace(b"Patient/P-7", b"Patient/P-8")
    entries = b'}, {"resource": '.join([made.data, other])
    bundle = b'{"resourceType": "Bundle", "entry": [{"resource": ' + entries + b"}]}"
    assert len(read_ecgs(bundle)) == 2
    for number in (None, 0, 1):
        with pytest.raises(EcgAmbiguous, match="recordings of more than one person") as caught:
            read_ecg(bundle, recording=number)
        assert "P-7" not in str(caught.value)
        assert caught.value.recordings == ()


@pytest.mark.parametrize("number", [-1, 1, 7])
def test_a_number_that_is_not_there_is_refused(number):
    with pytest.raises(EcgAmbiguous, match=f"Recording {number} was asked for, the file holds 1"):
        read_ecg(ecg_files.dicom().data, recording=number)


def test_a_number_that_is_not_there_is_told_of_one_recording_in_the_singular():
    """Pinned: "the file holds 1 recordings"."""
    data = ecg_files.dicom().data
    with pytest.raises(EcgAmbiguous) as refused:
        read_ecg(data, recording=1)
    error = refused.value
    assert error.found.startswith("Recording 1 was asked for, the file holds 1 recording (")
    assert error.why == "there is no such recording"
    assert error.remedy == "Leave the number out, or give 0: there is one"


def test_a_cardiosoft_document_of_two_strips_is_asked_about():
    """Pinned: the first was taken, and an infarction in the second was lost without a word."""
    one = ecg_files_xml.cardiosoft()
    text = one.data.decode("latin-1")
    start, stop = text.index("<StripData>"), text.index("</CardiologyXML>")
    other = text[start:stop].replace(">5</Resolution>", ">10</Resolution>")
    more = "<FullDisclosure><FullDisclosureData/></FullDisclosure>"
    two = (text[:stop] + other + more + text[stop:]).encode("latin-1")
    with pytest.raises(EcgAmbiguous, match="The file holds 2 recordings"):
        read_ecg(two)
    first, second = read_ecgs(two)
    np.testing.assert_allclose(first.signal.signal_mv, one.counts * 0.005)
    np.testing.assert_allclose(second.signal.signal_mv, one.counts * 0.010)
    assert "full_disclosure_skipped" in first.header.notes
