"""Reads ``models/cardiovascular/recipe.toml``: who, what is read, and how it is learned."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...engine.errors import DataError
from ...engine.fuzzy.system import TskSystem, parse_system
from ..fitted import era_index

MODEL = "cardiovascular"
FOLDER = Path(__file__).parents[2] / "models" / MODEL


@dataclass(frozen=True, slots=True)
class Settings:
    """Numbers of the training, from ``[training]``."""

    seed: int
    max_iterations: int
    ridge: float
    stay: float
    least_points: float
    replicates: int
    golden_cases: int
    horizon_months: float
    low_below: float
    high_from: float


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that ``recipe.toml`` says; `raw` keeps texts and input descriptions."""

    version: str
    form: str
    settings: Settings
    eras: tuple[tuple[str, ...], ...]
    system: TskSystem
    raw: Mapping[str, Any]

    def era_of(self, cycle: NDArray[np.str_]) -> NDArray[np.int64]:
        """Return the era of each person.

        Raises
        ------
        DataError  if a cycle belongs to no era
        """
        return era_index(self.eras, cycle, listed_in="recipe.toml")


@cache
def load_recipe(folder: Path = FOLDER) -> Recipe:
    """Read the recipe and its system."""
    raw = tomllib.loads((folder / "recipe.toml").read_text(encoding="utf-8"))
    text = (folder / raw["system"]).read_text(encoding="utf-8")
    system = parse_system(text, raw["system"])
    if not isinstance(system, TskSystem) or system.normalised or (system.points <= 0).any():
        raise DataError(
            found=f"{raw['system']} is no additive system with positive points",
            why="this training keeps every rule monotone by positive points",
            remedy='Write kind = "tsk", normalised = false, and "logit +..." in every rule',
            path=raw["system"],
        )
    return Recipe(
        version=raw["version"],
        form=raw["form"],
        settings=Settings(**raw["training"]),
        eras=tuple(tuple(era["cycles"]) for era in raw["era"]),
        system=system,
        raw=raw,
    )
