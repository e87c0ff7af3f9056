"""Tells a person how far a run is: a bar when one is watching, plain lines when not."""

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol, TextIO

if TYPE_CHECKING:
    from rich.console import Console

PLAIN_EVERY_S: Final = 10.0


class Reporter(Protocol):
    """What a run tells while it goes on; rows and parts only, never a value."""

    def start(self, parts: int | None, parts_done: int, workers: int) -> None:
        """Say what begins; ``parts`` is None while the end of a file is not known."""

    def part(self, rows: int, parts: int | None) -> None:
        """Say that one more part is there."""

    def line(self, text: str) -> None:
        """Say something else."""

    def stop(self) -> None:
        """End what is shown."""


class SilentReporter:
    """Says nothing."""

    def start(self, parts: int | None, parts_done: int, workers: int) -> None:
        """Say nothing."""

    def part(self, rows: int, parts: int | None) -> None:
        """Say nothing."""

    def line(self, text: str) -> None:
        """Say nothing."""

    def stop(self) -> None:
        """Say nothing."""


class PlainReporter:
    """Writes a line at the start and then at most one every ten seconds.

    Parameters
    ----------
    stream : standard error where None
    clock : seconds, for tests
    """

    def __init__(
        self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._clock = clock
        self._began = self._told = clock()
        self._rows = self._done = 0

    def start(self, parts: int | None, parts_done: int, workers: int) -> None:
        """Say what begins."""
        self._began = self._told = self._clock()
        self._done = parts_done
        done = f"{parts_done:,} parts" if parts is None else f"{parts:,} parts, {parts_done:,}"
        who = "1 worker" if workers == 1 else f"{workers} workers"
        self.line(f"batch: {done} already there, {who}")

    def part(self, rows: int, parts: int | None) -> None:
        """Count one part, and say where the run is if nothing was said for ten seconds."""
        self._rows += rows
        self._done += 1
        now = self._clock()
        if now - self._told >= PLAIN_EVERY_S:
            self._told = now
            rate = self._rows / max(now - self._began, 1e-9)
            of = "" if parts is None else f" of {parts:,}"
            self.line(f"batch: part {self._done:,}{of}, {self._rows:,} rows, {rate:,.0f} rows/s")

    def line(self, text: str) -> None:
        """Write one line."""
        self._stream.write(f"{text}\n")
        self._stream.flush()

    def stop(self) -> None:
        """Nothing is left open."""


class RichReporter:
    """Shows a bar with the rate and the time that remains."""

    def __init__(self, console: "Console | None" = None) -> None:
        from rich import progress  # noqa: PLC0415 - a tenth of a second, only where one is watching
        from rich.console import Console  # noqa: PLC0415

        words = progress.TextColumn
        self._progress = progress.Progress(
            words("batch"), progress.BarColumn(), progress.MofNCompleteColumn(), words("parts"),
            words("{task.fields[rows]:,} rows, {task.fields[rate]:,.0f} rows/s"),
            progress.TimeRemainingColumn(), console=console or Console(stderr=True),
        )  # fmt: skip
        self._task = self._progress.add_task("batch", total=None, rows=0, rate=0.0)
        self._began = time.monotonic()
        self._rows = 0

    def start(self, parts: int | None, parts_done: int, workers: int) -> None:  # noqa: ARG002 - the bar does not show it
        """Show the bar."""
        self._began = time.monotonic()
        self._progress.update(self._task, total=parts, completed=parts_done)
        self._progress.start()

    def part(self, rows: int, parts: int | None) -> None:
        """Move the bar."""
        self._rows += rows
        rate = self._rows / max(time.monotonic() - self._began, 1e-9)
        self._progress.update(self._task, total=parts, advance=1, rows=self._rows, rate=rate)

    def line(self, text: str) -> None:
        """Write one line above the bar."""
        self._progress.console.print(text, highlight=False, markup=False)

    def stop(self) -> None:
        """Leave the bar as it stands."""
        self._progress.stop()


def default_reporter() -> Reporter:
    """Return a bar when a person is watching standard error, plain lines when not."""
    return RichReporter() if sys.stderr.isatty() else PlainReporter()
