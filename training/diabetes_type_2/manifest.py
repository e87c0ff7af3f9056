"""The manifest of a form, from the recipe, the learned system and the run's lines."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...engine.bundles import (
    Bands,
    Calibration,
    Change,
    Conformal,
    InputSpec,
    Manifest,
    Metric,
    Move,
    OperatingPoint,
    Outputs,
    Training,
)
from ...engine.fuzzy.system import FuzzySystem, TskSystem
from ..bundle import metric_of
from ..report import Line, find
from ..survey import FloatArray
from .cohort import Cohort
from .forms import MODEL, Form, Recipe
from .operating import RISK_DECIMALS, Choice

_TAIL = (1.0, 99.0)
_SUMMARY = (
    ("discrimination", "pooled", "auroc"),
    ("discrimination", "mean over cycles", "auroc"),
    ("discrimination", "pooled, survey-weighted", "auroc"),
    ("calibration", "survey-weighted", "slope"),
    ("calibration", "survey-weighted", "O:E"),
    ("calibration", "counted", "slope"),
    ("calibration", "counted", "O:E"),
    ("bands", "low", "share of people"),
    ("bands", "low", "npv"),
    ("bands", "low", "share of cases"),
    ("bands", "high", "share of people"),
    ("bands", "high", "ppv"),
    ("conformal", "sets at 90 %", "coverage of cases"),
    ("conformal", "sets at 90 %", "coverage of others"),
    ("conformal", "sets at 90 %", "decided"),
)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a run comes from.

    Parameters
    ----------
    data : file name -> sha256
    run_id : of the tracked run, or ``none``
    date : ISO date
    """

    data: Mapping[str, str]
    run_id: str
    date: str


def training_ranges(people: Cohort, n_inputs: int) -> FloatArray:
    """Return the 1st and 99th percentile of what was observed of each input, shape (k, 2)."""
    ranges = [np.percentile(people.x[people.observed[:, j], j], _TAIL) for j in range(n_inputs)]
    return np.array(ranges)


def input_specs(
    system: FuzzySystem, described: Mapping[str, Mapping[str, Any]], ranges: FloatArray
) -> tuple[InputSpec, ...]:
    """Describe every column of x; `described` is ``[input.*]`` of the recipe."""
    specs = []
    for variable, (low, high) in zip(system.variables, ranges.tolist(), strict=True):
        row = described[variable.name]
        specs.append(
            InputSpec(
                name=variable.name,
                unit=variable.unit,
                code=row["code"],
                required=variable.name not in system.optional,
                kind=row["kind"],
                universe=(variable.universe.low, variable.universe.high),
                training_range=(round(low, 4), round(high, 4)),
                plausible_low_risk=row["plausible"][0],
                plausible_high_risk=row["plausible"][1],
                modifiable=row["modifiable"],
                monotone=row["monotone"],
                reference=row["reference"],
                source=variable.source,
            )
        )
    return tuple(specs)


def changes_for(inputs: Iterable[str], rows: Sequence[Mapping[str, Any]]) -> tuple[Change, ...]:
    """Return the changes that move inputs of this form."""
    names = set(inputs)
    changes = []
    for row in rows:
        moves = tuple(Move(**move) for move in row["moves"])
        followed = {move.input for move in moves} or {row["name"]}
        if followed <= names:
            changes.append(Change(**{**row, "reach": tuple(row["reach"]), "moves": moves}))
    return tuple(changes)


def summary_metrics(lines: Sequence[Line], population: str) -> tuple[Metric, ...]:
    """Return the lines that a manifest carries."""
    known = {(line.table, line.row, line.measure) for line in lines}
    return tuple(metric_of(find(lines, *key), population) for key in _SUMMARY if key in known)


@dataclass(frozen=True, slots=True, eq=False)
class Shipped:
    """What a manifest speaks of: the learned system, its people, cut-offs and measurements."""

    form: Form
    system: TskSystem
    people: Cohort
    choice: Choice
    lines: tuple[Line, ...]


def build_manifest(shipped: Shipped, recipe: Recipe, provenance: Provenance) -> Manifest:
    """Put the manifest of a form together, unsealed."""
    form, lines, text = shipped.form, shipped.lines, recipe.raw["text"]
    choice, people, system = shipped.choice, shipped.people, shipped.system
    population = "out of fold; " + text["population"]
    return Manifest(
        schema="laennec.bundle/1",
        id=f"{MODEL}/{form.id}",
        version=recipe.version,
        outcome=form.outcome,
        form=form.id,
        kind="tsk",
        intended_use=text["intended_use"],
        not_for=text["not_for"],
        population=text["population"],
        reference_standard=form.reference_standard,
        guideline_topic="diabetes",
        outputs=Outputs(value="risk", range=(0.0, 1.0), decimals=RISK_DECIMALS),
        bands=Bands(low_below=choice.low_below, high_from=choice.high_from),
        calibration=Calibration(
            method="affine_on_logit",
            population=text["population"],
            survey_weighted=True,
            slope=find(lines, "calibration", "survey-weighted", "slope").estimate.value,
            intercept=find(lines, "calibration", "survey-weighted", "intercept").estimate.value,
        ),
        training=Training(
            data=provenance.data,
            split=text["split"],
            mlflow_run_id=provenance.run_id,
            seed=recipe.settings.seed,
            date=provenance.date,
        ),
        training_prevalence=float(np.average(people.case, weights=people.design.weight)),
        limits=(*text["limits"], *form.limits),
        conformal=_conformal(choice, lines),
        inputs=input_specs(
            system, recipe.raw["input"], training_ranges(people, len(system.inputs))
        ),
        changes=changes_for(system.inputs, recipe.raw["change"]),
        operating_points=_operating_points(choice, lines),
        metrics=summary_metrics(lines, population),
    )


def _conformal(choice: Choice, lines: Sequence[Line]) -> Conformal:
    share = find(lines, "conformal", f"sets at {100 * (1 - choice.alpha):.0f} %", "decided")
    return Conformal(
        method="class-conditional (Mondrian), thresholds on out-of-fold risks",
        coverage=1 - choice.alpha,
        case_from=choice.case_from,
        non_case_to=choice.non_case_to,
        decided_share=share.estimate.value,
    )


def _operating_points(choice: Choice, lines: Sequence[Line]) -> tuple[OperatingPoint, ...]:
    """Name both band cut-offs with what they find; sensitivity and specificity out of fold."""
    points = []
    for name, cut, purpose in (
        ("low_cut", choice.low_below, "below it the band is low: few cases are missed"),
        ("high_cut", choice.high_from, "from it the band is high: a blood test is advised"),
    ):
        row = {
            measure: find(lines, "cuts", name, measure).estimate.value
            for measure in ("sensitivity", "specificity", "referred")
        }
        points.append(
            OperatingPoint(
                name=name,
                value_from=cut,
                purpose=purpose,
                sensitivity=row["sensitivity"],
                specificity=row["specificity"],
                referred_share=row["referred"],
            )
        )
    return tuple(points)
