"""Searches a batch result or the stored visits: counts first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from ....datasets.readers.cohorts import (
    Cohort,
    NotKnown,
    who_is_not_known,
    who_meets,
)
from ....engine.errors import DataError
from ...batch.result.aggregate import suppressed
from ..exposures import APART, exposure_groups
from ..last_visits import ELSEWHERE
from ..overlap import BoolArray, Count, is_told, shown_counts
from ..plan.wording import what_is_hidden
from ..two_people import NOT_CHECKED, TwoPeople
from .tables import Sources, tables_of

BY: Final = ("urgency", "status", "t2d_undiagnosed_band", "dysglycaemia_band", "cvd_death_10y_band")
EXPOSURE: Final = "exposure"
GROUPS: Final = (*BY, EXPOSURE)
_MOST_TOLD: Final = 10
"""Of so many conditions is told of how many people they are not known: each doubles the sums."""
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Found:
    """Who meets the criteria, and everybody: Arrow tables of the last visit of each.

    ``exposures`` : of everybody, where they were given
    ``not_known`` : of whom a condition can't be decided
    ``beside`` : what an answer says of the files beside a result
    ``two`` : person ids of two people
    """

    people: Any
    everybody: Any
    exposures: Any = None
    not_known: tuple[NotKnown, ...] = ()
    beside: Mapping[str, Any] = field(default_factory=dict)
    two: TwoPeople = NOT_CHECKED


def search_people(cohort: Cohort, sources: Sources, by: Sequence[str] = ()) -> Found:
    """Return who meets the criteria.

    Parameters
    ----------
    by : groups that will be counted; exposures are read for theirs

    Raises
    ------
    BatchRefused  if the folder holds no result
    DataError  if the criteria read a table that was not given, or DuckDB is not installed
    """
    read = tables_of(cohort.criteria, sources, with_exposures=EXPOSURE in by)
    tables = read.by_name
    everybody, exposures = tables["people"], tables.get("exposures")
    for name in by:
        _require_group(name, everybody, exposures)
    names = who_meets(cohort.criteria, tables)
    found = everybody.filter(pc.is_in(everybody["person_id"], names))
    unknown = tuple(who_is_not_known(cohort.criteria, tables))
    return Found(found, everybody, exposures, unknown, read.told, read.two)


def _require_group(name: str, everybody: Any, exposures: Any) -> None:  # noqa: ANN401 - pyarrow has no types
    is_there = exposures is not None if name == EXPOSURE else name in everybody.column_names
    if not is_there:
        raise DataError(
            found=f"groups by {name}, which is not known of these people",
            why="nobody would be counted, and that would look like an answer",
            remedy="Give --exposures or --visits for exposures; stored visits have no status",
            path="--group",
        )


def counted(cohort: Cohort, found: Found, by: Sequence[str]) -> dict[str, Any]:
    """Return the counts of a search, groups of 1 to 10 people suppressed.

    Where the number found is hidden its groups are hidden too: they add up to it.

    Parameters
    ----------
    found : from `search_people`
    by : columns whose groups are counted among those found, or ``exposure``
    """
    n, rest = found.people.num_rows, found.everybody.num_rows - found.people.num_rows
    people = suppressed({"found": n, "others": rest})
    groups = {name: _groups(found, name) for name in by}
    if not isinstance(people["found"], int):
        groups = {name: _hidden(one) for name, one in groups.items()}
    return {
        "title": cohort.title,
        "where": cohort.criteria.text,
        "criteria_sha256": cohort.sha256,
        "people": people,
        "urgent_at_another_visit": _elsewhere(found.everybody),
        "not_known": told_not_known(found),
        **found.beside,
        "by": groups,
        "suppressed": what_is_hidden("search.hidden"),
    }


def _elsewhere(everybody: Any) -> Count:  # noqa: ANN401 - pyarrow has no types
    """Return how many are more urgent at another visit than at the last, whether found or not."""
    n, calm = everybody.num_rows, everybody[ELSEWHERE].null_count
    return suppressed({"urgent": n - calm, "other": calm})["urgent"]


def told_not_known(found: Found) -> dict[str, dict[str, Count]]:
    """Return, by condition, of how many it can't be decided, and how many had a reading.

    Hidden is a count with which the number of those could be worked out of whom it is known, or
    who of them were not found, where they are 1 to 10: of one condition, or of several together.
    Sums double with each condition that is told; where they are too many to try the rest is hidden.
    """
    n = found.everybody.num_rows
    told: dict[str, dict[str, Count]] = {}
    masks, counts = _alike(found)
    # Everybody and who was not found, less those of whom any of some told conditions is not known.
    known = [np.ones(len(counts), dtype=np.bool_), masks[0]]
    for one, unknown in zip(found.not_known, masks[1:], strict=True):
        left = [rest & ~unknown for rest in known]
        is_open = len(known) <= 2**_MOST_TOLD and all(is_told(int(counts[r].sum())) for r in left)
        told[one.name] = said = _not_known(one, n, is_open=is_open)
        known += left if isinstance(said["people"], int) and one.people else []
    return told


def _alike(found: Found) -> tuple[BoolArray, IntArray]:
    """Return bool (1 + conditions, kinds), and of how many people each kind is.

    People are of one kind where all of them or none were found, and the same is not known of them;
    the first row says who was not found, each other one of whom a condition is not known.
    """
    everybody = found.everybody["person_id"]
    outside = pc.invert(pc.is_in(everybody, found.people["person_id"])).to_numpy()
    unknown = [pc.is_in(everybody, one.names).to_numpy() for one in found.not_known]
    masks = np.stack([outside, *unknown])
    packed = np.packbits(masks, axis=0)
    _, first, counts = np.unique(packed, axis=1, return_index=True, return_counts=True)
    return masks[:, first], counts


def _not_known(one: NotKnown, n: int, *, is_open: bool) -> dict[str, Count]:
    told = suppressed({"people": one.people, "known": n - one.people})["people"]
    if isinstance(told, int) and not is_open:
        told = "hidden"
    if one.not_usable is None:
        return {"people": told}
    rest = one.people - one.not_usable
    spoilt = suppressed({"not_usable": one.not_usable, "never": rest})["not_usable"]
    return {"people": told, "not_usable": spoilt if isinstance(told, int) else "hidden"}


def _hidden(groups: Mapping[str, Count]) -> dict[str, Count]:
    return {name: "hidden" if isinstance(n, int) and n else n for name, n in groups.items()}


def _groups(found: Found, name: str) -> Mapping[str, Count]:
    if name == EXPOSURE:
        names = found.people["person_id"]
        everybody = np.ones(len(names), dtype=np.bool_)
        return shown_counts(exposure_groups(found.exposures, names), everybody, APART)
    counts = _value_counts(found.people[name])
    return suppressed({str(row["values"] or "none"): row["counts"] for row in counts})


def _value_counts(column: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    counts: list[dict[str, Any]] = pc.value_counts(column).to_pylist()
    return sorted(counts, key=lambda row: str(row["values"]))
