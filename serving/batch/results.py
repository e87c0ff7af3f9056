"""Reads the rows of a finished result."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from .options import BatchRefused
from .parts import MANIFEST_FILE, PARTS


def result_tables(out: Path, columns: Sequence[str] | None = None) -> Iterator[tuple[str, Any]]:
    """Yield the name and the rows of every part of a finished result, as an Arrow table.

    Parameters
    ----------
    out : folder of the result
    columns : all where None

    Raises
    ------
    BatchRefused  if the folder holds no finished result, or a part of it can't be read
    """
    parts = sorted((out / PARTS).glob("part-*.parquet"))
    if not (out / MANIFEST_FILE).is_file() or not parts:
        raise _refused("a folder without a complete result", out.name)
    for part in parts:
        try:
            yield part.name, pq.read_table(part, columns=None if columns is None else list(columns))
        except (pa.ArrowException, OSError) as error:
            raise _refused(
                f"a part that can't be read ({type(error).__name__})", part.name
            ) from error


def _refused(found: str, path: str) -> BatchRefused:
    return BatchRefused(
        found=found,
        why="half the people would be taken for everybody",
        remedy="Give the --out folder of a finished batch; run it again where a part is broken",
        path=path,
    )
