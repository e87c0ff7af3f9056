"""The rows of a table that no trajectory uses: which, and why."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ....engine.fixedpoint import Int64Array
from ....engine.record import UNKNOWN, BoolArray, VisitBatch

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


def contradicted(code: Int64Array, birth: Any, sex: Any) -> BoolArray:  # noqa: ANN401 - pyarrow has no types
    """Say of each row whether its person has two birth dates or two sexes.

    Parameters
    ----------
    code : (n,), the person of each row; -1 where it names nobody
    birth : Arrow date32 (n,)
    sex : int8 (n,), ``UNKNOWN`` where it is not known
    """
    day = pc.fill_null(birth.cast(pa.int32()), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    has_day = np.asarray(birth.is_valid().to_numpy(zero_copy_only=False))
    two = np.union1d(_several(code, day, has_day), _several(code, sex, sex != UNKNOWN))
    return np.isin(code, two)


def ages_do_not_fit(code: Int64Array, year: Int64Array, age_years: Int64Array) -> BoolArray:
    """Say of each row whether its person's ages do not fit the years of the visits.

    One age for all visits is that of an inclusion, and says nothing.

    Parameters
    ----------
    code : (n,), the person of each row; -1 where it names nobody
    year : (n,), of the visit; 0 where it has no day
    age_years : (n,), ``UNKNOWN`` where it is not known
    """
    known = (code >= 0) & (year > 0) & (age_years != UNKNOWN)
    people, place = np.unique(code[known], return_inverse=True)
    born, age = (year - age_years)[known], age_years[known]
    spread = _spread(place, born, len(people)), _spread(place, age, len(people))
    return np.isin(code, people[(spread[0] > 1) & (spread[1] > 0)])


def _spread(place: Int64Array, value: Int64Array, n: int) -> Int64Array:
    low, high = np.full(n, np.iinfo(np.int64).max), np.full(n, np.iinfo(np.int64).min)
    np.minimum.at(low, place, value)
    np.maximum.at(high, place, value)
    return np.asarray(high - low, dtype=np.int64)


def _several(code: Int64Array, value: Any, known: Any) -> Int64Array:  # noqa: ANN401
    """Return the people of whom more than one value is known."""
    kept = known & (code >= 0)
    pairs = np.unique(np.stack([code[kept], value[kept].astype(np.int64)], axis=1), axis=0)
    people, count = np.unique(pairs[:, 0], return_counts=True)
    return np.asarray(people[count > 1], dtype=np.int64)
