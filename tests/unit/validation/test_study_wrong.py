"""Data files, and protocols held against them, that somebody got wrong."""

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from laennec.training.survey import Design
from laennec.validation.data.design import lonely_strata
from laennec.validation.errors import ProtocolRefused
from laennec.validation.report import write_report
from laennec.validation.study import StudyOptions, run_study
from study_examples import MODELS, protocol_text, run

SURVEY = '[data.survey]\nweight = "w"\nstratum = "{}"\npsu = "{}"\n\n[population]'
NO_IMPUTATION = {
    "p": ('"complete_case", "multiple_imputation"]', '"complete_case"]'),
    "i": ("imputations = 2", "imputations = 0"),
    "s": ("shifts = [-0.5, 0.5]", "shifts = []"),
}


def write(folder, **edits):
    (folder / "study.toml").write_text(protocol_text(**edits), encoding="utf-8")


def refused(folder, **edits):
    write(folder, **edits)
    with pytest.raises(ProtocolRefused) as caught:
        run(folder)
    return {p.code: p for p in caught.value.problems}


def edited(folder, column, make):
    """Change the cells of a column; ``make`` gets the row's number and the cell."""
    path = folder / "visits.csv"
    rows = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()]
    at = rows[0].index(column)
    for i, row in enumerate(rows[1:]):
        row[at] = make(i, row[at])
    path.write_text("\n".join(",".join(r) for r in rows) + "\n", encoding="utf-8")


@pytest.mark.parametrize("threshold", ["2.0", "0.0", "-1.0"])
def test_a_threshold_that_no_risk_crosses(folder, threshold):
    found = refused(folder, a=("threshold = 0.03", f"threshold = {threshold}"))
    assert "everybody, or nobody, would be positive" in found["threshold"].why


def test_a_reference_standard_that_the_index_test_reads(folder):
    case = 'case = { feature = "age_years", op = ">=", value = 50.0 }'
    found = refused(folder, a=('case = { column = "outcome", op = "==", value = 1.0 }', case))
    assert "ranks it by construction" in found["incorporation"].why


def test_an_index_test_beside_itself_and_a_network_that_gives_no_risk(folder):
    itself = '[[comparator]]\nid = "d"\nlabel = "D"\nkind = "model"\nname = "{}"\n\n[[endpoint]]'
    own = itself.format("diabetes_type_2/undiagnosed_no_lab")
    assert "comparator_self" in refused(
        folder, a=('[[endpoint]]\nid = "ranking"', own + '\nid = "ranking"')
    )
    network = itself.format("ecg_delineation/waves")
    found = refused(folder, a=('[[endpoint]]\nid = "ranking"', network + '\nid = "ranking"'))
    assert "answers one number a person" in found["model_unknown"].why


def test_columns_that_are_not_what_the_protocol_takes_them_for(folder):
    given = ('# values = "oof_column"  ', 'values = "year"  ')
    assert "between 0 and 1" in refused(folder, v=given, **NO_IMPUTATION)["values_no_risk"].why
    found = refused(folder, a=('period = "year"', 'period = "marker"'))
    assert "different values in 'marker'" in found["many_periods"].found
    negative = SURVEY.format("s", "u").replace('"w"', '"negative"')
    edited(folder, "site", lambda i, _: str(-i))
    text = (folder / "visits.csv").read_text(encoding="utf-8").replace("site", "negative", 1)
    (folder / "visits.csv").write_text(text, encoding="utf-8")
    (folder / "mapping.toml").write_text(
        (folder / "mapping.toml").read_text(encoding="utf-8").replace('"site"', '"negative"'),
        encoding="utf-8",
    )
    write(folder, a=("[population]", negative))
    stripped = (folder / "study.toml").read_text(encoding="utf-8")
    at = stripped.rindex("[[subgroup]]")
    (folder / "study.toml").write_text(stripped[:at], encoding="utf-8")
    with pytest.raises(
        ProtocolRefused, match="599 weights below 0: a person can't stand for fewer"
    ):
        run(folder)


