"""The manifest of a form, from the recipe, the learned system and the run's lines."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...engine.bundles import (
    Bands,
    Calibration,
    Conformal,
    Manifest,
    Metric,
    Outputs,
    Training,
)
from ...engine.fuzzy.system import TskSystem
from ..bundle import metric_of
from ..manifest_parts import Provenance, band_points, changes_for, input_specs, training_ranges
from ..report import Line, find
from .cohort import Cohort
from .forms import MODEL, Form, Recipe
from .operating import RISK_DECIMALS, Choice

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
        inputs=input_specs(system, recipe.raw["input"], training_ranges(people.x, people.observed)),
        changes=changes_for(system.inputs, recipe.raw["change"]),
        operating_points=band_points(
            (choice.low_below, "below it the band is low: few cases are missed"),
            (choice.high_from, "from it the band is high: a blood test is advised"),
            lines,
        ),
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
