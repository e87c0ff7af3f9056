"""What a run at full scale is made of: a task, the folders of its sets, a recipe.

    laennec train ecg --data DIR --form ptbxl_superclass     # DIR holds one folder a set, by its id
    laennec train ecg --data run.toml

    task = "statements"
    [folders]
    ptbxl = "/data/ptb-xl/1.0.3"
    georgia = "/data/challenge-2021"
    [recipe]
    epochs = 5

A set of the task that no folder is given for is left out of the run; the card says which were read.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from ...engine.errors import DataError

_TASKS: Final = "tasks.toml"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How examples are made and a network is learned; the defaults stand in ``tasks.toml``.

    Parameters
    ----------
    rate_hz, seconds : to which a recording is brought
    channels, blocks : size of the network
    epochs, batch, learning_rate, weight_decay, dropout : of AdamW
    shard_records : records of one file of examples
    pool_shards : files that are mixed with one another
    checkpoint_rounds : after how many pools the state is kept
    replicates : of the bootstrap
    seed : of everything that is drawn
    """

    rate_hz: int
    seconds: float
    channels: int
    blocks: int
    epochs: int
    batch: int
    learning_rate: float
    weight_decay: float
    dropout: float
    shard_records: int
    pool_shards: int
    checkpoint_rounds: int
    replicates: int
    seed: int


@dataclass(frozen=True, slots=True)
class Config:
    """One run.

    Parameters
    ----------
    task : id in ``tasks.toml``
    kind : labels, strips or beats
    classes : where they come from, or their names
    leaves_out : whether every set is left out in turn
    folders : set -> folder, in the order of the task
    recipe : of the run
    """

    task: str
    kind: str
    classes: str | tuple[str, ...]
    leaves_out: bool
    folders: Mapping[str, Path]
    recipe: Recipe

    @property
    def is_one_of(self) -> bool:
        """Say whether exactly one class holds."""
        return self.kind != "labels"

    def sha256(self) -> str:
        """Hash what examples and network depend on, folders apart."""
        parts = (self.task, self.kind, self.classes, list(self.folders), asdict(self.recipe))
        return hashlib.sha256(repr(parts).encode()).hexdigest()


def task_table() -> Mapping[str, Any]:
    """Return ``tasks.toml``."""
    text = (files(__package__ or "") / _TASKS).read_text(encoding="utf-8")
    return tomllib.loads(text)


def chosen_runs(data: Path, forms: tuple[str, ...]) -> list[Config]:
    """Return the runs that are asked for.

    Parameters
    ----------
    data : folder that holds one folder for each set, or a config file
    forms : tasks; none given means every task of which a set is there

    Raises
    ------
    DataError : no such task, no set of it in the folder, or a config that can't be read
    """
    if data.suffix == ".toml":
        return [_from_file(data)]
    tasks = task_table()["task"]
    there = [name for name in tasks if _folders(data, tasks[name]["sets"])]
    runs = [_run(name, _folders(data, _task(name)["sets"]), {}) for name in forms or there]
    if not runs:
        raise _wrong("no folder of any set", f"Name its folders {', '.join(_all_sets())}")
    return runs


def _from_file(path: Path) -> Config:
    try:
        asked = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        found = f"a config that can't be read ({type(error).__name__})"
        raise _wrong(found, "Write it as docs/how-to/train.md") from error
    unknown = set(asked) - {"task", "folders", "recipe"}
    if unknown:
        raise _wrong(f"the key {min(unknown)!r}", "Write task, folders and recipe only")
    named, recipe = asked.get("folders"), asked.get("recipe", {})
    if not isinstance(named, dict) or not all(isinstance(v, str) for v in named.values()):
        raise _wrong("no table of folders", "Write [folders] with one line for each set")
    task = _task(asked.get("task", ""))
    strange = set(named) - set(task["sets"])
    if strange:
        raise _wrong(f"the set {min(strange)!r}", f"This task reads {', '.join(task['sets'])}")
    folders = {name: Path(named[name]) for name in task["sets"] if name in named}
    return _run(asked["task"], folders, recipe)


def _run(name: str, folders: Mapping[str, Path], changed: Any) -> Config:  # noqa: ANN401 - from a TOML file
    task, table = _task(name), task_table()
    if not folders:
        raise _wrong(f"no folder of {name}", f"Name its folders {', '.join(task['sets'])}")
    recipe = Recipe(**{**table["recipe"], **task.get("recipe", {})})
    return Config(
        task=name,
        kind=task["kind"],
        classes=task["classes"] if isinstance(task["classes"], str) else tuple(task["classes"]),
        leaves_out=bool(task.get("leaves_out", False)) and len(folders) > 1,
        folders=folders,
        recipe=_changed(recipe, changed),
    )


def _changed(recipe: Recipe, asked: Any) -> Recipe:  # noqa: ANN401 - from a TOML file
    known = {f.name for f in fields(Recipe)}
    for name, value in (asked if isinstance(asked, dict) else {"recipe": asked}).items():
        kind = type(getattr(recipe, name)) if name in known else None
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if kind is None or not is_number or (kind is int and not isinstance(value, int)):
            raise _wrong(f"{name} = {value!r} in the recipe", f"Set {', '.join(sorted(known))}")
        if value < 0 or (value == 0 and name not in {"dropout", "weight_decay", "seed"}):
            raise _wrong(f"{name} = {value!r} in the recipe", "Give a number above 0")
        recipe = replace(recipe, **{name: kind(value)})
    return recipe


def _folders(data: Path, names: list[str]) -> dict[str, Path]:
    return {name: data / name for name in names if (data / name).is_dir()}


def _task(name: Any) -> Mapping[str, Any]:  # noqa: ANN401 - from a TOML file
    tasks: Mapping[str, Any] = task_table()["task"]
    if name not in tasks:
        raise _wrong(f"the task {name!r}", f"Name one of {', '.join(tasks)}")
    found: Mapping[str, Any] = tasks[name]
    return found


def _all_sets() -> list[str]:
    tasks = task_table()["task"].values()
    return list(dict.fromkeys(name for task in tasks for name in task["sets"]))


def _wrong(found: str, remedy: str) -> DataError:
    why = "it is not known what is to be learned from what"
    return DataError(found=found, why=why, remedy=remedy, path="config")
