"""What every command over ECG files shares: errors and notes as they come, the exit code."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from .printing import print_error

if TYPE_CHECKING:
    from ..datasets.readers.ecg import EcgRecording
    from ..serving.ecg.commands import EcgDone

EXIT_REFUSED = 1
EXIT_PARTLY = 3
_NAMES_SHOWN = 3


def print_notes(recording: "EcgRecording", lang: str) -> None:
    """Print what a file leaves open, on the error stream."""
    from ..serving.ecg.commands import note_lines

    for line in note_lines(recording, lang):
        typer.echo(line, err=True)


def recordings_of(files: list[Path], lang: str) -> list[Path]:
    """Leave out the signal files whose WFDB header is given too, and say so once."""
    from ..engine.words import Sentences
    from ..serving.ecg.commands import without_signal_files

    kept, left = without_signal_files(files)
    if left:
        names = ", ".join(path.name for path in left[:_NAMES_SHOWN])
        more = "…" if len(left) > _NAMES_SHOWN else ""
        said = Sentences(lang).text("ecg.given.signal_files", n=len(left), files=names + more)
        typer.echo(said, err=True)
    return kept


class Tally:
    """Counts what was done, prints errors, and knows the exit code.

    ``is_partial``: nothing can be done in full, as the network is refused.
    """

    def __init__(self, *, is_partial: bool = False) -> None:
        self.done = self.refused = 0
        self.is_partial = is_partial

    def over(self, found: "Iterator[EcgDone]", lang: str = "") -> "Iterator[EcgDone]":
        """Yield what was done; print what could not be.

        With a language print what the files leave open too, for outputs that don't say it.
        """
        for one in found:
            if one.error is not None:
                self.refused += 1
                print_error({**one.error.as_dict(), "path": str(one.path)})
            else:
                self.done += 1
                if lang and one.recording is not None:
                    print_notes(one.recording, lang)
                yield one

    @property
    def exit_code(self) -> int:
        """0 where all was done, 1 where nothing was, 3 between."""
        if not self.refused and not self.is_partial:
            return 0
        return EXIT_PARTLY if self.done else EXIT_REFUSED


def watched(found: "Iterator[EcgDone]", total: int, *, quiet: bool = False) -> "Iterator[EcgDone]":
    """Show progress when a person is watching and several files are read."""
    import sys

    if quiet or total == 1 or not sys.stderr.isatty():
        return found
    from rich.console import Console
    from rich.progress import track

    return iter(track(found, "ECG", total=total, console=Console(stderr=True)))
