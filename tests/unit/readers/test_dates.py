"""Dates of a table in one stated form, and ages in completed years."""

from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pytest
from laennec.datasets.readers.tables.dates import (
    completed_years,
    is_date_type,
    read_dates,
)


def days(column, **how):
    read = read_dates(column, **how)
    return [str(d) if p else None for d, p in zip(read.days, read.present, strict=True)]


def test_dates_in_every_type():
    assert days(pa.array([date(2024, 2, 29), None])) == ["2024-02-29", None]
    assert days(pa.array([datetime(2024, 2, 29, 23, 59)])) == ["2024-02-29"]  # noqa: DTZ001 - a table without time zones
    assert days(pa.array(["2024-02-29", "", None])) == ["2024-02-29", None, None]
    assert days(pa.array(["2024-02-29T08:00:00+01:00"])) == ["2024-02-29"]
    assert days(pa.array([20240229]), date_format="YYYYMMDD") == ["2024-02-29"]
    assert days(pa.array(["29/02/2024"]), date_format="DD/MM/YYYY") == ["2024-02-29"]
    assert days(pa.nulls(1)) == [None]


def test_a_moment_with_a_time_zone_is_on_its_local_day():
    moments = pa.array([datetime(2024, 2, 29, 23, 30, tzinfo=UTC)], pa.timestamp("s", "UTC"))
    assert days(moments.cast(pa.timestamp("s", "Europe/Paris"))) == ["2024-03-01"]


@pytest.mark.parametrize(
    "text",
    ["2023-02-29", "2024-13-01", "2024-00-10", "2024-01-00", "2024-1-1", "29/02/2024", "soon",
     "0000-01-01", "2024-04-31"],
)  # fmt: skip
def test_what_is_no_date_is_unreadable(text):
    read = read_dates(pa.array([text, "2024-01-01"]))
    assert read.unreadable.tolist() == [True, False]
    assert read.present.tolist() == [False, True]


def test_a_text_for_missing_is_no_date():
    read = read_dates(pa.array(["1900-01-01"]), missing=["1900-01-01"])
    assert not read.present.any()
    assert not read.unreadable.any()


def test_bytes_that_are_not_utf8_are_unreadable():
    assert read_dates(pa.array([b"\xff"], pa.binary())).unreadable.tolist() == [True]


@pytest.mark.parametrize(
    ("birth", "visit", "years"),
    [
        ("1974-03-02", "2026-03-01", 51),
        ("1974-03-02", "2026-03-02", 52),
        ("2000-02-29", "2025-02-28", 24),
        ("2000-02-29", "2025-03-01", 25),
        ("1969-12-31", "1970-01-01", 0),
        ("1950-12-31", "1969-01-01", 18),
    ],
)
def test_completed_years(birth, visit, years):
    one, other = (np.array([d], "datetime64[D]") for d in (birth, visit))
    assert completed_years(one, other).tolist() == [years]


def test_types_that_can_hold_dates():
    assert is_date_type(pa.timestamp("us"))
    assert not is_date_type(pa.float64())
    assert not is_date_type(pa.bool_())
