"""Counts for Prometheus: routes, statuses, times, error codes; nothing of any person.

Every process writes its own counts to a file of its own, and whichever answers ``/metrics`` adds
them up: the figures are those of the service, not of one of its workers.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Final

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_WRITE_EVERY_S: Final = 1.0
_HELP: Final[Mapping[str, tuple[str, str]]] = {
    "laennec_requests_total": ("counter", "Requests answered, by route, method and status."),
    "laennec_request_seconds": ("histogram", "Time to the answer, by route."),
    "laennec_problems_total": ("counter", "Problem documents, by code."),
    "laennec_drafts_saved_total": ("counter", "Drafts acknowledged as kept."),
    "laennec_decisions_total": ("counter", "Acts of physicians acknowledged as kept."),
    "laennec_reads_not_recorded_total": ("counter", "Reads that the store could not record."),
}
Labels = tuple[tuple[str, str], ...]
Counts = dict[tuple[str, Labels], float]


class Metrics:
    """The counts of this process, and of its siblings.

    Parameters
    ----------
    folder : shared by the processes of the service; None where there is one process
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._counts: Counts = {}
        self._lock = Lock()
        self._written_at = 0.0

    def count(self, name: str, **labels: str) -> None:
        """Add one to a counter."""
        self._add([(name, tuple(sorted(labels.items())), 1.0)])

    def observe(self, route: str, method: str, status: int, seconds: float) -> None:
        """Note an answered request."""
        said = (("method", method), ("route", route), ("status", str(status)))
        at = (("route", route),)
        name = "laennec_request_seconds"
        buckets = [
            (f"{name}_bucket", (("le", f"{limit:g}"), *at), 1.0)
            for limit in BUCKETS_S
            if seconds <= limit
        ]
        self._add(
            [
                ("laennec_requests_total", said, 1.0),
                *buckets,
                (f"{name}_bucket", (("le", "+Inf"), *at), 1.0),
                (f"{name}_sum", at, seconds),
                (f"{name}_count", at, 1.0),
            ]
        )

    def _add(self, more: Iterable[tuple[str, Labels, float]]) -> None:
        with self._lock:
            for name, labels, amount in more:
                self._counts[name, labels] = self._counts.get((name, labels), 0.0) + amount
            is_due = monotonic() - self._written_at > _WRITE_EVERY_S
        if is_due:
            self.write()

    def write(self) -> None:
        """Write the counts of this process where its siblings find them."""
        if self._folder is None:
            return
        with self._lock:
            self._written_at = monotonic()
            rows = [[name, labels, value] for (name, labels), value in self._counts.items()]
        file = self._folder / f"{os.getpid()}.json"
        half = file.with_suffix(".part")
        half.write_text(json.dumps(rows), encoding="utf-8")
        half.replace(file)

    def text(self, gauges: Mapping[str, float]) -> str:
        """Return every count of the service in Prometheus' text form.

        Parameters
        ----------
        gauges : what is so at this moment, by name
        """
        self.write()
        total = self._own() if self._folder is None else _sum(self._folder)
        lines = []
        for name, (kind, help_text) in _HELP.items():
            lines += [f"# HELP {name} {help_text}", f"# TYPE {name} {kind}"]
            lines += [_line(n, labels, value) for (n, labels), value in _of(total, name)]
        for name, value in gauges.items():
            lines += [f"# TYPE {name} gauge", _line(name, (), value)]
        return "\n".join(lines) + "\n"

    def _own(self) -> Counts:
        with self._lock:
            return dict(self._counts)


def _of(counts: Counts, name: str) -> Iterator[tuple[tuple[str, Labels], float]]:
    names = {name, *(f"{name}_{part}" for part in ("bucket", "sum", "count"))}
    yield from sorted((key, value) for key, value in counts.items() if key[0] in names)


def _sum(folder: Path) -> Counts:
    total: Counts = {}
    for file in folder.glob("*.json"):
        for name, labels, value in json.loads(file.read_text(encoding="utf-8")):
            key = (name, tuple((k, v) for k, v in labels))
            total[key] = total.get(key, 0.0) + value
    return total


def _line(name: str, labels: Labels, value: float) -> str:
    said = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels)
    return f"{name}{{{said}}} {value:g}" if said else f"{name} {value:g}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
