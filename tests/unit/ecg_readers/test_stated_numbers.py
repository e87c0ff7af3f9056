"""Scales, zeros and rates that a document states as no number, or twice: refused, never 1 or 0."""

import json
import struct
from fractions import Fraction

import ecg_files
import ecg_files_scp
import numpy as np
import pytest
from laennec.datasets.readers.ecg import EcgDamaged, EcgIncomplete, EcgUnreadable, read_ecg

NOT_NUMBERS = {
    "4,88": "with a comma",
    "1,000": "with a comma",
    "abc": "that is no number",
    "nan": "that is no number",
    "5 uV": "that is no number",
    "1e999": "that is no number",
}


def swapped(made, old, new):
    assert old.encode() in made.data, old
    return made.data.replace(old.encode(), new.encode())


# What of which format -> the text in the made file, where a number stands, and how it is called.
PLACES = {
    "aecg scale": (ecg_files.aecg, '<scale value="5" unit="uV"/>', 'value="{}"', "scale of a lead"),
    "aecg origin": (ecg_files.aecg, '<origin value="0" unit="uV"/>', 'value="{}"', "origin"),
    "muse gain": (
        ecg_files.muse,
        "<LeadAmplitudeUnitsPerBit>5</LeadAmplitudeUnitsPerBit>",
        ">{}<",
        "LeadAmplitudeUnitsPerBit",
    ),
    "muse base": (ecg_files.muse, "<SampleBase>250</SampleBase>", ">{}<", "SampleBase"),
    "muse exponent": (ecg_files.muse, "<SampleExponent>0</SampleExponent>", ">{}<", "Exponent"),
    "mortara gain": (ecg_files.mortara, 'UNITS_PER_MV="200"', '"{}"', "UNITS_PER_MV"),
    "mortara zero": (ecg_files.mortara, 'OFFSET="0"', '"{}"', "OFFSET"),
    "mortara rate": (ecg_files.mortara, 'SAMPLE_FREQ="250"', '"{}"', "SAMPLE_FREQ"),
    "philips gain": (
        ecg_files.sierra,
        "<signalresolution>5</signalresolution>",
        ">{}<",
        "resolution",
    ),
    "philips zero": (ecg_files.sierra, "<signaloffset>0</signaloffset>", ">{}<", "signaloffset"),
    "philips rate": (ecg_files.sierra, "<samplingrate>250</samplingrate>", ">{}<", "rate"),
}


def number_put(text, template, number):
    """Put a number where the number of the text stands."""
    before, after = template.split("{}")
    start = text.index(before) + len(before)
    return text[:start] + number + text[text.index(after, start) :]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("number", NOT_NUMBERS)
def test_a_number_that_is_none_is_refused_and_named(place, number):
    """A scale of "4,88" was read as 1 uV per step, without a word: an infarction was not seen."""
    make, old, template, word = PLACES[place]
    data = swapped(make(), old, number_put(old, template, number))
    with pytest.raises(EcgUnreadable, match=NOT_NUMBERS[number]) as caught:
        read_ecg(data)
    assert word in str(caught.value)
    assert number not in str(caught.value).replace("4,88 may be", "")


@pytest.mark.parametrize("scale", ['<scale unit="uV"/>', '<scale value="" unit="uV"/>'])
def test_a_scale_without_a_value_is_incomplete(scale):
    with pytest.raises(EcgIncomplete, match="without the scale of a lead"):
        read_ecg(swapped(ecg_files.aecg(), '<scale value="5" unit="uV"/>', scale))


def test_a_scale_of_nothing_is_refused():
    data = swapped(ecg_files.aecg(), '<scale value="5"', '<scale value="0"')
    with pytest.raises(EcgUnreadable, match="scale of a lead that is 0"):
        read_ecg(data)


