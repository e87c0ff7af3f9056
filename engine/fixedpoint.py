"""Reported decimals as whole numbers, so that a comparison with a guideline row is exact.

A value is held in billionths of its own unit (an int64, "nano"): 1.26 g/L is 1 260 000 000,
exactly, where binary floating point would hold 1.26000000000000000888. Values are compared in the
unit in which they were reported and are turned into floats only for models.
"""

import re
from typing import Final

import numpy as np
import numpy.typing as npt

from .errors import RecordError

NANO_DIGITS: Final = 9
NANO: Final = 10**NANO_DIGITS
LARGEST_WHOLE_PART_DIGITS: Final = 9
FLOAT32_DIGITS: Final = 7

_DECIMAL = re.compile(
    r"^(?P<comparator><=|>=|<|>)?\s*(?P<sign>[+-]?)(?=\.?\d)(?P<whole>\d*)(?:\.(?P<part>\d+))?$"
)
_COMPARATORS: Final = {None: 0, "<": -1, "<=": -2, ">": 1, ">=": 2}
COMPARATOR_SIGNS: Final = {0: "", -1: "<", -2: "<=", 1: ">", 2: ">="}

Int64Array = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


def parse_decimal(text: str, *, path: str = "") -> tuple[int, int]:
    """Read a reported decimal string, with its comparator if it has one.

    Parameters
    ----------
    text : such as ``"1.26"``, ``"<0.10"``; a decimal point, no thousands separator, no exponent;
        ``.9`` is 0.9, as many systems write it
    path : where the text stood, for the error

    Returns
    -------
    the value in billionths, and the comparator (0 none, -1 ``<``, -2 ``<=``, 1 ``>``, 2 ``>=``)

    Raises
    ------
    RecordError  if the text is no such decimal, or needs more digits than are kept

    >>> parse_decimal("1.26")
    (1260000000, 0)
    >>> parse_decimal("<0.10")
    (100000000, -1)
    >>> parse_decimal(".9")
    (900000000, 0)
    """
    match = _DECIMAL.match(text.strip())
    if match is None:
        raise RecordError(
            found=f"a value of {len(text)} characters that is not a decimal number",
            why="a value that can't be read exactly is not guessed",
            remedy='Send a decimal string such as "1.26" or "<0.10", with a point and no spaces',
            path=path,
        )
    whole, part = match["whole"], match["part"] or ""
    if len(whole.lstrip("0")) > LARGEST_WHOLE_PART_DIGITS or len(part.rstrip("0")) > NANO_DIGITS:
        raise RecordError(
            found="a decimal with more digits than are kept",
            why=f"{LARGEST_WHOLE_PART_DIGITS} digits before and {NANO_DIGITS} after the point fit",
            remedy="Send the value as the laboratory printed it",
            path=path,
        )
    nano = int(whole or 0) * NANO + int(part.rstrip("0").ljust(NANO_DIGITS, "0") or 0)
    return (-nano if match["sign"] == "-" else nano), _COMPARATORS[match["comparator"]]


def nano_from_floats(values: FloatArray) -> Int64Array:
    """Turn float64 table values into billionths, to the nearest.

    A decimal of up to nine places that was stored as float64 comes back exactly as it was written
    (up to a magnitude of a few million). NaN and infinities must be masked by the caller: they
    give 0 here.

    >>> nano_from_floats(np.array([1.26, 0.1 + 0.2]))
    array([1260000000,  300000000])
    """
    finite = np.isfinite(values) & (np.abs(values) < NANO)
    return np.rint(np.where(finite, values, 0.0) * NANO).astype(np.int64)


def nano_from_float32(values: npt.NDArray[np.float32]) -> Int64Array:
    """Turn float32 table values into billionths through their seven significant digits.

    A float32 holds 1.26 as 1.2599999905: read as float64 it would fall below the cut-off it
    equals. Seven significant digits are what a float32 can promise, so they are restored first.

    >>> nano_from_float32(np.array([1.26], dtype=np.float32))
    array([1260000000])
    """
    wide = values.astype(np.float64)
    safe = np.where(np.isfinite(wide) & (wide != 0), np.abs(wide), 1.0)
    decimals = np.clip(
        FLOAT32_DIGITS - 1 - np.floor(np.log10(safe)).astype(np.int64), 0, NANO_DIGITS
    )
    scale = np.power(10.0, decimals.astype(np.float64))
    return nano_from_floats(np.rint(np.where(np.isfinite(wide), wide, 0.0) * scale) / scale)


def format_nano(nano: int, comparator: int = 0) -> str:
    """Print billionths as the shortest decimal, with its comparator.

    >>> format_nano(1260000000), format_nano(100000000, -1), format_nano(142 * NANO)
    ('1.26', '<0.1', '142')
    """
    sign = "-" if nano < 0 else ""
    whole, part = divmod(abs(int(nano)), NANO)
    tail = f"{part:09d}".rstrip("0")
    return f"{COMPARATOR_SIGNS[comparator]}{sign}{whole}{'.' + tail if tail else ''}"
