"""The rows of a table that no trajectory uses: which, and why."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from ....engine.record import BoolArray, VisitBatch

NO_DAY: Final = "visit_date_missing"
TWO_PEOPLE: Final = "another_person"
"""The rows of one person id have two birth dates or two sexes: whose the values are is unknown."""
TWO_AGES: Final = "ages_do_not_fit"
"""The ages of one person id do not fit the days of the visits: the same."""
MALFORMED: Final = "malformed_line"


class NotUsed:
    """Collects the rows that are not used, in the order of the tables."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._chunks: list[tuple[str, int]] = []
        self._n = 0
        self._seen: Counter[str] = Counter()
        self.reason: dict[int, str] = {}
        self._lines: list[str] = []
        self._malformed = 0

    def add(self, batch: VisitBatch, dated: BoolArray, file: str) -> None:
        """Take one chunk; a row is named by its file and its number among those that were read."""
        start = self._n
        self._starts.append(start)
        self._chunks.append((file, self._seen[file] + 1 - start))
        self._seen[file] += batch.n
        self._n += batch.n
        refused = {p.row: p.code for p in batch.problems if p.severity == "refused_record"}
        self.reason |= {start + row: code for row, code in refused.items()}
        for row in np.flatnonzero(~dated).tolist():
            self.reason.setdefault(start + row, NO_DAY)

    def add_malformed(self, file: str, count: int, lines: Sequence[int]) -> None:
        """Take lines of a file that are no row, and the numbers of the first of them."""
        self._malformed += count
        self._lines += [f"{file}:{line}" for line in lines]

    def refuse(self, rows: BoolArray, reason: str) -> None:
        """Take the rows of people who are refused."""
        for row in np.flatnonzero(rows).tolist():
            self.reason.setdefault(row, reason)

    @property
    def malformed(self) -> int:
        """Return how many lines are no row."""
        return self._malformed

    @property
    def by_reason(self) -> dict[str, int]:
        """Return how many rows for each reason."""
        return dict(sorted(Counter(self.reason.values()).items()))

    def rows(self) -> Iterator[Sequence[str]]:
        """Yield the row or line and why, under a head."""
        yield ("row", "reason")
        for line in self._lines:
            yield (line, MALFORMED)
        for row, reason in sorted(self.reason.items()):
            file, shift = self._chunks[bisect_right(self._starts, row) - 1]
            yield (f"{file}#{row + shift}", reason)
