"""Headers of small files whose comment lines say something of the person."""

import numpy as np
from laennec.datasets.readers.ecg import read_ecg


def wfdb_header(*comments, day="02/01/2026"):
    lines = [f"r 1 250 40 09:15:00 {day}", "r.dat 16 200/mV 16 0 0 0 0 II", *comments]
    data = np.arange(40, dtype="<i2").tobytes()
    return read_ecg("\n".join(lines).encode(), name="r.hea", companions={"r.dat": data}).header


def csv_header(*comments):
    lines = ["# fs: 250 Hz", *comments, "I (mV),II (mV)", "0.1,0.2", "0.2,0.1"]
    return read_ecg("\n".join(lines).encode(), name="r.csv").header
