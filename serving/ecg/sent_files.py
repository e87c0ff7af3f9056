"""The files of one ECG as they came with a visit, and which of them the reader used."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from ...datasets.readers.ecg import EcgAmbiguous, EcgRecording, is_recording, read_ecg
from ...engine.intake.problems import shown


@dataclass(frozen=True, slots=True)
class EcgFile:
    """An ECG file as it came with a visit: bytes, never a path.

    Parameters
    ----------
    data : the file
    name : its name, of which the reader takes the ending
    companions : further files of the same recording by name (a WFDB header's signals)
    at : when it was recorded as the sender states it; a file that states its own is believed
    recording : which one, from 0, where the file holds several; None where nobody chose
    """

    data: bytes = field(repr=False)
    name: str = ""
    companions: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    at: datetime | None = None
    recording: int | None = None


@dataclass(frozen=True, slots=True)
class EarlierFile:
    """An earlier ECG of the person as it came beside a visit.

    Parameters
    ----------
    file : as it came
    on : its day as the sender states it; a file that states its own is believed
    path : where it stood in what was sent
    """

    file: EcgFile
    on: date | None
    path: str


class _Watched(Mapping[str, bytes]):
    """Files by name, which remember which of them were read."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self.used: set[str] = set()

    def __getitem__(self, name: str) -> bytes:
        data = self._files[name]
        self.used.add(name)
        return data

    def __contains__(self, name: object) -> bool:
        return name in self._files

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


def read_sent(ecg: EcgFile) -> tuple[EcgRecording, tuple[str, ...]]:
    """Read the one recording of the files that were sent.

    A second recording is never left out in silence: it could be the one that calls somebody now.

    Returns
    -------
    The recording, and the names of the files that are no part of it and of no ECG format

    Raises
    ------
    EcgAmbiguous : the files hold a second recording
    EcgUnreadable : as ``read_ecg``
    """
    companions = _Watched(ecg.companions)
    recording = read_ecg(ecg.data, recording=ecg.recording, name=ecg.name, companions=companions)
    unused = {name: data for name, data in ecg.companions.items() if name not in companions.used}
    others = [name for name, data in unused.items() if is_recording(data, name)]
    if others:
        raise EcgAmbiguous(
            found=f"Several recordings were sent: {_listed([ecg.name, *others])}",
            why="it is not known which of them is meant, and none is left out in silence",
            remedy="Send one recording with a visit, and have a physician read the others",
            path="ecg",
        )
    return recording, tuple(shown(name) for name in unused)


def _listed(names: list[str]) -> str:
    return ", ".join(shown(name) for name in names)