def test_a_survey_whose_variance_can_not_be_seen(folder):
    found = refused(folder, a=("[population]", SURVEY.format("u", "u")))
    assert "intervals would have no width" in found["one_unit"].why
    edited(folder, "s", lambda i, cell: "" if i < 3 else cell)
    found = refused(folder, a=("[population]", SURVEY.format("s", "u")))
    assert found["no_stratum"].found == "3 people of the population without"
    edited(folder, "s", lambda i, cell: "99" if i < 3 else cell)
    edited(folder, "u", lambda i, cell: "0" if i < 3 else cell)
    write(folder, a=("[population]", SURVEY.format("s", "u")))
    told = [d for d in run(folder)["deviations"] if d["code"] == "lonely_strata"]
    assert told == [{"code": "lonely_strata", "strata": 1}]
    each = np.arange(4.0)
    assert lonely_strata(Design(np.ones(4), each // 2, each, np.full(4, ""))) == 0


def test_a_third_value_of_the_outcome_is_told(folder):
    edited(folder, "outcome", lambda i, cell: "0.5" if i < 5 else cell)
    document = run(folder)
    (told,) = [d for d in document["deviations"] if d["code"] == "other_values"]
    assert told == {"code": "other_values", "column": "outcome", "values": "0, 0.5, 1"}
    write_report(document, folder / "out", ["fr"])
    html = (folder / "out" / "report.fr.html").read_text(encoding="utf-8")
    assert "plus de deux valeurs (0, 0.5, 1)" in html


@pytest.mark.parametrize("value", ["0", "1"])
def test_an_outcome_that_everybody_or_nobody_has_gives_a_report_without_numbers(folder, value):
    edited(folder, "outcome", lambda *_: value)
    document = run(folder)
    why = {"0": "no_case", "1": "no_other"}[value]
    assert document["endpoints"][0]["result"]["not_estimable"] == why
    assert len(write_report(document, folder / "out")) > 3


def test_a_report_in_which_every_count_is_hidden_can_still_be_drawn(folder):
    write(folder, a=("suppress_below = 11", "suppress_below = 100000"))
    assert len(write_report(run(folder), folder / "out")) > 3


def test_nobody_left_says_where_they_went(folder):
    edited(folder, "outcome", lambda *_: "")
    with pytest.raises(ProtocolRefused, match="left of 600: Reference standard missing 600"):
        run(folder)


def test_a_column_that_is_spelled_otherwise_is_named(folder):
    path = folder / "visits.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("outcome", "Outcome", 1), "utf-8")
    with pytest.raises(ProtocolRefused, match=r"is it 'Outcome'\?"):
        run(folder)


def test_a_column_that_is_neither_number_nor_text(folder):
    table = pacsv.read_csv(folder / "visits.csv")
    at = table.schema.get_field_index("outcome")
    table = table.set_column(at, "outcome", pa.array([[1]] * len(table)))
    pq.write_table(table, folder / "visits.parquet")
    with pytest.raises(ProtocolRefused, match="can't be read as numbers or as text"):
        run_study(StudyOptions(folder / "study.toml", folder / "visits.parquet", MODELS))


def test_one_person_and_one_period_have_nothing_to_compare(folder):
    edited(folder, "person_id", lambda *_: "p")
    edited(folder, "year", lambda *_: "2010")
    document = run(folder)
    assert document["by_person"]["auroc"]["not_estimable"] == "too_few"
    assert "periods" not in document


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (("no", "yes", "unknown"), "no, unknown, yes"),
        (("no", "yes", "Yes"), "Yes, no, yes"),
        (("Yes", "yes", "yes"), "Yes, yes"),
        (("no", "yes", "no"), None),
    ],
)
def test_an_outcome_in_words_with_another_one_is_told(folder, texts, values):
    edited(folder, "outcome", lambda i, _: texts[i % 3])
    case = 'case = { column = "outcome", op = "==", {} }'
    write(folder, a=(case.replace("{}", "value = 1.0"), case.replace("{}", 'text = "yes"')))
    told = [d for d in run(folder)["deviations"] if d["code"] == "other_values"]
    assert [d["values"] for d in told] == ([values] if values else [])


@pytest.mark.parametrize("compared", ["value = 1.0", 'text = "1"'])
def test_an_outcome_that_was_not_measured_is_missing_however_that_is_written(folder, compared):
    written = ("NA", "NaN", "nan", "null", "NULL", " ")
    edited(folder, "outcome", lambda i, cell: written[i % 6] if i < 60 else cell)
    case = 'case = { column = "outcome", op = "==", {} }'
    write(folder, a=(case.replace("{}", "value = 1.0"), case.replace("{}", compared)))
    document = run(folder)
    assert [s["left"] for s in document["flow"] if s["id"] == "no_reference"] == [60]
    assert "other_values" not in {d["code"] for d in document["deviations"]}


def test_an_infinite_weight_or_follow_up_is_refused(folder):
    for column in ("w", "followed"):
        edited(folder, column, lambda i, cell: "inf" if i < 2 else cell)
    survey = SURVEY.format("s", "u")
    assert "2 infinite" in refused(folder, a=("[population]", survey))["infinite"].found
    edits = {
        "a": ('# time = "followed_months"', 'time = "followed"'),
        "b": ("# horizon = 120.0", "horizon = 3.0"),
        "d": ('statistic = "auroc" ', 'statistic = "c_index" '),
        "e": ('case = { column = "outcome"', 'case = { column = "died"'),
    }
    found = refused(folder, **edits)["infinite"]
    assert found.path == "reference.time"


def test_persons_that_repeat_without_being_named_are_told(folder):
    assert "persons_repeat" not in {d["code"] for d in run(folder)["deviations"]}
    write(folder, a=('person = "person_id"', '# person = "person_id"'))
    document = run(folder)
    assert {"code": "persons_repeat", "n": 20} in document["deviations"]
    assert any("data.person" in p.read_text("utf-8") for p in write_report(document, folder / "o"))
