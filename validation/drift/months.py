"""Monthly drift of a batch result: PSI of each risk, and the share that was not assessable."""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ...training.metrics import Estimate
from ..errors import StudyError
from ..statistics.drift import population_stability
from ..statistics.estimate import BoolArray, FloatArray
from ..statistics.proportions import wilson

SCHEMA: Final = "laennec.drift_report/1"
RISKS: Final = ("t2d_undiagnosed_risk", "dysglycaemia_risk", "cvd_death_10y_risk")
SEED: Final = 20261129
_COLUMNS: Final = ("visit_date", "status", *RISKS)


@cache
def limits() -> Mapping[str, Any]:
    """Return when a month is flagged, with the sources."""
    text = files(__package__ or "").joinpath("drift.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def drift_of(result: Path) -> dict[str, Any]:
    """Compare every month of a result with its first months.

    A month of fewer people than stated is named and not judged; no count below that is given.

    Parameters
    ----------
    result : folder of a finished batch whose rows have ``visit_date``

    Raises
    ------
    StudyError  if there is no result, or too few months to compare
    """
    parts = sorted((result / "parts").glob("part-*.parquet"))
    if not parts or not (result / "manifest.json").is_file():
        raise _broken("a folder without a finished result", "Give the --out folder of a batch")
    table = pa.concat_tables([_read_part(part) for part in parts])
    table = table.filter(pc.is_valid(table["visit_date"]))
    months = pc.strftime(table["visit_date"], format="%Y-%m").to_numpy(zero_copy_only=False)
    least = int(_limit("months", "least_people"))
    names, counts = np.unique(months.astype(str), return_counts=True)
    enough = [str(n) for n, count in zip(names, counts, strict=True) if count >= least]
    first = enough[: int(_limit("months", "reference"))]
    if len(enough) <= len(first):
        raise _broken(
            f"{len(enough)} months of {least} people or more",
            "Give a result over more months than the reference has",
        )
    is_reference = np.isin(months, first)
    return {
        "schema": SCHEMA,
        "reference_months": first,
        "months_not_judged": [str(n) for n in names if str(n) not in enough],
        "months": [
            _month(table, months == name, is_reference, name)
            for name in enough
            if name not in first
        ],
        "limits": limits(),
    }


def _read_part(path: Path) -> Any:  # noqa: ANN401 - pyarrow has no types
    try:
        return pq.read_table(path, columns=list(_COLUMNS))
    except (pa.ArrowException, OSError) as error:
        raise StudyError(
            found=f"a part that can't be read ({type(error).__name__})",
            why="months would be compared without its people",
            remedy="Run the batch again",
            path=path.name,
        ) from error


def _month(table: Any, here: BoolArray, reference: BoolArray, name: str) -> dict[str, Any]:  # noqa: ANN401 - pyarrow has no types
    psi = {}
    for risk in RISKS:
        values: FloatArray = table[risk].to_numpy().astype(np.float64)
        if np.isfinite(values[reference]).any():
            found = population_stability(values[reference], values[here], SEED)
            psi[risk] = asdict(found)
    status = table["status"].to_numpy(zero_copy_only=False)
    abstained = np.asarray(status == "not_assessable")
    before = float(abstained[reference].mean())
    share = wilson(int(abstained[here].sum()), int(here.sum()))
    return {
        "month": name,
        "people": int(here.sum()),
        "psi": psi,
        "not_assessable": asdict(share),
        "not_assessable_reference": before,
        "flags": [*_psi_flags(psi), *_abstention_flags(share, before)],
    }


def _psi_flags(psi: Mapping[str, Mapping[str, Any]]) -> list[str]:
    flags = []
    for name, found in psi.items():
        value = found.get("value", 0.0)
        if value >= _limit("psi", "act"):
            flags.append(f"act:{name}")
        elif value >= _limit("psi", "watch"):
            flags.append(f"watch:{name}")
    return flags


def _abstention_flags(share: object, before: float) -> list[str]:
    if not isinstance(share, Estimate):
        return []
    risen = share.value >= before + _limit("abstention", "rise") and share.ci_low > before
    return ["act:not_assessable"] if risen else []


def _limit(section: str, name: str) -> float:
    return float(limits()[section][name]["value"])


def _broken(found: str, remedy: str) -> StudyError:
    return StudyError(found=found, why="there is nothing to compare", remedy=remedy, path="result")
