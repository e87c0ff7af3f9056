"""Which files one ECG consists of: a WFDB header names others beside it."""

import re
from pathlib import Path
from typing import Final

from .source import limits, spellings

HEADER: Final = ".hea"
_NUMBERED: Final = re.compile(r"(?P<name>.+)#(?P<number>\d{1,6})")


def numbered_file(path: Path) -> tuple[Path, int | None]:
    """Return the file that a path names, and the recording where the path ends with its number.

    ``two.xml#1`` is recording 1 of ``two.xml``. A file that has this very name is that file.
    """
    found = _NUMBERED.fullmatch(path.name)
    if found is None or path.exists():
        return path, None
    file = path.with_name(found["name"])
    headers = (file.with_name(spelled) for spelled in spellings(f"{file.name}{HEADER}"))
    if not file.is_file() and not any(header.is_file() for header in headers):
        return path, None
    return file, int(found["number"])


def record_files(path: Path) -> tuple[Path, ...]:
    """Return every file that reading the ECG at a path opens, the named one first.

    A file that is not there is not among them; a name that leads out of the folder is not followed,
    as the reader does not follow it.
    """
    found: dict[Path, None] = {}
    path, _ = numbered_file(path)
    named, beside = f"{path.name}{HEADER}", path.with_suffix(HEADER).name
    waiting = [path, _spelled(path, named), _spelled(path, beside)]
    while waiting:
        one = waiting.pop(0)
        if one in found or not one.is_file():
            continue
        found[one] = None
        if one.suffix.lower() == HEADER:
            waiting += _named_in(one)
    return tuple(found)


def _named_in(header: Path) -> list[Path]:
    """Return what the lines of a header begin with: signal files, and segments by their names."""
    with header.open("rb") as stream:
        text = stream.read(limits()["bytes"]["text"]).decode("latin-1")
    words = (line.split()[0] for line in text.splitlines() if line.strip())
    names = [word for word in words if Path(word).name == word]
    return [_spelled(header, name) for word in names for name in (word, f"{word}{HEADER}")]


def _spelled(beside: Path, name: str) -> Path:
    """Return the path of a file beside another, in the letters in which it stands there."""
    there = (beside.with_name(one) for one in spellings(name))
    return next((path for path in there if path.is_file()), beside.with_name(name))