def test_one_lead_without_a_scale_is_enough():
    """V2 was five times too small, and "assessable"."""
    data = ecg_files.aecg().data.replace(b'<scale value="5"', b"<scale", 1)
    with pytest.raises(EcgIncomplete, match="without the scale of a lead"):
        read_ecg(data)


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("durationperchannel", 'resolution="2.5" durationperchannel', "resolution: 2.5 and 5"),
        ("durationperchannel", 'signaloffset="9" durationperchannel', "signaloffset: 0 and 9"),
    ],
)
def test_two_scales_of_a_philips_document_are_refused(old, new, word):
    with pytest.raises(EcgUnreadable, match=word):
        read_ecg(swapped(ecg_files.sierra(), old, new))
    same = new.replace("2.5", "5").replace("9", "0")
    assert read_ecg(swapped(ecg_files.sierra(), old, same)).signal.n_samples


@pytest.mark.parametrize(
    ("data", "rate"),
    [
        (swapped(ecg_files.muse(), "<SampleBase>250<", "<SampleBase>500.5<"), 500.5),
        (swapped(ecg_files.mortara(), 'SAMPLE_FREQ="250"', 'SAMPLE_FREQ="128.5"'), 128.5),
    ],
)
def test_a_rate_that_is_no_whole_number_is_kept(data, rate):
    assert read_ecg(data).signal.sampling_rate_hz == rate


def test_the_rate_of_scp_is_that_of_its_interval(monkeypatch):
    """1024 us are 976.56 Hz and not 977."""
    monkeypatch.setattr(ecg_files_scp, "RATE_HZ", Fraction(1_000_000, 1024))
    assert read_ecg(ecg_files_scp.scp().data).signal.sampling_rate_hz == 976.5625


def test_a_philips_rate_that_is_no_whole_number_is_refused():
    data = swapped(ecg_files.sierra(), "<samplingrate>250<", "<samplingrate>250.5<")
    with pytest.raises(EcgUnreadable, match="sampling rate of 250.5 Hz in a Philips"):
        read_ecg(data)


def counted(made, n):
    """Return an ISHNE file whose header counts so many samples; its checksum is left out."""
    data = bytearray(made.data)
    data[8:10] = b"\0\0"
    data[14:18] = struct.pack("<i", n)
    return bytes(data)


def test_a_holter_recording_that_was_cut_is_refused():
    """Half of the samples was a shorter recording: in the lost hours may stand the pause."""
    with pytest.raises(EcgDamaged, match="80 samples of a lead announced, 40 found"):
        read_ecg(counted(ecg_files.ishne(), 80))


@pytest.mark.parametrize(("n", "noted"), [(40, False), (480, False), (0, False), (20, True)])
def test_a_holter_recording_that_is_whole_is_read(n, noted):
    found = read_ecg(counted(ecg_files.ishne(), n))
    assert found.signal.n_samples == 40
    assert ("file_longer_than_announced" in found.header.notes) is noted


def test_a_lead_that_was_off_has_no_samples_there():
    made = ecg_files.ishne()
    counts = made.counts.copy()
    counts[7, 5:9] = -32768
    head = counted(made, 40)[: len(made.data) - counts.size * 2]
    signal = read_ecg(head + counts.T.astype("<i2").tobytes()).signal
    assert np.isnan(signal.lead_mv("V2")[5:9]).all()
    assert np.isfinite(signal.lead_mv("V2")[9:]).all()


def fhir_with(change):
    document = json.loads(ecg_files.fhir().data)
    for part in document["component"]:
        change(part)
    return json.dumps(document).encode()


def test_two_units_of_one_observation_are_refused():
    def both(part):
        part["valueSampledData"]["origin"] |= {"unit": "mV", "code": "uV"}

    with pytest.raises(EcgUnreadable, match="in uV by its code and in mV by its unit"):
        read_ecg(fhir_with(both))


def test_two_spellings_of_one_unit_are_no_contradiction():
    def both(part):
        part["valueSampledData"]["origin"] |= {"unit": "microvolt", "code": "uV"}

    assert read_ecg(fhir_with(both)).signal.n_samples
