"""One run, from people to a signed bundle."""

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Unpack

import numpy as np
from scipy.special import expit

from ...datasets.sources.nhanes import NhanesTable, load_nhanes
from ...datasets.sources.nhanes_mortality import load_follow_up
from ...engine.bundles import write_manifest
from ...engine.bundles.verify import Bundle
from ...engine.scores import framingham, score2
from .. import bundle as bundles
from .. import plots, tracking
from ..card import exact, render_card
from ..fitted import Fitted
from ..manifest_parts import Provenance, check_only_form, training_ranges
from ..options import Options, Say, silent
from ..report import Line, to_json
from ..survey import FloatArray, replicate_factors
from . import judge, judge_cuts
from .aims import aim_lines
from .cohort import BoolArray, Cohort, make_cohort, score_inputs
from .fit import fit_model
from .manifest import Shipped, build_manifest
from .recipe import MODEL, Recipe, load_recipe
from .words import card_about

MADE_BY = (
    "laennec.engine.fuzzy.evaluate_tsk (numpy, not the ONNX file) on the rules and the completion "
    "of this run; invented people, about half of them with missing inputs; "
    "command: laennec train cardiovascular"
)


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What was learned and measured; `logit` out of fold."""

    fitted: Fitted
    lines: tuple[Line, ...]
    people: Cohort
    logit: FloatArray
    export: bundles.Export


@dataclass(frozen=True, slots=True)
class Fold:
    """A cycle that was left out, and what was learned on the others."""

    cycle: str
    fitted: Fitted


def train_cardiovascular(
    data: Path, out: Path, tracking_uri: str | None = None, **options: Unpack[Options]
) -> list[Bundle]:
    """Train, judge, export and sign the model of cardiovascular death.

    Parameters
    ----------
    data : folder of development data, with the linked deaths in the study file
    out : folder of models; the bundle is written to ``cardiovascular/bundles/visit`` below it
    tracking_uri : of the mlflow store; None uses ``mlflow.db`` in `out`
    options : see `Options`

    Returns
    -------
    the bundle, verified

    Raises
    ------
    DataError  if data or columns are missing, or another form is asked for
    """
    recipe, say = load_recipe(), options.get("say", silent)
    check_only_form(options.get("forms", ()), recipe.form)
    table = load_nhanes(data)
    people = make_cohort(table, load_follow_up(data), recipe)
    judged = judge_model(people, recipe, workers=options.get("workers", 1), say=say)
    uri = tracking_uri or tracking.store_uri(out)
    artifacts = out / "mlflow-artifacts" / MODEL
    with tracking.tracked_run(MODEL, recipe.form, tracking_uri=uri, artifacts=artifacts) as run_id:
        today = date.today().isoformat()  # noqa: DTZ011 - the day where the workshop stands
        provenance = Provenance(dict(table.file_sha256), run_id, today)
        files, bundle = _write(judged, recipe, out, provenance)
        _track(judged, recipe, files, (table, out))
    say(f"{recipe.form}: signed and verified, run {run_id}")
    return [bundle]


def leave_one_cycle_out(
    people: Cohort, recipe: Recipe, *, workers: int = 1
) -> tuple[tuple[Fold, ...], Fitted]:
    """Learn once for each cycle on all the others, and once on everyone.

    Returns
    -------
    the folds and what is shipped; the same for any number of `workers`
    """
    cycles = [str(c) for c in np.unique(people.design.cycle)]
    groups = [people.of(people.design.cycle != cycle) for cycle in cycles] + [people]
    same = (len(recipe.eras), recipe.settings)
    if workers < 2:  # noqa: PLR2004 - one process is this one
        fitted = [fit_model(recipe.system, group, *same) for group in groups]
    else:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            jobs = [pool.submit(fit_model, recipe.system, group, *same) for group in groups]
            fitted = [job.result() for job in jobs]
    folds = [Fold(cycle, one) for cycle, one in zip(cycles, fitted[:-1], strict=True)]
    return tuple(folds), fitted[-1]


def out_of_fold(
    folds: Sequence[Fold], people: Cohort, inputs: Sequence[str], hidden: Collection[str] = ()
) -> FloatArray:
    """Score everyone by the model of the fold that did not see their cycle, shape (n,).

    `hidden` names inputs that are taken away first.
    """
    logit = np.full(people.n, np.nan)
    observed = people.observed & ~np.isin(np.array(inputs), list(hidden))
    for fold in folds:
        rows = people.design.cycle == fold.cycle
        logit[rows] = fold.fitted.logit(people.x[rows], observed[rows], people.era[rows])
    return logit


def peer_scores(people: Cohort) -> dict[str, FloatArray]:
    """Return what published scores and age say of the same people, NaN where they say nothing."""
    everyone = score2(score_inputs(people, with_diabetes=False)).risk
    without = score2(score_inputs(people, with_diabetes=True)).risk
    return {
        "SCORE2": everyone,
        "SCORE2, people without known diabetes": without,
        "Framingham 2008, 40 to 74 years": framingham(
            score_inputs(people, with_diabetes=True)
        ).risk,
        "age": people.about["age_years"],
    }


def judge_model(people: Cohort, recipe: Recipe, *, workers: int, say: Say) -> Judged:
    """Learn fold by fold and as a whole, and measure everything that the card prints."""
    settings, system = recipe.settings, recipe.system
    say(f"{recipe.form}: learning, one cycle left out at a time")
    folds, fitted = leave_one_cycle_out(people, recipe, workers=workers)
    logit = out_of_fold(folds, people, system.inputs)
    say(f"{recipe.form}: measuring")
    factors = replicate_factors(people.design, settings.replicates, settings.seed)
    a = judge.answers(people, (logit, peer_scores(people)), settings.horizon_months, factors)
    hidden = {name: out_of_fold(folds, people, system.inputs, [name]) for name in system.optional}
    lines = [
        *judge.people_lines(a),
        *judge.discrimination_lines(a),
        *judge.calibration_lines(a),
        *judge.cycle_lines(a, settings.horizon_months),
        *judge.group_lines(a, judge.subgroups(people, recipe.raw["group"]), "subgroups"),
        *judge_cuts.band_lines(a, settings.low_below, settings.high_from),
        *judge.missing_lines(a, hidden),
    ]
    lines += aim_lines(lines, recipe.raw["aim"], len(system.rules))
    export = bundles.export(fitted.system, people.x, people.observed, fitted.completion)
    lines += [
        Line(
            "exact",
            f"graph against rules, {name}",
            "difference",
            exact(value, export.n_compared, "greatest absolute difference"),
        )
        for name, value in export.largest_difference.items()
    ]
    return Judged(fitted, tuple(lines), people, logit, export)


def _write(
    judged: Judged, recipe: Recipe, out: Path, provenance: Provenance
) -> tuple[dict[str, bytes], Bundle]:
    fitted, model_id = judged.fitted, f"{MODEL}/{recipe.form}"
    about = card_about(fitted, recipe, provenance)
    manifest = build_manifest(
        Shipped(fitted.system, judged.people, judged.lines), recipe, provenance
    )
    x, observed = _golden_people(judged.people, recipe)
    files = {
        "model.onnx": judged.export.graph,
        "rules.toml": bundles.rules_bytes(fitted.system),
        "golden.json": bundles.known_answers(
            fitted.system, x, observed, fitted.completion, made_by=MADE_BY
        ),
        "metrics.json": to_json(model_id, about, judged.lines).encode("utf-8"),
        "card.md": render_card(model_id, about, judged.lines).encode("utf-8"),
    }
    bundle = bundles.write_bundle(out / MODEL / "bundles" / recipe.form, manifest, files)
    return {**files, "manifest.toml": write_manifest(bundle.manifest).encode("utf-8")}, bundle


def _golden_people(people: Cohort, recipe: Recipe) -> tuple[FloatArray, BoolArray]:
    """Invent people; in about half of them optional inputs are missing."""
    system, settings = recipe.system, recipe.settings
    whole = [recipe.raw["input"][name]["kind"] != "continuous" for name in system.inputs]
    typical = training_ranges(people.x, people.observed)
    x = bundles.invented_people(
        system.universes, typical, whole, n=settings.golden_cases, seed=settings.seed
    )
    generator = np.random.default_rng(settings.seed + 1)
    share = np.where(np.arange(len(x)) % 2, 0.35, 0.0)[:, None]
    hidden = generator.random(x.shape) < share
    hidden[:, system.required_mask] = False
    return x, ~hidden


def _track(
    judged: Judged, recipe: Recipe, files: Mapping[str, bytes], at: tuple[NhanesTable, Path]
) -> None:
    table, out = at
    system, people = judged.fitted.system, judged.people
    tracking.log_parameters(
        {
            **recipe.raw["training"],
            "form": recipe.form,
            "split": recipe.raw["text"]["split"],
            "inputs": ",".join(system.inputs),
            "rules": len(system.rules),
        },
        table.file_sha256,
    )
    tracking.log_lines(judged.lines)
    texts = ("rules.toml", "card.md", "metrics.json", "manifest.toml")
    tracking.log_texts({name: files[name].decode("utf-8") for name in texts})
    horizon = recipe.settings.horizon_months
    a = judge.answers(people, (judged.logit, {}), horizon, np.ones((1, people.n)))
    there = a.known > 0
    pictures = {
        "calibration.png": plots.calibration_plot(
            expit(judged.logit[there]),
            a.dead[there],
            (people.design.weight * a.known)[there],
            "out of fold, survey-weighted, made up for censoring",
        ),
        "memberships.png": plots.membership_plot(recipe.system, system),
    }
    tracking.log_plots(pictures, out / "plots" / MODEL)
    tracking.log_graph(files["model.onnx"], inputs=len(system.inputs), rules=len(system.rules))
