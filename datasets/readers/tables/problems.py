"""What is wrong with a table or a mapping: every problem at once, none with a value in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from ....engine.errors import RecordError


@dataclass(frozen=True, slots=True)
class TableProblem:
    """One thing that stops a table from being read, in the four parts of an error."""

    code: str
    path: str
    found: str
    why: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.found}: {self.why}. {self.remedy}. [{self.path}]"


class TableRefused(RecordError):
    """A table or a mapping can't be used; ``problems`` holds everything that was found.

    Parameters
    ----------
    problems : at least one
    snippet : a ready-made mapping that would settle what a mapping can settle
    """

    code = "table_refused"

    def __init__(self, problems: Sequence[TableProblem], snippet: str = "") -> None:
        self.problems = tuple(problems)
        self.snippet = snippet
        first = self.problems[0]
        super().__init__(found=first.found, why=first.why, remedy=first.remedy, path=first.path)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems]
        if self.snippet:
            lines += [
                "A mapping that would do (--mapping FILE.toml, or data.mapping of a study):",
                self.snippet,
            ]
        return "\n".join(lines)


class FragmentUnreadable(RecordError):
    """A part of an input file can't be read; the rest of the run goes on."""

    code = "file_unreadable"
