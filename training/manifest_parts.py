"""Parts of a manifest that every learned model shares."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engine.bundles import Change, InputSpec, Move
from ..engine.fuzzy.system import FuzzySystem
from .survey import FloatArray

BoolArray = NDArray[np.bool_]
_TAIL = (1.0, 99.0)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a run comes from.

    Parameters
    ----------
    data : file name -> sha256
    run_id : of the tracked run, or ``none``
    date : ISO date
    """

    data: Mapping[str, str]
    run_id: str
    date: str


def training_ranges(x: FloatArray, observed: BoolArray) -> FloatArray:
    """Return the 1st and 99th percentile of what was observed of each input, shape (k, 2)."""
    ranges = [np.percentile(x[observed[:, j], j], _TAIL) for j in range(x.shape[1])]
    return np.array(ranges)


def input_specs(
    system: FuzzySystem, described: Mapping[str, Mapping[str, Any]], ranges: FloatArray
) -> tuple[InputSpec, ...]:
    """Describe every column of x; `described` is ``[input.*]`` of the recipe."""
    specs = []
    for variable, (low, high) in zip(system.variables, ranges.tolist(), strict=True):
        row = described[variable.name]
        specs.append(
            InputSpec(
                name=variable.name,
                unit=variable.unit,
                code=row["code"],
                required=variable.name not in system.optional,
                kind=row["kind"],
                universe=(variable.universe.low, variable.universe.high),
                training_range=(round(low, 4), round(high, 4)),
                plausible_low_risk=row["plausible"][0],
                plausible_high_risk=row["plausible"][1],
                modifiable=row["modifiable"],
                monotone=row["monotone"],
                reference=row["reference"],
                source=variable.source,
            )
        )
    return tuple(specs)


def changes_for(inputs: Iterable[str], rows: Sequence[Mapping[str, Any]]) -> tuple[Change, ...]:
    """Return the changes that move inputs of this form."""
    names = set(inputs)
    changes = []
    for row in rows:
        moves = tuple(Move(**move) for move in row["moves"])
        followed = {move.input for move in moves} or {row["name"]}
        if followed <= names:
            changes.append(Change(**{**row, "reach": tuple(row["reach"]), "moves": moves}))
    return tuple(changes)
