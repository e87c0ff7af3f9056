"""What a header announces of lengths, checksums and times is compared with what is there."""

import io

import ecg_files
import numpy as np
import pytest
import scipy.io
from laennec.datasets.readers.ecg import EcgDamaged, EcgUnreadable, read_ecg

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
