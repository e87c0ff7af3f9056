"""What a small network over the signal reaches on the same records, one source left out."""

from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...engine.fixedpoint import FloatArray
from ..ecg.config import Recipe as Scale
from ..ecg.config import task_table
from ..ecg.examples import TRAIN, Examples, examples_of
from ..ecg.loop import Asked, learn, logits_of
from ..ecg.shards import Shards
from ..ecg.written import write_shard
from .records import Ecgs, every_record


def cnn_logits(data: Path, ecgs: Ecgs, work: Path) -> FloatArray:
    """Return the logits of a network that had not seen the record's source.

    It has the recipe of ``training/ecg/tasks.toml`` and learns from the same labels.

    Parameters
    ----------
    data : as `records.twelve_lead` reads it
    ecgs : in that order
    work : folder in which signals are kept for the run
    """
    recipe = Scale(**task_table()["recipe"])
    work.mkdir(parents=True, exist_ok=True)
    shards = _signals(data, ecgs, recipe, work / "cnn.npz")
    found = np.empty(ecgs.truth.shape)
    examples = shards.read(0)
    for source in dict.fromkeys(ecgs.source):
        state = work / "cnn-net.npz"
        state.unlink(missing_ok=True)
        here = ecgs.source == source
        net = learn(Asked(shards, partial(_without, str(source)), False, recipe), state)
        found[here] = logits_of(net, examples, recipe.batch)[here]
        state.unlink()
    return found


def _without(source: str, examples: Examples) -> NDArray[np.bool_]:
    return np.asarray(examples.source != source)


def _signals(data: Path, ecgs: Ecgs, recipe: Scale, path: Path) -> Shards:
    """Keep the signals of every record in one file, with the truth as the rules are judged by."""
    parts = [
        examples_of("labels", source, ecg, truth[None], (recipe, TRAIN))
        for (source, ecg, _), truth in zip(every_record(data), ecgs.truth, strict=True)
    ]
    write_shard(path.with_suffix(""), parts)
    return Shards((path,))
