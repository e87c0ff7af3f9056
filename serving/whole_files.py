"""Files that are whole or not there: written aside and renamed, and what stood there stays."""

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ASIDE: Final = ".aside"


@contextlib.contextmanager
def kept_whole(target: Path) -> Iterator[Path]:
    """Give a file aside to write to, and rename it when it is whole; a device is written itself.

    A link stays one, and who may read a file that is replaced may read the new one, nobody else.

    Raises
    ------
    OSError  if the disk does not take it; what stood there before stays, nothing is left behind
    """
    if target.exists() and not target.is_file():
        yield target
        return
    real = target.resolve()
    aside = real.with_name(f".{real.name}.{os.getpid()}{ASIDE}")
    try:
        if real.exists():
            aside.touch()
            shutil.copymode(real, aside)
        yield aside
        with aside.open("rb") as stream:
            os.fsync(stream.fileno())
        aside.replace(real)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def write_json(path: Path, content: object) -> None:
    """Write JSON aside and rename it; the same content gives the same bytes."""
    write_text(path, json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a text aside, its line ends as they are, and rename it."""
    with kept_whole(path) as aside:
        aside.write_text(text, encoding="utf-8", newline="")
