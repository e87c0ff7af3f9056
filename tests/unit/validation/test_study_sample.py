"""Which of the planned counts was not reached is told, each by itself."""

import json

import pytest
from laennec.validation.report import told_document, write_report
from study_examples import protocol_text, run

PLAN = ("cases_at_least = 100", "others_at_least = 100", "auroc_width = 0.1", "oe_width = 0.2")
ENOUGH = ("cases_at_least = 1", "others_at_least = 1", "auroc_width = 0.9", "oe_width = 9.0")


def shortfalls(folder, below=0, **asked):
    """Run the study with a plan that is reached but for what is asked, and return what is told."""
    chosen = dict(zip("cowe", zip(PLAN, ENOUGH, strict=True), strict=True)) | asked
    text = protocol_text(**chosen, s=("suppress_below = 11", f"suppress_below = {below}"))
    (folder / "study.toml").write_text(text, encoding="utf-8")
    document = run(folder)
    codes = ("sample_too_small", "cases_too_few", "others_too_few")
    told = told_document(document)
    return document, {d["code"]: d for d in told["deviations"] if d["code"] in codes}


def test_a_plan_that_is_reached_is_no_deviation(folder):
    assert shortfalls(folder)[1] == {}


@pytest.mark.parametrize(
    ("asked", "code", "counted", "said"),
    [
        ({"w": (PLAN[2], "auroc_width = 0.01")}, "sample_too_small", "n", "Fewer people than"),
        ({"c": (PLAN[0], "cases_at_least = 599")}, "cases_too_few", "cases", "Fewer cases than"),
        ({"o": (PLAN[1], "others_at_least = 599")}, "others_too_few", "others", "who are no case"),
    ],
)
def test_the_count_that_was_not_reached_is_named(folder, asked, code, counted, said):
    """ "Fewer people than planned, or too few cases" left it open."""
    document, found = shortfalls(folder, **asked)
    assert set(found) == {code}
    assert found[code]["n"] == document["sample_size"]["persons"][counted]  # some people repeat
    write_report(document, folder / "out", ["en"])
    page = (folder / "out" / "report.en.html").read_text("utf-8")
    assert said in page
    assert f"{found[code]['n']}, planned {found[code]['planned']}." in page


def test_hidden_counts_are_not_given_back_by_what_was_not_reached(folder):
    few = {"c": (PLAN[0], "cases_at_least = 599"), "o": (PLAN[1], "others_at_least = 599")}
    document, found = shortfalls(folder, 599, **few)
    assert [row["n"] for row in found.values()] == [None, None]
    write_report(document, folder / "out", ["en"])
    assert (
        json.loads((folder / "out" / "report.json").read_text("utf-8"))["sample_size"]["cases"]
        is None
    )
