"""Rows of a table become the engine's record; what is wrong with one row stays with that row."""

import numpy as np
import pyarrow as pa
import pytest
from laennec.datasets.readers.tables import TableMapping, parse_mapping, plan_table, read_rows
from laennec.engine.record import FEMALE, MALE

HEAD = 'schema = "laennec.mapping/1"\n'


def read(columns, text=""):
    table = pa.record_batch(columns)
    how = parse_mapping(HEAD + text) if text else TableMapping()
    plan = plan_table([(f.name, f.type) for f in table.schema], how)
    return read_rows(table, plan, fragment="f.csv", offset=10)


def problems(rows):
    return [(p.row, p.severity, p.code, p.item) for p in rows.batch.problems]


def test_a_row_becomes_a_record():
    rows = read(
        {
            "person_id": ["a", "b"],
            "visit_date": ["2024-02-29", None],
            "age_years": [51.0, 17.9],
            "sex": ["female", "Male"],
            "waist_cm": [94.5, None],
            "fasting_glucose_g_per_l": ["1.26", "<0.40"],
            "bp_treated": [True, None],
        }
    )
    batch = rows.batch
    assert list(batch.person_id) == ["a", "b"]
    assert list(batch.visit_id) == ["f.csv#10", "f.csv#11"]
    assert rows.visit_date.to_pylist()[0].isoformat() == "2024-02-29"
    assert batch.age_years.tolist() == [51, 17]
    assert batch.sex.tolist() == [FEMALE, MALE]
    waist = batch.quantities["waist"]
    assert waist.nano[:, 0].tolist() == [94_500_000_000, 0]
    assert waist.present[:, 0].tolist() == [True, False]
    glucose = batch.quantities["glucose.fasting_venous"]
    assert glucose.item.units[glucose.unit[0, 0]].ucum == "g/L"
    assert glucose.comparator[:, 0].tolist() == [0, -1]
    assert batch.answers["medication.antihypertensive"].tolist() == [1, -1]
    assert batch.problems == ()
    assert not batch.refused.any()


def test_a_row_without_a_person_is_refused_and_the_others_are_not():
    rows = read({"person_id": ["a", "", None, " b "], "waist_cm": [90.0] * 4})
    assert rows.batch.refused.tolist() == [False, True, True, False]
    assert rows.person_id.to_pylist() == ["a", None, None, "b"]
    assert problems(rows) == [
        (1, "refused_record", "identifier_missing", ""),
        (2, "refused_record", "identifier_missing", ""),
    ]


def test_a_name_longer_than_a_visit_may_have_is_none():
    rows = read({"person_id": ["x" * 200, "x" * 201], "waist_cm": [90.0] * 2})
    assert rows.batch.refused.tolist() == [False, True]


@pytest.mark.parametrize("word", ["NA", "NaN", "nan", "null", "NULL", "None", "none", " na "])
def test_a_word_that_says_missing_names_nobody(word):
    rows = read({"person_id": ["a", word, "Nana"], "waist_cm": [90.0] * 3})
    assert rows.person_id.to_pylist() == ["a", None, "Nana"]
    assert problems(rows) == [(1, "refused_record", "identifier_missing", "")]


def test_a_whole_number_names_a_person():
    assert read({"person_id": [7, None], "waist_cm": [90.0] * 2}).person_id.to_pylist() == [
        "7",
        None,
    ]


def test_a_row_number_names_a_person_only_where_that_is_asked_for():
    rows = read({"waist_cm": [90.0, 91.0]}, "columns.person_id = {row_number = true}")
    assert rows.person_id.to_pylist() == ["f.csv#10", "f.csv#11"]


def test_age_comes_from_the_dates():
    rows = read(
        {
            "person_id": ["a", "b", "c", "d", "e"],
            "birth_date": ["1974-03-02", "1974-03-02", None, "2030-01-01", "x"],
            "visit_date": ["2026-03-01", None, "2026-03-01", "2026-03-01", "2026-03-01"],
            "waist_cm": [90.0] * 5,
        }
    )
    assert rows.batch.age_years.tolist() == [51, -1, -1, -1, -1]
    assert problems(rows) == [
        (3, "refused_record", "birth_after_visit", ""),
        (4, "refused_item", "birth_date_unreadable", "age"),
    ]


def test_a_visit_date_that_can_not_be_read_refuses_the_row():
    rows = read({"person_id": ["a"], "visit_date": ["soon"], "waist_cm": [90.0]})
    assert problems(rows) == [(0, "refused_record", "moment_unreadable", "")]


@pytest.mark.parametrize("age", ["-1", "131", "999"])
def test_an_impossible_age_is_refused_and_unknown(age):
    rows = read({"person_id": ["a", "b"], "age_years": [age, "130"], "waist_cm": [90.0] * 2})
    assert rows.batch.age_years.tolist() == [-1, 130]
    assert problems(rows) == [(0, "refused_item", "hard_implausible", "age")]
    assert rows.batch.problems[0].parameters["high"] == "130"


