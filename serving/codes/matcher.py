"""Free text against a list of terms: a spelling corrector that proposes with a score, and no more.

Nothing here decides: a proposal is shown to whoever fills in the form, who chooses or does not. A
text that denies ("pas de diabète", "douleur disparue") gets no proposal at all, and one about a
relative ("père diabétique") only that of the family's question.
"""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from ...engine.errors import DataError

_WORDS: Final = re.compile(r"[a-z0-9]+")
_OF_FAMILY: Final = re.compile(r"\b(grand|petit|petite|demi) (?=[a-z])")
_QUESTIONNAIRE: Final = "questionnaire"
_EMPTY_WORDS: Final = frozenset(
    {"de", "du", "des", "la", "le", "les", "d", "l", "en", "un", "une", "a"}
)


class MatcherMissing(DataError):
    """The matcher needs an optional package."""

    code = "extra_missing"


class SectionUnknown(DataError):
    """A section that no term belongs to."""

    code = "section_unknown"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A code that a text may mean.

    Parameters
    ----------
    code : section and code, such as ``symptom.chest_pain``
    term : the term of the list that it resembles
    score : 0 to 100; how alike the two are written, no probability
    answer : of a question that is not answered yes or no; empty for yes
    """

    code: str
    term: str
    score: float
    answer: str = ""


@cache
def terms() -> Mapping[str, Any]:
    """Return the tables of ``terms.toml``."""
    text = files(__package__ or "").joinpath("terms.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def plain(text: str) -> str:
    """Return the words of a text without accents, capitals, marks and small words.

    >>> plain("Douleur dans la Poitrine!"), plain("Cœur")
    ('douleur dans poitrine', 'coeur')
    """
    opened = text.replace("œ", "oe").replace("Œ", "oe")
    bare = unicodedata.normalize("NFD", opened).encode("ascii", "ignore").decode().casefold()
    return " ".join(word for word in _WORDS.findall(bare) if word not in _EMPTY_WORDS)


@cache
def _choices() -> tuple[tuple[str, str, str], ...]:
    rows: Mapping[str, list[str]] = terms()["term"]
    return tuple((plain(term), term, code) for code, said in rows.items() for term in said)


def propose(text: str, section: str = "") -> tuple[Proposal, ...]:
    """Return what a text may mean, the most alike first; nothing where it denies.

    Parameters
    ----------
    text : of a person; it is kept nowhere
    section : only codes of this section (symptom, condition, medication, exposure, job; or
        questionnaire, for a relative); empty: of all

    Raises
    ------
    MatcherMissing : the package rapidfuzz is not installed
    SectionUnknown : a section that is none of those
    """
    scorer = _scorer()
    _require_section(section)
    said = _OF_FAMILY.sub(r"\1", plain(text))
    words, rules = said.split(), terms()["family"]
    if not said or any(map(_says_nothing, words)):
        return ()
    degrees = [d for d, named in rules["degree"].items() if set(words) & set(named)]
    if not degrees:
        return _ranked(plain(text), section, scorer)
    relatives = {word for named in rules["degree"].values() for word in named}
    left = " ".join(word for word in words if word not in {*relatives, *rules["filler"]})
    return tuple(
        Proposal(rules["question"][one.code], one.term, one.score, degrees[0])
        for one in _ranked(left, "", scorer)
        if one.code in rules["question"] and section in ("", _QUESTIONNAIRE)
    )


def _says_nothing(word: str) -> bool:
    """Say whether a word denies, sets in the past, or names somebody who is no relative."""
    rules = terms()["nothing"]
    return word in rules["words"] or word.startswith(tuple(rules["stems"]))


def _ranked(said: str, section: str, scorer: Callable[[str, str], float]) -> tuple[Proposal, ...]:
    """Return the best term of each code, the most alike first."""
    rules, best = terms(), dict[str, Proposal]()
    for bare, term, code in _choices():
        if section and not code.startswith(f"{section}."):
            continue
        is_short = min(len(bare), len(said)) < rules["shortest"]
        score = 100.0 * (said == bare) if is_short else scorer(said, bare)
        if score >= rules["least"] and score > getattr(best.get(code), "score", 0.0):
            best[code] = Proposal(code, term, round(score, 1))
    ranked = sorted(best.values(), key=lambda one: (-one.score, one.code))
    return tuple(ranked[: rules["most"]])


def _require_section(section: str) -> None:
    known = [*dict.fromkeys(code.partition(".")[0] for _, _, code in _choices()), _QUESTIONNAIRE]
    if section and section not in known:
        raise SectionUnknown(
            found=f"the section {section[:40]!r}, which the list of terms does not have",
            why="no proposal from it would read as a text that is like nothing",
            remedy=f"Give one of: {', '.join(known)}; or leave the section out",
            path="section",
        )


def _scorer() -> Callable[[str, str], float]:
    try:
        from rapidfuzz import fuzz  # noqa: PLC0415 - an optional package
    except ModuleNotFoundError:
        raise MatcherMissing(
            found="the package rapidfuzz is not installed",
            why="free text can't be compared without it",
            remedy="Install the extra text: pip install 'laennec[text]'",
            path="rapidfuzz",
        ) from None
    scorer: Callable[[str, str], float] = fuzz.token_sort_ratio
    return scorer
