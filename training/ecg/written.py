"""Files of examples, written one after the other from the records of a set."""

import io
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np

from ...datasets.sources.ecg_sets import read_set
from ..options import Say, silent
from .config import Config
from .examples import FIELDS, NOWHERE, Examples, examples_of, part_of, together
from .truth import classes_and_truth, parts_of


@dataclass(frozen=True, slots=True)
class Block:
    """Files of a set that one process writes.

    Parameters
    ----------
    config : of the run
    source : id of the set
    folder : where they are written
    first : number of the first file
    shards : how many files; None is all up to the end of the set
    """

    config: Config
    source: str
    folder: Path
    first: int = 0
    shards: int | None = None

    def part(self, first: int, shards: int | None = None) -> "Block":
        """Return other files of the same set."""
        return replace(self, first=first, shards=shards)


def write_block(block: Block, say: Say = silent) -> int:
    """Write files of examples, and return how many records were read."""
    config, size = block.config, block.config.recipe.shard_records
    _, truth = classes_and_truth(config)
    split = parts_of(config, block.source)
    records = read_set(block.source, config.folders[block.source], start=block.first * size)
    number, read = block.first, 0
    while block.shards is None or number < block.first + block.shards:
        batch = list(islice(records, size))
        if not batch:
            break
        found = []
        for ecg in batch:
            rows, part = truth(block.source, ecg), part_of(ecg, split)
            if rows is not None and part != NOWHERE:
                asked = (config.recipe, part)
                found.append(examples_of(config.kind, block.source, ecg, rows, asked))
        write_shard(block.folder / f"{number:05d}", found)
        number += 1
        read += len(batch)
        say(f"{block.source}: {number * size} records read")
    return read


def is_written(folder: Path, number: int) -> bool:
    """Say whether a file was written, or marked as empty."""
    stem = folder / f"{number:05d}"
    return stem.with_suffix(".npz").is_file() or stem.with_suffix(".empty").is_file()


def write_shard(stem: Path, found: list[Examples]) -> None:
    """Write a file whole, or not at all; an empty one is marked, so that counting goes on."""
    if not found:
        stem.with_suffix(".empty").touch()
        return
    buffer = io.BytesIO()
    joined = together(found)
    np.savez(buffer, **{name: getattr(joined, name) for name in FIELDS})
    part = stem.with_suffix(".part")
    part.write_bytes(buffer.getvalue())
    part.replace(stem.with_suffix(".npz"))
