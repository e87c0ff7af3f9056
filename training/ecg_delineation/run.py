"""The whole run: folds by person, the shipped network, its export, every measurement, the card."""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Unpack

from ...datasets.sources.challenge12 import read_challenge12
from ...datasets.sources.ecg_files import AnnotatedEcg
from ...datasets.sources.ludb import read_ludb
from ...datasets.sources.mitdb import read_mitdb
from ...engine.bundles import Training, load_trust
from ...engine.bundles.waves import SignalBundle, open_signal_bundle
from ...engine.bundles.waves_manifest import (
    SignalInput,
    SignalManifest,
    write_signal_manifest,
)
from ...engine.ecg.delineation.delineate import Delineator
from ...engine.ecg.delineation.network import INPUT, MULTIPLE, OUTPUTS
from ...engine.ecg.delineation.prepare import NET_RATE_HZ
from ...engine.ecg.delineation.rules import parse_rules
from ...engine.runtime import open_session
from ...models.ecg_delineation import definition
from .. import bundle as bundles
from .. import tracking
from ..card import exact
from ..manifest_parts import check_only_form
from ..options import Options, Say, silent
from ..report import Line, to_json
from . import judge, stress
from .agreement import agreement_lines
from .anatomy import anatomy_lines
from .asked import TorchSession
from .card import render
from .crossval import Lessons, folds, learned
from .export import Exported, export
from .loop import Recipe
from .organised import organised_lines
from .simulated import simulated_strips
from .strips import Strips, strips_of
from .truth import truth_lines

MODEL = "ecg_delineation"
FOLDER = Path(definition.__file__).parent
CARD_TABLES = ("boundaries", "intervals", "single lead", "atrial activity", "beats")


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What a run works with.

    Parameters
    ----------
    data : folder of ECG data
    work : folder in which trained networks are kept, so that an interrupted run goes on
    about : ``about.toml``
    recipe : of every network
    say : called with lines of progress
    """

    data: Path
    work: Path
    about: Mapping[str, Any]
    recipe: Recipe
    say: Say

    @property
    def rules_text(self) -> bytes:
        """Bytes of ``decode.toml``."""
        return (FOLDER / "decode.toml").read_bytes()

    def ready(self, network: definition.Delineator) -> Delineator:
        """Return a network as the engine asks it."""
        return Delineator(TorchSession(network), parse_rules(self.rules_text))


def train_delineation(
    data: Path, out: Path, tracking_uri: str | None = None, **options: Unpack[Options]
) -> list[SignalBundle]:
    """Cross-validate, train, export, judge and sign the delineator.

    Parameters
    ----------
    data : folder of development data; it holds ``ecg``
    out : folder of models; the bundle is written to ``ecg_delineation/bundles/waves`` below it, and
        trained networks are kept in ``ecg_delineation-work`` so that a run can be taken up again
    tracking_uri : of the mlflow store; None uses ``mlflow.db`` in `out`
    options : see `Options`; ``workers`` are the threads of torch

    Raises
    ------
    DataError  if another form is asked for, or the data are missing
    """
    run = open_run(data, out, **options)
    records = list(read_ludb(run.data / "ludb"))
    strips = strips_of(records)
    simulated = simulated_strips(run.about["simulated"], seed=run.about["simulated_seed"])
    network = shipped_network(run, strips, simulated)
    lines = cross_validated(run, records, strips, simulated)
    exported = export(network)
    rules = parse_rules(run.rules_text)
    lines += outside_lines(run, Delineator(open_session(exported.graph), rules), records)
    how = "greatest absolute difference of a probability over strips of four shapes"
    parity = exact(exported.largest_difference, 4, how)
    lines.append(Line("export", "graph against torch", "difference", parity))
    return [_tracked(run, out, (lines, exported), tracking_uri or tracking.store_uri(out))]


def open_run(data: Path, out: Path, **options: Unpack[Options]) -> Run:
    """Read the words and settings of a run."""
    about = tomllib.loads((FOLDER / "about.toml").read_text(encoding="utf-8"))
    check_only_form(options.get("forms", ()), about["form"])
    ecg = data / "ecg" if (data / "ecg").is_dir() else data
    recipe = replace(Recipe(), threads=options.get("workers", 1))
    return Run(ecg, out / f"{MODEL}-work", about, recipe, options.get("say", silent))


def fold_network(run: Run, strips: Strips, simulated: Strips, fold: int) -> definition.Delineator:
    """Train the network of a fold, which has not seen the fold's persons."""
    test = set(folds(strips.persons, run.about["folds"], strips.kinds)[fold])
    rest = [row for row in range(len(strips)) if row not in test]
    run.say(f"fold {fold + 1} of {run.about['folds']}")
    kept = run.work / f"fold{fold}.npz"
    return learned(Lessons(strips.of(rest), simulated), run.recipe, kept, say=run.say)


def shipped_network(run: Run, strips: Strips, simulated: Strips) -> definition.Delineator:
    """Train the network that is shipped, by the same recipe, with everybody."""
    run.say("the shipped network")
    kept = run.work / "shipped.npz"
    return learned(Lessons(strips, simulated), run.recipe, kept, say=run.say)


