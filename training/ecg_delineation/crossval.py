"""Folds by person: every record is judged by a network that has not seen its person."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch

from ...models.ecg_delineation.definition import Delineator, Size
from ..options import Say, silent
from .loop import Recipe, learn
from .strips import Strips

FOLD_SEED = 7


def folds(persons: Sequence[str], n: int, kinds: Sequence[str] = ()) -> list[list[int]]:
    """Split records so that nobody stands in two folds, and each fold has its part of each kind.

    Parameters
    ----------
    persons : who each record is of
    n : number of folds
    kinds : what each record is (its rhythm); the rare ones would else stand in one fold

    Returns
    -------
    the rows of each fold, sorted
    """
    kind_of = dict(zip(persons, kinds or [""] * len(persons), strict=True))
    random = np.random.default_rng(FOLD_SEED)
    people = sorted(set(persons))
    shuffled = [people[i] for i in random.permutation(len(people))]
    ordered = sorted(shuffled, key=kind_of.__getitem__)
    part_of = {who: place % n for place, who in enumerate(ordered)}
    found: list[list[int]] = [[] for _ in range(n)]
    for row, person in enumerate(persons):
        found[part_of[person]].append(row)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Lessons:
    """What a network learns from.

    Parameters
    ----------
    real : annotated strips
    simulated : strips with exact truth
    """

    real: Strips
    simulated: Strips | None = None


def learned(lessons: Lessons, recipe: Recipe, kept: Path, *, say: Say = silent) -> Delineator:
    """Train a network, or take up the one that an interrupted run has kept.

    Parameters
    ----------
    lessons : what it learns from
    recipe : of the run
    kept : file of its weights; used only when recipe, signals and targets are the same
    say : called with lines of progress
    """
    strips, simulated = lessons.real, lessons.simulated
    fingerprint = fingerprint_of(lessons, recipe)
    if kept.exists():
        with np.load(kept) as arrays:
            if str(arrays["fingerprint"]) == fingerprint:
                say(f"{kept.stem}: taken from an earlier run")
                return _restored({k: arrays[k] for k in arrays.files}, recipe.size)
    network = learn(strips, recipe, simulated=simulated, say=say)
    kept.parent.mkdir(parents=True, exist_ok=True)
    state = {f"w.{name}": value.numpy() for name, value in network.state_dict().items()}
    np.savez(kept, fingerprint=np.array(fingerprint), **state)
    return network


def fingerprint_of(lessons: Lessons, recipe: Recipe) -> str:
    """Name everything that a network depends on: a kept one is taken up only under this name.

    The signals, what is wanted of them and where it is known go in by their hash: persons and
    counts alone would keep a network whose targets have been changed.

    Parameters
    ----------
    lessons : what it learns from
    recipe : of the run; the number of threads is no part of it
    """
    real, simulated = lessons.real, lessons.simulated
    parts = {
        "recipe": asdict(replace(recipe, threads=1)),
        "persons": real.persons,
        "real": real.sha256(),
        "simulated": "" if simulated is None else simulated.sha256(),
    }
    return json.dumps(parts, sort_keys=True)


def _restored(
    arrays: "dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]", size: Size
) -> Delineator:
    network = Delineator(size)
    state = {k[2:]: torch.from_numpy(np.array(v)) for k, v in arrays.items() if k.startswith("w.")}
    network.load_state_dict(state)
    return network.eval()
