"""Prints how often a trend is recovered within its interval, over simulated lifetimes.

``python -m laennec.serving.years.trajectories.lifetimes``: HbA1c of people whose true slope is
known, seen at irregular days, with noise of measurement, wild values, and an assay that changes
half-way.
"""

import sys
from dataclasses import dataclass
from typing import Final

import numpy as np

from ....engine.trajectories import TrajectoryItem, evaluate_trajectories, trajectory_items
from ....engine.trajectories.columns import DIRECTIONS
from ....engine.trajectories.points import points_from

SEED: Final = 20261130
PEOPLE: Final = 2000
ITEM: Final = "hba1c"
START: Final = 6.5
NOISE: Final = 0.2
WILD_SHARE: Final = 0.05
WILD: Final = 2.0
BIAS: Final = 0.6
"""By which the second assay reads higher."""

SLOPES: Final = (0.0, 0.05, 0.1, 0.3)
VISITS: Final = (6, 12, 20, 40)
_DAYS: Final = 365.25
_OLD_ASSAY, _NEW_ASSAY = 1, 2


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """What became of many people with one true slope.

    Attributes
    ----------
    visits, slope : of each person; slope in percent of HbA1c a year
    kind : plain, wild (some values far off), assay (another assay from half-way on)
    covered : share of intervals that hold the true slope
    rises, falls : share of people of whom that is said
    """

    visits: int
    slope: float
    kind: str
    covered: float
    rises: float
    falls: float


def measure_lifetimes(people: int = PEOPLE) -> list[Lifetimes]:
    """Return coverage and directions for every length of life, slope and kind."""
    rng = np.random.default_rng(SEED)
    item = next(one for one in trajectory_items() if one.name == ITEM)
    return [
        _live(rng, item, (visits, slope, kind), people)
        for kind in ("plain", "wild", "assay")
        for visits in VISITS
        for slope in SLOPES
    ]


def _live(
    rng: np.random.Generator, item: TrajectoryItem, life: tuple[int, float, str], people: int
) -> Lifetimes:
    visits, slope, kind = life
    shape = (people, visits)
    gaps = rng.integers(120, 700, shape)
    day = 5000 + gaps.cumsum(axis=1)
    years = (day - day[:, :1]) / _DAYS
    value = START + slope * years + rng.normal(0, NOISE, shape)
    if kind == "wild":
        value += WILD * rng.choice((-1, 1), shape) * (rng.random(shape) < WILD_SHARE)
    assay = np.full(shape, _OLD_ASSAY)
    if kind == "assay":
        assay[:, visits // 2 :] = _NEW_ASSAY
        value += BIAS * (assay == _NEW_ASSAY)
    group = np.repeat(np.arange(people), visits)
    points = points_from(group, day.ravel(), np.round(value, 1).ravel(), assay.ravel())
    order = rng.permutation(len(group))
    shuffled = points_from(
        group[order], points.day[order], points.value[order], points.method[order]
    )
    found = evaluate_trajectories(item, shuffled)
    known = np.isfinite(found.slope_low)
    held = (found.slope_low <= slope) & (slope <= found.slope_high)
    said = np.array([DIRECTIONS[int(code)] for code in found.direction])
    covered = float(held[known].mean()) if known.any() else float("nan")
    rises, falls = (float((said == way).mean()) for way in ("rises", "falls"))
    return Lifetimes(visits, slope, kind, covered, rises, falls)


def report() -> str:
    """Return the table as text."""
    head = (
        f"{ITEM}, {PEOPLE} people a row, seed {SEED}; noise {NOISE}, shuffled, every 4 to 23 months"
    )
    lines = [head, "kind   visits  slope  covered  rises  falls"]
    lines += [
        f"{r.kind:6} {r.visits:6d}  {r.slope:5.2f}  {r.covered:7.3f}  "
        f"{r.rises:5.3f}  {r.falls:5.3f}"
        for r in measure_lifetimes()
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(report())
