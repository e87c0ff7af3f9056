"""A matrix of MATLAB 4 states its type: no header that says 16 bit of every one is believed."""

import re
import struct

import ecg_files
import numpy as np
import pytest
from laennec.datasets.readers.ecg import EcgDamaged, read_ecg

TYPES = {0: "<f8", 10: "<f4", 20: "<i4", 30: "<i2"}


def matrix(kind, *, summed):
    made = ecg_files.matlab()
    data = struct.pack("<5i", kind, *made.counts.shape, 0, 4) + b"val\0"
    header = made.companions["made.hea"].decode()
    if not summed:
        header = re.sub(r"(16 0 -?\d+) -?\d+ 0", r"\1 0 0", header)
    return made, data + made.counts.T.astype(TYPES[kind]).tobytes(), header.encode()


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("summed", [True, False])
@pytest.mark.parametrize("by_header", [True, False])
def test_the_numbers_are_read_as_the_matrix_states_them(kind, summed, by_header):
    """Double precision was read as 16 bit: noise, of which nobody said that it was none."""
    made, data, header = matrix(kind, summed=summed)
    files = {"made.mat": data, "made.hea": header}
    name = "made.hea" if by_header else "made.mat"
    signal = read_ecg(files[name], name=name, companions=files).signal
    for lead, row in zip(made.leads, made.counts, strict=True):
        assert np.allclose(signal.lead_mv(lead), row * 0.005)


@pytest.mark.parametrize("kind", [0, 10, 20])
def test_a_matrix_that_is_cut_off_is_refused(kind):
    _, data, header = matrix(kind, summed=False)
    with pytest.raises(EcgDamaged, match="that is cut off"):
        read_ecg(data[:-8], name="made.mat", companions={"made.hea": header})
