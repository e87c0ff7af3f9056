"""Who may do what: one table of acts and roles, asked by every route."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from ...people import Person, Role, WrongRole


class Deed(StrEnum):
    """What a route lets somebody do."""

    SEND_VISIT = "send a visit"
    KEEP_VISIT = "fill in the page of a visit"
    READ_DRAFT = "read the findings of a draft"
    READ_STATUS = "read the urgency and the quality of a draft"
    READ_FINAL = "read a decided report"
    READ_WORKLIST = "read the worklist"
    DECIDE = "decide"
    ADVISE = "give advice"
    HAND_OVER = "hand a decided page over to the person"
    READ_AGREEMENT = "read the agreement table"
    READ_DRIFT = "read the health of the system"
    READ_STUDY = "read decided reports under pseudonyms"
    RECORD_CONSENT = "record what a person agreed to"


_P, _N, _S = Role.PHYSICIAN, Role.NURSE, Role.SPECIALIST
_T, _V = Role.STATISTICIAN, Role.SOFTWARE

ALLOWED: Final[Mapping[Deed, frozenset[Role]]] = {
    Deed.SEND_VISIT: frozenset({_P, _N, _V}),
    Deed.KEEP_VISIT: frozenset({_P, _N}),
    Deed.READ_DRAFT: frozenset({_P, _S, _V}),
    Deed.READ_STATUS: frozenset({_P, _N, _S, _V}),
    Deed.READ_FINAL: frozenset({_P, _N, _S, _V}),
    Deed.READ_WORKLIST: frozenset({_P, _N, _S, _V}),
    Deed.DECIDE: frozenset({_P}),
    Deed.ADVISE: frozenset({_S}),
    Deed.HAND_OVER: frozenset({_P, _N}),
    Deed.READ_AGREEMENT: frozenset({_P, _T}),
    Deed.READ_DRIFT: frozenset({_P, _T}),
    Deed.READ_STUDY: frozenset({_T}),
    Deed.RECORD_CONSENT: frozenset({_P, _N, _V}),
}


def may(person: Person, deed: Deed) -> bool:
    """Say whether a person's role includes a deed."""
    return person.role in ALLOWED[deed]


def require(person: Person, deed: Deed) -> None:
    """Refuse a deed that is not of the person's role.

    Raises
    ------
    WrongRole : with the roles that may
    """
    if not may(person, deed):
        roles = ", ".join(sorted(ALLOWED[deed]))
        raise WrongRole(
            found=f"a request of the kind '{deed}' by somebody whose role is '{person.role}'",
            why=f"it is for: {roles}",
            remedy="Call one of them; roles stand in the site file",
            path="person.role",
        )
