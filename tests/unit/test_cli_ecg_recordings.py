"""One rule for every command that reads an ECG file with several recordings."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import ecg_files
import pytest
import typer
from ecg_made import visit_file
from laennec.cli import app as main_app
from laennec.cli.ecg import app
from laennec.serving.ecg.commands import each_file
from typer.testing import CliRunner

MAIN = "from laennec.cli import main; main()"


def two_recordings(folder: Path) -> Path:
    """Two series of one person."""
    path = folder / "two.xml"
    path.write_bytes(ecg_files.aecg(n_series=2).data)
    return path


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-c", MAIN, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def task(recording: Any) -> Any:
    from laennec.serving.ecg.commands import EcgDone

    return EcgDone(Path(recording.header.record), recording.header.record, recording)


def test_no_recording_is_taken_unasked(tmp_path: Path) -> None:
    """The first one was measured under the file's name, and renaming a file was advised."""
    (done,) = each_file([two_recordings(tmp_path)], task)
    assert done.recording is None
    assert done.error is not None
    assert done.error.code == "ecg_ambiguous"
    assert "0: 0.16 s, 250 Hz, I II III" in done.error.found
    assert "--recording 0 to 1" in done.error.remedy


def test_the_recording_that_is_asked_for_is_taken(tmp_path: Path) -> None:
    path = two_recordings(tmp_path)
    for number in (0, 1):
        (done,) = each_file([path], task, number)
        assert done.error is None
        assert done.record == "two"
    (done,) = each_file([path], task, 2)
    assert done.error is not None
    assert "Recording 2 was asked for" in done.error.found


def test_every_command_that_reads_an_ecg_file_can_be_told_which_recording() -> None:
    group: Any = typer.main.get_command(app)
    commands = {name: {p.name for p in c.params} for name, c in group.commands.items()}
    assert {name for name, options in commands.items() if "recording" not in options} == {
        "simulate"
    }
    assert "old_recording" in commands["compare"]


def test_convert_writes_the_recording_that_is_asked_for(tmp_path: Path) -> None:
    path, target = two_recordings(tmp_path), tmp_path / "out" / "one.hea"
    refused = run("ecg", "convert", path, target)
    assert refused.returncode == 1
    assert "holds 2 recordings" in refused.stderr
    assert not target.exists()
    assert run("ecg", "convert", path, target, "--recording", 1).returncode == 0
    assert target.exists()


@pytest.mark.parametrize("number", [None, 1])
def test_a_visit_names_the_recordings_or_takes_the_one_that_is_asked_for(
    tmp_path: Path, number: int | None
) -> None:
    visit = visit_file(tmp_path)
    asked = [] if number is None else ["--recording", number]
    options = ["--format", "json", "--lang", "fr", *asked]
    done = run("screen", visit, "--ecg", two_recordings(tmp_path), *options)
    said = json.loads(done.stdout)
    refused = {i["code"]: i for i in said["refused_items"] if i["item"] == "ecg"}
    if number is None:
        found = refused["ecg_several_recordings"]["found"]
        assert "plusieurs enregistrements (0 : 0.16 s" in found.replace("0: ", "0 : ")
    else:
        assert "ecg_several_recordings" not in refused


def test_convert_names_the_leads_of_a_file_that_has_none(tmp_path: Path) -> None:
    """Pinned: no command could name them, and a visit said "unreadable (ecg_incomplete)"."""
    names = "I,II,III,aVR,aVL,aVF,V1,V2,V3,V4,V5,V6"
    table = tmp_path / "t.csv"
    table.write_bytes(ecg_files.csv(tuple(f"ch{k}" for k in range(12))).data)
    refused = run("ecg", "convert", table, tmp_path / "a.hea")
    assert refused.returncode == 1
    assert "ecg_leads_not_named: None of 12 leads has a name that is known: ch0" in refused.stderr
    assert f"--leads {names}" in refused.stderr
    done = run("ecg", "convert", table, tmp_path / "a.hea", "--leads", names)
    assert (done.returncode, done.stderr) == (0, "")
    visit = visit_file(tmp_path)
    for lang, words in (("fr", "aucune dérivation ne porte un nom connu"), ("en", "no lead has a")):
        said = run("screen", visit, "--ecg", table, "--lang", lang).stdout
        assert words in " ".join(said.split())


@pytest.mark.parametrize("name", ["two.xml#1", "real#1"])
def test_every_option_takes_a_number_behind_the_name_and_a_file_of_that_very_name(
    tmp_path: Path, name: str
) -> None:
    """Pinned: `two.xml#1` was refused as a file that does not exist, where options name an ECG."""
    two_recordings(tmp_path)
    (tmp_path / "real#1").write_bytes(ecg_files.aecg().data)
    ecg, target = str(tmp_path / name), str(tmp_path / "out" / "one.hea")
    done = CliRunner().invoke(app, ["convert", ecg, target])
    assert done.exit_code == 0, done.output
    done = CliRunner().invoke(app, ["compare", ecg, ecg, "--lang", "en"])
    assert done.exit_code == 0, done.output
    assert "are the same recording" in " ".join(done.output.split())
    visit = visit_file(tmp_path)
    given = ["--ecg", ecg, "--previous-ecg", ecg, "--format", "json"]
    done = CliRunner().invoke(main_app, ["screen", str(visit), *given])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["ecg"]["duration_s"] == pytest.approx(0.16)


def test_a_number_behind_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for name in ("two.xml#1", "two.xml", "."):
        done = CliRunner().invoke(app, ["convert", str(tmp_path / name), str(tmp_path / "o.hea")])
        assert done.exit_code == 2
        assert "does not exist" in " ".join(done.output.replace("│", " ").split())
