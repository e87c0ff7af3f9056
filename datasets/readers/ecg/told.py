"""The notes of a file's header as messages, which every output of an ECG words."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from ....engine.prediagnosis import Message
from .recording import EcgRecording

PREFIX: Final = "ecg.file."
NAMES_NOT_KNOWN: Final = "lead_names_not_known"
CHANNELS_LEFT: Final = "channels_left"
_MOST_NAMED: Final = 12


def telling(recording: EcgRecording) -> EcgRecording:
    """Return the recording whose signal carries its time, and the header's notes as messages."""
    messages = tuple(_messages(recording))
    at = recording.header.acquired_at
    return replace(recording, signal=replace(recording.signal, notes=messages, recorded_at=at))


def _messages(recording: EcgRecording) -> Iterator[Message]:
    """Yield a message a note; one that names leads or signals has them."""
    header, signal = recording.header, recording.signal
    left = set(signal.leads) - set(signal.of_known_leads().leads)
    for code in header.notes:
        names = header.named.get(code, ())
        if code == NAMES_NOT_KNOWN:
            yield from _named(code, [name for name in names if name not in left])
            yield from _named(CHANNELS_LEFT, [name for name in names if name in left])
        elif names:
            yield from _named(code, names)
        else:
            yield Message(f"{PREFIX}{code}")


def _named(code: str, names: Sequence[str]) -> Iterator[Message]:
    if names:
        more = ", ..." if len(names) > _MOST_NAMED else ""
        leads = ", ".join(names[:_MOST_NAMED]) + more
        yield Message(f"{PREFIX}{code}.named", {"leads": leads})
