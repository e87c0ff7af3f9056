"""Who acts: a named person with an identifier and a role."""

import re
from dataclasses import dataclass
from enum import StrEnum

from ..engine.errors import NotPermitted

# A system and the identifier in it, e.g. RPPS:10001234567.
_IDENTIFIER = re.compile(r"[A-Z][A-Z0-9_]{1,15}:[A-Za-z0-9.\-]{1,64}")


class Role(StrEnum):
    """What somebody may do: only a physician decides. There is no role for an employer.

    ``software`` is the visit software itself, which sends visits and shows drafts to physicians.
    """

    PHYSICIAN = "physician"
    NURSE = "nurse"
    SPECIALIST = "specialist"
    STATISTICIAN = "statistician"
    ADMINISTRATOR = "administrator"
    SOFTWARE = "software"


class Specialty(StrEnum):
    """Whose advice may be asked for."""

    CARDIOLOGIST = "cardiologist"
    OPHTHALMOLOGIST = "ophthalmologist"
    DIABETOLOGIST = "diabetologist"


class WrongRole(NotPermitted):
    """An act by somebody whose role does not include it."""

    code = "wrong_role"


@dataclass(frozen=True, slots=True)
class Person:
    """A person who works at the site.

    Parameters
    ----------
    id : system and identifier, e.g. ``RPPS:10001234567``; this is all the audit trail keeps
    name : the name that stands on a confirmed report
    role : what the person may do
    specialty : of a specialist, who sees what is asked of that specialty; None for anybody else
    """

    id: str
    name: str
    role: Role
    specialty: Specialty | None = None

    def __post_init__(self) -> None:
        if not is_identifier(self.id):
            raise NotPermitted(
                found="a person whose identifier has no system",
                why="the same number may belong to two people in two systems",
                remedy="write the system first, e.g. RPPS:10001234567",
                path="person.id",
            )
        if not self.name.strip():
            raise NotPermitted(
                found="a person without a name",
                why="a decision is taken by a named physician",
                remedy="write the name in the site file",
                path="person.name",
            )


def is_identifier(text: str) -> bool:
    """Say whether a text is a system and an identifier in it."""
    return _IDENTIFIER.fullmatch(text) is not None


def require_physician(person: Person, act: str) -> None:
    """Refuse an act that is reserved to physicians.

    Raises
    ------
    WrongRole : the person has another role
    """
    if person.role is not Role.PHYSICIAN:
        raise WrongRole(
            found=f"the act '{act}' by a person whose role is '{person.role}'",
            why="only a physician may take it (hazard H21: acting alone on a pre-diagnosis)",
            remedy="call the physician, who takes it under their own name",
            path="person.role",
        )
