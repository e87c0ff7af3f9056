"""One run of one form, from people to a signed bundle."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Unpack

import numpy as np

from ...datasets.sources.nhanes import NhanesTable, load_nhanes
from ...engine.bundles import write_manifest
from ...engine.bundles.verify import Bundle
from ...engine.fuzzy.system import MamdaniSystem
from .. import bundle as bundles
from .. import plots, tracking
from ..card import render_card
from ..fitted import Fitted
from ..manifest_parts import Provenance, load_hand_written, training_ranges
from ..options import Options, Say, silent
from ..report import Line, to_json
from ..survey import FloatArray
from ..survey_features import survey_features
from . import judge, judge_cuts, operating, peers
from .aims import aim_lines
from .cohort import BoolArray, Cohort, make_cohort
from .crossval import Fold, forward_in_time, leave_one_cycle_out, out_of_fold
from .exactness import exact_lines
from .fit import fit_form
from .forms import MODEL, Form, Recipe, load_recipe
from .manifest import Shipped, build_manifest
from .words import card_about

TEXTBOOK = Path(__file__).parents[2] / "models" / "diabetes_textbook" / "rules.toml"
MADE_BY = (
    "laennec.engine.fuzzy.evaluate_tsk (numpy, not the ONNX file) on the rules and the completion "
    "of this run; invented people, about half of them with missing inputs; "
    "command: laennec train diabetes_type_2"
)


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A form that was learned and measured.

    Parameters
    ----------
    fitted : what is shipped, learned on every cycle
    choice : frozen cut-offs
    lines : every measurement
    people : everyone; `logit` out of fold
    export : the graph
    """

    fitted: Fitted
    choice: operating.Choice
    lines: tuple[Line, ...]
    people: Cohort
    logit: FloatArray
    export: bundles.Export


@dataclass(frozen=True, slots=True, eq=False)
class Workshop:
    """What all forms of a run share."""

    table: NhanesTable
    features: Mapping[str, FloatArray]
    recipe: Recipe
    textbook: MamdaniSystem
    workers: int
    say: Say


def open_workshop(data: Path, recipe: Recipe, *, workers: int, say: Say) -> Workshop:
    """Read the data once for all forms."""
    table = load_nhanes(data)
    return Workshop(
        table, survey_features(table), recipe, load_hand_written(TEXTBOOK), workers, say
    )


def train_diabetes(
    data: Path, out: Path, tracking_uri: str | None = None, **options: Unpack[Options]
) -> list[Bundle]:
    """Train, judge, export and sign forms of the diabetes model.

    Parameters
    ----------
    data : folder of development data
    out : folder of models; bundles are written to ``diabetes_type_2/bundles/<form>`` below it
    tracking_uri : of the mlflow store; None uses ``mlflow.db`` in `out`
    options : see `Options`

    Returns
    -------
    the bundles, verified
    """
    recipe, forms = load_recipe(), options.get("forms", ())
    shop = open_workshop(
        data, recipe, workers=options.get("workers", 1), say=options.get("say", silent)
    )
    chosen = [recipe.form(name) for name in forms] if forms else list(recipe.forms)
    uri = tracking_uri or tracking.store_uri(out)
    return [_one_form(shop, form, out, uri) for form in chosen]


def _one_form(shop: Workshop, form: Form, out: Path, uri: str) -> Bundle:
    shop.say(f"{form.id}: learning, one cycle left out at a time")
    judged = judge_form(shop, form)
    artifacts = out / "mlflow-artifacts" / MODEL
    with tracking.tracked_run(MODEL, form.id, tracking_uri=uri, artifacts=artifacts) as run_id:
        today = date.today().isoformat()  # noqa: DTZ011 - the day where the workshop stands
        provenance = Provenance(dict(shop.table.file_sha256), run_id, today)
        files, bundle = _write(shop, form, judged, out, provenance)
        _track(shop, form, judged, files, out)
    shop.say(f"{form.id}: signed and verified, run {run_id}")
    return bundle


def judge_form(shop: Workshop, form: Form) -> Judged:
    """Learn a form fold by fold and as a whole, and measure everything that the card prints."""
    recipe = shop.recipe
    people = make_cohort(shop.table, shop.features, form, recipe)
    folds = leave_one_cycle_out(form, people, recipe, workers=shop.workers)
    logit = out_of_fold(folds, people, form.system.inputs)
    shop.say(f"{form.id}: peers, and the next cycle from earlier ones")
    judged_rows = people.full_size & people.headline
    ahead = forward_in_time(
        form, people, recipe, recipe.settings.cycles_before_ahead, workers=shop.workers
    )
    others = {name: s[judged_rows] for name, s in _peers(shop, form, people).items()}
    answers = judge.answers(
        people.of(judged_rows),
        logit[judged_rows],
        others,
        ahead[judged_rows],
        replicates=(recipe.settings.replicates, recipe.settings.seed),
    )
    choice = operating.choose(
        answers.risk,
        answers.people.case,
        missed=form.missed_cases_at_most,
        high_share=form.high_share,
        alpha=recipe.settings.alpha,
    )
    shop.say(f"{form.id}: measuring")
    lines = _measure(shop, form, folds, answers, choice)
    fitted = fit_form(form.system, people, len(recipe.eras), recipe.settings)
    export = bundles.export(fitted.system, people.x, people.observed, fitted.completion)
    lines += exact_lines(fitted, people, export)
    return Judged(fitted, choice, tuple(lines), people, logit, export)


