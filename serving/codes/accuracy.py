"""How often the first proposal for a misspelt text is the right one, counted on a list."""

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ...engine.errors import DataError
from .matcher import propose

NOTHING: Final = ""
_Z: Final = 1.959964


@dataclass(frozen=True, slots=True)
class Share:
    """A count out of a number, with the Wilson interval of 95 %."""

    count: int
    of: int

    def __str__(self) -> str:
        if not self.of:
            return "0/0"
        p, z2 = self.count / self.of, _Z * _Z
        middle = (p + z2 / (2 * self.of)) / (1 + z2 / self.of)
        half = _Z * math.sqrt(p * (1 - p) / self.of + z2 / (4 * self.of**2)) / (1 + z2 / self.of)
        return f"{self.count}/{self.of} ({p:.3f}; {middle - half:.3f}-{middle + half:.3f})"


@dataclass(frozen=True, slots=True)
class Accuracy:
    """What was counted.

    Parameters
    ----------
    first, among : texts that mean something: the right code is the first proposal, or one of them
    silent : texts that mean nothing of the list, or deny it: nothing is proposed
    wrong : text, what it means, what was proposed first
    """

    first: Share
    among: Share
    silent: Share
    wrong: tuple[tuple[str, str, str], ...]


def measure(rows: Sequence[tuple[str, str]]) -> Accuracy:
    """Count the proposals for texts whose meaning is known.

    Parameters
    ----------
    rows : text and code; an empty code where nothing may be proposed
    """
    said = [(text, code, [p.code for p in propose(text)]) for text, code in rows]
    meant = [(text, code, got) for text, code, got in said if code != NOTHING]
    others = [(text, code, got) for text, code, got in said if code == NOTHING]
    right = sum(got[:1] == [code] for _, code, got in meant)
    return Accuracy(
        first=Share(right, len(meant)),
        among=Share(sum(code in got for _, code, got in meant), len(meant)),
        silent=Share(sum(not got for _, _, got in others), len(others)),
        wrong=tuple(
            (t, c, got[0] if got else "-") for t, c, got in said if got[:1] != [c][: bool(c)]
        ),
    )


def read_list(path: Path) -> list[tuple[str, str]]:
    """Read a list of texts: CSV with the columns text and code.

    Raises
    ------
    DataError : no UTF-8 text, another table, or a row without one of the two
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = [(row["text"], row["code"]) for row in csv.DictReader(file)]
        is_whole = bool(rows) and None not in {cell for row in rows for cell in row}
    except (OSError, UnicodeDecodeError, csv.Error, KeyError):
        is_whole = False
    if not is_whole:
        raise DataError(
            found="a list of texts that can't be read",
            why="nothing can be counted on it",
            remedy="Give CSV in UTF-8 with the columns text and code",
            path=path.name,
        )
    return rows
