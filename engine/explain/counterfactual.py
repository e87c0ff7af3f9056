"""The smallest change that moves the answer into another band; only what a person can change.

What may change, by which steps and how far, is data of the manifest (``[[change]]``). Changes of
one thing are tried first, every step in turn; pairs only when no single change is enough. Every
proposed value is the value that is printed, and the model is asked once more about exactly that.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import floor, isfinite
from typing import Literal

import numpy as np

from ..bundles.manifest import BAND_NAMES, Change
from ..fixedpoint import FloatArray
from ..record import BoolArray
from ..runtime import RiskModel

MAX_STEPS = 60
"""Steps tried in one direction; pairs of changes try at most the square of it."""
MAX_FOUND = 3


@dataclass(frozen=True, slots=True)
class ChangedValue:
    """One value, before and after, at its printed precision.

    Parameters
    ----------
    name, unit : what changes
    before, after : as printed
    steps : distance in steps of the manifest, the effort by which changes are compared
    """

    name: str
    unit: str
    before: str
    after: str
    steps: float


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """A change after which the model was asked again.

    Parameters
    ----------
    changes : one value, or two
    value : answer after the change, rounded as printed
    band : low, intermediate or high
    """

    changes: tuple[ChangedValue, ...]
    value: float
    band: str

    @property
    def steps(self) -> float:
        """Total effort."""
        return sum(c.steps for c in self.changes)


@dataclass(frozen=True, slots=True)
class Counterfactuals:
    """What was found for one record.

    Parameters
    ----------
    outcome : ``found``; ``no_reachable_change`` (everything reachable was tried, nothing flips the
        band); ``nothing_to_change`` (no change whose present value is known); ``not_assessable``
    found : easiest first
    tried : names of changes that were tried
    unavailable : changes whose present value, or an input that follows it, is not known
    """

    outcome: Literal["found", "no_reachable_change", "nothing_to_change", "not_assessable"]
    found: tuple[Counterfactual, ...] = ()
    tried: tuple[str, ...] = ()
    unavailable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Lever:
    """A change that can be tried: where it stands and where it may go (perhaps nowhere)."""

    change: Change
    now: float
    targets: tuple[float, ...]


def counterfactuals(
    model: RiskModel, x: FloatArray, observed: BoolArray, present: Mapping[str, float] | None = None
) -> Counterfactuals:
    """Search the smallest changes that flip the band of one record.

    Parameters
    ----------
    model : its manifest says what may change
    x, observed : shape (k,), one record
    present : present values of changes that are no input of the model (``waist_cm`` where the model
        reads ``waist_to_height``), in the manifest's unit

    Returns
    -------
    at most three, easiest first: singles if any, else pairs
    """
    levers, unavailable = _levers(model, x, observed, present or {})
    tried = tuple(lever.change.name for lever in levers)
    search = _Search(model, x, observed)
    here, found = search.easiest([(lever,) for lever in levers])
    if here < 0:
        return Counterfactuals("not_assessable")
    if not levers:
        return Counterfactuals("nothing_to_change", unavailable=unavailable)
    if not found:
        _, found = search.easiest(list(combinations(levers, 2)))
    found.sort(key=lambda c: c.steps)
    outcome: Literal["found", "no_reachable_change"] = "found" if found else "no_reachable_change"
    return Counterfactuals(outcome, tuple(found[:MAX_FOUND]), tried, unavailable)


def _levers(
    model: RiskModel, x: FloatArray, observed: BoolArray, present: Mapping[str, float]
) -> tuple[list[_Lever], tuple[str, ...]]:
    """Return what can be tried, and the names of what can't because a value is not known."""
    names = model.manifest.input_names
    known = {n: float(x[j]) for j, n in enumerate(names) if observed[j]}
    values = {**present, **known}
    levers, unavailable = [], []
    for change in model.manifest.changes:
        now = values.get(change.name, float("nan"))
        moves = change.effective_moves
        scales = any(m.how == "proportional" for m in moves) and now == 0
        if not isfinite(now) or scales or any(m.input not in known for m in moves):
            unavailable.append(change.name)
        else:
            levers.append(_Lever(change, now, tuple(_targets(change, now))))
    return levers, tuple(unavailable)