def test_an_age_that_is_a_bound_or_no_number_is_refused():
    rows = read({"person_id": ["a", "b"], "age_years": [">85", "old"], "waist_cm": [90.0] * 2})
    assert rows.batch.age_years.tolist() == [-1, -1]
    assert [p[2:] for p in problems(rows)] == [("value_not_decimal", "age")] * 2


def test_an_impossible_age_from_dates_is_refused():
    rows = read({"person_id": ["a"], "birth_date": ["1800-01-01"], "visit_date": ["2024-01-01"],
                 "waist_cm": [90.0]})  # fmt: skip
    assert rows.batch.age_years.tolist() == [-1]
    assert problems(rows) == [(0, "refused_item", "hard_implausible", "age")]


def test_what_is_not_readable_is_told_row_by_row_and_without_its_text():
    rows = read(
        {
            "person_id": ["a", "b"],
            "sex": ["woman", "male"],
            "waist_cm": ["94", "secret text"],
            "physically_active": ["a lot", "yes"],
        }
    )
    assert sorted(problems(rows)) == sorted(
        [
            (0, "refused_item", "sex_unknown", "sex"),
            (0, "refused_item", "answer_unknown", "questionnaire.physically_active"),
            (1, "refused_item", "value_not_decimal", "waist"),
        ]
    )
    assert "secret" not in repr(rows.batch.problems)
    assert "woman" not in repr(rows.batch.problems)
    assert rows.batch.sex.tolist() == [-1, MALE]
    assert not rows.batch.refused.any()


def test_any_of_several_columns_is_yes_and_all_must_say_no():
    rows = read(
        {
            "person_id": list("abcd"),
            "waist_cm": [90.0] * 4,
            "mi": [1, 0, 0, None],
            "stroke": [None, 0, None, None],
        },
        'columns.known_cvd = {any_of = ["mi", "stroke"]}',
    )
    assert rows.batch.answers["condition.cardiovascular_disease"].tolist() == [1, 0, -1, -1]


def test_several_columns_of_one_item_are_readings_in_order():
    rows = read(
        {"person_id": ["a"], "s1": [140.0], "s2": [150.0]},
        'columns.systolic_bp_mmhg = {columns = ["s1", "s2"]}',
    )
    column = rows.batch.quantities["systolic_bp.unspecified_arm"]
    assert column.nano.tolist() == [[140_000_000_000, 150_000_000_000]]


def test_a_constant_holds_for_every_row():
    rows = read(
        {"person_id": ["a", "b"], "waist_cm": [90.0] * 2},
        """
[columns]
visit_date = {constant = "2024-02-29"}
sex = {constant = "female"}
"method.waist.waist_site" = {constant = "iliac_crest"}
""",
    )
    assert rows.batch.sex.tolist() == [FEMALE, FEMALE]
    assert [d.isoformat() for d in rows.visit_date.to_pylist()] == ["2024-02-29"] * 2
    assert rows.batch.answers["method.waist.waist_site"].tolist() == [2, 2]


def test_a_value_map_replaces_what_would_be_understood_by_itself():
    """In a table where 1 means no, 1 must not be read as yes."""
    rows = read(
        {"person_id": list("abc"), "waist_cm": [90.0] * 3, "ta": [1.0, 2.0, 9.0]},
        'columns.bp_treated = {column="ta", values={"1"="no", "2"="yes", "9"="unknown"}}',
    )
    assert rows.batch.answers["medication.antihypertensive"].tolist() == [0, 1, -1]
    assert rows.batch.problems == ()


def test_zero_rows_are_a_record_of_nobody():
    rows = read({"person_id": pa.array([], pa.string()), "waist_cm": pa.array([], pa.float64())})
    assert rows.batch.n == 0
    assert len(rows.person_id) == 0


def test_names_are_made_when_they_are_asked_for():
    rows = read({"person_id": ["a", "b", "c"], "waist_cm": [90.0] * 3})
    assert list(rows.batch.visit_id[1:]) == ["f.csv#11", "f.csv#12"]
    assert list(rows.batch.person_id[:2]) == ["a", "b"]
    assert len(rows.batch.visit_id) == len(rows.batch.person_id) == 3


def test_the_order_of_the_columns_does_not_matter():
    columns = {"person_id": ["a"], "waist_cm": [90.0], "height_cm": [170.0]}
    one, other = read(columns), read(dict(reversed(columns.items())))
    assert set(one.batch.quantities) == set(other.batch.quantities)
    for slot, column in one.batch.quantities.items():
        assert np.array_equal(column.nano, other.batch.quantities[slot].nano)
