"""Reported values of a table become exact billionths, or are told."""

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from laennec.datasets.readers.tables.decimals import is_decimal_type, read_decimals


def nanos(column, **how):
    return read_decimals(column, **how).nano.tolist()


def test_a_double_gives_the_decimal_that_was_written():
    read = read_decimals(pa.array([1.26, 0.1 + 0.2, 142.0, -1.5]))
    assert read.nano.tolist() == [1_260_000_000, 300_000_000, 142_000_000_000, -1_500_000_000]
    assert read.present.all()
    assert not read.unreadable.any()


def test_a_float32_gives_the_decimal_that_was_written():
    """1.26 as float32 is 1.2599999905, below the cut-off that it equals."""
    assert nanos(pa.array([1.26, 6.5, 0.1], pa.float32())) == [
        1_260_000_000, 6_500_000_000, 100_000_000,
    ]  # fmt: skip


def test_nan_and_null_are_absent_and_infinity_is_unreadable():
    read = read_decimals(pa.array([float("nan"), None, float("inf"), float("-inf"), 1e9, 1.0]))
    assert read.present.tolist() == [False, False, False, False, False, True]
    assert read.unreadable.tolist() == [False, False, True, True, True, False]
    assert read.nano.tolist() == [0, 0, 0, 0, 0, 1_000_000_000]


@pytest.mark.parametrize(
    "kind",
    [
        pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(),
        pa.uint64(),
    ],
)  # fmt: skip
def test_every_whole_number_type_is_read(kind):
    read = read_decimals(pa.array([94, None], kind))
    assert read.nano.tolist() == [94_000_000_000, 0]
    assert read.present.tolist() == [True, False]


def test_a_whole_number_that_does_not_fit_is_unreadable_and_never_wraps():
    read = read_decimals(pa.array([2**63 - 1, -(2**63), 10**9, 10**9 - 1], pa.int64()))
    assert read.unreadable.tolist() == [True, True, True, False]
    assert read.nano.tolist()[:3] == [0, 0, 0]
    assert read_decimals(pa.array([2**64 - 1], pa.uint64())).unreadable.tolist() == [True]


@pytest.mark.parametrize("kind", [pa.decimal128(12, 2), pa.decimal128(38, 12), pa.decimal64(10, 2)])
def test_decimals_are_exact_whatever_their_scale(kind):
    column = pa.array([Decimal("1.26"), Decimal("-0.10"), None], pa.decimal128(38, 2)).cast(kind)
    read = read_decimals(column)
    assert read.nano.tolist() == [1_260_000_000, -100_000_000, 0]
    assert read.present.tolist() == [True, True, False]


def test_a_decimal_with_more_digits_is_rounded_and_a_huge_one_is_unreadable():
    fine = pa.array([Decimal("1.2600000004"), Decimal("1.2599999996")], pa.decimal128(38, 10))
    assert nanos(fine) == [1_260_000_000, 1_260_000_000]
    huge = read_decimals(pa.array([Decimal(10) ** 30, Decimal(5)], pa.decimal128(38, 0)))
    assert huge.unreadable.tolist() == [True, False]
    assert huge.nano.tolist() == [0, 5_000_000_000]


def test_a_sliced_decimal_column_keeps_its_own_rows():
    column = pa.array([Decimal("1.00"), Decimal("2.00"), Decimal("3.00")], pa.decimal128(9, 2))
    assert nanos(column.slice(1)) == [2_000_000_000, 3_000_000_000]


def test_text_keeps_its_comparator():
    read = read_decimals(pa.array(["<0.10", "<= 5", ">20", ">=7.5", " 1.26 ", ".5"]))
    assert read.nano.tolist() == [
        100_000_000, 5_000_000_000, 20_000_000_000, 7_500_000_000, 1_260_000_000, 500_000_000,
    ]  # fmt: skip
    assert read.comparator.tolist() == [-1, -2, 1, 2, 0, 0]


