"""Reads the rows of a finished result: every part that its manifest lists, as it was written."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from ....datasets.readers.tables import InputFile
from ..options import BatchRefused
from ..plan import TODAY, stored_json
from .parts import MANIFEST_FILE, PARTS, RESULT_SCHEMA, file_sha256
from .rows import wrong_columns, wrong_values

_COMPLETE: Final = "complete"
_OF_MODEL: Final = ("id", "version", "outcome", "sha256")
_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class ResultManifest:
    """What the manifest of a result says of it.

    Attributes
    ----------
    state : complete, or partly_done
    not_done : how many parts of the input are not in it
    parts : sha256 of each by its name
    content_sha256 : of all rows, whatever their order
    inputs : sha256 of the files that were screened
    models : id, version, outcome and sha256 of each
    guidelines : the set of each topic
    today : later visits were refused
    malformed_lines : lines of the input that are no row, and so are not in it
    """

    state: str
    not_done: int
    parts: Mapping[str, str]
    content_sha256: str
    inputs: frozenset[str]
    models: tuple[Mapping[str, str], ...]
    guidelines: Mapping[str, str]
    today: date | None
    malformed_lines: int = 0


def result_tables(out: Path, columns: Sequence[str] | None = None) -> Iterator[tuple[str, Any]]:
    """Yield the name and the rows of every part of a finished result, as an Arrow table.

    Parameters
    ----------
    out : folder of the result
    columns : all where None

    Raises
    ------
    BatchRefused  if the folder holds no finished result, a part of the input is not in it, its
        parts are not those of its manifest, or one can't be read or was written by no batch
    """
    first: list[str] = []
    for name, sha256 in _listed(out).items():
        path = out / PARTS / name
        with _readable(path):
            _require_part(path, sha256)
            names = pq.read_schema(path).names
        first = first or names
        if names != first:
            raise _refused("a part with other columns than the first part", name)
        yield name, read_part(path, columns)


def require_rows(table: Any, out: Path) -> None:  # noqa: ANN401 - pyarrow has no types
    """Refuse a result in which no row stands.

    Raises
    ------
    BatchRefused  as zeros would look like a population of which nobody needs anything
    """
    if not table.num_rows:
        raise BatchRefused(
            found="a result without a single row",
            why="nobody would be found, and that would look like an answer",
            remedy="Look at the tables that were screened: their export came out empty",
            path=out.name,
        )


def read_part(path: Path, columns: Sequence[str] | None = None) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return the rows of a part as an Arrow table.

    Parameters
    ----------
    columns : all where None

    Raises
    ------
    BatchRefused  if it can't be read, or was written by no batch
    """
    with _readable(path):
        wrong = wrong_columns(pq.read_schema(path))
        if wrong:
            raise _refused(f"a part with {wrong}", path.name)
        table = pq.read_table(path, columns=None if columns is None else list(columns))
    wrong = wrong_values(table)
    if wrong:
        raise _refused(f"a part with {wrong}", path.name)
    return table


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Refuse a part that is no file, or breaks while it is read."""
    if not path.is_file():
        raise _refused("a part that is no file", path.name)
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        found = f"a part that can't be read ({type(error).__name__})"
        raise _refused(found, path.name) from error


def _require_part(path: Path, sha256: str) -> None:
    """Refuse a part that is not the file of its manifest, by its hash."""
    if file_sha256(path) != sha256:
        raise _refused("a part that is not the one of its manifest", path.name)


def check_same_input(files: Iterable[InputFile], results: Sequence[Path], option: str) -> None:
    """Refuse a table that none of some results was made of.

    Parameters
    ----------
    files : as they were found
    results : folders; nothing is compared where there are none
    option : how the tables were given, for the remedy

    Raises
    ------
    BatchRefused  with the first file whose sha256 is in no manifest; or as `read_manifest`
    """
    if not results:
        return
    made_of = {sha256 for result in results for sha256 in read_manifest(result).inputs}
    strange = [file.name for file in files if file.sha256() not in made_of]
    if strange:
        raise BatchRefused(
            found="an input that none of the results was made of",
            why="its values would be set beside the risks of other people",
            remedy=f"Give the tables that the batches read, unchanged, or leave {option} out",
            path=strange[0],
        )


def _listed(out: Path) -> Mapping[str, str]:
    """Return the sha256 of every part by name, after comparing the folder with its manifest."""
    manifest = read_manifest(out)
    if manifest.state != _COMPLETE or manifest.not_done:
        raise _refused(
            f"a result that is not complete ({manifest.not_done} parts of the input are not in it)",
            out.name,
        )
    there = {path.name for path in (out / PARTS).glob("part-*.parquet")}
    if not manifest.parts or there != set(manifest.parts):
        raise _refused("a folder whose parts are not those of its manifest", out.name)
    return manifest.parts


def read_manifest(out: Path) -> ResultManifest:
    """Return what the manifest of a result says.

    Raises
    ------
    BatchRefused  if there is none, it can't be read, or is of another form
    """
    path = out / MANIFEST_FILE
    if not path.is_file():
        raise _refused("a folder without a complete result", out.name)
    try:
        said = stored_json(path)
        if said["schema"] == RESULT_SCHEMA:
            return _manifest(said)
    except (KeyError, TypeError, AttributeError, ValueError, OSError) as error:
        found = f"a {MANIFEST_FILE} that can't be read, or is none of a batch"
        raise _refused(found, out.name) from error
    shown = str(said["schema"])[:_SHOWN]
    raise _refused(f"a result of the form {shown!r}, where {RESULT_SCHEMA} is read", out.name)


def _manifest(said: Mapping[str, Any]) -> ResultManifest:
    plan, output = said["plan"], said["output"]
    today = plan.get(TODAY)
    return ResultManifest(
        state=said["state"],
        not_done=len(said["not_done"]),
        parts={str(p["name"]): str(p["sha256"]) for p in output["parts"]},
        content_sha256=str(output["content_sha256"]),
        inputs=frozenset(str(one["sha256"]) for one in plan["input"]),
        models=tuple({name: str(one[name]) for name in _OF_MODEL} for one in plan["models"]),
        guidelines={str(topic): str(name) for topic, name in plan["guidelines"].items()},
        today=None if today is None else date.fromisoformat(today),
        malformed_lines=sum(int(one["count"]) for one in said.get("malformed_lines", ())),
    )


def _refused(found: str, path: str) -> BatchRefused:
    return BatchRefused(
        found=found,
        why="half the people would be taken for everybody",
        remedy="Give the --out folder of a finished batch: go on with `laennec batch --resume`, or "
        "run it again without the file that can't be read",
        path=path,
    )
