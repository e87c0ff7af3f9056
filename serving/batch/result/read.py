"""Reads the rows of a finished result: every part that its manifest lists, as it was written."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ....datasets.readers.tables import InputFile
from ..options import BatchRefused
from ..plan import stored_json
from .parts import MANIFEST_FILE, PARTS

_COMPLETE = "complete"


def result_tables(out: Path, columns: Sequence[str] | None = None) -> Iterator[tuple[str, Any]]:
    """Yield the name and the rows of every part of a finished result, as an Arrow table.

    Parameters
    ----------
    out : folder of the result
    columns : all where None

    Raises
    ------
    BatchRefused  if the folder holds no finished result, a part of the input is not in it, its
        parts are not those of its manifest, or one can't be read
    """
    for name, sha256 in _listed(out).items():
        path = out / PARTS / name
        try:
            with path.open("rb") as stream:
                is_same = hashlib.file_digest(stream, "sha256").hexdigest() == sha256
            if not is_same:
                raise _refused("a part that is not the one of its manifest", name)
            yield name, pq.read_table(path, columns=None if columns is None else list(columns))
        except (pa.ArrowException, OSError) as error:
            raise _refused(f"a part that can't be read ({type(error).__name__})", name) from error


def check_same_input(files: Iterable[InputFile], results: Sequence[Path], option: str) -> None:
    """Refuse a table that none of some results was made of.

    Parameters
    ----------
    files : as they were found
    results : folders; nothing is compared where there are none
    option : how the tables were given, for the remedy

    Raises
    ------
    BatchRefused  with the first file whose sha256 is in no manifest
    """
    if not results:
        return
    made_of = {
        one["sha256"]
        for result in results
        for one in stored_json(result / MANIFEST_FILE).get("plan", {}).get("input", [])
    }
    strange = [file.name for file in files if file.sha256() not in made_of]
    if strange:
        raise BatchRefused(
            found="an input that none of the results was made of",
            why="its values would be set beside the risks of other people",
            remedy=f"Give the tables that the batches read, unchanged, or leave {option} out",
            path=strange[0],
        )


def _listed(out: Path) -> dict[str, str]:
    """Return the sha256 of every part by name, after comparing the folder with its manifest."""
    if not (out / MANIFEST_FILE).is_file():
        raise _refused("a folder without a complete result", out.name)
    manifest = stored_json(out / MANIFEST_FILE)
    if "state" not in manifest:
        raise _refused(f"a {MANIFEST_FILE} that can't be read, or is none of a batch", out.name)
    if manifest.get("state") != _COMPLETE or manifest.get("not_done"):
        missing = manifest.get("not_done") or []
        raise _refused(
            f"a result that is not complete ({len(missing)} parts of the input are not in it)",
            out.name,
        )
    said: Mapping[str, Any] = manifest.get("output") or {}
    parts = {str(p["name"]): str(p["sha256"]) for p in said.get("parts", ())}
    there = {path.name for path in (out / PARTS).glob("part-*.parquet")}
    if not parts or there != set(parts):
        raise _refused("a folder whose parts are not those of its manifest", out.name)
    return dict(sorted(parts.items()))


def _refused(found: str, path: str) -> BatchRefused:
    return BatchRefused(
        found=found,
        why="half the people would be taken for everybody",
        remedy="Give the --out folder of a finished batch: go on with `laennec batch --resume`, or "
        "run it again without the file that can't be read",
        path=path,
    )
