"""The exposures that a site's thesaurus adds to the list, or maps to one of it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ...engine.errors import DataError
from ...engine.vocabulary.load import vocabulary_with
from ...engine.vocabulary.site import AddedExposure, SiteExposures
from .problems import CodeProblem

SECTION: Final = "exposure"
_QUESTION: Final = "question:exposure."
_IS: Final = "is"
_TEXTS: Final = ("fr", "en", "says_fr", "says_en", "source")
_VERIFIED: Final = "verified"
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")
_RESERVED: Final = ("none", "unknown")
_LONGEST: Final = 300


def own_labels(said: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return ``question:exposure.<code>`` -> label, of the exposures that a map file adds."""
    added = _added(said)
    return {
        f"{_QUESTION}{code}": {lang: str(row.get(lang, "")) for lang in ("fr", "en")}
        for code, row in added.items()
    }


def lint_exposures(said: Mapping[str, Any], name: str) -> Iterator[CodeProblem]:
    """Yield what is wrong with the exposures of a map file; nothing where it has none."""
    shipped = vocabulary_with(SiteExposures()).exposures
    rows: Mapping[str, Any] = said.get(SECTION, {})
    for code, row in rows.items():
        where = f"{name} exposure {code[:_LONGEST]}"
        if not isinstance(row, dict):
            yield CodeProblem("error", "form", where, "no table of its words, or of `is`")
        elif _IS in row:
            yield from _lint_same(code, row, {*shipped, *_added(said)}, where)
        else:
            yield from _lint_added(code, row, shipped, where)
    for code, owners in _owners(said).items():
        if len(owners) > 1:
            words = f"stands for {' and '.join(sorted(owners))}"
            yield CodeProblem("error", "duplicate", f"{name} {code[:_LONGEST]}", words)
        elif code in shipped and code not in owners:
            words = "is the code of another exposure here"
            yield CodeProblem("error", "duplicate", f"{name} {code}", words)


def _lint_same(
    code: str, row: Mapping[str, Any], known: set[str], where: str
) -> Iterator[CodeProblem]:
    if set(row) != {_IS}:
        yield CodeProblem("error", "form", where, "`is` stands alone: its words are there already")
    if row[_IS] not in known:
        yield CodeProblem("error", "unknown", where, f"is {row[_IS]!r}, which no list has")
    if not code.strip() or not code.isprintable():
        yield CodeProblem("error", "form", where, "a code that can't be printed")


def _lint_added(
    code: str, row: Mapping[str, Any], shipped: Mapping[str, Any], where: str
) -> Iterator[CodeProblem]:
    if code in shipped:
        yield CodeProblem("error", "duplicate", where, "the list has it: map it instead")
    if _CODE.fullmatch(code) is None or code in _RESERVED:
        words = "a code of lower-case letters, digits and _ is asked for, and not none or unknown"
        yield CodeProblem("error", "form", where, words)
    for key in sorted(set(row) - {*_TEXTS, _VERIFIED}):
        yield CodeProblem("error", "unknown", where, f"the key {key!r}")
    for key in _TEXTS:
        if not _is_line(row.get(key)):
            words = f"{key} is no line of at most {_LONGEST} characters"
            yield CodeProblem("error", "label", where, words)
    if not isinstance(row.get(_VERIFIED), bool):
        yield CodeProblem("error", "form", where, "verified is neither true nor false")


def _is_line(text: object) -> bool:
    is_text = isinstance(text, str) and bool(text.strip())
    return is_text and str(text).isprintable() and len(str(text)) <= _LONGEST


def read_added(said: Mapping[str, Any], name: str) -> SiteExposures:
    """Return the exposures that a map file adds and maps.

    Raises
    ------
    DataError  if one of them has an error
    """
    problem = next(lint_exposures(said, name), None)
    if problem is not None:
        raise DataError(
            found=f"an exposure of a thesaurus that can't be used: {problem.words}",
            why="people would be counted under another exposure than meant",
            remedy="Mend what `laennec codes lint --thesaurus FILE` names",
            path=problem.where,
        )
    added = tuple(
        AddedExposure(code, **{key: row[key] for key in (*_TEXTS, _VERIFIED)})
        for code, row in _added(said).items()
    )
    codes = {code: next(iter(owners)) for code, owners in _owners(said).items()}
    return SiteExposures(added, tuple(sorted(codes.items())))


def _added(said: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    rows: Mapping[str, Any] = said.get(SECTION, {})
    return {code: row for code, row in rows.items() if isinstance(row, dict) and _IS not in row}


def _owners(said: Mapping[str, Any]) -> dict[str, set[str]]:
    """Return each code of the site, and the exposures that it stands for."""
    found: dict[str, set[str]] = {}
    for key, row in said["map"].items():
        if key.startswith(_QUESTION) and row.get("code"):
            found.setdefault(row["code"], set()).add(key.removeprefix(_QUESTION))
    for code, row in said.get(SECTION, {}).items():
        if isinstance(row, dict) and isinstance(row.get(_IS), str):
            found.setdefault(code, set()).add(row[_IS])
    return found
