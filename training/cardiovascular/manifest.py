"""The manifest of the model, from the recipe, the learned system and the run's lines."""

from dataclasses import dataclass

from ...engine.bundles import Bands, Calibration, Manifest, Outputs, Training
from ...engine.fuzzy.system import TskSystem
from ..bundle import metric_of
from ..manifest_parts import Provenance, band_points, changes_for, input_specs, training_ranges
from ..report import Line, find
from .cohort import Cohort
from .judge import RISK_DECIMALS
from .recipe import MODEL, Recipe

_SUMMARY = (
    ("discrimination", "pooled", "c_index"),
    ("peers", "SCORE2", "this model minus it"),
    ("calibration", "survey-weighted", "slope"),
    ("calibration", "survey-weighted", "O:E"),
    ("calibration", "counted", "slope"),
    ("calibration", "counted", "O:E"),
    ("bands", "low", "share of people"),
    ("bands", "low", "incidence, survey-weighted"),
    ("bands", "high", "share of people"),
    ("bands", "high", "incidence, survey-weighted"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Shipped:
    """What a manifest speaks of: the learned system, its people and its measurements."""

    system: TskSystem
    people: Cohort
    lines: tuple[Line, ...]


def build_manifest(shipped: Shipped, recipe: Recipe, provenance: Provenance) -> Manifest:
    """Put the manifest together, unsealed."""
    lines, text, settings = shipped.lines, recipe.raw["text"], recipe.settings
    people, system = shipped.people, shipped.system
    population = "out of fold; " + text["population"]
    whole = find(lines, "people", "all", "incidence, survey-weighted").estimate
    return Manifest(
        schema="laennec.bundle/1",
        id=f"{MODEL}/{recipe.form}",
        version=recipe.version,
        outcome=recipe.raw["outcome"],
        form=recipe.form,
        kind="tsk",
        intended_use=text["intended_use"],
        not_for=text["not_for"],
        population=text["population"],
        reference_standard=recipe.raw["reference_standard"],
        guideline_topic="cardiovascular",
        outputs=Outputs(value="risk", range=(0.0, 1.0), decimals=RISK_DECIMALS),
        bands=Bands(low_below=settings.low_below, high_from=settings.high_from),
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
            seed=settings.seed,
            date=provenance.date,
        ),
        training_prevalence=whole.value,
        limits=tuple(text["limits"]),
        inputs=input_specs(system, recipe.raw["input"], training_ranges(people.x, people.observed)),
        changes=changes_for(system.inputs, recipe.raw["change"]),
        operating_points=band_points(
            (settings.low_below, "below it the band is low: few who die are missed"),
            (settings.high_from, "from it the band is high: risk factors are reviewed first"),
            lines,
        ),
        metrics=tuple(metric_of(find(lines, *key), population) for key in _SUMMARY),
    )
