"""Values and records that can't be used are told with their count, and hold a verdict back."""

from datetime import date

import pytest
from laennec.validation.errors import ProtocolRefused
from laennec.validation.protocol import freeze, read_protocol
from laennec.validation.report import write_report
from laennec.validation.report.write import told_document
from laennec.validation.study import StudyOptions, run_study
from study_examples import MODELS, change, protocol_text, run


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


def test_a_record_without_a_person_id_is_of_a_person_of_its_own(folder):
    """With the column person_id such records were refused at intake, without a reason."""
    change(folder, "person_id", lambda row, cell: "" if row < 101 else f"p{row}")
    document = run(folder)
    assert document["analyses"]["counted"]["n"] == 600
    assert [d["n"] for d in told(document, "person_unknown")] == [101]
    assert not told(document, "records_refused")


def test_records_refused_at_intake_are_told_with_their_reasons(folder):
    """301 records with dates such as 03/11/2026 left as "refused at intake" and no more."""

    def day(row, cell):
        return "03/11/2026" if row < 301 else "2027-03-01" if row < 341 else cell

    change(folder, "visit_date", day)
    options = StudyOptions(
        folder / "study.toml", folder / "visits.csv", MODELS, today=date(2026, 11, 30)
    )
    document = run_study(options)
    (row,) = told(document, "records_refused")
    reasons = {"moment_in_future": 40, "moment_unreadable": 301}
    assert (row["n"], row["reasons"]) == (341, reasons)
    write_report(document, folder / "out")
    for lang, said in (("en", "visit in the future: 40;"), ("fr", "visite dans le futur : 40;")):
        page = (folder / "out" / f"report.{lang}.html").read_text("utf-8")
        assert said in page.replace("\u202f", " ").replace("\u00a0", " ")


def test_a_study_of_which_intake_leaves_nobody_says_why(folder):
    change(folder, "visit_date", lambda *_: "03/11/2026")
    with pytest.raises(ProtocolRefused, match=r"refused for moment_unreadable 600"):
        run(folder)


def test_a_small_count_of_a_reason_hides_the_counts_of_the_others(folder):
    change(
        folder, "visit_date",
        lambda row, cell: "?" if row < 50 else "2027-03-01" if row < 53 else cell,
    )  # fmt: skip
    options = StudyOptions(
        folder / "study.toml", folder / "visits.csv", MODELS, today=date(2026, 11, 30)
    )
    (row,) = told(told_document(run_study(options)), "records_refused")
    assert (row["n"], set(row["reasons"].values())) == (53, {None})


@pytest.mark.parametrize(
    ("cell", "kind"),
    [("n/a?", "letters"), ("?", "signs only"), ("1 234", "digits with other signs")],
)
def test_a_column_with_some_cells_that_are_no_number_is_refused_by_row_and_kind(folder, cell, kind):
    """It said "holds no numbers" of 30 cells in 2400, and not which."""
    change(folder, "outcome", lambda row, found: cell if row % 200 == 2 else found)
    with pytest.raises(
        ProtocolRefused, match="of whose 600 filled cells 3 hold no number"
    ) as error:
        run(folder)
    assert f"({kind}; rows after the header: 3, 203, 403)" in str(error.value)
    assert cell not in str(error.value)
