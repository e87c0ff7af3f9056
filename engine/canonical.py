"""Canonical JSON: one byte string for one content, and its hash.

A physician decides on a content hash, so the same content must give the same bytes on every
machine, today and in ten years. The form is the JSON Canonicalization Scheme, which any language
can redo.

Source: RFC 8785 (keys in UTF-16 order, no white space, ECMAScript numbers, UTF-8).
Departures from the source: integers beyond 2**53 that would lose digits are refused, and so is
everything that JSON has no word for (NaN, infinities, bytes, dates, array scalars, tuples as keys).
"""

import hashlib
import json
import math
from collections.abc import Mapping
from decimal import Decimal

from .errors import DataError

_MAX_EXACT_INTEGER = 2**53
_MAX_DEPTH = 64
# ECMA-262, Number::toString: plain digits from 1e-7 (excluded) up to 1e21 (excluded).
_PLAIN_DIGITS_MAX = 21
_PLAIN_ZEROS_MAX = 6

_encode_text = json.JSONEncoder(ensure_ascii=False).encode


class NotCanonical(DataError):
    """A value has no canonical form; the message names its type and place, never the value."""

    code = "not_canonical"


def _refusal(found: str, path: str) -> NotCanonical:
    return NotCanonical(
        found=found,
        why="it has no single canonical form, so a physician could not decide on its hash",
        remedy="send text, whole or finite numbers, true, false, null, lists and objects only",
        path=path,
    )


def _number(value: float, path: str) -> str:
    if not math.isfinite(value):
        raise _refusal("a number that is not finite", path)
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


def _integer(value: int, path: str) -> str:
    """Write a whole number; beyond 2**53 only one that is a number as written by `_number`."""
    text = int.__repr__(value)
    is_exact = abs(value) <= _MAX_EXACT_INTEGER
    if not is_exact and (len(text) > _PLAIN_DIGITS_MAX + 1 or _number(float(value), path) != text):
        raise _refusal("a whole number beyond 2**53", path)
    return text


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be", "surrogatepass")


def _object(value: Mapping[object, object], path: str, depth: int) -> str:
    keys: list[str] = []
    for key in value:
        if not isinstance(key, str):
            raise _refusal(f"a key of type {type(key).__name__}", path)
        keys.append(key)
    keys.sort(key=_utf16)
    items = [f"{_encode_text(k)}:{_value(value[k], f'{path}.{k}', depth)}" for k in keys]
    return "{" + ",".join(items) + "}"


def _value(value: object, path: str, depth: int) -> str:
    if isinstance(value, str):
        return _encode_text(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return _integer(value, path)
    if isinstance(value, float):
        return _number(value, path)
    return _container(value, path, depth + 1)


def _container(value: object, path: str, depth: int) -> str:
    if depth > _MAX_DEPTH:
        raise _refusal(f"more than {_MAX_DEPTH} levels", path)
    if isinstance(value, Mapping):
        return _object(value, path, depth)
    if isinstance(value, list | tuple):
        items = [_value(item, f"{path}[{i}]", depth) for i, item in enumerate(value)]
        return "[" + ",".join(items) + "]"
    raise _refusal(f"a value of type {type(value).__name__}", path)


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
    text = _value(content, "$", 0)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise _refusal("text that is not Unicode (half of a surrogate pair)", "$") from None


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
