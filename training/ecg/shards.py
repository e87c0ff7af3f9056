"""Examples in files of a few hundred records each: an interrupted run goes on at the next file."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...datasets.sources.ecg_sets import read_set
from ...engine.errors import DataError
from ..options import Say
from .config import Config
from .examples import NOWHERE, Examples, examples_of, part_of
from .truth import Truth, parts_of

_FIELDS: Final = ("x", "extra", "truth", "source", "person", "part")
_DONE: Final = "done.json"


@dataclass(frozen=True, slots=True)
class Shards:
    """Files of examples, in the order in which the sets were read."""

    paths: tuple[Path, ...]

    def read(self, index: int) -> Examples:
        """Return the examples of one file."""
        with np.load(self.paths[index], allow_pickle=False) as found:
            return Examples(**{name: found[name] for name in _FIELDS})

    def every(self) -> Iterator[Examples]:
        """Yield every file in order."""
        for index in range(len(self.paths)):
            yield self.read(index)


def kept_shards(config: Config, folder: Path, truth: Truth, say: Say) -> Shards:
    """Write what is not written yet of the examples of a run, and return all of it.

    Parameters
    ----------
    config : of the run
    folder : of this run alone
    truth : labels a record

    Raises
    ------
    DataError : no record of the task was found
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for source in config.folders:
        paths += _of_set(config, source, folder, truth, say)
    if not paths:
        raise DataError(
            found=f"no record of the task {config.task}",
            why="nothing would be learned",
            remedy="Look whether the folders hold the sets, and their labels those of the task",
            path="config",
        )
    return Shards(tuple(paths))


def _of_set(config: Config, source: str, folder: Path, truth: Truth, say: Say) -> list[Path]:
    mine, done = folder / source, folder / source / _DONE
    mine.mkdir(exist_ok=True)
    if not done.is_file():
        size = config.recipe.shard_records
        first = sum(1 for _ in mine.glob("*.npz")) + sum(1 for _ in mine.glob("*.empty"))
        if first:
            say(f"{source}: {first * size} records are kept, going on there")
        records = read_set(source, config.folders[source], start=first * size)
        split, number = parts_of(config, source), first
        while batch := list(islice(records, size)):
            found = []
            for ecg in batch:
                rows, part = truth(source, ecg), part_of(ecg, split)
                if rows is not None and part != NOWHERE:
                    asked = (config.recipe, part)
                    found.append(examples_of(config.kind, source, ecg, rows, asked))
            write_shard(mine / f"{number:05d}", found)
            number += 1
            say(f"{source}: {number * size} records read")
        done.write_text(json.dumps({"files": number}), encoding="utf-8")
    return sorted(mine.glob("*.npz"))


def write_shard(stem: Path, found: list[Examples]) -> None:
    """Write a file whole, or not at all; an empty one is marked, so that counting goes on."""
    if not found:
        stem.with_suffix(".empty").touch()
        return
    buffer = io.BytesIO()
    joined = {name: np.concatenate([getattr(e, name) for e in found]) for name in _FIELDS}
    np.savez(buffer, **joined)  # type: ignore[arg-type]  # its stub takes the arrays for a flag
    part = stem.with_suffix(".part")
    part.write_bytes(buffer.getvalue())
    part.replace(stem.with_suffix(".npz"))


def together(parts: list[Examples]) -> Examples:
    """Join examples in order."""
    return Examples(**{n: np.concatenate([getattr(e, n) for e in parts]) for n in _FIELDS})


def only(examples: Examples, rows: NDArray[np.bool_]) -> Examples:
    """Return some examples."""
    return Examples(**{name: getattr(examples, name)[rows] for name in _FIELDS})


def sources_of(shards: Shards) -> list[str]:
    """Return the sets of which there is an example, in order."""
    return list(dict.fromkeys(chain.from_iterable(e.source.tolist() for e in shards.every())))
