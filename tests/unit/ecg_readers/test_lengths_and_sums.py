"""What a header announces of lengths, checksums and times is compared with what is there."""

import io

import ecg_files
import numpy as np
import pytest
import scipy.io
from laennec.datasets.readers.ecg import EcgDamaged, EcgIncomplete, EcgUnreadable, read_ecg

MAT = ecg_files.matlab(version=5)


def matlab_5(matrix, companions=MAT.companions):
    out = io.BytesIO()
    scipy.io.savemat(out, {"val": matrix})
    return read_ecg(out.getvalue(), name="made.mat", companions=companions)


def test_a_matlab_5_matrix_that_is_shorter_than_its_header_is_refused():
    """The same in MATLAB 4 was refused; here the end was lost without a word."""
    assert matlab_5(MAT.counts).signal.n_samples == 40
    with pytest.raises(EcgDamaged, match="40 samples announced, 32 in the matrix"):
        matlab_5(MAT.counts[:, :32])


def test_a_matlab_5_matrix_with_other_numbers_than_its_checksums_is_refused():
    """Millivolts under a header of counts were read a thousand times too small."""
    with pytest.raises(EcgDamaged, match="checksum"):
        matlab_5(MAT.counts * 0.005)
    changed = MAT.counts.copy()
    changed[3, 7] += 1
    with pytest.raises(EcgDamaged, match="checksum"):
        matlab_5(changed)


def test_two_people_in_the_header_of_a_matlab_5_file_are_noted():
    header = {"made.hea": MAT.companions["made.hea"] + b"# Age: 90\n"}
    assert "several_people" in matlab_5(MAT.counts, header).header.notes


def test_a_matrix_that_lies_on_its_side_says_so():
    with pytest.raises(EcgUnreadable, match="5000 rows and 12 columns") as caught:
        matlab_5(np.zeros((5000, 12)), {})
    assert "turned" in caught.value.remedy


# -- EDF and WFDB ----------------------------------------------------------------------------------

GAP = ecg_files.edf(gap_records=(1,))


def test_onsets_that_jump_are_gaps_in_a_file_that_calls_itself_continuous():
    """What was lost between the records was closed, and the rhythm with it."""
    continuous = GAP.data.replace(b"EDF+D", b"EDF+C", 1)
    recording = read_ecg(continuous, name="a.edf")
    with_gaps = read_ecg(GAP.data, name="a.edf").signal
    np.testing.assert_array_equal(recording.signal.signal_mv, with_gaps.signal_mv)
    assert np.isnan(recording.signal.lead_mv("I")[10:20]).all()
    assert "gaps_in_continuous_file" in recording.header.notes


def test_onsets_that_jitter_or_are_absent_are_no_gaps():
    whole = ecg_files.edf(gap_records=(99,)).data.replace(b"EDF+D", b"EDF+C", 1)
    assert b"+0.040\x14" in whole
    for data in (
        whole,
        whole.replace(b"+0.040\x14", b"+0.045\x14"),
        whole.replace(b"+0.040\x14\x14", b"\0" * 8),
        ecg_files.edf().data,
    ):
        recording = read_ecg(data, name="a.edf")
        assert not np.isnan(recording.signal.signal_mv).any()
        assert recording.header.notes == ()


def test_onsets_of_a_continuous_file_that_go_back_are_refused():
    whole = ecg_files.edf(gap_records=(99,)).data.replace(b"EDF+D", b"EDF+C", 1)
    with pytest.raises(EcgUnreadable, match="overlap in time"):
        read_ecg(whole.replace(b"+0.040\x14", b"+0.000\x14"), name="a.edf")


def test_what_stands_behind_the_announced_end_is_noted():
    """An EDF of ten records under a header of eight lost two of them without a word."""
    made = ecg_files.edf()
    assert made.data[236:244] == b"4       "
    shorter = made.data[:236] + b"3       " + made.data[244:]
    recording = read_ecg(shorter, name="a.edf")
    assert recording.signal.n_samples == 30
    assert recording.header.notes == ("file_longer_than_announced",)
    assert read_ecg(made.data, name="a.edf").header.notes == ()


@pytest.mark.parametrize("fmt", [16, 212, 310, 24])
def test_a_signal_file_that_goes_on_is_noted(fmt):
    made = ecg_files.wfdb(fmt)
    longer = {"made.dat": made.companions["made.dat"] * 2}
    assert read_ecg(made.data, name="made.hea", companions=made.companions).header.notes == ()
    found = read_ecg(made.data, name="made.hea", companions=longer)
    assert found.header.notes == ("file_longer_than_announced",)
    assert found.signal.n_samples == 40


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b"-32768  ", b"32767   ", "digital 32767 to 32767"),
        (b"-163840 ", b"163835  ", "physical 163835 to 163835 uV"),
    ],
)
def test_limits_that_give_no_scale_are_named(old, new, words):
    made = ecg_files.edf()
    with pytest.raises(EcgIncomplete, match=words):
        read_ecg(made.data.replace(old, new), name="a.edf")
