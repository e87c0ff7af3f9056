"""The whole run of both forms: features, leave one source out, learning, export, card, bundle."""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Unpack

from ...datasets.sources.ecg_sets import SUMS
from ...engine import load_models
from ...engine.bundles import Training, load_trust
from ...engine.bundles.statements import (
    StatementsBundle,
    open_statements_bundle,
    write_statements_golden,
)
from ...engine.bundles.statements_manifest import StatementsManifest, write_statements_manifest
from ...engine.ecg.delineation.delineate import Delineator
from ...engine.ecg.findings.model import evaluate_statements
from ...engine.ecg.findings.spec import parse_statements, write_statements
from ...engine.ecg.visit import DELINEATOR_ID
from ...engine.errors import ContractBroken, DataError
from ...engine.fuzzy import load_system
from ...engine.fuzzy.system import TskSystem
from .. import bundle as bundles
from .. import tracking
from ..options import Options, Say, silent
from ..report import Line, to_json
from .card import render
from .fit import Recipe, Rules
from .full_scale import chosen_sets, is_config
from .graph import exported, invented
from .labels import FOLDER
from .rhythm import judged_rhythm
from .twelve import judged_twelve_lead

MODEL = "ecg_findings"
FORMS = ("twelve_lead", "single_lead")


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What a run works with.

    Parameters
    ----------
    data : folder of ECG data
    work : folder in which features are kept, so that a run can be taken up again
    about : ``about.toml``
    recipe : of every learning
    network : finds the waves
    say : called with lines of progress
    """

    data: Path
    work: Path
    about: Mapping[str, Any]
    recipe: Recipe
    network: Delineator
    say: Say


def train_findings(
    data: Path, out: Path, tracking_uri: str | None = None, **options: Unpack[Options]
) -> list[StatementsBundle]:
    """Judge with one source left out, learn on all, export and sign both forms.

    Parameters
    ----------
    data : folder of development data, which holds ``ecg``; or a config (TOML) that names sets at
        full scale and their folders, see `full_scale`
    out : folder of models; bundles are written to ``ecg_findings/bundles/<form>`` below it, and
        features are kept in ``ecg_findings-work`` so that a run can be taken up again
    tracking_uri : of the mlflow store; None uses ``mlflow.db`` in `out`
    options : see `Options`

    Raises
    ------
    DataError  if another form is asked for, or the data are missing
    """
    run = open_run(data, out, options.get("say", silent))
    # Strips come in a folder only: a config of twelve-lead sets trains that form alone.
    forms = options.get("forms", ()) or (FORMS[:1] if is_config(data) else FORMS)
    for form in forms:
        if form not in FORMS:
            raise DataError(
                found=f"the form {form!r}",
                why="this model has no such form",
                remedy=f"Name one of {', '.join(FORMS)}",
                path=MODEL,
            )
    uri = tracking_uri or tracking.store_uri(out)
    return [_one_form(run, form, out, uri) for form in forms]


def open_run(data: Path, out: Path, say: Say) -> Run:
    """Read the recipe and start the network that finds the waves."""
    about = tomllib.loads((FOLDER / "about.toml").read_text(encoding="utf-8"))
    bundle = load_models().signal(DELINEATOR_ID)
    if bundle is None:
        raise ContractBroken(
            found=f"no model {DELINEATOR_ID}",
            why="features are measured on the waves that it finds",
            remedy="Train it first with `laennec train ecg_delineation`",
            path=DELINEATOR_ID,
        )
    folder = data / "ecg" if (data / "ecg").is_dir() else data
    recipe = Recipe(**about["recipe"])
    return Run(folder, out / f"{MODEL}-work", about, recipe, bundle.delineator(), say)


def start_of(form: str) -> Rules:
    """Read the guideline rules of one form."""
    system = load_system(FOLDER / f"{form}.toml")
    if not isinstance(system, TskSystem):
        raise ContractBroken(
            found=f"{form}.toml is no Takagi-Sugeno-Kang system",
            why="points are log-odds that are added up",
            remedy='Write kind = "tsk"',
            path=form,
        )
    raw = (FOLDER / f"{form}_statements.toml").read_bytes()
    return Rules(system, parse_statements(raw, system, path=f"{form}_statements.toml"))


def _one_form(run: Run, form: str, out: Path, uri: str) -> StatementsBundle:
    start = start_of(form)
    run.say(f"{MODEL}/{form}: features, then one part left out at a time")
    judge = judged_twelve_lead if form == "twelve_lead" else judged_rhythm
    rules, lines = judge(run.data, run.work, run.network, start, run.recipe)
    artifacts = out / "mlflow-artifacts" / MODEL
    with tracking.tracked_run(MODEL, form, tracking_uri=uri, artifacts=artifacts) as run_id:
        files = bundle_files(run, form, rules, lines, facts_of(run, form, run_id))
        manifest = manifest_of(run, form, rules, lines, run_id)
        bundle = write_bundle(out / MODEL / "bundles" / form, manifest, files)
        tracking.log_parameters(asdict(run.recipe), dict(manifest.training.data))
        tracking.log_lines(lines)
        texts = ("card.md", "rules.toml", "statements.toml")
        tracking.log_texts({n: files[n].decode("utf-8") for n in texts})
    run.say(f"{MODEL}/{form}: signed and verified, run {run_id}")
    return bundle


def facts_of(run: Run, form: str, run_id: str) -> list[str]:
    """Say what the run was made from."""
    hashes = ", ".join(f"{k} sha256 {v}" for k, v in data_sha256(run.data, form).items())
    return [
        f"Features on the waves of {run.network.id} {run.network.version}, "
        f"manifest sha256 {run.network.sha256}.",
        f"Data: {hashes}.",
        f"Recipe: {run.recipe.steps} steps, pull {run.recipe.pull}, seed {run.recipe.seed}.",
        f"Tracked run {run_id}, {_today()}; command: laennec train {MODEL}.",
    ]


def bundle_files(
    run: Run, form: str, rules: Rules, lines: Sequence[Line], facts: Sequence[str]
) -> dict[str, bytes]:
    """Return every file of the bundle but manifest and signature."""
    model_id = f"{MODEL}/{form}"
    x, observed = invented(rules.system, n=8, seed=run.recipe.seed)
    answers = evaluate_statements(rules.system, rules.table, x, observed)
    made_by = f"numpy reference, laennec train {MODEL}; invented measurements"
    golden = write_statements_golden(x, observed, answers, made_by=made_by)
    return {
        "model.onnx": exported(rules),
        "golden.json": golden.encode("utf-8"),
        "rules.toml": bundles.rules_bytes(rules.system),
        "statements.toml": write_statements(rules.table).encode("utf-8"),
        "metrics.json": to_json(model_id, {"run": facts}, lines).encode("utf-8"),
        "card.md": render(model_id, run.about[form], rules, lines, facts).encode("utf-8"),
    }


def manifest_of(
    run: Run, form: str, rules: Rules, lines: Sequence[Line], run_id: str
) -> StatementsManifest:
    """Return the manifest, not yet sealed."""
    about = run.about[form]
    kept = [line for line in lines if line.table == "summary"]
    return StatementsManifest(
        schema="laennec.statements/1",
        id=f"{MODEL}/{form}",
        version=run.about["version"],
        form=form,
        kind=about["kind"],
        intended_use=about["intended_use"],
        not_for=about["not_for"],
        population=about["population"],
        reference_standard=about["reference_standard"],
        statements=rules.table.names,
        training=Training(
            data=data_sha256(run.data, form),
            split=about["split"],
            mlflow_run_id=run_id,
            seed=run.recipe.seed,
            date=_today(),
        ),
        limits=tuple(about["limits"]),
        metrics=tuple(bundles.metric_of(x, about["population"]) for x in kept),
    )


def write_bundle(
    folder: Path, manifest: StatementsManifest, files: Mapping[str, bytes]
) -> StatementsBundle:
    """Write a bundle, sign it with the development key, verify it and ask its known answers."""
    bundles.write_signed(folder, write_statements_manifest(manifest), files)
    bundle = open_statements_bundle(folder, load_trust())
    bundle.model()
    return bundle


def data_sha256(data: Path, form: str) -> dict[str, str]:
    """Return one sha256 for each set that the form reads, over names and bytes of its files.

    Of a set at full scale that of its publisher's list of checksums stands for its files.
    """
    if is_config(data):
        found = {"config": hashlib.sha256(data.read_bytes()).hexdigest()}
        for one in chosen_sets(data):
            listed = Path(one["folder"]) / SUMS
            if listed.is_file():
                found[one["name"]] = hashlib.sha256(listed.read_bytes()).hexdigest()
        return found
    sets = ("ludb", "challenge12") if form == "twelve_lead" else ("cinc2017",)
    return {name: _folder_sha256(data / name) for name in sets}


def _folder_sha256(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()


def _today() -> str:
    return date.today().isoformat()  # noqa: DTZ011 - the day where the workshop stands
