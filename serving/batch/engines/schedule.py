"""Which chunks are still to be made, in order, without knowing how long a CSV file is."""

from collections.abc import Iterator, Mapping, Sequence

from ....datasets.readers.tables import Fragment
from ..result.parts import Part, part_name
from .worker import Outcome, Task


class Schedule:
    """Gives tasks until every fragment has ended.

    Parameters
    ----------
    fragments : of the run
    chunk_rows : rows of a chunk
    there : parts that exist already, by name
    """

    def __init__(
        self, fragments: Sequence[Fragment], chunk_rows: int, there: Mapping[str, Part]
    ) -> None:
        self._ends = {f.index: f.chunk_count(chunk_rows) for f in fragments}
        self._there = there
        for part in there.values():
            if part.record.is_last:
                self._ends[part.record.fragment] = part.record.chunk + 1
        self._tasks = self._all()

    @property
    def chunk_count(self) -> int | None:
        """Return how many parts the run has; None while a fragment's end is not known."""
        counts = list(self._ends.values())
        return None if None in counts else sum(c for c in counts if c is not None)

    def open_fragments(self) -> list[int]:
        """Return the fragments of which a part is still to be made, or may be."""
        return [
            fragment
            for fragment, end in self._ends.items()
            if end is None or any(part_name(fragment, c) not in self._there for c in range(end))
        ]

    def next(self) -> Task | None:
        """Return the next task, or None when nothing more is to be asked."""
        return next(self._tasks, None)

    def learn(self, outcome: Outcome) -> None:
        """Note where a fragment ended or broke."""
        task = outcome.task
        if outcome.error == "file_unreadable" or outcome.is_beyond:
            self._shorten(task.fragment, task.chunk)
        elif outcome.part is not None and outcome.part.record.is_last:
            self._shorten(task.fragment, task.chunk + 1)

    def _shorten(self, fragment: int, end: int) -> None:
        known = self._ends[fragment]
        self._ends[fragment] = end if known is None else min(known, end)

    def _all(self) -> Iterator[Task]:
        for fragment in self._ends:
            chunk = 0
            while (end := self._ends[fragment]) is None or chunk < end:
                if part_name(fragment, chunk) not in self._there:
                    yield Task(fragment, chunk)
                chunk += 1
