"""The one door: which reader reads a file, told by its content."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .choose import one_number, the_one
from .errors import EcgUnreadable
from .files import numbered_file
from .people import noting_ages
from .recording import NOTHING_DECLARED, Declared, EcgRecording
from .source import Source, open_source
from .told import telling
from .unknown import unknown_file

Read = Callable[[Source, Declared], Sequence[EcgRecording]]
Sniff = Callable[[Source], bool]


@dataclass(frozen=True, slots=True)
class Reader:
    """How one format is told and read.

    Parameters
    ----------
    format : the name that stands in the header of its recordings
    sniff : whether the first bytes are of this format; it must be quick and never raise
    read : all recordings of a file
    """

    format: str
    sniff: Sniff
    read: Read


def find_reader(source: Source, readers: Sequence[Reader]) -> Reader:
    """Return the first reader that knows the content.

    Raises
    ------
    EcgUnreadable : no reader knows it
    """
    if not source.data:
        raise EcgUnreadable(
            found="The file is empty",
            why="there is nothing to read",
            remedy="Export the ECG again",
            path=source.label,
        )
    for reader in readers:
        if reader.sniff(source):
            return reader
    raise unknown_file(source, (reader.format for reader in readers))


def is_recording(data: bytes, name: str) -> bool:
    """Say whether bytes are of an ECG format that is known here, readable or not."""
    from .formats import READERS  # noqa: PLC0415 - the readers of a format are loaded at first use

    source = Source(Path(name).name, data)
    return any(reader.sniff(source) for reader in READERS)


def read_ecgs(
    source: str | Path | bytes,
    *,
    name: str = "",
    companions: Mapping[str, bytes] | None = None,
    declared: Declared = NOTHING_DECLARED,
) -> tuple[EcgRecording, ...]:
    """Return every recording of a file; most files hold one.

    Parameters
    ----------
    source : path, or the bytes of a file
    name : for bytes, the name of the file; its stem is the record id
    companions : for bytes, the other files of the record by name (the .dat of a .hea)
    declared : what the caller knows where the file is silent

    Raises
    ------
    EcgUnreadable : the file can't be read; its subclasses say why (see ``errors``)
    """
    from .formats import READERS  # noqa: PLC0415 - the readers of a format are loaded at first use

    opened = open_source(source, name, companions)
    try:
        found = noting_ages(find_reader(opened, READERS).read(opened, declared))
        return tuple(telling(recording) for recording in found)
    except (MemoryError, RecursionError, OverflowError) as error:
        raise EcgUnreadable(
            found=f"Reading stopped with {type(error).__name__}",
            why="the file declares more than a machine can hold",
            remedy="Export the ECG again, or cut it into shorter files",
            path=opened.label,
        ) from error


def read_ecg(
    source: str | Path | bytes,
    *,
    recording: int | None = None,
    name: str = "",
    companions: Mapping[str, bytes] | None = None,
    declared: Declared = NOTHING_DECLARED,
) -> EcgRecording:
    """Read one ECG; the format is found by content.

    Parameters
    ----------
    source : path, or the bytes of a file; ``two.xml#1`` is recording 1 of ``two.xml``
    recording : which one, counted from 0, where a file holds several
    name, companions, declared : see `read_ecgs`

    Raises
    ------
    EcgAmbiguous : several recordings and none chosen, or recordings of several people
    EcgUnreadable : the file can't be read; its subclasses say why (see ``errors``)
    """
    if isinstance(source, str | Path):
        source, number = numbered_file(Path(source))
        recording = one_number(recording, number, source.name)
    found = read_ecgs(source, name=name, companions=companions, declared=declared)
    return the_one(found, recording)
