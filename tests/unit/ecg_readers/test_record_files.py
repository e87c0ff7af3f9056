"""What reading one ECG opens: the named file, and what a WFDB header names beside it."""

from laennec.datasets.readers.ecg.files import record_files


def names(path):
    return [one.name for one in record_files(path)]


def test_a_file_of_its_own_is_alone(tmp_path):
    (tmp_path / "a.xml").write_text("<ecg/>")
    (tmp_path / "b.hea").write_text("b 1 500 10")
    assert names(tmp_path / "a.xml") == ["a.xml"]
    assert names(tmp_path / "absent.xml") == []


def test_a_header_brings_its_signals_by_any_of_its_names(tmp_path):
    (tmp_path / "r.hea").write_text("r 2 500 10\nother.dat 16 200\nother.dat 16 200\n# a note\n")
    (tmp_path / "other.dat").write_bytes(b"12")
    assert names(tmp_path / "r.hea") == ["r.hea", "other.dat"]
    assert names(tmp_path / "r") == ["r.hea", "other.dat"]
    (tmp_path / "r.dat").write_bytes(b"12")
    assert names(tmp_path / "r.dat") == ["r.dat", "r.hea", "other.dat"]


def test_segments_bring_theirs_and_a_header_that_names_itself_ends(tmp_path):
    (tmp_path / "m.hea").write_text("m/2 1 500 20\nm 10\ns1 10\n~ 3\n")
    (tmp_path / "s1.hea").write_text("s1 1 500 10\ns1.dat 16\n")
    (tmp_path / "s1.dat").write_bytes(b"12")
    assert names(tmp_path / "m.hea") == ["m.hea", "s1.hea", "s1.dat"]


def test_a_name_that_leads_out_of_the_folder_is_not_followed(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.dat").write_bytes(b"12")
    (tmp_path / "in" / "r.hea").write_text("r 1 500 10\n../secret.dat 16\n")
    assert names(tmp_path / "in" / "r.hea") == ["r.hea"]
