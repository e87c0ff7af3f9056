"""Puts the textbook model into a bundle and measures it; it learns nothing."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Unpack

import numpy as np

from ..datasets.sources.nhanes import load_nhanes, nhanes_source
from ..engine.bundles import Manifest, write_manifest
from ..engine.bundles.verify import Bundle
from ..engine.fuzzy.mamdani import evaluate_mamdani
from ..engine.fuzzy.system import MamdaniSystem
from . import bundle as bundles
from . import metrics as m
from . import tracking
from .card import exact, render_card
from .diabetes_type_2 import judge
from .diabetes_type_2.cohort import BoolArray, Cohort, make_cohort
from .diabetes_type_2.forms import Recipe, load_recipe
from .manifest_parts import (
    Provenance,
    changes_for,
    check_only_form,
    hand_written_manifest,
    input_specs,
    load_hand_written,
    training_ranges,
)
from .options import Options, silent
from .report import Line, to_json
from .survey import FloatArray, replicate_factors
from .survey_features import survey_features

MODEL = "diabetes_textbook"
FOLDER = Path(__file__).parents[1] / "models" / MODEL
MADE_BY = (
    "laennec.engine.fuzzy.evaluate_mamdani (numpy, not the ONNX file) on rules.toml; invented "
    "people; command: laennec train diabetes_textbook"
)
_OUTCOMES = {
    "undiagnosed diabetes": "undiagnosed_no_lab",
    "dysglycaemia": "dysglycaemia_no_lab",
}
_TABLES = {
    "people": ("People and cases (undiagnosed diabetes)", ""),
    "discrimination": ("Discrimination", "Nothing was learned, so everybody is a test person."),
    "bands": ("Bands (undiagnosed diabetes)", "Below 25 and from 75: the peaks of two words."),
    "exact": ("Is the shipped graph the printed rules?", ""),
}


@dataclass(frozen=True, slots=True, eq=False)
class Textbook:
    """The model as it stands, and what it is measured on."""

    system: MamdaniSystem
    described: Mapping[str, Any]
    recipe: Recipe
    cohorts: Mapping[str, Cohort]
    file_sha256: Mapping[str, str]

    def columns(self, people: Cohort) -> tuple[FloatArray, BoolArray]:
        """Return what the model reads of people of the learned model's form without laboratory."""
        names = self.recipe.form("undiagnosed_no_lab").system.inputs
        at = [names.index(name) for name in self.system.inputs]
        return people.x[:, at], people.observed[:, at]

    @property
    def ranges(self) -> FloatArray:
        """Shape (k, 2), 1st and 99th percentile of the inputs where it was measured."""
        form = self.recipe.form("undiagnosed_no_lab")
        people = self.cohorts["undiagnosed diabetes"]
        every = training_ranges(people.x, people.observed)
        return every[[form.system.inputs.index(name) for name in self.system.inputs]]


def train_textbook(
    data: Path, out: Path, tracking_uri: str | None = None, **options: Unpack[Options]
) -> list[Bundle]:
    """Measure, export and sign the textbook model.

    Parameters
    ----------
    data : folder of development data, read only to measure
    out : folder of models; the bundle is written to ``diabetes_textbook/bundles/no_lab`` below it
    tracking_uri : of the mlflow store; None uses ``mlflow.db`` in `out`
    options : see `Options`; nothing is learned, so ``workers`` has no effect

    Raises
    ------
    DataError  if another form is asked for, or the data are missing
    """
    say = options.get("say", silent)
    model = open_textbook(data, options.get("forms", ()))
    say(f"{MODEL}: measuring")
    x, observed = model.columns(model.cohorts["undiagnosed diabetes"])
    export = bundles.export(model.system, x, observed)
    lines = [*measure(model), *_exact_lines(export)]
    uri = tracking_uri or tracking.store_uri(out)
    artifacts = out / "mlflow-artifacts" / MODEL
    with tracking.tracked_run(MODEL, "no_lab", tracking_uri=uri, artifacts=artifacts) as run_id:
        files, bundle = _write(model, lines, export, run_id, out)
        n_rules = len(model.system.rules)
        tracking.log_parameters({"rules": n_rules, "learned": "nothing"}, model.file_sha256)
        tracking.log_lines(lines)
        names = ("rules.toml", "card.md", "manifest.toml")
        tracking.log_texts({name: files[name].decode("utf-8") for name in names})
    say(f"{MODEL}: signed and verified, run {run_id}")
    return [bundle]


def open_textbook(data: Path, forms: tuple[str, ...] = ()) -> Textbook:
    """Read the rules written by hand, and the people they are measured on."""
    described = tomllib.loads((FOLDER / "forms.toml").read_text(encoding="utf-8"))
    check_only_form(forms, described["form"])
    recipe, table = load_recipe(), load_nhanes(data)
    made = survey_features(table)
    cohorts = {
        name: make_cohort(table, made, recipe.form(form), recipe)
        for name, form in _OUTCOMES.items()
    }
    system = load_hand_written(FOLDER / "rules.toml")
    return Textbook(system, described, recipe, cohorts, table.file_sha256)


