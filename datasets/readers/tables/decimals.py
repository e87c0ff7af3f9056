"""From an Arrow column of reported values to exact billionths, without a loop over rows.

Text is parsed once per different value. What stood there and could not be read is marked
unreadable; what was not there is absent; nothing is corrected.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ....engine.errors import ScreeningError
from ....engine.fixedpoint import (
    NANO,
    Int64Array,
    nano_from_float32,
    nano_from_floats,
    parse_decimal,
)
from ....engine.record import BoolArray, Int8Array

MISSING_TEXTS: Final = ("", "NA", "NaN", "nan", "null", "NULL")
"""Texts that mean "nothing was measured" in every table; a mapping can add others."""

NOBODY_TEXTS: Final = tuple(sorted({text.lower() for text in (*MISSING_TEXTS, "None")}))
"""What stands, in any case of its letters, where a row names no person: a missing identifier that
another program wrote as a word must not make one person of all who have none."""

_PATTERN: Final = (
    r"^(?P<sign_of>[<>]=?)?\s*(?P<minus>[+-]?)0*(?P<whole>\d{0,9})"
    r"(?:\.(?P<part>\d{1,9})(?P<next>\d?)\d*)?$"
)
_COMPARATORS: Final = ("", "<", "<=", ">", ">=")
_COMPARATOR_CODES: Final = np.array([0, -1, -2, 1, 2], dtype=np.int8)
UNREAD_LETTERS: Final = 64
_DIGITS: Final = 9
_HALF: Final = 5
_DECIMAL128_DIGITS: Final = 38


@dataclass(frozen=True, slots=True)
class Decimals:
    """n reported values: billionths, comparator, whether one was there, whether it was readable.

    ``unread`` row -> the text of an unreadable one, no longer than ``UNREAD_LETTERS``.
    """

    nano: Int64Array
    comparator: Int8Array
    present: BoolArray
    unreadable: BoolArray
    unread: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Texts:
    """n texts, each different one once: ``values[index]``; the last value is always null.

    ``values`` are trimmed; where bytes are not UTF-8 a value is null and ``broken`` is set.
    """

    values: Any
    index: Int64Array
    broken: BoolArray


def is_decimal_type(kind: Any) -> bool:  # noqa: ANN401 - pyarrow has no types
    """Return whether a column of this Arrow type can hold reported values."""
    types = pa.types
    if types.is_dictionary(kind):
        return is_text_type(kind)
    numeric = types.is_integer(kind) or types.is_float32(kind) or types.is_float64(kind)
    decimal = types.is_decimal(kind) and kind.precision <= _DECIMAL128_DIGITS
    return bool(numeric or decimal or types.is_null(kind) or is_text_type(kind))


def is_text_type(kind: Any) -> bool:  # noqa: ANN401
    """Return whether a column holds text, or bytes that may be text."""
    types = pa.types
    if types.is_dictionary(kind):
        return is_text_type(kind.value_type)
    tests = (
        types.is_string, types.is_large_string, types.is_string_view,
        types.is_binary, types.is_large_binary,
    )  # fmt: skip
    return any(test(kind) for test in tests)


def read_decimals(
    column: Any,  # noqa: ANN401
    *,
    missing: Sequence[str] = (),
    decimal: str = ".",
) -> Decimals:
    """Return the reported values of one Arrow column.

    Parameters
    ----------
    column : pyarrow array of a type that ``is_decimal_type`` accepts
    missing : further texts or numbers that mean "nothing was measured"
    decimal : the decimal mark of texts, a point or a comma; the other one is then unreadable

    Returns
    -------
    NaN and nulls are absent; infinities, numbers of a thousand million and more, and texts that
    are no decimal are unreadable. Digits after the ninth decimal are rounded, as in a float.

    >>> read_decimals(pa.array(["1.26", "<0.10", "abc", None])).nano
    array([1260000000,  100000000,          0,          0])
    """
    if pa.types.is_null(column.type):
        return _nothing(len(column))
    if is_text_type(column.type):
        return _from_texts(unique_texts(column), missing, decimal)
    nano, present, unreadable = _from_numbers(column)
    for value in _missing_nanos(missing):
        present &= nano != value
        unreadable &= nano != value
    present = np.asarray(present & ~unreadable)
    nano = np.where(present, nano, 0)
    return Decimals(nano, np.zeros(len(nano), dtype=np.int8), present, unreadable)


def _nothing(n: int) -> Decimals:
    no = np.zeros(n, dtype=np.bool_)
    return Decimals(np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int8), no, no.copy())


def _from_numbers(column: Any) -> tuple[Int64Array, BoolArray, BoolArray]:  # noqa: ANN401
    valid = np.asarray(pc.is_valid(column).to_numpy(zero_copy_only=False))
    if pa.types.is_decimal(column.type):
        return _from_decimal128(column, valid)
    values = pc.fill_null(column, pa.scalar(0, column.type)).to_numpy(zero_copy_only=False)
    if pa.types.is_integer(column.type):
        small = (values < NANO) & (values > -NANO if values.dtype.kind == "i" else True)
        return np.where(small, values, 0).astype(np.int64) * NANO, valid, valid & ~small
    present = valid & ~np.isnan(values)
    unreadable = present & ~(np.abs(values) < NANO)
    convert = nano_from_float32 if values.dtype == np.float32 else nano_from_floats
    return (
        convert(np.where(present & ~unreadable, values, values.dtype.type(0))),
        present,
        unreadable,
    )


def _from_decimal128(column: Any, valid: BoolArray) -> tuple[Int64Array, BoolArray, BoolArray]:  # noqa: ANN401
    scale = column.type.scale
    wide = column.cast(pa.decimal128(_DECIMAL128_DIGITS, scale))
    fits = valid.copy()
    if column.type.precision - scale > _DIGITS:
        limit = pa.scalar(Decimal(NANO), wide.type)
        small = pc.fill_null(pc.less(pc.abs(wide), limit), fill_value=False)
        fits &= np.asarray(small.to_numpy(zero_copy_only=False))
    kept = pc.if_else(pa.array(fits), wide, pa.scalar(None, wide.type))
    if scale > _DIGITS:
        kept = pc.round(kept, ndigits=_DIGITS)
    kept = kept.cast(pa.decimal128(_DECIMAL128_DIGITS, _DIGITS))
    words = np.frombuffer(kept.buffers()[1], dtype="<i8")[2 * kept.offset :][: 2 * len(kept)]
    return np.where(fits, words[::2], 0).astype(np.int64), valid, valid & ~fits


def _missing_nanos(missing: Sequence[str]) -> list[int]:
    found = []
    for text in missing:
        try:
            found.append(parse_decimal(text)[0])
        except ScreeningError:
            continue  # a text such as "unknown" can't stand in a column of numbers
    return found


def unique_texts(column: Any) -> Texts:  # noqa: ANN401
    """Return the different texts of a column, trimmed, and which one each row has."""
    encoded = column if pa.types.is_dictionary(column.type) else _dictionary(column)
    index = pc.fill_null(encoded.indices.cast(pa.int64()), -1).to_numpy(zero_copy_only=False)
    values, broken = _utf8(encoded.dictionary)
    values = pa.concat_arrays([pc.utf8_trim_whitespace(values), pa.nulls(1, pa.string())])
    return Texts(values, index, np.append(broken, np.False_))


def _dictionary(column: Any) -> Any:  # noqa: ANN401
    if pa.types.is_string_view(column.type):
        column = column.cast(pa.string())
    return column.dictionary_encode()


def _utf8(values: Any) -> tuple[Any, BoolArray]:  # noqa: ANN401
    """Return bytes as text; where they are not UTF-8, null and broken."""
    nothing_broken = np.zeros(len(values), dtype=np.bool_)
    try:
        text = values.cast(pa.string())
        text.validate(full=True)
    except pa.ArrowInvalid:
        decoded = [_decoded(value) for value in values.cast(pa.binary()).to_pylist()]
        broken = np.array([is_broken for _, is_broken in decoded], dtype=np.bool_)
        return pa.array([text for text, _ in decoded], pa.string()), broken
    return text, nothing_broken


def _decoded(value: bytes | None) -> tuple[str | None, bool]:
    if value is None:
        return None, False
    try:
        return value.decode("utf-8"), False
    except UnicodeDecodeError:
        return None, True


def _from_texts(texts: Texts, missing: Sequence[str], decimal: str) -> Decimals:
    absent = pc.fill_null(
        pc.is_in(texts.values, pa.array([*MISSING_TEXTS, *missing], pa.string())), fill_value=True
    )
    there = ~np.asarray(absent.to_numpy(zero_copy_only=False))
    written = texts.values
    if decimal == ",":
        written = pc.replace_substring(pc.replace_substring(written, ".", "x"), ",", ".")
    nano, comparator, readable = _parsed(written)
    there[np.asarray(pc.is_null(texts.values).to_numpy(zero_copy_only=False))] = False
    present, unreadable = there & readable, (there & ~readable) | texts.broken
    nano, comparator = np.where(present, nano, 0), np.where(present, comparator, np.int8(0))
    at = texts.index
    unread = {
        int(row): (texts.values[int(at[row])].as_py() or "")[:UNREAD_LETTERS]
        for row in np.flatnonzero(unreadable[at])
    }
    return Decimals(nano[at], comparator[at], present[at], unreadable[at], unread)


def _parsed(written: Any) -> tuple[Int64Array, Int8Array, BoolArray]:  # noqa: ANN401
    fields = pc.extract_regex(written, _PATTERN)
    digits = pc.fill_null(pc.match_substring_regex(written, r"\d"), fill_value=False)
    readable = np.asarray(pc.and_(pc.is_valid(fields), digits).to_numpy(zero_copy_only=False))
    parts = [pc.fill_null(part, "") for part in fields.flatten()]
    sign_of, minus, whole, part, following = parts
    nano = _integers(whole) * NANO + _integers(pc.utf8_rpad(part, _DIGITS, "0"))
    nano += _integers(following) >= _HALF
    nano = np.where(np.asarray(pc.equal(minus, "-").to_numpy(zero_copy_only=False)), -nano, nano)
    code = pc.index_in(sign_of, pa.array(_COMPARATORS)).to_numpy(zero_copy_only=False)
    return nano, _COMPARATOR_CODES[code], readable


def _integers(digits: Any) -> Int64Array:  # noqa: ANN401
    filled = pc.if_else(pc.equal(digits, ""), "0", digits)
    return np.asarray(filled.cast(pa.int64()).to_numpy(zero_copy_only=False))
