"""The one place that imports mlflow: what a run was made from and what it gave."""

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import mlflow
import numpy as np
import onnx
from mlflow.models import ModelSignature
from mlflow.types import Schema, TensorSpec

from .report import Line

NO_RUN = "none"


def store_uri(folder: Path) -> str:
    """Return the address of an sqlite store inside a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{(folder / 'mlflow.db').resolve()}"


@contextmanager
def tracked_run(
    experiment: str, run_name: str, *, tracking_uri: str, artifacts: Path
) -> Iterator[str]:
    """Open a run and give its id; it ends as failed if the body raises.

    Parameters
    ----------
    experiment : name of the model
    run_name : name of the form
    tracking_uri : of the store, usually sqlite
    artifacts : folder for artifacts of a new experiment
    """
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    for noisy in ("mlflow", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    mlflow.set_tracking_uri(tracking_uri)
    if mlflow.get_experiment_by_name(experiment) is None:
        mlflow.create_experiment(experiment, artifact_location=artifacts.resolve().as_uri())
    mlflow.set_experiment(experiment)
    with mlflow.start_run(run_name=run_name) as run:
        yield str(run.info.run_id)


def log_parameters(parameters: Mapping[str, object], data_sha256: Mapping[str, str]) -> None:
    """Record settings, split and the sha256 of every file that was read."""
    mlflow.log_params(dict(parameters))
    mlflow.set_tags({f"data.{name}": digest for name, digest in data_sha256.items()})


def log_lines(lines: Sequence[Line]) -> None:
    """Record every estimate as three metrics: value and both ends of its interval."""
    metrics: dict[str, float] = {}
    for line in lines:
        name = _metric_name(line)
        estimate = line.estimate
        for suffix, value in (
            ("", estimate.value),
            ("/ci_low", estimate.ci_low),
            ("/ci_high", estimate.ci_high),
        ):
            if np.isfinite(value):
                metrics[name + suffix] = value
    mlflow.log_metrics(metrics)


def _metric_name(line: Line) -> str:
    """Return a name of the characters that the store accepts."""
    raw = f"{line.table}/{line.row}/{line.measure}"
    return "".join(c if c.isalnum() or c in "_-. /" else "_" for c in raw)


def log_texts(texts: Mapping[str, str]) -> None:
    """Record text files: rules, card, measurements, manifest."""
    for name, text in texts.items():
        mlflow.log_text(text, name)


def log_files(files: Sequence[Path]) -> None:
    """Record files as they are, such as a PDF."""
    for path in files:
        mlflow.log_artifact(str(path))


def log_plots(plots: Mapping[str, bytes], folder: Path) -> None:
    """Record pictures; they are written to a folder first."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in plots.items():
        path = folder / name
        path.write_bytes(picture)
        mlflow.log_artifact(str(path), "plots")


def log_graph(graph: bytes, *, inputs: int, rules: int) -> None:
    """Record the ONNX model with the signature of its inputs and outputs."""
    real, flag = np.dtype(np.float64), np.dtype(np.bool_)
    signature = ModelSignature(
        inputs=Schema(
            [TensorSpec(real, (-1, inputs), "x"), TensorSpec(flag, (-1, inputs), "observed")]
        ),
        outputs=Schema(
            [
                TensorSpec(real, (-1,), "risk"),
                TensorSpec(real, (-1, rules), "rule_firing"),
                TensorSpec(real, (-1, rules), "rule_contribution"),
                TensorSpec(real, (-1,), "bias"),
            ]
        ),
    )
    mlflow.onnx.log_model(onnx.load_from_string(graph), name="model", signature=signature)
