"""The tables beside a report are read by a program: numbers are numbers, and no label a formula."""

import csv
import re

import pytest
from laennec.validation.report import write_report
from laennec.validation.report.words import Words
from study_examples import protocol_text, run

COMPOSED = {"participants.csv"}
"""Tables whose cells are composed as they are printed."""


@pytest.fixture
def tables(folder):
    """Return the rows of every table of a study, by file."""
    text = protocol_text().replace('label = "A marker"', 'label = "=1+1"')
    (folder / "study.toml").write_text(text, "utf-8")
    write_report(run(folder), folder / "out")
    files = (folder / "out" / "tables").glob("*.csv")
    return {f.name: list(csv.reader(f.read_text("utf-8").splitlines())) for f in files}


def test_every_estimate_of_a_table_is_a_number_with_the_ends_of_its_interval_apart(tables):
    """French tables had "0,582 à 0,713" and "2 400" in a cell."""
    seen = 0
    for name, (head, *rows) in tables.items():
        if "Estimation" not in head:
            continue
        at = head.index("Estimation")
        assert head[at + 1 : at + 4] == [
            "Intervalle à 95 %, borne basse", "Intervalle à 95 %, borne haute", "n",
        ], name  # fmt: skip
        for row in rows:
            assert len(row) == len(head), name
            why = row[head.index("Pourquoi il n'y en a pas")]
            value, low, high, n = row[at : at + 4]
            assert value or why, (name, row)
            if value and low:
                assert float(low) <= float(value) <= float(high), (name, row)
                assert int(n) > 0
                seen += 1
    assert seen > 50


def test_no_cell_begins_a_formula_and_a_negative_number_stays_one(tables):
    cells = [(n, c) for n, rows in tables.items() for row in rows for c in row]
    for name, cell in cells:
        if cell.startswith(("=", "+", "-", "@")):
            float(cell)
        assert "\u202f" not in cell or name in COMPOSED, (name, cell)
    assert any(cell == "'=1+1" for _, cell in cells)
    assert any(cell.startswith("-") for _, cell in cells)


def test_a_ratio_has_two_decimals_among_the_participants(tables, folder):
    """Waist / height was 0.6 (0.6 to 0.7) in both groups."""
    page = (folder / "out" / "report.en.html").read_text("utf-8")
    row = page.partition(">Waist / height</td>")[2]
    assert re.match(r"<td>0\.\d\d \(0\.\d\d – 0\.\d\d\)</td>", row)
    assert re.search(r">Age, years</td><td>\d\d\.\d \(", page)


def test_too_few_says_of_whom_and_not_that_it_was_planned():
    """One case was "fewer than planned", and nothing of the kind was planned."""
    assert Words("en").say("why", "too_few") == "not estimable: too few cases or people"