def _peers(shop: Workshop, form: Form, people: Cohort) -> dict[str, FloatArray]:
    monotone = {name: row["monotone"] for name, row in shop.recipe.raw["input"].items()}
    seed = shop.recipe.settings.seed
    scores = {
        "logistic splines": peers.spline_logit(people, form, seed),
        "monotone boosting": peers.boosting_logit(people, form, monotone, seed),
        "ADA risk test": peers.ada_points(people),
        "FINDRISC items": peers.findrisc_points(people),
        "textbook Mamdani": peers.textbook_score(people, form, shop.textbook),
    }
    known = {f"{name} alone": people.about[name] for name in form.headline_below}
    return {**scores, **known}


def _measure(
    shop: Workshop,
    form: Form,
    folds: tuple[Fold, ...],
    answers: judge.Answers,
    choice: operating.Choice,
) -> list[Line]:
    people, inputs = answers.people, form.system.inputs
    cycles = {str(c): people.design.cycle == c for c in np.unique(people.design.cycle)}
    patterns = judge.missing_patterns(form.system.optional, shop.recipe.body_size)
    hidden = {p: out_of_fold(folds, people, inputs, p) for p in patterns}
    lines = [
        *judge.people_lines(people, answers.factors),
        *judge.discrimination_lines(answers),
        *judge.calibration_lines(answers),
        *judge.group_lines(answers, cycles, "cycles", choice),
        *judge.group_lines(
            answers, judge.subgroups(people, shop.recipe.raw["group"]), "subgroups", choice
        ),
        *judge_cuts.band_lines(answers, choice),
        *judge_cuts.cut_lines(answers, choice),
        *judge_cuts.conformal_lines(answers, choice.alpha),
        *judge.missing_lines(answers, hidden),
        *judge.ahead_lines(answers),
    ]
    if form.label == "undiagnosed_diabetes":
        lines += judge_cuts.referral_lines(answers, _ada_referrals(people, shop.recipe))
    return [*lines, *aim_lines(lines, shop.recipe.raw["aim"])]


def _ada_referrals(people: Cohort, recipe: Recipe) -> dict[str, BoolArray]:
    cut = recipe.settings.ada_refers_from
    return {
        f"ADA risk test, {cut} points and over": peers.ada_points(people) >= cut,
        "the same without its item on activity": peers.ada_points(people, with_activity=False)
        >= cut,
    }


def _write(
    shop: Workshop, form: Form, judged: Judged, out: Path, provenance: Provenance
) -> tuple[dict[str, bytes], Bundle]:
    recipe, fitted = shop.recipe, judged.fitted
    model_id = f"{MODEL}/{form.id}"
    about = card_about(form, fitted, judged.choice, recipe, provenance)
    shipped = Shipped(form, fitted.system, judged.people, judged.choice, judged.lines)
    manifest = build_manifest(shipped, recipe, provenance)
    x, observed = _golden_people(form, judged.people, recipe)
    files = {
        "model.onnx": judged.export.graph,
        "rules.toml": bundles.rules_bytes(fitted.system),
        "golden.json": bundles.known_answers(
            fitted.system, x, observed, fitted.completion, made_by=MADE_BY
        ),
        "metrics.json": to_json(model_id, about, judged.lines).encode("utf-8"),
        "card.md": render_card(model_id, about, judged.lines).encode("utf-8"),
    }
    folder = out / MODEL / "bundles" / form.id
    bundle = bundles.write_bundle(folder, manifest, files)
    return {**files, "manifest.toml": write_manifest(bundle.manifest).encode("utf-8")}, bundle


def _golden_people(form: Form, people: Cohort, recipe: Recipe) -> tuple[FloatArray, BoolArray]:
    """Invent people; in about half of them inputs are missing, but never every body size."""
    system, n = form.system, recipe.settings.golden_cases
    whole = [recipe.raw["input"][name]["kind"] != "continuous" for name in system.inputs]
    typical = training_ranges(people.x, people.observed)
    x = bundles.invented_people(system.universes, typical, whole, n=n, seed=recipe.settings.seed)
    generator = np.random.default_rng(recipe.settings.seed + 1)
    hidden = generator.random(x.shape) < np.where(np.arange(n) % 2, 0.35, 0.0)[:, None]
    hidden[:, system.required_mask] = False
    size = [system.inputs.index(name) for name in recipe.body_size]
    hidden[hidden[:, size].all(axis=1), size[0]] = False
    return x, ~hidden


def _track(
    shop: Workshop, form: Form, judged: Judged, files: Mapping[str, bytes], out: Path
) -> None:
    recipe, system = shop.recipe, judged.fitted.system
    tracking.log_parameters(
        {
            **recipe.raw["training"],
            "form": form.id,
            "split": recipe.raw["text"]["split"],
            "inputs": ",".join(system.inputs),
            "rules": len(system.rules),
        },
        shop.table.file_sha256,
    )
    tracking.log_lines(judged.lines)
    texts = ("rules.toml", "card.md", "metrics.json", "manifest.toml")
    tracking.log_texts({name: files[name].decode("utf-8") for name in texts})
    rows = judged.people.full_size & judged.people.headline
    risk = 1 / (1 + np.exp(-judged.logit[rows]))
    people = judged.people.of(rows)
    pictures = {
        "calibration.png": plots.calibration_plot(
            risk, people.case, people.design.weight, f"{form.id}, out of fold, survey-weighted"
        ),
        "memberships.png": plots.membership_plot(form.system, system),
    }
    tracking.log_plots(pictures, out / "plots" / form.id)
    tracking.log_graph(files["model.onnx"], inputs=len(system.inputs), rules=len(system.rules))
