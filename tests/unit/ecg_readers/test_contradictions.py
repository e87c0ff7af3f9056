"""What a file says twice and not alike is refused with both numbers, and a refusal says where."""

import struct

import ecg_files
import ecg_files_scp
import numpy as np
import pytest
from laennec.datasets.readers.ecg import EcgUnreadable, EcgUnsupported, read_ecg

N = 2500  # 10 s at 250 Hz


def sierra(old, new, compressed):
    made = ecg_files.sierra(compressed=compressed, n=N).data
    assert old in made
    return made.replace(old, new)


@pytest.mark.parametrize("compressed", [True, False])
def test_two_rates_of_a_philips_document_are_refused(compressed):
    """Half of the samples was thrown away, and the rest measured at half the rate."""
    data = sierra(b"durationperchannel", b'samplespersecond="125" durationperchannel', compressed)
    with pytest.raises(EcgUnreadable, match="Sampling rates of 125 Hz and of 250 Hz"):
        read_ecg(data)


@pytest.mark.parametrize("compressed", [True, False])
def test_more_samples_than_a_philips_document_announces_are_refused(compressed):
    data = sierra(b'durationperchannel="10000"', b'durationperchannel="5000"', compressed)
    data = data.replace(b"durationperchannel", b'numberofleads="12" durationperchannel')
    with pytest.raises(EcgUnreadable, match="2500 samples at 250 Hz last 10 s, .* lasts 5 s"):
        read_ecg(data)


@pytest.mark.parametrize("compressed", [True, False])
def test_equal_rates_are_no_contradiction(compressed):
    data = sierra(b"durationperchannel", b'samplespersecond="250" durationperchannel', compressed)
    assert read_ecg(data).signal.n_samples == N


@pytest.mark.parametrize(
    ("written", "born"),
    [
        ("02/01/1960", None),
        ("2.1.1960", None),
        ("02-01-60", None),
        ("01/25/1960", "1960-01-25"),
        ("02/02/1960", "1960-02-02"),
        ("1960-01-02", "1960-01-02"),
    ],
)
def test_a_birth_date_that_can_be_read_in_two_ways_is_left_out(written, born):
    header = read_ecg(sierra(b"1974-03-02", written.encode(), compressed=False)).header
    assert (None if header.birth_date is None else header.birth_date.isoformat()) == born
    assert (header.age_years is None) == (born is None)


@pytest.mark.parametrize(("own_hz", "refused"), [(250, False), (500, True), (100, True)])
def test_a_wav_of_another_rate_than_its_header_is_refused(own_hz, refused):
    made = ecg_files.wav()
    data = made.data.replace(struct.pack("<I", 250), struct.pack("<I", own_hz), 1)
    header = "made 2 250 40\n" + "".join(
        f"made.wav 16+44 200(0)/mV 16 0 {row[0]} {ecg_files.checksum(row)} 0 {name}\n"
        for name, row in zip(made.leads, made.counts, strict=True)
    )
    files = {"made.hea": header.encode()}
    if not refused:
        assert read_ecg(data, name="made.wav", companions=files).signal.n_samples == 40
        return
    with pytest.raises(EcgUnreadable, match=f"Sampling rates of 250 Hz and of {own_hz} Hz"):
        read_ecg(data, name="made.wav", companions=files)


def test_a_lead_in_small_letters_in_one_segment_is_the_lead_of_the_other():
    """Its second part stood as a lead of its own, or was refused as a double."""
    files = {}
    for part, name in (("a", "v2"), ("b", "V2")):
        made = ecg_files.wfdb(leads=("II", name))
        files[f"{part}.dat"] = made.companions["made.dat"]
        files[f"{part}.hea"] = made.data.replace(b"made", part.encode())
    record = read_ecg(b"both/2 2 250 80\na 40\nb 40\n", name="both.hea", companions=files)
    assert record.signal.leads == ("II", "V2")
    assert not np.isnan(record.signal.signal_mv).any()
    assert record.header.notes == ()


REASONS = [
    (ecg_files.muse, b"<LeadSampleCountTotal>40", b"<LeadSampleCountTotal>41",
     "Lead I \\(rhythm\\): LeadSampleCountTotal 41 but 40 samples decoded"),
    (ecg_files.muse, b"<LeadSampleSize>2", b"<LeadSampleSize>3",
     "Lead I \\(rhythm\\): 80 bytes is not a whole number of 3-byte samples"),
    (ecg_files.muse, b"<LeadByteCountTotal>80", b"<LeadByteCountTotal>90",
     "Lead I \\(rhythm\\): LeadByteCountTotal 90 but 80 bytes decoded"),
    (lambda: ecg_files.sierra(compressed=False), b'durationperchannel="160"',
     b'durationperchannel="170"', "parsedwaveforms holds 960 bytes, 1008 expected"),
]  # fmt: skip


@pytest.mark.parametrize(("made", "old", "new", "told"), REASONS, ids=[r[3][:24] for r in REASONS])
def test_the_reason_for_which_a_reader_gave_up_is_told(made, old, new, told):
    data = made().data
    assert old in data
    with pytest.raises(EcgUnreadable, match=f"The reader of the format gave up \\({told}\\)"):
        read_ecg(data.replace(old, new))


def test_a_sample_interval_of_zero_is_told_with_its_section():
    made = bytearray(ecg_files_scp.scp().data)
    at = made.index(struct.pack("<HHBB", 5000, 4000, 0, 0))
    made[at + 2 : at + 4] = b"\0\0"
    with pytest.raises(EcgUnreadable, match=r"gave up \(Section 6 sample interval is 0\)"):
        read_ecg(bytes(made))


def test_a_variant_of_scp_that_is_not_read_is_told_as_one():
    """Byte 6 of section 6 says that the rhythm stands at two rates (bimodal compression)."""
    made = bytearray(ecg_files_scp.scp().data)
    at = made.index(struct.pack("<HHBB", 5000, 4000, 0, 0))
    made[at + 5] = 1
    with pytest.raises(EcgUnsupported, match="bimodal compression") as caught:
        read_ecg(bytes(made))
    assert caught.value.remedy == "Export it plainly, or as WFDB"


def test_nothing_of_the_person_is_told_of_a_refusal():
    data = ecg_files.muse().data
    lead = b"<LeadID>Mrs Jane Doe, born 1960, of Paris</LeadID>"
    broken = data.replace(b"<LeadID>I</LeadID>", lead).replace(b"Total>40<", b"Total>41<")
    with pytest.raises(EcgUnreadable) as caught:
        read_ecg(broken)
    assert "Doe" not in str(caught.value)
    assert "gave up (CorruptedFileError)" in str(caught.value)
