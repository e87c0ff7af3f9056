"""Coded answers of a table: looked up, never guessed."""

import pyarrow as pa
import pytest
from laennec.datasets.readers.tables.answers import is_answer_type, read_answers
from laennec.datasets.readers.tables.targets import canonical_targets, find_target

YES_NO = canonical_targets()["bp_treated"].words


@pytest.mark.parametrize(
    "column",
    [
        pa.array([True, False, None]),
        pa.array([1, 0, None]),
        pa.array([1.0, 0.0, float("nan")]),
        pa.array(["yes", "no", ""]),
        pa.array(["TRUE", " False ", "NA"]),
        pa.array(["1", "0", None]),
        pa.array(["Yes", "No", None]).dictionary_encode(),
        pa.array([b"yes", b"no", None], pa.binary()),
        pa.array([1.0, 0.0, None]).dictionary_encode(),
    ],
)
def test_yes_and_no_in_every_form(column):
    read = read_answers(column, YES_NO)
    assert read.codes.tolist() == [1, 0, -1]
    assert not read.unreadable.any()


def test_what_is_no_answer_is_told_and_stays_unknown():
    read = read_answers(pa.array(["yes", "maybe", "2"]), YES_NO)
    assert read.codes.tolist() == [1, -1, -1]
    assert read.unreadable.tolist() == [False, True, True]
    numbers = read_answers(pa.array([1.0, 2.0, 0.5, float("inf")]), YES_NO)
    assert numbers.unreadable.tolist() == [False, True, True, True]


def test_family_history_by_code_and_by_true_and_false():
    words = canonical_targets()["family_history_diabetes"].words
    read = read_answers(pa.array(["none", "second_degree", "first_degree", "true", "0"]), words)
    assert read.codes.tolist() == [0, 1, 2, 3, 0]


def test_smoker_current_false_is_not_a_never_smoker():
    words = canonical_targets()["smoker_current"].words
    assert read_answers(pa.array([False]), words).codes.tolist() == [
        find_target("smoker_current").words["not_current"]
    ]


def test_a_text_for_missing_is_not_answered():
    read = read_answers(pa.array(["-1", "yes"]), YES_NO, missing=["-1"])
    assert read.codes.tolist() == [-1, 1]
    assert not read.unreadable.any()


def test_bytes_that_are_not_utf8_are_no_answer():
    read = read_answers(pa.array([b"\xff", b"yes"], pa.binary()), YES_NO)
    assert read.unreadable.tolist() == [True, False]


def test_an_all_null_column_is_unknown():
    assert read_answers(pa.nulls(2), YES_NO).codes.tolist() == [-1, -1]


def test_types_that_can_hold_answers():
    assert is_answer_type(pa.bool_())
    assert is_answer_type(pa.dictionary(pa.int8(), pa.float64()))
    assert not is_answer_type(pa.date32())


def test_names_that_mean_nothing_have_no_target():
    assert find_target("psu") is None
    assert find_target("method.waist.psu") is None
    assert find_target("method.psu.site") is None
    assert find_target("method.waist.waist_site").words["iliac_crest"] == 2
