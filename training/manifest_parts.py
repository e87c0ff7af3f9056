"""Parts of a manifest that models share, and the manifest of rules written by hand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engine.bundles import (
    Bands,
    Calibration,
    Change,
    InputSpec,
    Manifest,
    Move,
    OperatingPoint,
    Outputs,
    Training,
)
from ..engine.errors import DataError
from ..engine.fuzzy.system import FuzzySystem, MamdaniSystem, load_system
from .report import Line, find
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


def load_hand_written(path: Path) -> MamdaniSystem:
    """Read a Mamdani system written by hand.

    Raises
    ------
    DataError  if it is of the other kind
    """
    system = load_system(path)
    if not isinstance(system, MamdaniSystem):
        raise DataError(
            found=f"{path.name} is a Takagi-Sugeno-Kang system",
            why="a model written by hand is Mamdani: its rules conclude words, not points",
            remedy='Write kind = "mamdani"',
            path=path.name,
        )
    return system


def check_only_form(asked: Iterable[str], form: str) -> None:
    """Refuse another form than the one that a model has.

    Raises
    ------
    DataError  naming the form that was asked for
    """
    for name in asked:
        if name != form:
            raise DataError(
                found=f"the form {name!r}",
                why="this model has one form",
                remedy=f"Ask for {form}",
                path="forms",
            )


def hand_written_manifest(
    model: str,
    described: Mapping[str, Any],
    system: MamdaniSystem,
    inputs: tuple[InputSpec, ...],
    provenance: Provenance,
) -> Manifest:
    """Return the manifest of a model whose rules were written by hand and learned nothing.

    Parameters
    ----------
    model : name of its folder
    described : its ``forms.toml``
    system : its rules
    inputs : from `input_specs`
    provenance : of the run
    """
    text, universe = described["text"], system.output.universe
    return Manifest(
        schema="laennec.bundle/1",
        id=f"{model}/{described['form']}",
        version=described["version"],
        outcome=described["outcome"],
        form=described["form"],
        kind="mamdani",
        intended_use=text["intended_use"],
        not_for=text["not_for"],
        population=text["population"],
        reference_standard=described["reference_standard"],
        guideline_topic="diabetes",
        outputs=Outputs("score", (universe.low, universe.high), described["decimals"]),
        bands=Bands(**described["bands"]),
        calibration=Calibration(method="none", population="none", survey_weighted=False),
        training=Training(
            data=dict(provenance.data),
            split=text["split"],
            mlflow_run_id=provenance.run_id,
            seed=0,
            date=provenance.date,
        ),
        limits=tuple(text["limits"]),
        inputs=inputs,
        changes=(),
        metrics=(),
    )


def band_points(
    low: tuple[float, str], high: tuple[float, str], lines: Sequence[Line]
) -> tuple[OperatingPoint, ...]:
    """Name both band cut-offs with what they find, out of fold.

    Parameters
    ----------
    low : the risk below which the band is low, and what that is for
    high : the risk from which the band is high, and what that is for
    lines : the measurements of the run; the table ``cuts`` holds both
    """
    points = []
    for name, (cut, purpose) in (("low_cut", low), ("high_cut", high)):
        row = {
            measure: find(lines, "cuts", name, measure).estimate.value
            for measure in ("sensitivity", "specificity", "referred")
        }
        points.append(
            OperatingPoint(
                name=name,
                value_from=cut,
                purpose=purpose,
                sensitivity=row["sensitivity"],
                specificity=row["specificity"],
                referred_share=row["referred"],
            )
        )
    return tuple(points)
