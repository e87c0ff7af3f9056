"""One problem of a code map."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class CodeProblem:
    """Something that is wrong with, or missing from, a code map.

    Parameters
    ----------
    level : error: the maps must not leave as they are; warning: a gap that is known
    code : the kind of problem
    where : file and entry
    words : what it is
    """

    level: Literal["error", "warning"]
    code: str
    where: str
    words: str
