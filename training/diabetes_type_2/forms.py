"""Reads ``models/diabetes_type_2/forms.toml``: the forms that are trained, and how."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...engine.bundles.decode import to_toml
from ...engine.errors import DataError
from ...engine.fuzzy.system import TskSystem, parse_system
from ..fitted import era_index

MODEL = "diabetes_type_2"
FOLDER = Path(__file__).parents[2] / "models" / MODEL
BASE = "no_lab.toml"


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
    cycles_before_ahead: int
    alpha: float
    ada_refers_from: int


@dataclass(frozen=True, slots=True)
class Form:
    """One form of the model.

    Parameters
    ----------
    id, outcome, label, reference_standard, weight : as in ``forms.toml``
    label_from : a case has at least this value of `label`; None where `label` is 0 or 1 itself
    system : where learning starts
    headline_below : known marker -> its own cut-off; headline figures are for people below it
    missed_cases_at_most : share of cases that the low band may hold, chooses its cut-off
    high_share : share of people in the high band, chooses its cut-off
    limits : sentence ids of limits of this form only
    """

    id: str
    outcome: str
    label: str
    label_from: float | None
    reference_standard: str
    weight: str
    system: TskSystem
    headline_below: Mapping[str, float]
    missed_cases_at_most: float
    high_share: float
    limits: tuple[str, ...] = ()

    @property
    def is_fasting(self) -> bool:
        """Whether only people of the fasting subsample are used."""
        return self.weight == "fasting_weight"


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that ``forms.toml`` says; `raw` keeps texts and input descriptions."""

    version: str
    settings: Settings
    eras: tuple[tuple[str, ...], ...]
    era_names: tuple[str, ...]
    body_size: tuple[str, ...]
    forms: tuple[Form, ...]
    raw: Mapping[str, Any]

    def era_of(self, cycle: NDArray[np.str_]) -> NDArray[np.int64]:
        """Return the era of each person.

        Raises
        ------
        DataError  if a cycle belongs to no era
        """
        return era_index(self.eras, cycle, listed_in="forms.toml")

    def form(self, form_id: str) -> Form:
        """Return one form.

        Raises
        ------
        DataError  if there is none of that name
        """
        for form in self.forms:
            if form.id == form_id:
                return form
        raise DataError(
            found=f"the form {form_id!r}",
            why="it is not described in forms.toml",
            remedy=f"Use one of {', '.join(f.id for f in self.forms)}",
            path="forms",
        )


@cache
def load_recipe(folder: Path = FOLDER) -> Recipe:
    """Read the recipe and every system of it."""
    raw = tomllib.loads((folder / "forms.toml").read_text(encoding="utf-8"))
    return Recipe(
        version=raw["version"],
        settings=Settings(**raw["training"]),
        eras=tuple(tuple(era["cycles"]) for era in raw["era"]),
        era_names=tuple(era["name"] for era in raw["era"]),
        body_size=tuple(raw["body_size"]["any_of"]),
        forms=tuple(_form(row, folder) for row in raw["form"]),
        raw=raw,
    )


def _form(row: Mapping[str, Any], folder: Path) -> Form:
    system = merge_system(folder, row["additions"], row["without_rules"])
    return Form(
        id=row["id"],
        outcome=row["outcome"],
        label=row["label"],
        label_from=row.get("label_from"),
        reference_standard=row["reference_standard"],
        weight=row["weight"],
        system=system,
        headline_below=row.get("headline_below", {}),
        missed_cases_at_most=row["missed_cases_at_most"],
        high_share=row["high_share"],
        limits=tuple(row.get("limits", ())),
    )


def merge_system(folder: Path, additions: Sequence[str], without_rules: Sequence[str]) -> TskSystem:
    """Put a form's system together: the base, what is added, without what is left out.

    Parameters
    ----------
    folder : holds the TOML files
    additions : files with more variables and rules; each names its system and required inputs
    without_rules : ids of rules of the base that this form does not use

    Raises
    ------
    DataError  if a rule to leave out does not exist, or the whole is no additive system
    """
    whole = tomllib.loads((folder / BASE).read_text(encoding="utf-8"))
    for name in additions:
        more = tomllib.loads((folder / name).read_text(encoding="utf-8"))
        whole["system"]["name"] = more["system"]["name"]
        whole["system"]["inputs"] += more["system"]["required"]
        whole["variable"] += more["variable"]
        whole["rule"] += more["rule"]
    known = [rule["id"] for rule in whole["rule"]]
    for rule_id in without_rules:
        if rule_id not in known:
            raise DataError(
                found=f"without_rules names {rule_id!r}",
                why="the system has no such rule",
                remedy=f"Name one of {', '.join(known)}",
                path="forms.toml",
            )
    whole["rule"] = [rule for rule in whole["rule"] if rule["id"] not in without_rules]
    return _additive(parse_system(to_toml(whole), whole["system"]["name"]))


def _additive(system: object) -> TskSystem:
    if not isinstance(system, TskSystem) or system.normalised or (system.points <= 0).any():
        raise DataError(
            found="a system that is not additive with positive points",
            why="this training keeps every rule monotone by positive points",
            remedy='Write kind = "tsk", normalised = false, and "logit +..." in every rule',
            path="system",
        )
    return replace(system, bias=float(system.bias))