def cross_validated(
    run: Run, records: Sequence[AnnotatedEcg], strips: Strips, simulated: Strips
) -> list[Line]:
    """Judge every record by a network that has not seen its person."""
    parts, fold_of = [], []
    split = folds(strips.persons, run.about["folds"], strips.kinds)
    for fold, test in list(enumerate(split))[: run.about["folds_judged"]]:
        network = fold_network(run, strips, simulated, fold)
        parts.append(judge.find_all(run.ready(network).delineate, [records[i] for i in test]))
        fold_of += [fold] * len(test)
    judged = judge.joined(parts)
    return [*judge.ludb_lines(judged, fold_of), *anatomy_lines(judged)]


def outside_lines(run: Run, ready: Delineator, records: Sequence[AnnotatedEcg]) -> list[Line]:
    """Judge the shipped network on other databases and on simulated truth."""
    run.say("other databases")
    others = list(read_challenge12(run.data / "challenge12"))
    lines = list(judge.atrial_lines(ready.delineate, others))
    lines += organised_lines(ready, records, others)
    lines += agreement_lines(ready.delineate, others)
    lines += judge.beat_lines(ready.delineate, read_mitdb(run.data / "mitdb"))
    run.say("stress")
    lines += stress.stress_lines(ready, records)
    return lines + list(truth_lines(ready.delineate))


def _tracked(
    run: Run, out: Path, made: tuple[Sequence[Line], Exported], tracking_uri: str
) -> SignalBundle:
    """Write the bundle inside a tracked run."""
    lines, exported = made
    form, artifacts = str(run.about["form"]), out / "mlflow-artifacts" / MODEL
    hashes = data_sha256(run.data)
    with tracking.tracked_run(
        MODEL, form, tracking_uri=tracking_uri, artifacts=artifacts
    ) as run_id:
        files = bundle_files(run, lines, exported, run_id)
        manifest = manifest_of(run, lines, run_id)
        bundle = write_bundle(out / MODEL / "bundles" / form, manifest, files)
        tracking.log_parameters(asdict(run.recipe), hashes)
        tracking.log_lines(lines)
        tracking.log_texts({n: files[n].decode("utf-8") for n in ("card.md", "decode.toml")})
    run.say(f"{MODEL}: signed and verified, run {run_id}")
    return bundle


def bundle_files(
    run: Run, lines: Sequence[Line], exported: Exported, run_id: str
) -> dict[str, bytes]:
    """Return every file of the bundle but manifest and signature."""
    model_id, hashes = f"{MODEL}/{run.about['form']}", data_sha256(run.data)
    facts = [
        f"Lobachevsky University database (ODC-By 1.0; Kalyakulina 2020, "
        f"doi:10.1109/ACCESS.2020.3029211), {len(hashes)} files hashed together: "
        f"sha256 {_together(hashes)}.",
        f"{run.about['simulated']} simulated strips, seed {run.about['simulated_seed']}.",
        f"Recipe: {run.recipe.steps} steps, the same for every fold and for the shipped network, "
        f"seed {run.recipe.seed}, size {run.recipe.size}.",
        f"Tracked run {run_id}, {_today()}; command: laennec train {MODEL}.",
    ]
    about = {**run.about, "run": facts}
    return {
        "model.onnx": exported.graph,
        "golden.json": exported.golden,
        "decode.toml": run.rules_text,
        "metrics.json": to_json(model_id, {"run": facts}, lines).encode("utf-8"),
        "card.md": render(model_id, about, lines).encode("utf-8"),
    }


def manifest_of(run: Run, lines: Sequence[Line], run_id: str) -> SignalManifest:
    """Return the manifest, not yet sealed."""
    text, form = run.about["text"], str(run.about["form"])
    population = "LUDB, cross-validated by person; challenge and MIT-BIH records"
    return SignalManifest(
        schema="laennec.signal/1",
        id=f"{MODEL}/{form}",
        version=run.about["version"],
        form=form,
        kind="delineation",
        intended_use=text["intended_use"],
        not_for=text["not_for"],
        population=text["population"],
        reference_standard=text["reference_standard"],
        input=SignalInput(INPUT, float(NET_RATE_HZ), "1", MULTIPLE),
        outputs=OUTPUTS,
        training=Training(
            data={"ludb": _together(data_sha256(run.data))},
            split=text["split"],
            mlflow_run_id=run_id,
            seed=run.recipe.seed,
            date=_today(),
        ),
        limits=tuple(text["limits"]),
        metrics=tuple(bundles.metric_of(x, population) for x in lines if x.table in CARD_TABLES),
    )


def write_bundle(
    folder: Path, manifest: SignalManifest, files: Mapping[str, bytes]
) -> SignalBundle:
    """Write a bundle, sign it with the development key, verify it and ask its known answers."""
    bundles.write_signed(folder, write_signal_manifest(manifest), files)
    bundle = open_signal_bundle(folder, load_trust())
    bundle.delineator()
    return bundle


def data_sha256(data: Path) -> dict[str, str]:
    """Return the sha256 of every file of the annotated database."""
    files = sorted(p for p in (data / "ludb").rglob("*") if p.is_file())
    return {str(p.relative_to(data)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def _together(hashes: Mapping[str, str]) -> str:
    text = "\n".join(f"{name} {digest}" for name, digest in sorted(hashes.items()))
    return hashlib.sha256(text.encode()).hexdigest()


def _today() -> str:
    return date.today().isoformat()  # noqa: DTZ011 - the day where the workshop stands
