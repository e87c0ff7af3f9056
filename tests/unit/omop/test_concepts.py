"""A file of concept sets is read whole or refused with everything that is wrong with it."""

import pytest
from laennec.datasets.readers.omop import read_concepts
from laennec.datasets.readers.tables import TableRefused

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
    """
    assert refused(tmp_path, text) == [
        "mine.toml: schema", "mine.toml: strange", "mine.toml: sex.1", "mine.toml: operator.2",
        "mine.toml: unit.3", "mine.toml: measurement.girth", "mine.toml: measurement.girth",
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
