"""A Holter of hours is refused by its header, with what to do; half an hour is read."""

import numpy as np
import pytest
from ecg_files import TWELVE, edf, ishne
from laennec.datasets.readers.ecg import EcgTooLarge, EcgUnreadable, read_ecg, vendors
from laennec.datasets.readers.ecg import edf as edf_reader
from laennec.datasets.readers.ecg.assemble import refuse_duration

SAID = (
    r"^A recording of 24\.0 h: ECGs of up to 40 min are read as one: nothing of it was read, and "
    r"no part was chosen for you\. Export the stretch that is meant, such as the minutes around a "
    r"symptom, or cut the recording, and give each part as a file of its own\. \[.+\]$"
)
DAY_S = 86_400


def patched(data, at, new):
    return data[:at] + new + data[at + len(new) :]


def test_a_wfdb_header_of_a_day_is_refused_before_its_signals_are_opened(tmp_path):
    header = f"holter 1 250 {250 * DAY_S}\nholter.dat 16 200 16 0 0 0 0 II\n"
    (tmp_path / "holter.hea").write_text(header, encoding="utf-8")
    with pytest.raises(EcgTooLarge, match=SAID):
        read_ecg(tmp_path / "holter.hea")


def test_an_ishne_file_of_a_day_is_refused_before_it_is_decoded(monkeypatch):
    monkeypatch.setattr(vendors, "parse_with", lambda *_: pytest.fail("decoded"))
    made = ishne(TWELVE[:3], DAY_S)
    data = patched(made.data, 272, (1).to_bytes(2, "little"))
    with pytest.raises(EcgTooLarge, match=SAID):
        read_ecg(data, name="holter.ecg")


@pytest.mark.parametrize("at", [156, 272])
def test_an_ishne_header_that_tells_no_length_is_refused_by_its_reader(at):
    made = ishne(TWELVE[:3], 100)
    with pytest.raises(EcgUnreadable, match="checksum|reader of the format gave up"):
        read_ecg(patched(made.data, at, b"\0\0"), name="holter.ecg")


def test_an_edf_file_of_a_day_is_refused_before_it_is_decoded(monkeypatch):
    monkeypatch.setattr(edf_reader, "_lead", lambda *_: pytest.fail("decoded"))
    data = edf().data
    records = int(data[236:244])
    data = patched(data, 244, f"{DAY_S / records:<8g}".encode()[:8])
    with pytest.raises(EcgTooLarge, match=SAID):
        read_ecg(data, name="holter.edf")


def test_what_no_header_tells_is_refused_once_it_is_known():
    with pytest.raises(EcgTooLarge, match=r"^A recording of 0\.7 h: ECGs of up to 40 min"):
        read_ecg(long_table(), name="long.csv")


def long_table():
    values = np.resize([0.0, 0.1, -0.2, 0.3], 20 * 2_500)
    return ("# fs: 20 Hz\nII (mV)\n" + "\n".join(map(str, values)) + "\n").encode()


@pytest.mark.parametrize("seconds", [8.0, 1_806.0, 2_400.0, float("nan")])
def test_half_an_hour_and_a_length_that_is_not_known_yet_pass(seconds):
    refuse_duration(seconds, "a")


def test_one_second_more_is_refused():
    with pytest.raises(EcgTooLarge, match=r"^A recording of 0\.7 h"):
        refuse_duration(2_401.0, "a")
