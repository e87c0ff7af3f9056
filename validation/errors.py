"""What stops a study, with every problem at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..engine.errors import ScreeningError


@dataclass(frozen=True, slots=True)
class StudyProblem:
    """One thing that is wrong with a protocol, its freeze or its data."""

    code: str
    path: str
    found: str
    why: str
    remedy: str


class StudyError(ScreeningError):
    """A study can't be run as it stands."""

    code = "study_error"


class ProtocolRefused(StudyError):
    """A protocol can't be used; ``problems`` holds everything that was found.

    Parameters
    ----------
    problems : at least one
    """

    code = "protocol_refused"

    def __init__(self, problems: Sequence[StudyProblem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        super().__init__(found=first.found, why=first.why, remedy=first.remedy, path=first.path)

    def __str__(self) -> str:
        return "\n".join(f"{p.found}: {p.why}. {p.remedy}. [{p.path}]" for p in self.problems)
