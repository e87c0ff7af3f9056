"""Whatever stands in a table is read exactly, or told; the fast reader equals the slow one."""

import math
from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from laennec.datasets.readers.tables import (
    Fragment,
    InputFile,
    TableRefused,
    mapping_snippet,
    parse_mapping,
)
from laennec.datasets.readers.tables.answers import read_answers
from laennec.datasets.readers.tables.dates import completed_years, read_dates
from laennec.datasets.readers.tables.decimals import MISSING_TEXTS, read_decimals
from laennec.datasets.readers.tables.fragments import _rechunked
from laennec.datasets.readers.tables.targets import canonical_targets
from laennec.engine.errors import RecordError
from laennec.engine.fixedpoint import NANO, parse_decimal
from laennec.engine.intake.person import completed_years as completed_years_of_one
from laennec.engine.intake.problems import ProblemLog

ANY = settings(deadline=None)
ascii_text = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=14)
numeric_text = st.from_regex(r"[<>]?=? ?[+-]?[0-9]{1,11}(\.[0-9]{1,12})?", fullmatch=True)


def slow(text):
    """The visit reader's own parser, one value at a time."""
    if text.strip() in MISSING_TEXTS:
        return 0, 0, False, False
    try:
        return *parse_decimal(text), True, False
    except RecordError:
        return 0, 0, False, True


def part_digits(text):
    return len(text.partition(".")[2].rstrip("0"))


@given(st.lists(ascii_text | numeric_text, max_size=30))
@example(["1.26", "<0.10", ">= 5", "-0", "007.50", "1.", ".5", "+1", "< -1", "NA", " NaN "])
@ANY
def test_text_is_read_as_the_visit_reader_reads_it(texts):
    """Only digits after the ninth decimal differ: a table rounds them, a visit refuses them."""
    texts = [t for t in texts if part_digits(t.strip()) <= 9]
    read = read_decimals(pa.array(texts, pa.string()))
    found = zip(
        read.nano.tolist(), read.comparator.tolist(), read.present, read.unreadable, strict=True
    )
    assert list(found) == [slow(t) for t in texts]


@given(st.decimals(-999_999, 999_999, places=12, allow_nan=False))
@ANY
def test_digits_after_the_ninth_are_rounded_to_the_nearest(value):
    read = read_decimals(pa.array([f"{value:f}"]))
    assert abs(Decimal(int(read.nano[0])) - value * NANO) <= Decimal("0.5")


@given(st.lists(st.decimals(-999_999, 999_999, places=6), max_size=20))
@ANY
def test_every_type_gives_the_decimal_that_was_written(values):
    exact = [int(v * NANO) for v in values]
    forms = [
        pa.array([float(v) for v in values], pa.float64()),
        pa.array([f"{v:f}" for v in values], pa.string()),
        pa.array([f"{v:f}".encode() for v in values], pa.binary()),
        pa.array(values, pa.decimal128(20, 6)),
        pa.array(values, pa.decimal128(20, 6)).cast(pa.decimal128(38, 15)),
    ]
    for column in forms:
        read = read_decimals(column)
        assert read.nano.tolist() == exact, column.type
        assert read.present.all()
        assert not read.unreadable.any()


@given(st.lists(st.integers(-9_999_999, 9_999_999), min_size=1, max_size=20), st.integers(0, 6))
@ANY
def test_a_float32_gives_seven_significant_digits_back(digits, places):
    values = [Decimal(d).scaleb(-places) for d in digits]
    column = pa.array(np.array([float(v) for v in values], dtype=np.float32))
    assert read_decimals(column).nano.tolist() == [int(v * NANO) for v in values]


@given(st.lists(st.floats() | st.none(), max_size=20))
@ANY
def test_any_double_is_present_absent_or_unreadable_and_never_two_of_them(values):
    read = read_decimals(pa.array(values, pa.float64()))
    assert not (read.present & read.unreadable).any()
    for value, present, unreadable in zip(values, read.present, read.unreadable, strict=True):
        is_missing = value is None or math.isnan(value)
        assert (present, unreadable) == (
            not is_missing and abs(value) < NANO,
            not is_missing and abs(value) >= NANO,
        )


