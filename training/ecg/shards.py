"""Examples in files of a few hundred records each: an interrupted run goes on at the next file."""

import json
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain, count
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...datasets.sources.ecg_sets import passes_over
from ...engine.errors import DataError
from ..options import Say
from .config import Config
from .examples import FIELDS, Examples
from .written import Block, is_written, write_block

_DONE: Final = "done.json"
_BLOCK_SHARDS: Final = 8


@dataclass(frozen=True, slots=True)
class Shards:
    """Files of examples, in the order in which the sets were read."""

    paths: tuple[Path, ...]

    def read(self, index: int) -> Examples:
        """Return the examples of one file."""
        with np.load(self.paths[index], allow_pickle=False) as found:
            return Examples(**{name: found[name] for name in FIELDS})

    def every(self) -> Iterator[Examples]:
        """Yield every file in order."""
        for index in range(len(self.paths)):
            yield self.read(index)


def kept_shards(config: Config, folder: Path, say: Say, workers: int = 1) -> Shards:
    """Write what is not written yet of the examples of a run, and return all of it.

    Parameters
    ----------
    config : of the run
    folder : of this run alone
    workers : processes that read; the files are the same for any number

    Raises
    ------
    DataError : no record of the task was found
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for source in config.folders:
        paths += _of_set(Block(config, source, folder / source), say, workers)
    if not paths:
        raise DataError(
            found=f"no record of the task {config.task}",
            why="nothing would be learned",
            remedy="Look whether the folders hold the sets, and their labels those of the task",
            path="config",
        )
    return Shards(tuple(paths))


def _of_set(whole: Block, say: Say, workers: int) -> list[Path]:
    whole.folder.mkdir(exist_ok=True)
    done = whole.folder / _DONE
    if not done.is_file():
        first = _first_missing(whole.folder)
        if first:
            kept = first * whole.config.recipe.shard_records
            say(f"{whole.source}: {kept} records are kept, going on there")
        if workers > 1 and passes_over(whole.source):
            _write_side_by_side(whole, first, say, workers)
        else:
            write_block(whole.part(first), say)
        done.write_text(json.dumps({"files": _first_missing(whole.folder)}), encoding="utf-8")
    return sorted(whole.folder.glob("*.npz"))


def _first_missing(folder: Path) -> int:
    """Return the number of the first file that is not there: processes end in any order."""
    return next(number for number in count() if not is_written(folder, number))


def _write_side_by_side(whole: Block, first: int, say: Say, workers: int) -> None:
    """Write blocks of files, one a process, until the set has ended."""
    full = _BLOCK_SHARDS * whole.config.recipe.shard_records
    starts = count(first, _BLOCK_SHARDS)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        under_way = deque(
            pool.submit(write_block, whole.part(next(starts), _BLOCK_SHARDS))
            for _ in range(workers)
        )
        read = first * whole.config.recipe.shard_records
        while under_way:
            of_block = under_way.popleft().result()
            read += of_block
            say(f"{whole.source}: {read} records read")
            if of_block == full:
                under_way.append(pool.submit(write_block, whole.part(next(starts), _BLOCK_SHARDS)))


def only(examples: Examples, rows: NDArray[np.bool_]) -> Examples:
    """Return some examples."""
    return Examples(**{name: getattr(examples, name)[rows] for name in FIELDS})


def sources_of(shards: Shards) -> list[str]:
    """Return the sets of which there is an example, in order."""
    return list(dict.fromkeys(chain.from_iterable(e.source.tolist() for e in shards.every())))
