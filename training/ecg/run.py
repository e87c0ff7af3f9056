"""One run at full scale: examples, network, leaving every set out, scores, card, tracked run."""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Unpack

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ...datasets import sources
from ...datasets.sources.ecg_sets import SUMS, described
from ...engine.bundles.statements import StatementsBundle
from ...engine.fixedpoint import FloatArray
from .. import tracking
from ..ecg_findings.labels import FOLDER
from ..options import Options, Say, silent
from ..report import Line, to_json
from . import scores
from .card import render
from .config import Config, chosen_runs
from .examples import TEST, TRAIN, VALIDATE, Examples
from .loop import Asked, learn, logits_of
from .shards import Shards, kept_shards, only, sources_of
from .truth import classes_and_truth

MODEL: Final = "ecg"
_TABLES: Final = (
    "ptbxl_database.csv",
    "scp_statements.csv",
    "exams.csv",
    "REFERENCE-v3.csv",
    "labels.csv",
    SUMS,
)


@dataclass(frozen=True, slots=True)
class Work:
    """What a run works with.

    Parameters
    ----------
    config : of the run
    names : of the classes
    shards : files of examples
    folder : in which networks are kept
    say : called with lines of progress
    threads : of torch
    """

    config: Config
    names: tuple[str, ...]
    shards: Shards
    folder: Path
    say: Say
    threads: int = 1


def train_ecg(
    data: Path, out: Path, tracking_uri: str | None = None, **options: Unpack[Options]
) -> list[StatementsBundle]:
    """Learn and judge the tasks of the full scale; they are measured, not shipped.

    Parameters
    ----------
    data : folder that holds one folder for each set, or a config, see `config`
    out : folder; results are written to ``ecg/<task>`` below it, examples and states of networks
        to ``ecg-work``, from which an interrupted run goes on
    tracking_uri : of the mlflow store; None uses ``mlflow.db`` in `out`
    options : see `Options`; forms are tasks, ``workers`` processes that read and threads of torch

    Returns
    -------
    no bundle

    Raises
    ------
    DataError  if the task, a folder or a label table is not there
    """
    say = options.get("say", silent)
    for config in chosen_runs(data, options.get("forms", ())):
        uri = tracking_uri or tracking.store_uri(out)
        _one_run(config, out, uri, say, options.get("workers", 1))
    return []


def _one_run(config: Config, out: Path, uri: str, say: Say, workers: int) -> None:
    names, _ = classes_and_truth(config)
    hashes = data_sha256(config)
    folder = out / f"{MODEL}-work" / f"{config.task}-{_key(config, names, hashes)}"
    say(f"{MODEL}/{config.task}: examples of {', '.join(config.folders)}")
    shards = kept_shards(config, folder / "examples", say, workers)
    work = Work(config, names, shards, folder, say, workers)
    lines = judged(work)
    facts = [
        f"Sets: {'; '.join(_set_fact(name) for name in config.folders)}.",
        f"Data: {', '.join(f'{k} sha256 {v}' for k, v in hashes.items()) or 'no table to hash'}.",
        f"Recipe: {', '.join(f'{k} {v}' for k, v in asdict(config.recipe).items())}.",
        f"Threads of torch: {workers}; another number changes the last digits.",
    ]
    artifacts = out / "mlflow-artifacts" / MODEL
    with tracking.tracked_run(MODEL, config.task, tracking_uri=uri, artifacts=artifacts) as run_id:
        facts.append(f"Tracked run {run_id}; command: laennec train {MODEL} --form {config.task}.")
        model_id = f"{MODEL}/{config.task}"
        texts = {
            "card.md": render(config, names, lines, facts),
            "metrics.json": to_json(model_id, {"run": facts}, lines),
        }
        result = out / MODEL / config.task
        result.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (result / name).write_text(text, encoding="utf-8")
        tracking.log_parameters({**asdict(config.recipe), "task": config.task}, hashes)
        tracking.log_lines(lines)
        tracking.log_texts(texts)
    say(f"{MODEL}/{config.task}: judged, run {run_id}, {result / 'card.md'}")


