"""Files in capital letters are found; files of no ECG format say what they seem to be."""

import gzip

import ecg_files
import pytest
from laennec.datasets.readers.ecg import EcgUnreadable, read_ecg
from laennec.datasets.readers.ecg.files import record_files

MADE = ecg_files.wfdb(16)


@pytest.mark.parametrize(
    ("header", "signals"),
    [
        ("made.hea", "made.dat"),
        ("made.HEA", "made.DAT"),
        ("MADE.HEA", "MADE.DAT"),
        ("made.HEA", "made.dat"),
    ],
)
def test_a_record_is_read_by_any_of_its_names_in_any_letters(tmp_path, header, signals):
    """A disk of a system without small letters: ``.DAT`` was of no format, the stem no file."""
    (tmp_path / header).write_bytes(MADE.data)
    (tmp_path / signals).write_bytes(MADE.companions["made.dat"])
    stem = header.split(".")[0]
    first = read_ecg(tmp_path / header).signal.signal_mv
    for name in (signals, stem):
        found = read_ecg(tmp_path / name)
        assert (found.signal.signal_mv == first).all()
        assert found.header.format == "wfdb"
        assert {one.name for one in record_files(tmp_path / name)} == {header, signals}


def test_the_file_that_is_named_goes_before_one_in_other_letters():
    other = {"made.DAT": b"\0" * 4, **MADE.companions}
    read_ecg(MADE.data, name="made.hea", companions=other)


UNKNOWN = [
    (b"PK\x03\x04 a zip", "a.zip", "packed file .zip.", "Unpack"),
    (gzip.compress(MADE.data), "made.hea.gz", "packed file .gzip.", "Unpack"),
    (b"%PDF-1.4", "a.pdf", "A PDF", "samples"),
    (b"\x89PNG\r\n", "a.png", "picture", "samples"),
    (b"\xff\xfeI\0,\0", "a.csv", "UTF-16", "UTF-8"),
    (b"\x08\x00\x05\x00CS", "a.dcm", "DICOM without", "part 10"),
    (b"ANN  1.0", "a.ann", "annotations of an ISHNE", "its ECG"),
    (b"made 2 500,0 1000\n", "made.hea", "first line is no record line", "decimal point"),
    (b"I,II\nmV,mV\n0.1,0.2\n0.1,0.2\n0.1,0.2\n", "a.csv", "one line of names", "Begin with"),
    (b"0.1,0.2\n" * 5, "a.csv", "one line of names", "Begin with"),
    (b"I|II\n" + b"0.1|0.2\n" * 5, "a.csv", "one line of names", "Begin with"),
    (
        ("I,II\n" + "\u22120.1,0.2\n" * 5).encode(),
        "a.csv",
        "one line of names",
        "Begin with",
    ),
    (b"hello\nworld\n", "a.txt", "The content", "Export as one of dicom"),
]


@pytest.mark.parametrize(("data", "name", "found", "remedy"), UNKNOWN)
def test_a_file_of_no_ecg_format_says_what_it_seems_to_be(data, name, found, remedy):
    import re

    with pytest.raises(EcgUnreadable, match="no ECG format that is known here") as caught:
        read_ecg(data, name=name)
    assert re.search(found, caught.value.found)
    assert re.search(remedy, caught.value.remedy)


def test_a_folder_is_called_a_folder(tmp_path):
    with pytest.raises(EcgUnreadable, match="no such file, but a folder"):
        read_ecg(tmp_path)
