"""Data that do not fit a protocol are refused by name, or told."""

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
import validation_examples as example
from laennec.validation.errors import ProtocolRefused
from laennec.validation.study import StudyOptions, run_study
from study_examples import MODELS, protocol_text, run


def test_every_name_that_is_not_there_comes_at_once(folder):
    text = protocol_text(
        a=('model = "diabetes_type_2/undiagnosed_no_lab"', 'model = "diabetes_type_2/no_such"'),
        b=('{ feature = "male", op = "==", value = 0.0 }', '{ feature = "man", op = "missing" }'),
    )
    (folder / "study.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ProtocolRefused) as caught:
        run(folder)
    assert {p.code for p in caught.value.problems} == {"model_unknown", "feature_unknown"}
    assert "diabetes_type_2/undiagnosed_no_lab" in str(caught.value)
    text = protocol_text(a=('column = "outcome"', 'column = "outcom"'))
    (folder / "study.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ProtocolRefused, match="no column 'outcom' in visits.csv"):
        run(folder)


def test_nobody_left_is_refused(folder):
    text = protocol_text(a=("value = 18.0", "value = 200.0"))
    (folder / "study.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ProtocolRefused, match="nobody is left of 600: Under 18 600"):
        run(folder)


def test_an_empty_cell_is_unknown_and_a_broken_line_is_told(folder):
    lines = (folder / "visits.csv").read_text(encoding="utf-8").splitlines()
    at = lines[0].split(",").index("outcome")
    for i in (1, 2, 3):
        cells = lines[i].split(",")
        cells[at] = "" if i < 3 else " "
        lines[i] = ",".join(cells)
    lines[4] += ",one field too many"
    (folder / "visits.csv").write_text("\n".join(lines), encoding="utf-8")
    document = run(folder)
    left = {s["id"]: s["left"] for s in document["flow"] if "left" in s}
    assert left["no_reference"] == 3
    assert document["analyses"]["counted"]["n"] == 596
    told = [d for d in document["deviations"] if d["code"] == "lines_left_out"]
    assert told == [{"code": "lines_left_out", "n": 1}]


def test_words_compared_with_a_number_are_refused(folder):
    text = protocol_text(a=('case = { column = "outcome"', 'case = { column = "site"'))
    (folder / "study.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ProtocolRefused, match="the column 'site' holds no numbers"):
        run(folder)


def test_a_folder_of_several_files_is_no_study(folder):
    (folder / "visits").mkdir()
    for name in ("a.csv", "b.csv"):
        example.write_visits(folder / "visits" / name, 20)
    with pytest.raises(ProtocolRefused, match="a study is about one file"):
        run_study(StudyOptions(folder / "study.toml", folder / "visits", MODELS))


def test_what_the_mapping_leaves_aside_is_not_read_for_its_name(folder):
    """A column named ``device`` under ignore was read as the device, and stopped the study."""
    table = pyarrow.csv.read_csv(folder / "visits.csv")
    flags = pa.array([True] * table.num_rows)
    pyarrow.parquet.write_table(table.append_column("device", flags), folder / "visits.parquet")
    aside = (
        (folder / "mapping.toml").read_text("utf-8").replace("ignore = [", 'ignore = ["device", ')
    )
    (folder / "mapping.toml").write_text(aside, "utf-8")
    done = run_study(StudyOptions(folder / "study.toml", folder / "visits.parquet", MODELS))
    assert done["analyses"]["counted"]["n"] == 600


def test_numbered_rows_are_no_repeated_persons(folder, monkeypatch):
    """The numbers began anew with each chunk, so that most people seemed to come again."""
    monkeypatch.setattr("laennec.validation.data.table._CHUNK_ROWS", 100)
    lines = (folder / "mapping.toml").read_text("utf-8")
    first = (folder / "visits.csv").read_text("utf-8").splitlines()[0].split(",")
    assert "person_id" in first
    aside = lines.replace("ignore = [", 'ignore = ["person_id", ')
    aside += "\n[columns]\nperson_id = { row_number = true }\n"
    (folder / "mapping.toml").write_text(aside, "utf-8")
    done = run(folder)
    assert done["analyses"]["counted"]["n"] == 600
    assert "persons_repeat" not in {d["code"] for d in done["deviations"]}