def _targets(change: Change, now: float) -> Iterator[float]:
    """Yield reachable values: whole steps, at printed precision, never the printed present one."""
    start = floor(now / change.step)
    signs = {"decrease": (-1,), "increase": (1,), "either": (-1, 1)}[change.direction]
    for sign, i in product(signs, range(_steps_within(change) + 1)):
        to = round((start + (sign > 0) + sign * i) * change.step, change.decimals)
        reachable = change.reach[0] <= to <= change.reach[1]
        near = abs(to - now) <= change.max_change
        if reachable and near and (to - now) * sign > 0 and to != round(now, change.decimals):
            yield to


def _steps_within(change: Change) -> int:
    """Return how many steps can be near enough to be worth a try, rounding allowed for."""
    farthest = change.max_change + 10.0**-change.decimals
    return int(min(MAX_STEPS, farthest / change.step + 1))


@dataclass(frozen=True, slots=True)
class _Way:
    """Every reachable combination of some levers, shape (t, levers), the easiest first."""

    levers: Sequence[_Lever]
    targets: FloatArray
    effort: FloatArray

    @classmethod
    def of(cls, levers: Sequence[_Lever]) -> "_Way":
        grid = np.array(list(product(*(lever.targets for lever in levers))))
        grid = grid.reshape(-1, len(levers))
        now = np.array([lever.now for lever in levers])
        effort = np.abs(grid - now) / np.array([lever.change.step for lever in levers])
        order = np.argsort(effort.sum(axis=1), kind="stable")
        return cls(levers, grid[order], effort[order])

    def changes(self, i: int) -> tuple[ChangedValue, ...]:
        """Return one combination as it is printed."""
        return tuple(
            ChangedValue(
                name=lever.change.name,
                unit=lever.change.unit,
                before=f"{lever.now:.{lever.change.decimals}f}",
                after=f"{to:.{lever.change.decimals}f}",
                steps=float(steps),
            )
            for lever, to, steps in zip(self.levers, self.targets[i], self.effort[i], strict=True)
        )


@dataclass(frozen=True, slots=True)
class _Search:
    """The record that is searched around; every question of one round is one call of the model."""

    model: RiskModel
    x: FloatArray
    observed: BoolArray

    def easiest(self, choices: Sequence[Sequence[_Lever]]) -> tuple[int, list[Counterfactual]]:
        """Return the present band, and of each choice of levers the easiest that flips it."""
        ways = [_Way.of(levers) for levers in choices]
        moved = [self._moved(way.levers, way.targets) for way in ways]
        bands = self.model.bands(self._ask([self.x[None], *moved]))
        here = int(bands[0])
        ends = np.cumsum([1, *map(len, moved)])
        flips = (bands >= 0) & (bands != here)
        waiting = [
            (way, deque(np.flatnonzero(flips[start:end]).tolist()))
            for way, start, end in zip(ways, ends[:-1], ends[1:], strict=True)
        ]
        return here, self._confirmed(here, waiting) if here >= 0 else []

    def _confirmed(self, here: int, waiting: list[tuple[_Way, deque[int]]]) -> list[Counterfactual]:
        """Ask the model about the values as they will be printed, until each way has one."""
        found: dict[int, Counterfactual] = {}
        while asked := [j for j, (_, left) in enumerate(waiting) if left and j not in found]:
            changes = [waiting[j][0].changes(waiting[j][1].popleft()) for j in asked]
            printed = [
                self._moved(waiting[j][0].levers, np.array([[float(c.after) for c in values]]))
                for j, values in zip(asked, changes, strict=True)
            ]
            value = self._ask(printed)
            bands, rounded = self.model.bands(value), self.model.rounded(value)
            for i, j in enumerate(asked):
                if bands[i] not in (-1, here):
                    band = BAND_NAMES[bands[i]]
                    found[j] = Counterfactual(changes[i], float(rounded[i]), band)
        return [found[j] for j in sorted(found)]

    def _ask(self, records: Sequence[FloatArray]) -> FloatArray:
        rows = np.concatenate(records)
        return self.model.run(rows, np.broadcast_to(self.observed, rows.shape)).value

    def _moved(self, levers: Sequence[_Lever], targets: FloatArray) -> FloatArray:
        """Return the record after the changes, shape (t, k)."""
        moved = np.repeat(self.x[None], len(targets), axis=0)
        column = {name: j for j, name in enumerate(self.model.manifest.input_names)}
        for lever, to in zip(levers, targets.T, strict=True):
            for move in lever.change.effective_moves:
                j = column[move.input]
                if move.how == "set":
                    moved[:, j] = to
                elif move.how == "proportional":
                    moved[:, j] *= to / lever.now
                else:
                    moved[:, j] += move.factor * (to - lever.now)
        return moved
