"""Values and records that can't be used are told with their count, and hold a verdict back."""

from datetime import date

import pytest
from laennec.validation.protocol import freeze, read_protocol
from laennec.validation.report import write_report
from study_examples import change, protocol_text, run


def told(document, code):
    """Return the deviations of one code."""
    return [d for d in document["deviations"] if d["code"] == code]


@pytest.mark.parametrize("age", ["3", "12", "15", "17"])
def test_children_of_any_age_leave_with_the_exclusion_of_minors(folder, age):
    """Children under 15 stayed: their age is implausible at a visit, so it was no age at all."""
    change(folder, "age_years", lambda row, cell: age if row < 100 else cell)
    document = run(folder)
    step = next(s for s in document["flow"] if s["id"] == "minors")
    assert (step["left"], step["stayed"]) == (100, 500)
    assert not told(document, "exclusion_undecided")


def test_children_whose_birth_date_stands_in_the_file_leave_too(folder):
    change(folder, "age_years", lambda row, _: "2014-02-01" if row < 100 else "1970-02-01")
    text = (folder / "visits.csv").read_text("utf-8").replace("age_years", "birth_date")
    (folder / "visits.csv").write_text(text, "utf-8")
    step = next(s for s in run(folder)["flow"] if s["id"] == "minors")
    assert step["left"] == 100


def test_an_exclusion_that_cannot_be_decided_is_told_with_its_count(folder):
    """Nobody of unknown age was excluded as a minor, and nothing was said."""
    change(folder, "age_years", lambda row, cell: "" if row < 50 else cell)
    document = run(folder)
    assert told(document, "exclusion_undecided") == [
        {"code": "exclusion_undecided", "exclusion": "minors", "n": 50}
    ]
    write_report(document, folder / "out")
    for lang, said in (("en", "decided for 50 records"), ("fr", "pour 50 enregistrements")):
        assert said in (folder / "out" / f"report.{lang}.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("wrong", "code", "n"), [(600, "inputs_refused", 564), (10, "values_refused", 10)]
)
def test_a_unit_error_is_a_deviation_and_no_hypothesis_stands_on_it(folder, wrong, code, n):
    """Waists in metres were all refused, the heaviest input was gone, and the verdict was shown."""
    path = folder / "study.toml"
    path.write_text(protocol_text(a=("margin = 0.015", "margin = 0.9")), "utf-8")
    freeze(read_protocol(path), path, date(2026, 11, 1))
    change(
        folder, "waist_cm",
        lambda row, cell: f"{float(cell) / 100:.3f}" if cell and row < wrong else cell,
    )  # fmt: skip
    document = run(folder)
    (row,) = told(document, code)
    assert row["input"] == "waist_to_height_ratio"
    primary = document["endpoints"][0]
    assert primary["verdict"] == (code if code == "inputs_refused" else "shown")
    write_report(document, folder / "out")
    for lang, said in (("en", f"{row['n']} gave something"), ("fr", f"{row['n']} ont une valeur")):
        page = (folder / "out" / f"report.{lang}.html").read_text("utf-8")
        assert (said in page) == (n > 10)
        assert "&lt; 11" in page or n > 10