@pytest.mark.parametrize("text", ["1,26", "1.26 mmol/L", "1e3", "abc", "1.", "--1", "1 000",
                                  "12345678901", "<>1", "positive", "0x1f", "1_000"])  # fmt: skip
def test_text_that_is_no_decimal_is_unreadable(text):
    read = read_decimals(pa.array([text, "1"]))
    assert read.unreadable.tolist() == [True, False]
    assert read.present.tolist() == [False, True]


def test_text_for_missing_is_absent():
    read = read_decimals(pa.array(["", "NA", "NaN", "null", None, "-"]), missing=["-"])
    assert not read.present.any()
    assert not read.unreadable.any()


def test_numbers_for_missing_are_absent():
    read = read_decimals(pa.array([9999.0, 94.0]), missing=["9999", "unknown"])
    assert read.present.tolist() == [False, True]
    assert not read.unreadable.any()
    huge = read_decimals(pa.array([999_999_999, 94]), missing=["999999999"])
    assert huge.present.tolist() == [False, True]


def test_a_comma_is_a_decimal_mark_only_where_it_was_declared():
    read = read_decimals(pa.array(["1,26", "1.26", "1.234,5"]), decimal=",")
    assert read.nano.tolist() == [1_260_000_000, 0, 0]
    assert read.unreadable.tolist() == [False, True, True]


def test_more_than_nine_decimals_are_rounded_as_a_double_is():
    text = ["88.41999999999999", "0.1234567895", "0.1234567894", "-0.1234567895"]
    assert nanos(pa.array(text)) == [88_420_000_000, 123_456_790, 123_456_789, -123_456_790]


def test_bytes_that_are_not_utf8_are_one_unreadable_value():
    read = read_decimals(pa.array([b"1.26", b"\xff\xfe", b"2", None], pa.binary()))
    assert read.nano.tolist() == [1_260_000_000, 0, 2_000_000_000, 0]
    assert read.unreadable.tolist() == [False, True, False, False]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view(), pa.binary()])
def test_every_text_type_is_read_alike(kind):
    column = pa.array(["1.26", None, "x"], pa.string()).cast(kind)
    read = read_decimals(column)
    assert read.nano.tolist() == [1_260_000_000, 0, 0]
    assert read.unreadable.tolist() == [False, False, True]


def test_a_dictionary_column_is_read_by_its_values():
    column = pa.array(["1.26", None, "<0.1", "1.26"]).dictionary_encode()
    read = read_decimals(column)
    assert read.nano.tolist() == [1_260_000_000, 0, 100_000_000, 1_260_000_000]
    assert read.present.tolist() == [True, False, True, True]


def test_an_empty_and_an_all_null_column_are_absent():
    assert read_decimals(pa.array([], pa.string())).nano.shape == (0,)
    assert read_decimals(pa.array([], pa.float64())).nano.shape == (0,)
    assert not read_decimals(pa.nulls(3)).present.any()
    assert not read_decimals(pa.nulls(3, pa.string())).present.any()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (pa.float16(), False), (pa.bool_(), False), (pa.date32(), False),
        (pa.list_(pa.float64()), False), (pa.struct([("a", pa.int8())]), False),
        (pa.decimal256(50, 2), False), (pa.decimal128(38, 9), True), (pa.null(), True),
        (pa.dictionary(pa.int8(), pa.string()), True),
        (pa.dictionary(pa.int8(), pa.float64()), False),
    ],
)  # fmt: skip
def test_types_that_can_hold_reported_values(kind, expected):
    assert is_decimal_type(kind) is expected


def test_the_result_is_writable_and_of_the_declared_types():
    read = read_decimals(pa.array([1.0]))
    assert (read.nano.dtype, read.comparator.dtype) == (np.int64, np.int8)
    assert (read.present.dtype, read.unreadable.dtype) == (np.bool_, np.bool_)
