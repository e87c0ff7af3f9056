"""Keeps a study in the experiment store: what it was run on, every headline number, its report."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..training.metrics import Estimate
from ..training.report import Line
from .errors import StudyError


def log_study(document: Mapping[str, Any], written: Sequence[Path], tracking_uri: str) -> str:
    """Log a study and return the id of its run.

    Parameters
    ----------
    document : of the report, after small counts were hidden
    written : the report's files
    tracking_uri : of the store, such as ``sqlite:///mlflow.db``

    Raises
    ------
    StudyError  if the store's library is not installed
    """
    try:
        from ..training import tracking  # noqa: PLC0415  # mlflow is in the extra `train` only
    except ImportError as error:
        raise StudyError(
            found=f"{error.name} is not installed",
            why="a study is kept in the store by mlflow",
            remedy="Install laennec[train], or leave out --tracking-uri",
            path="--tracking-uri",
        ) from error
    study, model = document["protocol"]["content"]["study"], document["model"]
    parameters = {
        "study": study["id"],
        "protocol_sha256": document["protocol"]["sha256"],
        "frozen_sha256": document["protocol"]["frozen_sha256"] or "",
        "model": f"{model['id']} {model['version']}",
        "model_sha256": model["sha256"],
        "data_role": study["data_role"],
        "deviations": len(document["deviations"]),
    }
    data = document["data"]
    pages = [p for p in written if p.suffix == ".pdf"]
    told = [p for p in written if p.suffix not in (".csv", ".pdf")]
    texts = {p.name: p.read_text(encoding="utf-8") for p in told}
    experiment = f"study/{model['id']}"
    artifacts = written[0].parent / "mlruns"
    with tracking.tracked_run(
        experiment, study["id"], tracking_uri=tracking_uri, artifacts=artifacts
    ) as run_id:
        tracking.log_parameters(parameters, {data["file"]: data["sha256"]})
        tracking.log_lines(list(lines(document)))
        tracking.log_texts(texts)
        tracking.log_files(pages)
    return run_id


def lines(document: Mapping[str, Any]) -> Iterator[Line]:
    """Yield every estimate of endpoints, discrimination, calibration and the frozen cut-off."""
    for endpoint in document["endpoints"]:
        yield from _line("endpoints", endpoint["id"], endpoint["statistic"], endpoint["result"])
    for which, found in document["analyses"].items():
        for test, results in found["discrimination"]["tests"].items():
            for name, result in results.items():
                yield from _line(f"discrimination {which}", test, name, result)
        for name, result in found["calibration"].items():
            yield from _line(f"calibration {which}", "index", name, result)
        for test, table in found.get("threshold", {}).items():
            for name, result in table["shares"].items():
                yield from _line(f"threshold {which}", test, name, result.get("wilson", result))


def _line(table: str, row: str, measure: str, result: Any) -> Iterator[Line]:  # noqa: ANN401 - plain data
    ends = ("value", "ci_low", "ci_high")
    if not isinstance(result, Mapping) or any(result.get(k) is None for k in (*ends, "method")):
        return
    value, low, high = (float(result[k]) for k in ends)
    yield Line(table, row, measure, Estimate(value, low, high, result["n"], result["method"]))
