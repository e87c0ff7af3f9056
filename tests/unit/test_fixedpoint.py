"""Reported decimals are held exactly."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laennec.engine.errors import RecordError
from laennec.engine.fixedpoint import (
    NANO,
    format_nano,
    nano_from_float32,
    nano_from_floats,
    parse_decimal,
)


@pytest.mark.parametrize(
    ("text", "nano", "comparator"),
    [
        ("1.26", 1_260_000_000, 0),
        ("126", 126 * NANO, 0),
        ("0.000000001", 1, 0),
        ("-3.5", -3_500_000_000, 0),
        ("<0.10", 100_000_000, -1),
        ("<= 5", 5 * NANO, -2),
        (">30", 30 * NANO, 1),
        (">=30.0", 30 * NANO, 2),
        ("007.50", 7_500_000_000, 0),
    ],
)
def test_decimal_is_read_exactly(text: str, nano: int, comparator: int) -> None:
    assert parse_decimal(text) == (nano, comparator)


@pytest.mark.parametrize(
    "text", ["", "1,26", "1e3", "abc", "1.2.3", "--1", "NaN", "inf", "14/9", "1 000"]
)
def test_text_that_is_no_decimal_is_refused_by_what_it_is(text: str) -> None:
    with pytest.raises(RecordError, match="not a decimal number") as caught:
        parse_decimal(text, path="$.x")
    assert caught.value.path == "$.x"


@pytest.mark.parametrize("text", ["1234567890", "0.1234567891"])
def test_more_digits_than_are_kept_are_refused(text: str) -> None:
    with pytest.raises(RecordError, match="more digits than are kept"):
        parse_decimal(text)


@given(st.integers(-(10**15), 10**15), st.sampled_from([0, -1, -2, 1, 2]))
def test_printing_and_reading_give_back_the_same(nano: int, comparator: int) -> None:
    assert parse_decimal(format_nano(nano, comparator)) == (nano, comparator)


@given(st.decimals(0, 2000, places=4))
def test_a_decimal_stored_as_float64_comes_back_exactly(value: object) -> None:
    nano, _ = parse_decimal(str(value))
    assert nano_from_floats(np.array([float(str(value))]))[0] == nano


@given(st.decimals(0, 999, places=2))
def test_a_decimal_stored_as_float32_comes_back_exactly(value: object) -> None:
    nano, _ = parse_decimal(str(value))
    assert nano_from_float32(np.array([float(str(value))], dtype=np.float32))[0] == nano


def test_not_a_number_gives_zero_for_the_caller_to_mask() -> None:
    values = np.array([np.nan, np.inf, -np.inf])
    assert nano_from_floats(values).tolist() == [0, 0, 0]
    assert nano_from_float32(values.astype(np.float32)).tolist() == [0, 0, 0]
