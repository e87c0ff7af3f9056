"""Which recording of a file is meant: the only one, or the one that is asked for by its number."""

from collections.abc import Sequence
from typing import Final

from .errors import EcgAmbiguous, counted
from .recording import SEVERAL_PEOPLE, EcgRecording

_MOST_NAMED: Final = 12


def the_one(found: Sequence[EcgRecording], number: int | None) -> EcgRecording:
    """Return the recording that is meant; the same rule for every command.

    Averaged and derived beats were left out by the reader. The one recording that remains is taken;
    of several none is taken unasked, and recordings of several people are never taken.

    Parameters
    ----------
    found : every rhythm recording of a file
    number : which one, counted from 0; None where nobody chose

    Raises
    ------
    EcgAmbiguous : several and none chosen, no such number, or recordings of several people
    """
    if len(found) > 1 and any(SEVERAL_PEOPLE in one.header.notes for one in found):
        raise EcgAmbiguous(
            found=f"The file holds {len(found)} recordings of more than one person",
            why="measurements of one person would be told of another",
            remedy="Export the recordings of each person into a file of their own",
            path=found[0].header.record,
        )
    if number is None and len(found) == 1:
        return found[0]
    if number is not None and 0 <= number < len(found):
        return found[number]
    raise _unchosen(found, number)


def one_number(asked: int | None, named: int | None, where: str) -> int | None:
    """Return the number of a recording that is asked for, or that the name of the file ends with.

    Raises
    ------
    EcgAmbiguous : both are given and differ
    """
    if asked is None or named is None or asked == named:
        return named if asked is None else asked
    raise EcgAmbiguous(
        found=f"Recording {asked} was asked for, and recording {named} behind the name of the file",
        why="it is not known which is meant",
        remedy="Give one of the two numbers",
        path=where,
    )


def _unchosen(found: Sequence[EcgRecording], number: int | None) -> EcgAmbiguous:
    """Return the error that names every recording; users of commands and of Python read it."""
    lengths = ", ".join(f"{one.signal.duration_s:.4g} s" for one in found[:_MOST_NAMED])
    recordings = tuple(f"{k}: {_described(one)}" for k, one in enumerate(found[:_MOST_NAMED]))
    named = "; ".join(recordings)
    asked = "The file" if number is None else f"Recording {number} was asked for, the file"
    last = f" to {len(found) - 1}" if len(found) > 1 else ""
    chosen = (
        f"Choose one by its number: --recording 0{last}; behind the name of the file in a table "
        f"or a visit (FILE#0{last}); the field `recording` of a form; recording=0{last} in Python"
    )
    error = EcgAmbiguous(
        found=f"{asked} holds {counted(len(found), 'recording')} ({lengths}). {named}",
        why="it is not known which is meant" if number is None else "there is no such recording",
        remedy=chosen if len(found) > 1 else "Leave the number out, or give 0: there is one",
        path=found[0].header.record,
    )
    error.recordings = recordings
    return error


def _described(one: EcgRecording) -> str:
    """Return how long a recording is, of which stored leads, and when it starts, in no language."""
    signal, moment = one.signal, one.header.acquired_at
    leads = " ".join(lead for lead in signal.leads if lead not in signal.derived)
    start = "" if one.start_s is None else f", +{one.start_s:.4g} s"
    day = "" if moment is None else f", {moment:%Y-%m-%d %H:%M}"
    return f"{signal.duration_s:.4g} s, {signal.sampling_rate_hz:g} Hz, {leads}{start}{day}"
