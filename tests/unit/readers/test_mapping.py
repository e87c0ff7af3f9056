"""A mapping file is typed, closed, and every problem of it comes back at once."""

from pathlib import Path

import pytest
from laennec.datasets.readers.tables import TableRefused, parse_mapping, read_mapping
from laennec.datasets.readers.tables.mapping import Source

HEAD = 'schema = "laennec.mapping/1"\n'
ROOT = Path(__file__).parents[3]


def refusal(text):
    with pytest.raises(TableRefused) as caught:
        parse_mapping(HEAD + text)
    return caught.value


def codes(text):
    return [(p.code, p.path.removeprefix("mapping: ")) for p in refusal(text).problems]


def test_every_origin_is_read():
    mapping = parse_mapping(
        HEAD
        + """
title = "a table"
ignore = ["psu"]
missing = ["-9"]
[csv]
delimiter = ";"
decimal = ","
encoding = "latin-1"
[columns]
person_id = { row_number = true }
visit_date = { constant = "2024-02-29" }
birth_date = { column = "dob", format = "DD/MM/YYYY" }
sex = { column = "s", values = { "1" = "male", "2" = "female", "9" = "unknown" } }
waist = { column = "tt", unit = "m", missing = ["9.99"] }
"systolic_bp.left_arm" = { columns = ["s1", "s2"], unit = "kPa" }
waist_cm = "tour_taille"
known_cvd = { any_of = ["mi", "stroke"] }
smoker_current = { column = "tabac", values = { "O" = true, "N" = false } }
"symptom.chest_pain" = "dt"
"method.waist.waist_site" = { constant = "iliac_crest" }
"""
    )
    assert mapping.ignore == ("psu",)
    assert mapping.missing == ("-9",)
    assert (mapping.csv.delimiter, mapping.csv.decimal, mapping.csv.encoding) == (
        ";", ",", "latin-1",
    )  # fmt: skip
    sources = mapping.sources
    assert sources["person_id"] == Source(row_number=True)
    assert sources["visit_date"].constant == "2024-02-29"
    assert sources["birth_date"].date_format == "DD/MM/YYYY"
    assert sources["sex"].values == {"1": "male", "2": "female", "9": "unknown"}
    assert (sources["waist"].unit, sources["waist"].missing) == ("m", ("9.99",))
    assert sources["systolic_bp.left_arm"].columns == ("s1", "s2")
    assert sources["waist_cm"].columns == ("tour_taille",)
    assert sources["known_cvd"].columns == ("mi", "stroke")
    assert sources["smoker_current"].values == {"O": "true", "N": "false"}


def test_every_problem_comes_back_at_once():
    text = """
titel = "a slip"
ignore = "psu"
[csv]
delimeter = ";"
[columns]
waist_cm = { column = "tt", unit = "m" }
tour_de_taille = "tt"
sex = { column = "s", values = { "1" = "man" } }
"""
    assert sorted(codes(text)) == [
        ("answer_unknown", "columns.sex.values.1"),
        ("target_unknown", "columns.tour_de_taille"),
        ("unit_against_name", "columns.waist_cm.unit"),
        ("unknown_key", "csv.delimeter"),
        ("unknown_key", "titel"),
        ("wrong_type", "ignore"),
    ]
    message = str(refusal(text))
    assert "the key 'titel': no such key is read there. Use one of: schema, title" in message
    assert "the unit 'm': the name waist_cm says cm. Map it as \"waist\"" in message
    assert "the answer 'man'" in message
    assert "Use one of: female, male, unknown" in message
    assert "the name 'tour_de_taille': no canonical column, item or question has it" in message


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ('[columns]\nwaist = "tt"', "unit_unknown", "Declare one of: cm, m"),
        ('[columns]\nwaist = {column="tt", unit="inch"}', "unit_unknown", "the unit 'inch'"),
        ("[columns]\nwaist_cm = {}", "origin", "a value comes from exactly one"),
        ('[columns]\nwaist_cm = {column="a", columns=["b"]}', "origin", "2 origins"),
        ("[columns]\nwaist_cm = 3", "wrong_type", "a value of type int: a table is read there"),
        ("[columns]\nwaist_cm = {column=3}", "wrong_type", "text is read there"),
        ('[columns]\nwaist_cm = {column="a", missing="9"}', "wrong_type", "a list is read there"),
        ("[columns]\nwaist_cm = {columns=[]}", "columns_unclear", "at least one is"),
        ('[columns]\nwaist_cm = {columns=["a","a"]}', "columns_unclear", "Name every column once"),
        ('[columns]\nfamily_history_diabetes = {any_of=["a","b"]}', "not_yes_no", "Name one"),
        ('[columns]\nwaist_cm = {constant="94"}', "unknown_key", "the key 'constant'"),
        ("[columns]\nperson_id = {row_number=false}", "wrong_type", "Write row_number = true"),
        ('[columns]\nvisit_date = {constant="01/02/2024"}', "date_unreadable", "YYYY-MM-DD"),
        ('[columns]\nvisit_date = {column="d", format="%d"}', "format_unknown", "DD/MM/YYYY"),
        ('[columns]\nsex = {constant="man"}', "answer_unknown", "the answer 'man'"),
        ('[columns]\nsex = {column="s", values="m"}', "wrong_type", "a table is read there"),
        ('columns = ["waist_cm"]', "wrong_type", "a value of type list"),
        ('csv = ["a"]', "wrong_type", "a value of type list"),
        ('[csv]\ndelimiter = ";;"', "csv_form", "one ASCII character"),
        ('[csv]\ndecimal = ","', "csv_form", "differ from the delimiter"),
        ('[csv]\nencoding = "klingon"', "csv_form", "an encoding such as utf-8"),
    ],
)
def test_what_is_wrong_is_said_in_words(text, code, words):
    error = refusal(text)
    assert code in [p.code for p in error.problems]
    assert words in str(error)


def test_a_constant_may_be_a_date_or_a_boolean_of_toml():
    mapping = parse_mapping(
        HEAD + "columns.visit_date.constant = 2024-02-29\ncolumns.bp_treated.constant = false"
    )
    assert mapping.sources["visit_date"].constant == "2024-02-29"
    assert mapping.sources["bp_treated"].constant == "false"


def test_a_file_without_its_schema_is_refused():
    with pytest.raises(TableRefused, match="another schema, or none"):
        parse_mapping("[columns]")


def test_what_is_no_toml_is_refused():
    with pytest.raises(TableRefused, match="a TOML error"):
        parse_mapping("schema = ")


def test_a_file_that_can_not_be_read_is_refused(tmp_path):
    with pytest.raises(TableRefused, match="a file that can't be read \\(FileNotFoundError\\)"):
        read_mapping(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(TableRefused, match="a file that can't be read \\(UnicodeDecodeError\\)"):
        read_mapping(tmp_path / "bad.toml")


def test_the_examples_are_mappings():
    found = sorted(ROOT.glob("examples/**/*mapping*.toml"))
    assert found
    for path in found:
        assert read_mapping(path).sources, path.name
