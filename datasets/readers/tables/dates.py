"""From an Arrow column to calendar days and completed years, without a loop over rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ....engine.fixedpoint import Int64Array
from ....engine.record import BoolArray
from .decimals import MISSING_TEXTS, is_text_type, unique_texts

Days = npt.NDArray[np.datetime64]

DEFAULT_FORMAT: Final = "YYYY-MM-DD"
FORMATS: Final[Mapping[str, str]] = {
    DEFAULT_FORMAT: r"^(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})(?:[T ].*)?$",
    "DD/MM/YYYY": r"^(?P<d>\d{2})/(?P<m>\d{2})/(?P<y>\d{4})$",
    "YYYYMMDD": r"^(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})$",
}
_LAST_MONTH: Final = 12


@dataclass(frozen=True, slots=True)
class Dates:
    """n calendar days (datetime64[D]); the epoch where none is present."""

    days: Days
    present: BoolArray
    unreadable: BoolArray

    def to_arrow(self) -> Any:  # noqa: ANN401 - pyarrow has no types
        """Return the days as an Arrow date32 column, null where not present."""
        return pa.array(self.days, pa.date32(), mask=~self.present)


def is_date_type(kind: Any) -> bool:  # noqa: ANN401
    """Return whether a column of this Arrow type can hold dates."""
    types = pa.types
    return bool(
        types.is_date(kind)
        or types.is_timestamp(kind)
        or types.is_integer(kind)
        or types.is_null(kind)
        or is_text_type(kind)
    )


def no_dates(n: int) -> Dates:
    """Return n absent dates."""
    no = np.zeros(n, dtype=np.bool_)
    return Dates(np.zeros(n, dtype="datetime64[D]"), no, no.copy())


def read_dates(
    column: Any,  # noqa: ANN401
    *,
    date_format: str = DEFAULT_FORMAT,
    missing: Sequence[str] = (),
) -> Dates:
    """Return the days of one Arrow column.

    Parameters
    ----------
    column : dates, timestamps (their local day), text, or whole numbers such as 20240203
    date_format : a key of ``FORMATS``; texts only in this form are read
    missing : further texts that mean "no date"

    >>> read_dates(pa.array(["2024-02-29", "2023-02-29", None])).unreadable
    array([False,  True, False])
    """
    if pa.types.is_null(column.type):
        return no_dates(len(column))
    if pa.types.is_timestamp(column.type) and column.type.tz is not None:
        column = pc.local_timestamp(column)
    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        days = column.cast(pa.date32(), safe=False)
        present = np.asarray(pc.is_valid(days).to_numpy(zero_copy_only=False))
        number = pc.fill_null(days.cast(pa.int32()), 0).to_numpy(zero_copy_only=False)
        return Dates(number.astype("datetime64[D]"), present, np.zeros(len(present), np.bool_))
    if pa.types.is_integer(column.type):
        column = column.cast(pa.string())
    texts = unique_texts(column)
    days, readable = _parsed(texts.values, date_format)
    absent = pc.is_in(texts.values, pa.array([*MISSING_TEXTS, *missing, None], pa.string()))
    there = ~np.asarray(absent.to_numpy(zero_copy_only=False))
    present, unreadable = there & readable, (there & ~readable) | texts.broken
    at = texts.index
    return Dates(days[at], present[at], unreadable[at])


def _parsed(texts: Any, date_format: str) -> tuple[Days, BoolArray]:  # noqa: ANN401
    fields = pc.extract_regex(texts, FORMATS[date_format])
    readable = np.asarray(pc.is_valid(fields).to_numpy(zero_copy_only=False))
    year, month, day = (_numbers(fields, key) for key in ("y", "m", "d"))
    readable &= (month >= 1) & (month <= _LAST_MONTH) & (day >= 1) & (year >= 1)
    months = (year - 1970) * _LAST_MONTH + np.clip(month, 1, _LAST_MONTH) - 1
    first = months.astype("datetime64[M]")
    days = first.astype("datetime64[D]") + (day - 1)
    readable &= days.astype("datetime64[M]") == first
    return np.where(readable, days, np.datetime64(0, "D")), readable


def _numbers(fields: Any, key: str) -> Int64Array:  # noqa: ANN401
    digits = pc.fill_null(pc.struct_field(fields, key), "0")
    return np.asarray(digits.cast(pa.int64()).to_numpy(zero_copy_only=False))


def completed_years(birth: Days, visit: Days) -> Int64Array:
    """Return completed years between two columns of days; a 29 February turns on 1 March.

    >>> completed_years(np.array(["1974-03-02"], "datetime64[D]"),
    ...                 np.array(["2026-03-01"], "datetime64[D]"))
    array([51])
    """
    before_birthday = _day_of_year_key(visit) < _day_of_year_key(birth)
    years = visit.astype("datetime64[Y]").astype(np.int64) - birth.astype("datetime64[Y]").astype(
        np.int64
    )
    return np.asarray(years - before_birthday)


def _day_of_year_key(days: Days) -> Int64Array:
    """Return month and day as one number that orders the days of any year alike."""
    months = days.astype("datetime64[M]")
    month = (months - days.astype("datetime64[Y]").astype("datetime64[M]")).astype(np.int64)
    return np.asarray(month * 32 + (days - months.astype("datetime64[D]")).astype(np.int64))
