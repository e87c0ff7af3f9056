"""What a file that no reader knows seems to be, so that its sender knows what to do."""

import re
from collections.abc import Iterable
from typing import Final

from .csv_table import body_of, number_of
from .errors import EcgUnreadable
from .source import Source

_UNPACK: Final = "Unpack it, and give the file in it"
_PICTURE: Final = "Export the samples, not a picture of them"
_SEEN: Final = (  # first bytes, what they show, what to do
    (b"PK\x03\x04", "A packed file (zip)", _UNPACK),
    (b"\x1f\x8b", "A packed file (gzip)", _UNPACK),
    (b"BZh", "A packed file (bzip2)", _UNPACK),
    (b"\xfd7zXZ\x00", "A packed file (xz)", _UNPACK),
    (b"7z\xbc\xaf", "A packed file (7-Zip)", _UNPACK),
    (b"Rar!", "A packed file (RAR)", _UNPACK),
    (b"%PDF", "A PDF", _PICTURE),
    (b"\x89PNG", "A picture (PNG)", _PICTURE),
    (b"\xff\xd8\xff", "A picture (JPEG)", _PICTURE),
    (b"II*\0", "A picture (TIFF)", _PICTURE),
    (b"MM\0*", "A picture (TIFF)", _PICTURE),
    (b"ANN  1.0", "The annotations of an ISHNE recording", "Give the file of its ECG"),
    (b"\x89HDF", "An HDF5 file (as MATLAB 7.3 writes it)", "Save it with -v4 or -v7"),
    (b"\x02\0\0\0UL", "DICOM without its first 132 bytes", "Export a DICOM file (part 10)"),
    (b"\x08\0\x05\0", "DICOM without its file header", "Export a DICOM file (part 10)"),
    (b"\x08\0\x08\0", "DICOM without its file header", "Export a DICOM file (part 10)"),
    (b"\x08\0\x16\0", "DICOM without its file header", "Export a DICOM file (part 10)"),
    (b"\xff\xfe", "Text in UTF-16", "Save it as UTF-8"),
    (b"\xfe\xff", "Text in UTF-16", "Save it as UTF-8"),
)
_HEADER: Final = (
    "A WFDB header whose first line is no record line",
    "Write name, number of signals, rate and length there, with a decimal point",
)
_TABLE: Final = (
    "A text with numbers without one line of names and units before them",
    "Begin with one line such as I (mV);II (mV), a column for each lead, separated by commas, "
    "semicolons or tabs",
)
_LINES: Final = 4  # of a table, that are looked at


def unknown_file(source: Source, formats: Iterable[str]) -> EcgUnreadable:
    """Return the error of a file that no reader knows.

    Parameters
    ----------
    source : the file
    formats : that are read, for the advice
    """
    others = f"Export as one of {', '.join(dict.fromkeys(formats))}"
    seen, remedy = _seen(source) or ("The content", others)
    return EcgUnreadable(
        found=f"{seen} is of no ECG format that is known here",
        why="it is not known how the samples are stored",
        remedy=remedy,
        path=source.label,
    )


def _seen(source: Source) -> tuple[str, str] | None:
    """Return what a file seems to be and what to do; None where nothing tells it."""
    for start, kind, remedy in _SEEN:
        if source.head.startswith(start):
            return kind, remedy
    if source.name.lower().endswith(".hea"):
        return _HEADER
    return _TABLE if _is_table(source.head) else None


def _is_table(head: bytes) -> bool:
    """Whether most cells of the second to the fourth line are numbers."""
    if b"\0" in head:
        return False
    lines = body_of(head.decode("utf-8", errors="replace").splitlines())[:_LINES]
    if len(lines) < _LINES:
        return False
    text = "\n".join(line.text for line in lines[1:]).replace("\u2212", "-")
    cells = re.split(r"[;,|\s]+", text.strip())
    return sum(number_of(cell) is not None for cell in cells) * 2 >= len(cells)
