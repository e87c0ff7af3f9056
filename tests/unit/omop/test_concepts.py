"""A file of concept sets is read whole or refused with everything that is wrong with it."""

import tomllib
from importlib.resources import files

import pytest
from laennec.datasets.readers.omop import read_concepts
from laennec.datasets.readers.tables import TableRefused

CONCEPTS = files("laennec.datasets.readers.omop").joinpath("concepts.toml")
GOOD = 'schema = "laennec.omop_concepts/1"\n'


def refused(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(TableRefused) as caught:
        read_concepts(path)
    return [problem.path for problem in caught.value.problems]


def test_the_shipped_sets_name_what_the_engine_knows():
    sets = read_concepts()
    assert sets.slots[3037110] == "glucose.fasting_venous"
    assert sets.units[8840] == "mg/dL"
    assert sets.operators[4171756] == "<"
    assert sets.units[44777602] == "kPa"
    assert "systolic_bp.left_arm" not in sets.slots.values()
    assert {one.table for one in sets.answers} == {
        "condition_occurrence", "drug_exposure", "observation",
    }  # fmt: skip


def test_everything_that_is_wrong_is_told_at_once(tmp_path):
    text = """schema = "other"
    [strange]
    [sex]
    1 = "both"
    [operator]
    2 = "!="
    [unit]
    3 = "stone"
    [measurement]
    waist = [7]
    girth = [7]
    [condition]
    "condition.none" = [1]
    [drug]
    "medication.antihypertensive" = { concepts = [1] }
    [observation]
    "questionnaire.smoker" = { concepts = [1], values = { 4 = "often" } }
    [source]
    athena = "read there"
    [concept]
    1 = { name = "x", source = "athena" }
    2 = { name = "x", source = "nowhere" }
    3 = { name = "x" }
    4 = { name = "x", source = "athena", verified = false }
    5 = { source = "athena" }
    """
    assert refused(tmp_path, text) == [
        "mine.toml: schema", "mine.toml: strange", "mine.toml: sex.1", "mine.toml: operator.2",
        "mine.toml: unit.3", "mine.toml: concept.2", "mine.toml: concept.3",
        "mine.toml: concept.4", "mine.toml: concept.5",
        "mine.toml: measurement.girth", "mine.toml: measurement.girth",
        "mine.toml: condition.condition.none", "mine.toml: drug.medication.antihypertensive",
        "mine.toml: observation.questionnaire.smoker",
    ]  # fmt: skip


def test_a_file_that_is_no_toml_is_refused(tmp_path):
    assert refused(tmp_path, "[") == ["mine.toml"]
    assert read_concepts(_written(tmp_path)).slots == {}


def _written(tmp_path):
    path = tmp_path / "good.toml"
    path.write_text(GOOD)
    return path


def test_what_was_not_read_anywhere_is_unverified_and_every_shipped_concept_has_a_name(tmp_path):
    raw = tomllib.loads(CONCEPTS.read_text(encoding="utf-8"))
    sets = read_concepts()
    assert sets.unverified == (8751, 321318, 720870, 3018251, 4036426, 4051106)
    assert sets.count == len(raw["concept"])
    mine = tmp_path / "mine.toml"
    mine.write_text(GOOD + '[sex]\n8507 = "male"\n8532 = "female"\n[source]\na = "b"\n'
                    '[concept]\n8507 = { name = "MALE", source = "a" }\n')  # fmt: skip
    assert read_concepts(mine).unverified == (8532,)