@given(st.lists(st.binary(max_size=6), max_size=20))
@ANY
def test_any_bytes_are_read_one_by_one(values):
    whole = read_decimals(pa.array(values, pa.binary()))
    for index, value in enumerate(values):
        alone = read_decimals(pa.array([value], pa.binary()))
        for name in ("nano", "comparator", "present", "unreadable"):
            assert getattr(alone, name)[0] == getattr(whole, name)[index]
    answers = read_answers(pa.array(values, pa.binary()), canonical_targets()["bp_treated"].words)
    assert len(answers.codes) == len(values)


@given(st.lists(st.tuples(st.dates(), st.dates()), min_size=1, max_size=20))
@ANY
def test_dates_and_ages_are_those_of_the_visit_reader(pairs):
    births, visits = zip(*pairs, strict=True)
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%Y%m%d"):
        name = {"%Y-%m-%d": "YYYY-MM-DD", "%d/%m/%Y": "DD/MM/YYYY", "%Y%m%d": "YYYYMMDD"}[form]
        texts = [_written(d, name) for d in births]
        read = read_dates(pa.array(texts), date_format=name)
        assert [d.item() for d in read.days] == list(births)
    birth, visit = read_dates(pa.array(births)), read_dates(pa.array(visits))
    ages = completed_years(birth.days, visit.days)
    for one, other, age in zip(births, visits, ages.tolist(), strict=True):
        if one <= other:
            moment = datetime(other.year, other.month, other.day)  # noqa: DTZ001 - only its day counts
            assert age == completed_years_of_one(one, moment, "$", ProblemLog())


def _written(day: date, name: str) -> str:
    parts = {"YYYY": f"{day.year:04d}", "MM": f"{day.month:02d}", "DD": f"{day.day:02d}"}
    for key, text in parts.items():
        name = name.replace(key, text)
    return name


@given(st.lists(st.text(max_size=12), unique=True, max_size=8))
@ANY
def test_a_snippet_is_a_mapping_whatever_the_columns_are_called(names):
    assume(not any("\ud800" <= c <= "\udfff" for n in names for c in n))
    mapping = parse_mapping(mapping_snippet(names))
    told = {*mapping.ignore, *(c for s in mapping.sources.values() for c in s.columns)}
    assert told == set(names)


toml_values = st.recursive(
    st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "a", "yes", "cm", "YYYY-MM-DD"]),
    lambda inner: st.lists(inner, max_size=2)
    | st.dictionaries(
        st.sampled_from(["column", "columns", "any_of", "unit", "values", "missing", "format",
                         "constant", "row_number", "x"]), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
targets = st.sampled_from(
    ["waist", "waist_cm", "sex", "person_id", "visit_date", "bp_treated", "age_years", "ecg_path",
     "family_history_diabetes", "method.waist.waist_site", "nonsense"]
)  # fmt: skip


def as_toml(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} = {as_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_toml, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


@given(
    st.dictionaries(targets, toml_values, max_size=3),
    st.fixed_dictionaries({}, optional={"csv": toml_values, "ignore": toml_values,
                                        "missing": toml_values, "extra": toml_values}),
)  # fmt: skip
@ANY
def test_a_mapping_is_read_or_refused_and_nothing_else(columns, others):
    text = 'schema = "laennec.mapping/1"\n'
    text += "".join(f"{key} = {as_toml(value)}\n" for key, value in others.items())
    text += "[columns]\n" + "".join(f'"{k}" = {as_toml(v)}\n' for k, v in columns.items())
    try:
        mapping = parse_mapping(text)
    except TableRefused as refused:
        assert refused.problems
        assert all(p.found and p.why and p.remedy and p.path for p in refused.problems)
    else:
        assert set(mapping.sources) == set(columns)
        assert "extra" not in others


@given(st.lists(st.integers(0, 40), min_size=1, max_size=12), st.integers(1, 30))
@ANY
def test_chunks_are_full_and_lose_nothing_however_the_blocks_are_cut(sizes, chunk_rows):
    values = np.arange(sum(sizes))
    cuts = np.cumsum([0, *sizes])
    blocks = [pa.record_batch({"a": values[i:j]}) for i, j in zip(cuts, cuts[1:], strict=False)]
    chunks = list(_rechunked(iter(blocks), chunk_rows))
    assert [v for c in chunks for v in c.column("a").to_pylist()] == values.tolist()
    assert all(c.num_rows == chunk_rows for c in chunks[:-1])
    assert chunks[-1].num_rows <= chunk_rows
    fragment = Fragment(0, InputFile("f", None, "csv", 0, 0), None, len(values))
    assert len(chunks) == fragment.chunk_count(chunk_rows)
