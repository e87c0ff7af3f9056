"""Every column of a table is named before a value is read."""

import pyarrow as pa
import pytest
from laennec.datasets.readers.tables import (
    TableMapping,
    TableRefused,
    mapping_snippet,
    parse_mapping,
    plan_table,
)
from laennec.datasets.readers.tables.context import read_context
from laennec.datasets.readers.tables.mapping import Source
from laennec.datasets.readers.tables.roles import QuantityRole

HEAD = 'schema = "laennec.mapping/1"\n'
GOOD = [("person_id", pa.string()), ("waist_cm", pa.float64())]


def mapping(text):
    return parse_mapping(HEAD + text)


def refusal(columns, how=None):
    with pytest.raises(TableRefused) as caught:
        plan_table(columns, how or TableMapping())
    return caught.value


def test_canonical_columns_need_no_mapping():
    plan = plan_table([*GOOD, ("sex", pa.string()), ("age_years", pa.int64())], TableMapping())
    assert plan.person == "person_id"
    assert plan.quantities == (QuantityRole("waist_cm", "waist", "cm"),)
    assert plan.columns == ("person_id", "age_years", "waist_cm", "sex")
    assert plan.notices == ()


def test_a_column_that_nobody_named_is_refused_with_a_mapping_that_would_do():
    error = refusal([*GOOD, ("Age_Years", pa.int64()), ("psu", pa.int64())])
    assert [p.code for p in error.problems] == ["column_unknown"]
    assert "2 columns that nobody named (Age_Years, psu)" in str(error)
    assert 'age_years = "Age_Years"' in error.snippet
    assert 'ignore = ["psu"]' in error.snippet
    plan = plan_table([*GOOD, ("Age_Years", pa.int64()), ("psu", pa.int64())],
                      parse_mapping(error.snippet))  # fmt: skip
    assert plan.age == "Age_Years"
    assert plan.ignored == ("psu",)


def test_a_hostile_column_name_is_shown_harmlessly_and_the_snippet_still_parses():
    name = 'a"b\\c\n\x1b[31m' + "x" * 100
    error = refusal([*GOOD, (name, pa.string())])
    assert "\x1b" not in str(error.problems[0])
    assert parse_mapping(error.snippet).ignore == (name,)


def test_every_problem_comes_back_at_once():
    error = refusal(
        [("waist_cm", pa.bool_()), ("waist_cm", pa.bool_()), ("psu", pa.int8())],
        mapping('columns.sex = "sexe"'),
    )
    assert {p.code for p in error.problems} == {
        "column_twice", "column_absent", "person_id_missing", "column_type", "column_unknown",
    }  # fmt: skip
    text = str(error)
    assert "two columns named 'waist_cm'" in text
    assert "no column 'sexe': the mapping says that it is there" in text
    assert "person_id = { row_number = true }" in text
    assert "a column of type bool: waist_cm can't be read from it" in text


def test_a_name_that_is_nearly_there_is_proposed():
    error = refusal(GOOD, mapping('columns.height_cm = "waist_cn"'))
    assert "Did you mean waist_cm?" in str(error)


def test_nothing_to_screen_is_refused():
    error = refusal([("person_id", pa.string())])
    assert "no column with a measurement or an answer" in str(error)


def test_two_columns_that_say_the_same_are_refused():
    columns = [*GOOD, ("age_years", pa.int8()), ("birth_date", pa.date32())]
    assert "both birth_date and age_years" in str(refusal(columns))
    how = mapping('columns.smoker_current = "a"\ncolumns."questionnaire.smoker" = "b"')
    columns = [*GOOD, ("a", pa.bool_()), ("b", pa.string())]
    assert "both smoker_current and questionnaire.smoker" in str(refusal(columns, how))


def test_two_columns_of_one_item_are_two_readings():
    columns = [*GOOD, ("fasting_glucose_mmol_per_l", pa.string()),
               ("fasting_glucose_g_per_l", pa.string())]  # fmt: skip
    plan = plan_table(columns, TableMapping())
    assert [(q.slot, q.unit) for q in plan.quantities[1:]] == [
        ("glucose.fasting_venous", "mmol/L"), ("glucose.fasting_venous", "g/L"),
    ]  # fmt: skip


def test_a_mapped_column_is_not_taken_under_its_own_name_too():
    plan = plan_table(
        [("person_id", pa.string()), ("waist_cm", pa.string())],
        mapping('columns.waist = {column="waist_cm", unit="m"}'),
    )
    assert plan.quantities == (QuantityRole("waist_cm", "waist", "m"),)


def test_an_ignored_canonical_column_is_not_read():
    plan = plan_table([*GOOD, ("sex", pa.string())], mapping('ignore = ["sex", "absent"]'))
    assert plan.sex is None
    assert plan.ignored == ("sex",)
    assert plan.notices == ("age_unknown", "sex_unknown")


def test_notices_say_what_can_not_be_known():
    columns = [*GOOD, ("sex", pa.string()), ("birth_date", pa.date32()), ("ecg_path", pa.string())]
    plan = plan_table(columns, TableMapping())
    assert plan.notices == ("ecg_not_read", "age_unknown_without_visit_date")
    assert plan.ecg == "ecg_path", "read beside the row where a folder of ECGs is named"


@pytest.mark.parametrize("kind", [pa.float64(), pa.bool_(), pa.list_(pa.string())])
def test_a_pseudonym_is_text_or_a_whole_number(kind):
    assert "can't be read from it" in str(refusal([("person_id", kind), GOOD[1]]))


def test_the_missing_texts_of_the_file_and_of_the_column_both_count():
    how = mapping('missing=["-9"]\ncolumns.waist_cm={column="waist_cm", missing=["999"]}')
    plan = plan_table(GOOD, how)
    assert plan.quantities[0].missing == ("-9", "999")


def test_a_snippet_for_nothing_unknown_is_still_a_mapping():
    assert parse_mapping(mapping_snippet([])).sources == {}


def test_a_mapping_that_was_not_read_by_the_reader_can_not_bring_its_own_names():
    with pytest.raises(KeyError, match="nonsense"):
        plan_table(GOOD, TableMapping(sources={"nonsense": Source(columns=("waist_cm",))}))


def test_sites_may_be_numbers_with_gaps():
    table = pa.record_batch(
        {
            "person_id": pa.array(["a", "b"]),
            "waist_cm": pa.array([90.0, 80.0]),
            "site": pa.array([16.0, None]),
        }
    )
    columns = [(field.name, field.type) for field in table.schema]
    plan = plan_table(columns, TableMapping())
    assert read_context(table, plan)["site"].to_pylist() == ["16", None]
