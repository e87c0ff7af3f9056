"""The list of statistics names functions and tests that are there, and leaves no room out."""

import importlib
import re

import pytest
from house import ROOT

LIST = ROOT / "docs" / "studies" / "statistics.md"
ROWS = [
    [cell.strip().strip("`") for cell in line.strip("| ").split(" | ")]
    for line in LIST.read_text(encoding="utf-8").splitlines()
    if line.startswith("|") and "`" in line
]
TESTS = {
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.M)
}
WITHOUT_A_ROW = {"__init__", "estimate", "smoothers"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[1] if len(row) > 1 else "?")
def test_a_row_names_a_function_and_a_test(row):
    _, function, interval, against, test = row
    module, name = function.split(".")
    found = importlib.import_module(f"laennec.validation.statistics.{module}")
    assert callable(getattr(found, name))
    assert interval
    assert against
    assert test in TESTS


def test_every_room_of_statistics_has_a_row():
    rooms = {p.stem for p in (ROOT / "validation" / "statistics").glob("*.py")} - WITHOUT_A_ROW
    assert rooms == {row[1].split(".")[0] for row in ROWS}
