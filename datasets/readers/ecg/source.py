"""The bytes of an ECG file and of the files that stand beside it, with a cap on their size."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from .errors import EcgUnreadable, too_large, unreadable

_SAFE_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+~-]*")
HEAD_BYTES: Final = 4096


@cache
def limits() -> dict[str, dict[str, int]]:
    """Return what a file may not exceed, from ``limits.toml``."""
    with (Path(__file__).parent / "limits.toml").open("rb") as file:
        loaded: dict[str, dict[str, int]] = tomllib.load(file)
    return loaded


def spellings(name: str) -> tuple[str, ...]:
    """Return a file name as written, and as a system that knows no small letters writes it.

    >>> spellings("r1.dat")
    ('r1.dat', 'r1.DAT', 'R1.DAT')
    """
    path = Path(name)
    ends = (path.suffix.lower(), path.suffix.upper())
    found = (name, *(f"{path.stem}{end}" for end in ends), name.upper(), name.lower())
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Source:
    """One file in memory and a way to the files of the same record.

    Parameters
    ----------
    name : file name without folder; "" for bytes that came without a name
    data : the whole content
    folder : where companions are looked up; None for bytes
    companions : file name -> content, for bytes
    """

    name: str
    data: bytes = field(repr=False)
    folder: Path | None = None
    companions: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    @property
    def stem(self) -> str:
        """The record id: the file name without its last suffix."""
        return Path(self.name).stem if self.name else ""

    @property
    def label(self) -> str:
        """How messages name the file."""
        return self.name or "bytes"

    @property
    def head(self) -> bytes:
        """The first bytes, by which a format is told."""
        return self.data[:HEAD_BYTES]

    def companion(self, name: str) -> bytes | None:
        """Return a file of the same folder, or None if there is none.

        A header must not lead the reader out of its folder, so a name with a path in it is refused.
        """
        if not _SAFE_NAME.fullmatch(name):
            raise unreadable("A header names a file by a path or by strange letters", self.label)
        for spelled in spellings(name):
            if spelled in self.companions:
                return self.companions[spelled]
            if self.folder is not None and (self.folder / spelled).is_file():
                return read_capped(self.folder / spelled, limits()["bytes"]["binary"])
        return None


def read_capped(path: Path, cap: int) -> bytes:
    """Return the content of a regular file that is not larger than the cap."""
    try:
        if not path.is_file():
            raise EcgUnreadable(
                found="There is no such file" + (", but a folder" if path.is_dir() else ""),
                why="nothing can be read",
                remedy="Check the path",
                path=path.name,
            )
        if path.stat().st_size > cap:
            raise too_large(f"A file of more than {cap} bytes", path.name)
        return path.read_bytes()
    except OSError as error:
        raise EcgUnreadable(
            found=f"The file can't be opened ({type(error).__name__})",
            why="nothing can be read",
            remedy="Check the path and its permissions",
            path=path.name,
        ) from error


def open_source(
    source: str | Path | bytes, name: str, companions: Mapping[str, bytes] | None
) -> Source:
    """Return the source of a path or of bytes."""
    cap = limits()["bytes"]["binary"]
    if isinstance(source, bytes | bytearray | memoryview):
        if len(source) > cap:
            raise too_large(f"A file of more than {cap} bytes", name or "bytes")
        return Source(Path(name).name, bytes(source), companions=companions or {})
    path = Path(source)
    if not path.exists():  # a WFDB record by its name
        headers = (path.with_name(name) for name in spellings(f"{path.name}.hea"))
        path = next((header for header in headers if header.is_file()), path)
    return Source(path.name, read_capped(path, cap), path.parent, companions or {})


def text_of(source: Source) -> str:
    """Return a text document, UTF-8 (with or without mark) or Latin-1, within the cap."""
    cap = limits()["bytes"]["text"]
    if len(source.data) > cap:
        raise too_large(f"A text document of more than {cap} bytes", source.label)
    try:
        return source.data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return source.data.decode("latin-1")
