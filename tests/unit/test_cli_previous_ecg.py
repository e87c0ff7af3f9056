"""`laennec screen` with an earlier ECG as a file: beside the visit, or named by the caller."""

import json
from pathlib import Path

import pytest
from ecg_pairs import recording
from ecg_visits import VISIT, earlier, notices, screened, visit
from laennec.cli import app
from laennec.datasets.readers.ecg import EcgHeader, EcgRecording, write_wfdb
from typer.testing import CliRunner


def written(folder: Path, name: str, *lines: str, pathology="sinus_rhythm", start_s=0.5) -> Path:
    """Write a file; the lines are what its header says of the person."""
    target = folder / f"{name}.hea"
    header = EcgHeader("wfdb", name)
    write_wfdb(EcgRecording(recording(pathology, 11, start_s), header), target)
    target.write_text(target.read_text() + "".join(f"\n# {line}" for line in lines) + "\n")
    return target


@pytest.fixture
def folder(tmp_path):
    written(tmp_path, "new", "age: 49", "sex: male", pathology="lbbb", start_s=20.0)
    written(tmp_path, "old", "age: 44", "sex: male")
    written(tmp_path, "hers", "age: 44", "sex: female")
    return tmp_path


def test_a_file_of_an_earlier_visit_is_read_from_the_folder_of_the_visit(folder):
    document = visit({"file": "new.hea"}, earlier({"file": "old.hea"}))
    done = screened(folder, document)
    assert done.draft.ecg_comparison.earlier_on == "2021-03-03"
    assert "previous_ecg_not_read" not in notices(done)
    assert "New since then: Complete left bundle branch block" in " ".join(done.rendered.split())


def test_an_earlier_file_of_another_person_is_not_compared(folder):
    """H26: the earlier ECG is of another person."""
    done = screened(folder, visit({"file": "new.hea"}, earlier({"file": "hers.hea"})))
    assert done.draft.ecg_comparison is None
    assert "previous_ecg_other_person" in notices(done)
    assert "ecg_left_bundle" in {item.rule_id for item in done.draft.urgent}
    assert "names another person" in " ".join(done.rendered.split())


@pytest.mark.parametrize(
    ("name", "reason"),
    [("../old.hea", "outside"), ("gone.hea", "gone.hea"), ("visit.json", "read")],
)
def test_an_earlier_file_that_cant_be_used_is_said_and_stops_nothing(folder, name, reason):
    done = screened(folder, visit({"file": "new.hea"}, earlier({"file": name})))
    assert "previous_ecg_refused" in notices(done)
    assert done.draft.ecg_comparison is None
    assert done.draft.urgency == "U1"


def test_the_caller_names_an_earlier_file_and_its_day(folder):
    visit_file = folder / "visit.json"
    visit_file.write_text(json.dumps(VISIT))
    asked = ["screen", visit_file, "--lang", "en", "--ecg", folder / "new.hea"]
    asked += ["--previous-ecg", folder / "old.hea"]
    done = CliRunner().invoke(app, [*map(str, asked), "--previous-ecg-date", "2021-03-03"])
    assert done.exit_code == 0
    assert "Earlier ECG: 2021-03-03 (5 years ago)." in " ".join(done.stdout.split())
    undated = CliRunner().invoke(app, list(map(str, asked)))
    assert "An earlier ECG whose date is not known" in " ".join(undated.stdout.split())
    later = CliRunner().invoke(app, [*map(str, asked), "--previous-ecg-date", "2027-03-03"])
    assert "dated after this visit" in " ".join(later.stdout.split())
    two = CliRunner().invoke(app, ["screen", str(visit_file), *map(str, asked[1:])])
    assert two.exit_code == 2


def test_an_earlier_file_named_by_the_caller_is_guarded_too(folder):
    from datetime import date

    options = {"ecg": folder / "new.hea", "previous_ecg_on": date(2021, 3, 3)}
    done = screened(folder, VISIT, previous_ecg=folder / "hers.hea", **options)
    assert "previous_ecg_other_person" in notices(done)
    assert done.draft.ecg_comparison is None
