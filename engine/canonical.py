"""Canonical JSON: one byte string for one content, and its hash.

A physician decides on a content hash, so the same content must give the same bytes on every
machine, today and in ten years. The form is the JSON Canonicalization Scheme, which any language
can redo.

Source: RFC 8785 (keys in UTF-16 order, no white space, ECMAScript numbers, UTF-8).
Departures from the source: integers beyond 2**53 that would lose digits are refused, and so is
everything that JSON has no word for (NaN, infinities, bytes, dates, array scalars, tuples as keys).
"""

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any

from .errors import DataError

_MAX_EXACT_INTEGER = 2**53
_MAX_DEPTH = 64
_KEYS_KEPT = 512
# ECMA-262, Number::toString: plain digits from 1e-7 (excluded) up to 1e21 (excluded).
_PLAIN_DIGITS_MAX = 21
_PLAIN_ZEROS_MAX = 6

_CONSTANTS = {None: "null", True: "true", False: "false"}


class NotCanonical(DataError):
    """A value has no canonical form; the message names its type and place, never the value."""

    code = "not_canonical"


class _Refused(Exception):  # noqa: N818 - never leaves this module
    """What was found; the place is added on the way out, so that it costs nothing otherwise."""

    def __init__(self, found: str) -> None:
        super().__init__(found)
        self.found = found
        self.path = ""

    def inside(self, step: str) -> "_Refused":
        self.path = step + self.path
        return self


def _number(value: float) -> str:
    if not math.isfinite(value):
        raise _Refused("a number that is not finite")
    text = float.__repr__(value)
    if "e" not in text:
        return "0" if value == 0 else text.removesuffix(".0")
    sign, digits, exponent = Decimal(text).normalize().as_tuple()
    figures = "".join(map(str, digits))
    point = len(figures) + int(exponent)
    return ("-" if sign else "") + _place_point(figures, point)


def _place_point(figures: str, point: int) -> str:
    """Write the digits with the point after `point` places, as ECMAScript does."""
    if len(figures) <= point <= _PLAIN_DIGITS_MAX:
        return figures.ljust(point, "0")
    if -_PLAIN_ZEROS_MAX < point <= 0:
        return "0." + "0" * -point + figures
    mantissa = figures[0] + ("." + figures[1:] if len(figures) > 1 else "")
    return f"{mantissa}e{point - 1:+d}"


def _integer(value: int) -> str:
    """Write a whole number; beyond 2**53 only one that is a number as written by `_number`."""
    text = int.__repr__(value)
    is_exact = abs(value) <= _MAX_EXACT_INTEGER
    if not is_exact and (len(text) > _PLAIN_DIGITS_MAX + 1 or _number(float(value)) != text):
        raise _Refused("a whole number beyond 2**53")
    return text


# The plain types, found at once; whatever else there is goes through `_value`.
_SCALARS: Mapping[type, Callable[[Any], str]] = {
    str: encode_basestring,
    bool: _CONSTANTS.__getitem__,
    type(None): _CONSTANTS.__getitem__,
    int: _integer,
    float: _number,
}


@lru_cache(maxsize=_KEYS_KEPT)
def _in_order(keys: tuple[object, ...]) -> tuple[tuple[str, str], ...]:
    """Sort by UTF-16 code units, for ASCII keys the plain order; each key beside its written form.

    The parts of a report have the same few sets of keys again and again.
    """
    texts: list[str] = []
    for key in keys:
        if not isinstance(key, str):
            raise _Refused(f"a key of type {type(key).__name__}")
        texts.append(key)
    if "".join(texts).isascii():
        texts.sort()
    else:
        texts.sort(key=lambda text: text.encode("utf-16-be", "surrogatepass"))
    return tuple((text, f"{encode_basestring(text)}:") for text in texts)


def _object(value: Mapping[object, object], depth: int) -> str:
    items = []
    for key, written in _in_order(tuple(value)):
        item = value[key]
        try:
            write = _SCALARS.get(type(item))
            items.append(written + (write(item) if write else _value(item, depth)))
        except _Refused as refused:
            raise refused.inside(f".{key}") from None
    return "{" + ",".join(items) + "}"


def _array(value: Sequence[object], depth: int) -> str:
    items = []
    for index, item in enumerate(value):
        try:
            write = _SCALARS.get(type(item))
            items.append(write(item) if write else _value(item, depth))
        except _Refused as refused:
            raise refused.inside(f"[{index}]") from None
    return "[" + ",".join(items) + "]"


def _value(value: object, depth: int) -> str:
    if isinstance(value, str):
        return encode_basestring(value)
    if value is None or isinstance(value, bool):
        return _CONSTANTS[value]
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, float):
        return _number(value)
    return _container(value, depth + 1)


def _container(value: object, depth: int) -> str:
    if depth > _MAX_DEPTH:
        raise _Refused(f"more than {_MAX_DEPTH} levels")
    if type(value) is dict:
        return _object(value, depth)
    if isinstance(value, list | tuple):
        return _array(value, depth)
    if isinstance(value, Mapping):
        return _object(value, depth)
    raise _Refused(f"a value of type {type(value).__name__}")


def canonical_bytes(content: object) -> bytes:
    r"""Write a JSON-able value in its one canonical form.

    Parameters
    ----------
    content : text, bool, None, int (exact as a double), finite float, and lists, tuples and
        mappings of them (text keys); a tuple is written as a list

    Returns
    -------
    UTF-8 bytes; equal contents give equal bytes whatever the order of their keys

    Raises
    ------
    NotCanonical : a value that JSON can't write in one way only

    Source: RFC 8785.

    Examples
    --------
    >>> canonical_bytes({"b": 1.0, "a": [None, "é", 1e-7]})
    b'{"a":[null,"\xc3\xa9",1e-7],"b":1}'
    """
    try:
        return _value(content, 0).encode("utf-8")
    except _Refused as refused:
        found, path = refused.found, refused.path
    except UnicodeEncodeError:
        found, path = "text that is not Unicode (half of a surrogate pair)", ""
    raise NotCanonical(
        found=found,
        why="it has no single canonical form, so a physician could not decide on its hash",
        remedy="send text, whole or finite numbers, true, false, null, lists and objects only",
        path="$" + path,
    )


def content_hash(content: object) -> str:
    """Return the SHA-256 of the canonical form, 64 hexadecimal digits.

    Parameters
    ----------
    content : as in `canonical_bytes`

    Examples
    --------
    >>> content_hash({}) == content_hash(dict())
    True
    """
    return hashlib.sha256(canonical_bytes(content)).hexdigest()
