"""A folder holds the report of one study, and only what its last run wrote."""

import json

import pytest
from laennec.validation.commands import StudyCommand, validate_command
from laennec.validation.errors import StudyError
from laennec.validation.report import folder as folders
from study_examples import protocol_text


def validated(folder, langs=("en",)):
    command = StudyCommand(folder / "study.toml", folder / "visits.csv", folder / "out", langs)
    return validate_command(command, lambda _: None)


def files(folder):
    return {str(p.relative_to(folder / "out")) for p in (folder / "out").rglob("*") if p.is_file()}


def test_the_folder_of_another_study_is_refused_before_any_data_are_read(folder):
    validated(folder)
    before = files(folder)
    (folder / "study.toml").write_text(protocol_text(a=('"our-id"', '"second"')), "utf-8")
    with pytest.raises(StudyError, match=r"report of the study 'our-id'.*Give another folder"):
        validated(folder)
    assert files(folder) == before
    opened = json.loads((folder / "study.opened.json").read_text("utf-8"))
    assert len(opened["opened"]) == 1


@pytest.mark.parametrize("name", ["tables/psi.csv", "report.fr.html", "report.json"])
def test_parts_of_a_report_of_nobody_are_refused(folder, name):
    path = folder / "out" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(StudyError, match="parts of a report"):
        validated(folder)
    assert path.read_text("utf-8") == "{}"


def test_a_second_run_leaves_nothing_of_the_first_and_keeps_what_is_not_its_own(folder):
    """Six weighted tables of an earlier run once stood beside a study without a survey."""
    survey = '[data.survey]\nweight = "w"\nstratum = "s"\npsu = "u"\n\n[population]'
    (folder / "study.toml").write_text(protocol_text(s=("[population]", survey)), "utf-8")
    validated(folder, ("fr", "en"))
    (folder / "out" / "notes.txt").write_text("mine", encoding="utf-8")
    assert any("weighted" in name for name in files(folder))
    (folder / "study.toml").write_text(protocol_text(), encoding="utf-8")
    validated(folder)
    left = files(folder)
    assert not [name for name in left if "weighted" in name or name.startswith("report.fr")]
    assert {"notes.txt", "report.json", "report.en.html"} <= left


def test_what_can_not_be_removed_is_said(tmp_path, monkeypatch):
    (tmp_path / "report.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(folders.Path, "unlink", _refuse)
    with pytest.raises(StudyError, match="read as one of this run"):
        folders.remove_earlier(tmp_path, ())


def _refuse(*_):
    raise PermissionError(13, "Permission denied")
