"""Symptoms that were sent and could not be read: an emergency may stand in them (hazard H1)."""

import unicodedata
from collections.abc import Iterable

from ..record import NO, UNKNOWN, YES, Problem
from ..vocabulary import Vocabulary
from .document import intake_numbers

UNREADABLE = "intake.symptoms_unreadable"
PERHAPS_LOST = "intake.symptoms_perhaps_lost"
NOTHING = "null"
_SECTION = "symptom."
_LIST = "symptoms"
_NO_ANSWERS = ("$.measurements", "$.person", "$.previous_visits")
_NOT_READ = ("unknown_key", "unknown_entry", "not_a_list", "answer_unknown")


def lost_symptoms(
    answers: dict[str, int], problems: Iterable[Problem], vocabulary: Vocabulary
) -> dict[str, int]:
    """Return the two answers that say whether symptoms were lost; none where all were read.

    Unreadable: an entry of the symptom list, the list itself, a key that resembles it, or a symptom
    that stands elsewhere. Perhaps lost: no symptom was asked, and there is a key that nobody reads.

    Parameters
    ----------
    answers : what was read of one visit
    problems : what could not be
    vocabulary : the closed lists
    """
    refused = [p for p in problems if p.code in _NOT_READ]
    if any(_holds_symptoms(p, vocabulary) for p in refused):
        return {UNREADABLE: YES}
    is_asked = any(n.startswith(_SECTION) and a != UNKNOWN for n, a in answers.items())
    if not is_asked and any(_may_hold_symptoms(p) for p in refused):
        return {PERHAPS_LOST: YES}
    return {}


def unknown_where_unread(answers: dict[str, int], section: str) -> dict[str, int]:
    """Return a list's answers with every "no" unknown: what could not be read may be any of them.

    >>> unknown_where_unread({"symptom.syncope": NO, "symptom.dyspnoea": YES}, "symptom")
    {'symptom.syncope': -1, 'symptom.dyspnoea': 1}
    """
    return {
        name: UNKNOWN if name.startswith(f"{section}.") and answer == NO else answer
        for name, answer in answers.items()
    }


def _holds_symptoms(problem: Problem, vocabulary: Vocabulary) -> bool:
    in_list = problem.path.startswith(f"$.{_LIST}")
    if problem.item.startswith(_SECTION) or in_list:
        return not (problem.code == "not_a_list" and problem.parameters.get("found") == NOTHING)
    if problem.code == "unknown_key":
        key = plain_word(problem.parameters.get("key", ""))
        return _resembles(key) or f"{_SECTION}{key}" in vocabulary.questions
    found = plain_word(problem.parameters.get("found", ""))
    return problem.code == "unknown_entry" and f"{_SECTION}{found}" in vocabulary.questions


def _may_hold_symptoms(problem: Problem) -> bool:
    is_elsewhere = problem.path.startswith(_NO_ANSWERS)
    return problem.path == f"$.{_LIST}" or (problem.code == "unknown_key" and not is_elsewhere)


def _resembles(key: str) -> bool:
    beginnings = intake_numbers()["symptoms"]["key_resembles"]
    return any(part.startswith(word) for word in beginnings for part in key.split("_"))


def plain_word(text: str) -> str:
    """Return text without accents, spaces and capitals.

    >>> plain_word("Symptômes")
    'symptomes'
    """
    plain = unicodedata.normalize("NFKD", text)
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return letters.casefold().strip().replace(" ", "_").replace("-", "_")
