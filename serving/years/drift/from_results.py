"""Counts what batches found: risks, abstentions, urgency, refused and suspect values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ....engine.past import BEFORE_BIRTH
from ....engine.prediagnosis import URGENCIES
from ...batch.options import BatchRefused
from ...batch.result.read import read_manifest, result_tables
from ...batch.table.output import OUTCOMES
from ...batch.table.status import REFUSED
from ...clock import latest_day, utc_now
from .from_tables import visits_of
from .tally import DEVICE, SITE, Tally, What

_NEEDED: Final = (
    "visit_date", "status", "status_reason", "urgency", *(f"{name}_risk" for name in OUTCOMES)
)  # fmt: skip
NOBODY: Final = len(URGENCIES)
"""Urgency of a visit that asks for nobody."""


@dataclass(frozen=True, slots=True)
class _Made:
    """By what a result was made: the releases of each outcome, and on which day."""

    releases: Mapping[str, str]
    today: date


def tally_results(results: Sequence[Path], *, records: bool) -> Tally:
    """Count what batches found.

    Parameters
    ----------
    results : folders of finished batches; the models of each name their own release
    records : count visits and refused records too, where no tables are at hand that say them

    Raises
    ------
    BatchRefused  if a folder holds no finished result, a part can't be read, or one is named twice
    """
    tally = Tally()
    hashes = set()
    for result in results:
        manifest = read_manifest(result)
        releases = releases_of(manifest.models)
        if manifest.content_sha256 in hashes:
            raise BatchRefused(
                found="the same result twice",
                why="everybody in it would count twice",
                remedy="Name each result once",
                path=result.name,
            )
        hashes.add(manifest.content_sha256)
        for _, part in result_tables(result):
            _count(
                tally, part, _Made(releases, manifest.today or latest_day(utc_now)), records=records
            )
    return tally


def releases_of(models: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return, by outcome, the bundles that answer it: ids, versions, beginnings of their hashes."""
    found: dict[str, list[str]] = {}
    for one in models:
        named = f"{one['id']} {one['version']} ({one['sha256'][:8]})"
        found.setdefault(one["outcome"], []).append(named)
    return {outcome: ", ".join(sorted(names)) for outcome, names in found.items()}


def _count(tally: Tally, part: Any, made: _Made, *, records: bool) -> None:  # noqa: ANN401 - pyarrow has no types
    lost = [name for name in _NEEDED if name not in part.column_names]
    if lost:
        raise BatchRefused(
            found=f"a result without the column {lost[0]}",
            why="it can't be compared by month",
            remedy="Give the folder of a batch whose table has visit_date",
            path="parts",
        )
    part = part.combine_chunks()
    said = {
        name: _whole(part[name])
        for name in part.column_names
        if name == SITE or name.split(".")[0] == DEVICE
    }
    is_before_birth = pc.equal(part["status_reason"], BEFORE_BIRTH).fill_null(False).to_numpy()  # noqa: FBT003 - the value of a column
    visits = visits_of(_whole(part["visit_date"]), said, made.today).without_day(is_before_birth)
    everybody = np.ones(part.num_rows, dtype=np.bool_)
    refused = pc.equal(part["status"], REFUSED).to_numpy()
    used = ~refused.astype(np.bool_)
    if records:
        tally.add(visits, What("visit"), np.ones(part.num_rows), used)
        tally.add(visits, What("record"), refused.astype(np.float64), everybody)
        for name, found in _items(part).items():
            tally.add(visits, What("item", name), found, used)
    urgency = pc.index_in(part["urgency"], pa.array(URGENCIES)).fill_null(NOBODY).to_numpy()
    tally.add(visits, What("urgency"), urgency.astype(np.float64), everybody)
    for outcome, name in OUTCOMES.items():
        risk = part[f"{name}_risk"].to_numpy().astype(np.float64)
        release = made.releases.get(outcome, "")
        tally.add(visits, What("answered", name, release), np.isfinite(risk) * 1.0, used)
        tally.add(visits, What("risk", name, release), risk, used)


def _whole(column: Any) -> Any:  # noqa: ANN401
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _items(part: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return, by kind of trouble, whether a visit has a value that was not used."""
    return {
        f"{word}_value": pc.greater(pc.list_value_length(part[f"{word}_items"]), 0)
        .to_numpy()
        .astype(np.float64)
        for word in ("refused", "suspect")
        if f"{word}_items" in part.column_names
    }
