"""A WFDB header and its signal files, given together, are one recording and no error."""

import json
import shutil
from pathlib import Path

import pytest
from laennec.cli.ecg_tally import recordings_of
from laennec.serving.ecg.commands import without_signal_files

from .test_cli_ecg import ECG, run


def pair(folder: Path, stem: str, ending: str = ".dat") -> tuple[Path, Path]:
    header, signals = folder / f"{stem}.hea", folder / f"{stem}{ending}"
    text = ECG.read_text().replace("04-simulated-ecg.dat", signals.name)
    header.write_text(text.replace("04-simulated-ecg ", f"{stem} "))
    shutil.copy(ECG.with_suffix(".dat"), signals)
    return header, signals


def test_a_signal_file_beside_its_header_is_taken_once(tmp_path: Path) -> None:
    """The signal file of each header was refused as a second recording of one name."""
    header, signals = pair(tmp_path, "rest")
    done = run("ecg", "beats", signals, header, "--out", tmp_path / "out", "--lang", "en")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("rest.dat") == 1
    assert "read once, by its header" in done.stderr
    assert [one.name for one in (tmp_path / "out").iterdir()] == ["rest.json"]
    assert json.loads((tmp_path / "out" / "rest.json").read_text())["r"]


@pytest.mark.parametrize("order", [0, 1])
def test_the_header_stays_and_the_order_of_the_others(tmp_path: Path, order: int) -> None:
    header, signals = pair(tmp_path, "rest")
    other = tmp_path / "other.xml"
    other.write_text("<restingecgdata>")
    given = [other, *((header, signals) if order else (signals, header))]
    assert without_signal_files(given) == ([other, header], [signals])


def test_a_signal_file_alone_is_read_by_the_header_beside_it(tmp_path: Path) -> None:
    _, signals = pair(tmp_path, "rest")
    assert without_signal_files([signals]) == ([signals], [])
    done = run("ecg", "beats", signals, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr


def test_a_file_of_that_stem_which_the_header_does_not_name_stays(tmp_path: Path) -> None:
    header, _ = pair(tmp_path, "rest")
    other = tmp_path / "rest.xml"
    other.write_text("<restingecgdata>")
    assert without_signal_files([header, other]) == ([header, other], [])


def test_one_header_given_twice_stays_an_error(tmp_path: Path) -> None:
    header, signals = pair(tmp_path, "rest")
    assert without_signal_files([header, signals, header]) == ([header, header], [signals])


def test_in_another_folder_it_is_another_recording(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    header, _ = pair(tmp_path / "a", "rest")
    _, signals = pair(tmp_path / "b", "rest")
    assert without_signal_files([header, signals]) == ([header, signals], [])


def test_many_signal_files_are_one_line(tmp_path, capsys) -> None:
    pairs = [pair(tmp_path, f"r{k}") for k in range(5)]
    given = [path for both in pairs for path in both]
    assert recordings_of(given, "fr") == [header for header, _ in pairs]
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "(5)" in said
    assert "r0.dat, r1.dat, r2.dat…" in said
    assert recordings_of(given[:1], "fr") == given[:1]
    assert capsys.readouterr().err == ""
