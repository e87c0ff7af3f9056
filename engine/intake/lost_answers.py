"""Conditions and medications that were sent and could not be read: an urgent rule may read one."""

from collections.abc import Iterable
from typing import Final

from ..record import YES, Problem
from .lost_symptoms import NOTHING

UNREADABLE_LIST: Final = {
    "condition": "intake.conditions_unreadable",
    "medication": "intake.medications_unreadable",
}
"""Section of the answers -> the answer that says that something in its list could not be read."""


def lost_answers(problems: Iterable[Problem]) -> dict[str, int]:
    """Return the answers that say which lists could not be read as a whole; none where all were.

    Parameters
    ----------
    problems : of one visit
    """
    found = list(problems)
    return {
        name: YES
        for section, name in UNREADABLE_LIST.items()
        if any(_is_in(problem, f"$.{section}s") for problem in found)
    }


def _is_in(problem: Problem, path: str) -> bool:
    if problem.path == path:
        return problem.code == "not_a_list" and problem.parameters.get("found") != NOTHING
    return problem.code == "unknown_entry" and problem.path.startswith(f"{path}[")
