"""The score files: complete, and refused by name when they don't say what they must."""

import copy
import re
from pathlib import Path

import pytest
from laennec.engine import scores
from laennec.engine.errors import DataError
from laennec.engine.scores.tables import parse_table, read_toml, score_table

FOLDER = Path(scores.__file__).parent


def broken_findrisc(change):
    raw = copy.deepcopy(read_toml("findrisc"))
    change(raw)
    return raw


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda raw: raw["age_from"].update(op="=>"), "operator '=>'"),
        (lambda raw: raw["items"][0]["cuts"].reverse(), "cuts [64, 55, 45]: cuts rise"),
        (lambda raw: raw["items"][0]["cuts"][0].update(op="<"), "cuts rise and use >= or >"),
        (lambda raw: raw["items"][0].update(input="age"), "input 'age': no such input"),
        (lambda raw: raw["items"][0]["values"].pop(), "3 values: 3 cuts need one more"),
        (lambda raw: raw["items"][3]["codes"].pop("no"), "codes ['yes']: every code is given"),
        (lambda raw: raw.update(largest=27), "items that give 0.0 to 26.0 points"),
        (lambda raw: raw["items"][3]["codes"].update(yes=-1), "points are never negative"),
        (lambda raw: raw["exclusions"].append("tall"), "exclusion 'tall'"),
        (
            lambda raw: raw.update(derived={"x": {"any_of": [{"input": "sex", "is": "yes"}]}}),
            "a clause names a code or a limit of a known input",
        ),
        (
            lambda raw: raw.update(derived={"x": {"any_of": [{"input": "h", "op": ">", "at": 1}]}}),
            "a clause names a code or a limit of a known input",
        ),
    ],
)
def test_a_broken_file_is_refused_by_name(change, message):
    with pytest.raises(DataError) as refusal:
        parse_table(broken_findrisc(change), read_toml("exclusions"))
    assert message in str(refusal.value)
    assert "findrisc" in refusal.value.path


def test_files_are_read_once():
    assert score_table("ada") is score_table("ada")


def test_the_constant_of_cambridge_is_not_in_the_package():
    """Without the published constant nobody can turn the rank into a risk by accident."""
    for file in FOLDER.iterdir():
        if file.suffix in {".py", ".toml"}:
            assert "6.322" not in file.read_text(encoding="utf-8")
    assert score_table("cambridge").constant.tolist() == [0.0, 0.0]


def test_no_clinical_number_stands_in_the_code():
    """Coefficients, cuts and ages live in TOML; codes of answers, shapes and shifts go up to 9."""
    for file in FOLDER.glob("*.py"):
        code = re.sub(r'""".*?"""|#.*', "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        code = re.sub(r"f?\"[^\"\n]*\"", "", code)
        numbers = set(re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])", code))
        assert numbers <= {"0.0", "1.0", *map(str, range(10))}, file.name
