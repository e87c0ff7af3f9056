"""Small rows that every process of the service sees: memory made before they are forked.

A row is a number and a time under a name. A name is known by its hash only. Two names that fall on
one place take turns in it, and then either begins anew: a table that is too small forgets, and
never refuses somebody for another's requests.
"""

import fcntl
import hashlib
import mmap
import os
import struct
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Final

_ROW: Final = struct.Struct("=16sdd")
_NOTHING: Final = bytes(16)
MOST_ROWS: Final = 65_536


class SharedRows:
    """The table of all processes that are forked after it was made.

    Parameters
    ----------
    size : places
    """

    def __init__(self, size: int = MOST_ROWS) -> None:
        self._size = size
        self._memory = mmap.mmap(-1, size * _ROW.size)
        self._file, name = tempfile.mkstemp()  # a lock on it ends with the process that holds it
        Path(name).unlink()
        weakref.finalize(self, os.close, self._file)
        self._own = Lock()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other thread and process out; a process that is killed lets go."""
        with self._own:
            fcntl.lockf(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN)

    def get(self, name: str) -> tuple[float, float] | None:
        """Return the row of a name; None where it has none, or another name took its place."""
        digest, at = self._place(name)
        found, number, time = _ROW.unpack_from(self._memory, at)
        return (number, time) if found == digest else None

    def put(self, name: str, row: tuple[float, float]) -> None:
        """Write the row of a name."""
        digest, at = self._place(name)
        _ROW.pack_into(self._memory, at, digest, *row)

    def _place(self, name: str) -> tuple[bytes, int]:
        digest = hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=16).digest()
        return digest, int.from_bytes(digest[:8], "big") % self._size * _ROW.size
