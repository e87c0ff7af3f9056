"""Statistics of studies beside scikit-learn and R, and a whole study on the development data."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from laennec.engine.bundles.load import load_models
from laennec.training import survival as follow_up
from laennec.validation.report import write_report
from laennec.validation.statistics import benefit, discrimination, resampling, survival
from laennec.validation.study import StudyOptions, run_study
from sklearn.metrics import roc_auc_score

ROOT = Path(__file__).resolve().parents[1]
PROTOCOL = ROOT / "examples" / "studies" / "undiagnosed_diabetes_nhanes.toml"
SIZES = (10_000, 100_000, 1_000_000)
THRESHOLDS = np.linspace(0.01, 0.3, 30)
Row = dict[str, Any]


def people(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return case, risk and follow-up of n made-up people."""
    rng = np.random.default_rng(1)
    risk = 1 / (1 + np.exp(-rng.normal(-3, 1, n)))
    return rng.random(n) < risk, np.round(risk, 4), rng.exponential(1 / risk)


def seconds(what: Callable[[], object]) -> float:
    """Return the shortest of three runs."""
    best = np.inf
    for _ in range(3):
        start = time.perf_counter()
        what()
        best = min(best, time.perf_counter() - start)
    return best


def in_r(code: str, n: int) -> float | None:
    """Return the seconds that R needs for a line of code, None without R or its packages."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        return None
    case, risk, follow = people(n)
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "t.csv"
        np.savetxt(table, np.column_stack([case, risk, follow]), delimiter=",", fmt="%.6g")
        script = (
            "suppressMessages({library(pROC); library(survival)}); "
            f"d <- read.csv('{table}', header = FALSE); y <- d$V1; p <- d$V2; t <- d$V3; "
            f"cat(min(replicate(2, system.time({code})[['elapsed']])))"
        )
        done = subprocess.run(  # noqa: S603 - a script of this file
            [rscript, "-e", script], capture_output=True, text=True, check=False
        )
    return float(done.stdout) if done.returncode == 0 else None


def row(what: str, ours: float, peer_name: str, peer: float | None, how: str) -> Row:
    """Return a row of times."""
    said = f"{peer_name}: {peer:.3g} s" if peer else f"{peer_name}: not there"
    ratio = peer / ours if peer else None
    return {"what": what, "ours": f"{ours:.3g} s", "peer": said, "ratio": ratio, "how": how}


def of_size(n: int) -> list[Row]:
    """Return the rows of one size."""
    case, risk, follow = people(n)
    other = np.round(risk * 10) / 10
    outcome = follow_up.Outcome.of(follow, case)
    auroc = seconds(lambda: discrimination.auroc(case, risk))
    rows = [
        row(
            f"AUROC with DeLong's interval, {n:,} people", auroc, "pROC ci.auc",
            in_r("ci.auc(roc(y, p, quiet=TRUE, direction='<'))", n), "best of three runs each",
        ),
        row(
            f"the same against the point estimate alone, {n:,} people", auroc,
            "scikit-learn roc_auc_score", seconds(lambda: roc_auc_score(case, risk)),
            "best of three runs each",
        ),
        row(
            f"paired difference of two AUROCs, {n:,} people",
            seconds(lambda: discrimination.auroc_difference(case, risk, other)),
            "pROC roc.test",
            in_r(
                "roc.test(roc(y, p, quiet=TRUE, direction='<'), "
                "roc(y, round(p, 1), quiet=TRUE, direction='<'))",
                n,
            ),
            "best of three runs each",
        ),
        row(
            f"C-index with its interval, {n:,} people",
            seconds(lambda: survival.harrell_c(outcome, risk)),
            "R survival concordance",
            in_r("concordance(Surv(t, y) ~ p, reverse=TRUE)", n), "best of three runs each",
        ),
    ]  # fmt: skip
    curve = seconds(lambda: [benefit.net_benefit(case, risk, t) for t in THRESHOLDS])
    how = "30 cut-offs with intervals; no peer has the intervals"
    return [*rows, row(f"decision curve, {n:,} people", curve, "none", None, how)]


def bootstrap_rows() -> list[Row]:
    """Return 1,000 bootstraps of the AUROC of 10,000 people."""
    case, risk, _ = people(10_000)
    person = np.arange(10_000)
    ours = seconds(lambda: resampling.auroc_by_person(case, risk, person, 1000, 1))

    def naive() -> None:
        rng = np.random.default_rng(1)
        for _ in range(100):
            drawn = rng.integers(0, 10_000, 10_000)
            roc_auc_score(case[drawn], risk[drawn])

    peer = 10 * seconds(naive)
    how = "percentile interval; the peer was run for 100 and its time counted ten times"
    return [row("AUROC, 1,000 bootstraps of 10,000 people", ours, "scikit-learn loop", peer, how)]


def study_rows() -> list[Row]:
    """Return the whole of study 1 with 1,000 bootstraps, where the data are there."""
    data = Path(os.environ.get("LAENNEC_DATA", ROOT / ".." / "shared" / "data"))
    file = data / "tabular" / "nhanes" / "dev_1999_2014.parquet"
    if not file.exists():
        return []
    with tempfile.TemporaryDirectory() as folder:
        studies = Path(folder) / "studies"
        studies.mkdir()
        shutil.copy(PROTOCOL, studies / "p.toml")
        shutil.copy(ROOT / "examples" / "nhanes_mapping.toml", folder)
        start = time.perf_counter()
        document = run_study(StudyOptions(studies / "p.toml", file, load_models()))
        write_report(document, Path(folder) / "out")
        took = time.perf_counter() - start
    how = "47,356 rows, every statistic, 1,000 bootstraps, report in two languages; one run"
    return [row("study 1, protocol to report", took, "none", None, how)]


def measure() -> list[Row]:
    """Return every row."""
    rows = [r for n in SIZES for r in of_size(n)]
    return [*rows, *bootstrap_rows(), *study_rows()]
