"""Why an ECG file is refused; none of these errors carries anything of the person."""

from typing import Final

from ....engine.errors import RecordError

_HOUR_S: Final = 3600.0
_MINUTE_S: Final = 60.0


class EcgUnreadable(RecordError):
    """A file that is no ECG, or that breaks the rules of its own format."""

    code = "ecg_unreadable"


class EcgDamaged(EcgUnreadable):
    """A file whose checksum does not agree with its content, or that ends too early."""

    code = "ecg_damaged"


class EcgTooLarge(EcgUnreadable):
    """A file beyond a stated limit (bytes, samples, XML elements)."""

    code = "ecg_too_large"


class EcgUnsupported(EcgUnreadable):
    """A known format in a version or a variant that is not read."""

    code = "ecg_unsupported"


class EcgIncomplete(EcgUnreadable):
    """A file that lacks a lead name, a gain, a unit or a sampling rate; none is guessed."""

    code = "ecg_incomplete"


class EcgUnnamed(EcgIncomplete):
    """A file of many leads, none under a name that is known; ``names`` are those of the file."""

    code = "ecg_leads_not_named"
    names: tuple[str, ...] = ()


class EcgAmbiguous(EcgUnreadable):
    """A file with several recordings, of which none was chosen.

    ``recordings`` says what each holds that can be chosen by its number; empty where none can.
    """

    code = "ecg_ambiguous"
    recordings: tuple[str, ...] = ()


class ReaderMissing(EcgUnreadable):
    """A file that needs an optional library which is not installed."""

    code = "ecg_reader_missing"


def counted(n: int, noun: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "recording"), counted(0, "sample"), counted(12, "lead")
    ('1 recording', '0 samples', '12 leads')
    """
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def unreadable(found: str, path: str) -> EcgUnreadable:
    """Return the error of a file that breaks the rules of its own format."""
    return EcgUnreadable(
        found=found,
        why="the file can't be trusted to hold what was recorded",
        remedy="Export the ECG again from the device or its archive",
        path=path,
    )


def damaged(found: str, path: str) -> EcgDamaged:
    """Return the error of a file that was cut or altered on its way."""
    return EcgDamaged(
        found=found,
        why="samples may be missing or changed",
        remedy="Copy or export the file again",
        path=path,
    )


def unsupported(found: str, remedy: str, path: str) -> EcgUnsupported:
    """Return the error of a variant that is not read."""
    return EcgUnsupported(
        found=found, why="this variant of the format is not read", remedy=remedy, path=path
    )


def incomplete(found: str, remedy: str, path: str) -> EcgIncomplete:
    """Return the error of a file that leaves out what must not be guessed."""
    return EcgIncomplete(
        found=found,
        why="amplitudes and intervals have no meaning without it, and it is not guessed",
        remedy=remedy,
        path=path,
    )


def too_large(found: str, path: str) -> EcgTooLarge:
    """Return the error of a file beyond a limit."""
    return EcgTooLarge(
        found=found,
        why="a file of this size or depth would exhaust the machine",
        remedy="Cut the recording into shorter files",
        path=path,
    )


def too_long(seconds: float, longest_s: float, path: str) -> EcgTooLarge:
    """Return the error of a recording of hours; a part of it can be read.

    >>> str(too_long(86400.0, 2400.0, "holter.ecg")).split(":")[0]
    'A recording of 24.0 h'
    """
    return EcgTooLarge(
        found=f"A recording of {seconds / _HOUR_S:.1f} h",
        why=f"ECGs of up to {longest_s / _MINUTE_S:.0f} min are read as one: nothing of it was "
        "read, and no part was chosen for you",
        remedy="Export the stretch that is meant, such as the minutes around a symptom, or cut the "
        "recording, and give each part as a file of its own",
        path=path,
    )