def judged(work: Work) -> list[Line]:
    """Return the counts, the scores of the split, and those of every set that was left out."""
    lines = _counts(work)
    net_lines = _learned(work, "all", lambda e: e.part == TRAIN, {})
    lines += net_lines
    if work.config.leaves_out:
        for source in sources_of(work.shards):
            lines += _learned(
                work,
                f"without {source}",
                lambda e, s=source: (e.source != s) & (e.part != TEST),  # type: ignore[misc]  # binds the set
                {f"{source}, never seen": lambda e, s=source: e.source == s},  # type: ignore[misc]  # binds the set
            )
    return lines


Chosen = Callable[[Examples], NDArray[np.bool_]]


def _learned(work: Work, name: str, chosen: Chosen, asked: dict[str, Chosen]) -> list[Line]:
    """Learn one network and judge it on the parts that are asked for."""
    begin, recipe = time.perf_counter(), work.config.recipe
    work.say(f"{work.config.task}, {name}")
    task = Asked(work.shards, chosen, work.config.is_one_of, recipe, work.threads)
    net = learn(task, work.folder / f"{name.replace(' ', '-')}.npz", work.say)
    parts = asked or {"validate": lambda e: e.part == VALIDATE, "test": lambda e: e.part == TEST}
    lines = []
    for title, rows in parts.items():
        told, logit = [], []
        for examples in work.shards.every():
            mine = only(examples, rows(examples))
            if len(mine):
                told.append(Answered(mine.truth, mine.person))
                logit.append(logits_of(net, mine, recipe.batch))
        if told:
            truth = np.concatenate([one.truth for one in told])
            person = np.concatenate([one.person for one in told])
            lines += scored(work, title, Answered(truth, person), np.concatenate(logit))
    work.say(f"{work.config.task}, {name}: {time.perf_counter() - begin:.0f} s")
    return lines


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """What is kept of examples that were answered; their signals need not stay in memory.

    Parameters
    ----------
    truth : shape (n, classes)
    person : length n
    """

    truth: FloatArray
    person: NDArray[np.str_]


def scored(work: Work, title: str, examples: Answered, logit: FloatArray) -> list[Line]:
    """Return the scores that the task's leaderboard prints."""
    config = work.config
    draws = scores.Draws(config.recipe.replicates, config.recipe.seed)
    if not config.is_one_of:
        return scores.label_lines(title, work.names, examples.truth, expit(logit), draws)
    truth, given = examples.truth.argmax(axis=1), logit.argmax(axis=1)
    if config.kind == "beats":
        return scores.aami_lines(title, work.names, (truth, given), examples.person, draws)
    return scores.f1_lines(title, work.names, truth, given, draws)


def _counts(work: Work) -> list[Line]:
    """Count the examples of every set by part."""
    found: dict[tuple[str, str], int] = {}
    for examples in work.shards.every():
        for source, part in zip(examples.source, examples.part, strict=True):
            found[str(source), str(part)] = found.get((str(source), str(part)), 0) + 1
    return [
        scores.counted("examples by set", source, part, count)
        for (source, part), count in sorted(found.items())
    ]


def _set_fact(name: str) -> str:
    about = described(name)
    return f"{about['title']}, {about['licence']}, {about['citation']}"


def data_sha256(config: Config) -> dict[str, str]:
    """Return the sha256 of the label tables and lists of checksums that stand in the folders."""
    return {
        f"{name}.{table}": hashlib.sha256((folder / table).read_bytes()).hexdigest()
        for name, folder in config.folders.items()
        for table in _TABLES
        if (folder / table).is_file()
    }


def _key(config: Config, names: Sequence[str], hashes: dict[str, str]) -> str:
    """Name the work by what it depends on: config, classes, label tables, label maps, the code."""
    digest = hashlib.sha256(config.sha256().encode())
    digest.update(repr((tuple(names), sorted(hashes.items()))).encode())
    for file in work_depends_on():
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def work_depends_on() -> list[Path]:
    """Return the files of code and of labels that kept examples and networks depend on."""
    here = Path(__file__).parent
    findings = here.parent / "ecg_findings"
    code = ("config.py", "examples.py", "network.py", "loop.py", "truth.py", "written.py")
    return [
        *(here / name for name in code),
        *(findings / name for name in ("full_scale.py", "labels.py")),
        *sorted(Path(sources.__file__).parent.glob("*.py")),
        *sorted(FOLDER.glob("labels*.toml")),
    ]