def measure(model: Textbook) -> list[Line]:
    """Measure discrimination for both outcomes, and the bands."""
    settings, lines = model.recipe.settings, []
    for name, everyone in model.cohorts.items():
        people = everyone.of(everyone.full_size)
        score = evaluate_mamdani(model.system, *model.columns(people)).score
        factors = replicate_factors(people.design, settings.replicates, settings.seed)
        case, cases, ones = people.case, int(people.case.sum()), np.ones(people.n)
        auroc = m.WeightedAuroc(case, score)
        cycles = judge.mean_over_cycles(people, score)
        for row, estimate in (
            (f"{name}, pooled", m.auroc_delong(case, score)),
            (f"{name}, mean over cycles", m.bootstrap(cycles, ones, factors)),
            (
                f"{name}, pooled, survey-weighted",
                m.bootstrap(auroc, people.design.weight, factors),
            ),
        ):
            lines.append(Line("discrimination", row, "auroc", estimate, cases))
        if name == "undiagnosed diabetes":
            lines += judge.people_lines(people, factors)
            lines += _band_lines(model, case, score)
    return lines


def _band_lines(model: Textbook, case: BoolArray, score: FloatArray) -> list[Line]:
    shown = np.round(score, model.described["decimals"])
    low, high = model.described["bands"]["low_below"], model.described["bands"]["high_from"]
    bands = {
        "low": shown < low,
        "intermediate": (shown >= low) & (shown < high),
        "high": shown >= high,
    }
    lines = []
    for name, rows in bands.items():
        n, cases = int(rows.sum()), int(case[rows].sum())
        for measure_name, estimate in (
            ("share of people", m.wilson(n, len(case))),
            ("share of cases", m.wilson(cases, int(case.sum()))),
            ("ppv", m.wilson(cases, n)),
            ("npv", m.wilson(n - cases, n)),
        ):
            lines.append(Line("bands", name, measure_name, estimate, cases))
    return lines


def _exact_lines(export: bundles.Export) -> list[Line]:
    how = "greatest absolute difference"
    return [
        Line(
            "exact", f"graph against rules, {name}", "difference", exact(v, export.n_compared, how)
        )
        for name, v in export.largest_difference.items()
    ]


def _write(
    model: Textbook, lines: Sequence[Line], export: bundles.Export, run_id: str, out: Path
) -> tuple[dict[str, bytes], Bundle]:
    x, observed = _golden_people(model)
    about, model_id = _about(model, run_id), f"{MODEL}/{model.described['form']}"
    files = {
        "model.onnx": export.graph,
        "rules.toml": bundles.rules_bytes(model.system),
        "golden.json": bundles.known_answers(model.system, x, observed, None, made_by=MADE_BY),
        "metrics.json": to_json(model_id, about, lines).encode("utf-8"),
        "card.md": render_card(model_id, about, lines).encode("utf-8"),
    }
    folder = out / MODEL / "bundles" / str(model.described["form"])
    bundle = bundles.write_bundle(folder, _manifest(model, lines, run_id), files)
    return {**files, "manifest.toml": write_manifest(bundle.manifest).encode("utf-8")}, bundle


def _golden_people(model: Textbook) -> tuple[FloatArray, BoolArray]:
    """Invent people of whom everything is known and of whom some rule speaks."""
    system, described = model.system, model.described
    whole = [model.recipe.raw["input"][name]["kind"] != "continuous" for name in system.inputs]
    x = bundles.invented_people(
        system.universes, model.ranges, whole, n=described["golden_cases"], seed=described["seed"]
    )
    everything = np.ones(x.shape, dtype=np.bool_)
    fires = evaluate_mamdani(system, x, everything).rule_share.any(axis=1)
    return x[fires], everything[fires]


def _manifest(model: Textbook, lines: Sequence[Line], run_id: str) -> Manifest:
    inputs = {name: {**row, "monotone": "none"} for name, row in model.recipe.raw["input"].items()}
    specs = input_specs(model.system, inputs, model.ranges)
    provenance = Provenance({}, run_id, _today())
    return replace(
        hand_written_manifest(MODEL, model.described, model.system, specs, provenance),
        changes=changes_for(model.system.inputs, model.recipe.raw["change"]),
        metrics=tuple(
            bundles.metric_of(line, "measured on NHANES 1999-2014")
            for line in lines
            if line.table == "discrimination"
        ),
    )


def _about(model: Textbook, run_id: str) -> dict[str, Any]:
    text, source = model.described["text"], nhanes_source()["source"]
    return {
        "sections": {
            "Intended use": [text["intended_use"], "", text["not_for"]],
            "How it decides": [
                f"- {len(model.system.rules)} Mamdani rules written by hand; every variable, word "
                f"and "
                "rule names its source in rules.toml. The score is the exact centre of area.",
                "- Trained on nothing; the score is not a probability and is not monotone by "
                "construction.",
                "- A missing input is no evidence: its rules count with what is true in any case.",
            ],
        },
        "rules": [f"{rule.id}: {rule.text}" for rule in model.system.rules],
        "tables": {name: list(row) for name, row in _TABLES.items()},
        "after": {
            "Limits": [
                "- Sources marked not re-read are quoted from memory of the publication.",
                "- Measured on the population of the United States; not validated in France.",
            ],
            "Where it comes from": [
                f"- Measured on {source['name']}. {source['citation']} Licence: "
                f"{source['licence']}.",
                *(f"- Data: {name}, sha256 {h}" for name, h in model.file_sha256.items()),
                f"- Tracked run {run_id}, {_today()}.",
            ],
        },
    }


def _today() -> str:
    return date.today().isoformat()  # noqa: DTZ011 - the day where the workshop stands
