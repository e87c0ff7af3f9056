"""From bytes to one JSON object, with nothing guessed on the way."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

from ..errors import RecordError
from ..vocabulary import load
from ..vocabulary.load import read_toml

_BOM: Final = "\ufeff"
_OUTSIDE: Final = re.compile(r'"(?:\\.|[^"\\])*"|-?Infinity|NaN|[\[\]{}]')
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")

vocabulary_package = load.__package__ or ""


class NumberText(str):
    """A JSON number, kept as it was written; values must be strings, so this is told apart."""

    __slots__ = ()


class DuplicateKey(ValueError):
    """The same key stands twice in one JSON object."""


@cache
def intake_numbers() -> Mapping[str, Any]:
    """Return the numbers of ``engine/vocabulary/intake.toml``."""
    return read_toml(vocabulary_package, "intake.toml")


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise DuplicateKey(key)
        found[key] = value
    return found


def _refuse_constant(name: str) -> Any:  # noqa: ANN401 - json's own hook type
    raise ValueError(name)


def _not_a_document(found: str, remedy: str) -> RecordError:
    return RecordError(found=found, why="a visit must be one JSON object", remedy=remedy, path="$")


def _encoding_of(document: str | bytes | Mapping[str, Any]) -> tuple[str, str]:
    """Return what is said of bytes that are not UTF-8: the likely encoding, never a conversion."""
    if isinstance(document, bytes) and (document[:2] in _UTF16 or b"\0" in document[:4]):
        return "bytes that look like UTF-16, not UTF-8", "Save the file as UTF-8 and send it again"
    return (
        "bytes that are not UTF-8 (perhaps Latin-1 or Windows-1252)",
        "Save the file as UTF-8 and send it again; an accent read in the wrong encoding is "
        "another letter, so none is guessed",
    )


def _marks(text: str) -> Iterator[tuple[str, int]]:
    """Yield brackets and bare words that stand outside strings, each with its line."""
    line, seen = 1, 0
    for mark in _OUTSIDE.finditer(text):
        line, seen = line + text.count("\n", seen, mark.start()), mark.start()
        yield mark[0], line


def _line_of(text: str, name: str) -> int:
    return next((line for mark, line in _marks(text) if mark == name), 1)


def _deepest_line(text: str) -> int:
    depth, deepest, at = 0, 0, 1
    for mark, line in _marks(text):
        depth += (mark in "[{") - (mark in "]}")
        if depth > deepest:
            deepest, at = depth, line
    return at


def _not_json(text: str, error: ValueError | RecursionError) -> RecordError:
    """Say where text stops being JSON: its line, whatever is wrong with it."""
    if isinstance(error, RecursionError):
        return _not_a_document(
            f"JSON nested too deeply, deepest at line {_deepest_line(text)}",
            "Send the visit as in the visit schema: nothing in it stands so deep",
        )
    if not text.strip():
        return _not_a_document("an empty file", "Send the visit again: nothing of it arrived")
    if isinstance(error, json.JSONDecodeError):
        return _not_a_document(f"text that is not JSON at line {error.lineno}", "Mend the JSON")
    return _not_a_document(
        f"text that is not JSON at line {_line_of(text, str(error))} ({error})",
        "Leave out what has no number: JSON has no NaN and no infinity",
    )


def check_clock(now: datetime | None) -> None:
    """Refuse a clock without a time zone.

    Raises
    ------
    RecordError  if it is no aware time: whether a visit lies in the future could not be told
    """
    if now is None or (isinstance(now, datetime) and now.utcoffset() is not None):
        return
    raise RecordError(
        found="a time without a zone given as now"
        if isinstance(now, datetime)
        else f"a value of type {type(now).__name__} given as now",
        why="whether the visit lies in the future can't be told by it",
        remedy="Pass an aware time, such as datetime.now(UTC), or leave now out",
        path="now",
    )


def load_document(document: str | bytes | Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the visit as a mapping; JSON numbers come back as the text that was written.

    Parameters
    ----------
    document : JSON text, UTF-8 bytes (a byte order mark is skipped), or an already read mapping

    Raises
    ------
    RecordError  if it is too large, not UTF-8, not JSON, has a key twice, or is no object

    >>> load_document('{"visit_id": "v1"}')
    {'visit_id': 'v1'}
    """
    if isinstance(document, Mapping):
        return document
    if not isinstance(document, str | bytes):
        raise _not_a_document(
            f"a value of type {type(document).__name__}",
            "Send JSON text, UTF-8 bytes, or a mapping in the form laennec.visit/1",
        )
    limit = int(intake_numbers()["limits"]["document_bytes"])
    if len(document) > limit:
        raise _not_a_document(
            f"a document of {len(document)} bytes (limit {limit})", "Send one visit a document"
        )
    try:
        text = document.decode("utf-8") if isinstance(document, bytes) else document
        loaded = json.loads(
            text.removeprefix(_BOM),
            object_pairs_hook=_unique,
            parse_float=NumberText,
            parse_int=NumberText,
            parse_constant=_refuse_constant,
        )
    except UnicodeDecodeError as error:
        raise _not_a_document(*_encoding_of(document)) from error
    except DuplicateKey as error:
        raise _not_a_document(
            f"the key {str(error)[:40]!r} twice in one object", "Send each key once"
        ) from error
    except (ValueError, RecursionError) as error:
        raise _not_json(text, error) from error
    if not isinstance(loaded, dict):
        raise _not_a_document("JSON that is not an object", "Send the visit as one object")
    return loaded


def side_by_side(given: Sequence[object], path: str) -> Iterator[tuple[str, object]]:
    """Yield earlier visits with where they stand, those that one of them holds after it.

    What stood inside an earlier visit was lost, urgent values too. So is a list within the list,
    which refuses the record. A visit that is sent twice is read twice: its values are of one day,
    and count as one.
    """
    for index, document in enumerate(given):
        at = f"{path}[{index}]"
        yield at, document
        if isinstance(document, list):
            yield from side_by_side(document, at)
        within = document.get("previous_visits") if isinstance(document, Mapping) else None
        if isinstance(within, list):
            yield from side_by_side(within, f"{at}.previous_visits")
