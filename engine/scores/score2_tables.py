"""What ``score2.toml`` holds, in the shape that the formula reads: equations, regions, levels."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from .inputs import CODES, FloatArray, ScoreInputError
from .tables import SEXES, Cut, ScoreTable, parse_cut, parse_cuts, score_table


@dataclass(frozen=True, slots=True, eq=False)
class Equation:
    """One equation for one sex, as in ``score2.toml``."""

    constant: float
    log_hazard: float
    slope: Mapping[str, float]
    with_age: Mapping[str, float]
    centre: Mapping[str, float]
    scale: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Score2Tables:
    """Every number of ``score2.toml``."""

    table: ScoreTable
    ids: tuple[str, ...]
    age_ends: tuple[Cut, ...]
    equations: tuple[tuple[Equation, ...], ...]
    smoking_low: FloatArray
    smoking_high: FloatArray
    ranges: Mapping[str, tuple[float, float]]
    regions: Mapping[str, Mapping[str, Mapping[str, list[float]]]]
    levels: tuple[str, ...]
    level_groups: tuple[tuple[Cut, tuple[Cut, ...]], ...]
    default_region: str


def score2_regions() -> tuple[str, ...]:
    """Return the risk regions, from low to very high."""
    return tuple(score2_tables().regions)


def region_scales(region: str | None = None) -> Mapping[str, tuple[float, float]]:
    """Return shift and stretch of SCORE2's regional recalibration by sex; France by default.

    Raises
    ------
    ScoreInputError  if the region is none of the four
    """
    scales = score2_tables().regions[region_or_default(region)]["score2"]
    return {sex: (float(pair[0]), float(pair[1])) for sex, pair in scales.items()}


def region_or_default(region: str | None) -> str:
    """Return the region that was asked for; that of France where none was.

    Raises
    ------
    ScoreInputError  if the region is none of the four
    """
    tables = score2_tables()
    if region is None:
        return tables.default_region
    if region not in tables.regions:
        raise ScoreInputError(
            found=f"region {region!r}",
            why="the risk depends on the region, so it is not guessed",
            remedy=f"Use one of {', '.join(tables.regions)}",
            path="region",
        )
    return region


@cache
def score2_tables() -> Score2Tables:
    """Return ``score2.toml``, read once."""
    table = score_table("score2")
    raw = table.raw
    smoking = [raw["smoking"]["codes"][code] for code in CODES["smoking"]]
    return Score2Tables(
        table=table,
        ids=tuple(row["id"] for row in raw["equations"]),
        age_ends=tuple(parse_cut(row["age_to"], table.id) for row in raw["equations"]),
        equations=tuple(
            tuple(_parse_equation(row, sex) for sex in SEXES) for row in raw["equations"]
        ),
        smoking_low=np.array([*smoking, min(smoking)], dtype=float),
        smoking_high=np.array([*smoking, max(smoking)], dtype=float),
        ranges={name: (span["from"], span["to"]) for name, span in raw["ranges"].items()},
        regions=raw["regions"],
        levels=tuple(row["id"] for row in raw["levels"]),
        level_groups=tuple(
            (parse_cut(row["age_to"], table.id), parse_cuts(row["cuts"], table.id))
            for row in raw["level_groups"]
        ),
        default_region=raw["default_region"],
    )


def _parse_equation(row: Mapping[str, Any], sex: str) -> Equation:
    return Equation(
        constant=row[sex]["constant"],
        log_hazard=math.log(-math.log(row[sex]["baseline_survival"])),
        slope=row[sex]["slope"],
        with_age=row[sex]["with_age"],
        centre=row["centre"],
        scale=row["scale"],
    )
