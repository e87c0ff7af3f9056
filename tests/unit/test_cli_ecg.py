"""The ECG commands: one record a file, one bad file never stops the others."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ECG = ROOT / "examples" / "visits" / "04-simulated-ecg.hea"
VISIT = ROOT / "examples" / "visits" / "04-with-ecg.json"
MAIN = "from laennec.cli import main; main()"


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-c", MAIN, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("broken") / "broken.xml"
    path.write_text("<restingecgdata>")
    return path


def test_measure_prints_for_people_and_says_what_could_not_be_read(broken: Path) -> None:
    done = run("ecg", "measure", ECG, broken, "--lang", "en")
    assert done.returncode == 3
    assert "PR interval" in done.stdout
    assert "a physician reads this ECG" in done.stdout.lower() or "physician" in done.stdout
    assert "broken.xml" in done.stderr
    assert "Traceback" not in done.stderr


def test_measure_writes_csv_and_json(tmp_path: Path) -> None:
    table, document = tmp_path / "out.csv", tmp_path / "out.json"
    assert run("ecg", "measure", ECG, "-o", table).returncode == 0
    (row,) = csv.DictReader(table.open())
    assert row["record"] == "04-simulated-ecg"
    assert float(row["pr_ms"]) > 200
    assert float(row["classical_rate_bpm"]) == pytest.approx(float(row["rate_bpm"]), abs=3)
    assert run("ecg", "measure", ECG, "-o", document).returncode == 0
    (found,) = json.loads(document.read_text())
    assert found["record"] == "04-simulated-ecg"
    assert {one["name"] for one in found["measured"]} >= {"rate", "pr", "qrs", "qt"}


def test_fiducials_and_beats_have_the_form_of_the_contract(tmp_path: Path) -> None:
    assert run("ecg", "fiducials", ECG, "--out", tmp_path / "f").returncode == 0
    found = json.loads((tmp_path / "f" / "04-simulated-ecg.json").read_text())
    assert (found["record"], found["fs"]) == ("04-simulated-ecg", 500)
    waves = found["leads"]["II"]
    assert set(waves) == {"p", "qrs", "t"}
    assert all(len(points) == 3 for name in waves for points in waves[name])
    assert run("ecg", "beats", ECG, "--out", tmp_path / "b").returncode == 0
    beats = json.loads((tmp_path / "b" / "04-simulated-ecg.json").read_text())
    assert set(beats) == {"record", "fs", "r"}
    assert len(beats["r"]) == pytest.approx(len(waves["qrs"]), abs=1)
    assert beats["r"] == sorted(beats["r"])


def test_without_the_network_the_second_measurement_is_printed(tmp_path: Path) -> None:
    done = run("ecg", "measure", ECG, "--models", tmp_path, "--lang", "en")
    assert done.returncode == 3
    assert "no model ecg_delineation/waves" in done.stderr
    assert "Second measurement" in done.stdout
    assert run("ecg", "beats", ECG, "--out", tmp_path, "--models", tmp_path).returncode == 1


def test_two_files_of_one_name_are_not_written_over_each_other(tmp_path: Path) -> None:
    done = run("ecg", "beats", ECG, ECG, "--out", tmp_path)
    assert done.returncode == 3
    assert "a second recording named" in done.stderr


def test_nothing_readable_is_refused_and_a_wrong_ending_is_usage(broken: Path) -> None:
    assert run("ecg", "measure", broken).returncode == 1
    assert run("ecg", "measure", ECG, "-o", "out.txt").returncode == 2
    assert run("ecg", "simulate", "--out", "x", "--pathology", "flu").returncode == 2


def test_convert_writes_wfdb_without_the_person(tmp_path: Path) -> None:
    done = run("ecg", "convert", ECG, tmp_path / "deep" / "out.hea")
    assert done.returncode == 0, done.stderr
    header = (tmp_path / "deep" / "out.hea").read_text()
    assert "sex" not in header
    assert "synthetic" in header


def test_convert_looks_for_the_files_that_it_would_write(tmp_path: Path) -> None:
    """It looked for rest.hea where rest.1.hea was asked for, and refused what it could not lose."""
    (tmp_path / "rest.hea").write_text("another")
    done = run("ecg", "convert", ECG, tmp_path / "rest.1")
    assert done.returncode == 1
    assert "there already" not in done.stderr
    assert "A record name with other characters" in done.stderr
    assert run("ecg", "convert", ECG, tmp_path / "other").returncode == 0
    done = run("ecg", "convert", ECG, tmp_path / "other")
    assert "a file that is there already" in done.stderr


def test_convert_never_writes_over_a_file_unless_asked(tmp_path: Path) -> None:
    """An existing OUT.hea was replaced without a word; its .dat is as dear."""
    for name in ("out.hea", "out.dat"):
        kept = tmp_path / name
        kept.write_text("another ECG")
        done = run("ecg", "convert", ECG, tmp_path / "out.hea")
        assert done.returncode == 1
        assert "a file that is there already" in done.stderr
        assert kept.read_text() == "another ECG"
        assert [path.name for path in tmp_path.iterdir()] == [name]
        kept.unlink()
    (tmp_path / "out.hea").write_text("another ECG")
    assert run("ecg", "convert", ECG, tmp_path / "out.hea", "--overwrite").returncode == 0
    assert "synthetic" in (tmp_path / "out.hea").read_text()


@pytest.mark.parametrize("command", ["measure", "fiducials", "beats", "findings"])
def test_a_file_that_is_not_there_stops_nobody(tmp_path: Path, command: str) -> None:
    """One wrong name of a list stopped everybody with exit code 2."""
    out = ("--out", tmp_path) if command in ("fiducials", "beats") else ()
    done = run("ecg", command, tmp_path / "missing.hea", ECG, *out)
    assert done.returncode == 3, done.stderr
    assert "missing.hea" in done.stderr
    assert "Traceback" not in done.stderr
    assert "04-simulated-ecg" in done.stdout or (tmp_path / "04-simulated-ecg.json").is_file()
    assert run("ecg", command, tmp_path, *out).returncode == 1


def test_simulate_says_what_it_wrote(tmp_path: Path) -> None:
    done = run("ecg", "simulate", "--out", tmp_path, "--n", 2, "--pathology", "lbbb")
    assert done.returncode == 0, done.stderr
    written = [Path(line) for line in done.stdout.split()]
    assert len(written) == 2
    assert all(path.exists() for path in written)


def test_a_visit_is_screened_with_the_ecg_beside_it(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert run("screen", VISIT, "--format", "html", "-o", page).returncode == 0
    text = page.read_text()
    assert 'class="ecg"' in text
    assert "PR" in text
    draft = json.loads(run("screen", VISIT, "--format", "json").stdout)
    assert draft["ecg"]["verdict"] == "assessable"
    assert "ecg_not_read" not in {note["code"] for note in draft["notes"]}


def moved(tmp_path: Path, **changes: object) -> Path:
    path = tmp_path / "visit.json"
    path.write_text(json.dumps(json.loads(VISIT.read_text()) | changes))
    return path


def test_an_ecg_of_another_person_is_refused(tmp_path: Path) -> None:
    person = {"id": "p", "birth_date": "1977-01-20", "sex": "male"}
    visit = json.loads(VISIT.read_text()) | {"person": person}
    del visit["ecg"]
    path = tmp_path / "visit.json"
    path.write_text(json.dumps(visit))
    done = run("screen", path, "--ecg", ECG, "--format", "json")
    draft = json.loads(done.stdout)
    assert done.returncode == 1
    assert "wrong_patient" in {item["code"] for item in draft["refused_items"]}
    assert draft["ecg"] is None


@pytest.mark.parametrize(
    ("name", "code"),
    [("../other.hea", "ecg_outside_folder"), ("/etc/hostname", "ecg_outside_folder"),
     ("nowhere.hea", "ecg_file_missing")],
)  # fmt: skip
def test_a_file_that_is_not_beside_the_visit_is_not_opened(
    tmp_path: Path, name: str, code: str
) -> None:
    path = moved(tmp_path, ecg={"file": name})
    draft = json.loads(run("screen", path, "--format", "json").stdout)
    assert [item["code"] for item in draft["refused_items"]] == [code]
    assert draft["ecg"] is None


def test_two_ecgs_for_one_visit_are_refused(tmp_path: Path) -> None:
    done = run("screen", VISIT, "--ecg", ECG)
    assert done.returncode == 1
    assert "which of the two belongs to the visit" in done.stderr
    assert run("screen", VISIT, moved(tmp_path), "--ecg", ECG).returncode == 2
