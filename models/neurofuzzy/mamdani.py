"""Mamdani inference as a torch module: exact centroid, differentiable almost everywhere."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ...engine.fuzzy.breakpoints import plan_breakpoints
from ...engine.fuzzy.centroid import GAUSS, TIE
from ...engine.fuzzy.membership import corners
from ...engine.fuzzy.status import FIRES, Status
from ...engine.fuzzy.system import MamdaniSystem
from .layers import FuzzyBase


class MamdaniTensors(NamedTuple):
    """The answer and its explanation; see `engine.fuzzy.mamdani.MamdaniResult`."""

    score: Tensor
    rule_firing: Tensor
    rule_share: Tensor
    status: Tensor


class MamdaniModule(FuzzyBase):
    """A Mamdani system whose input terms can be learned; output terms and weights stay as given.

    Gradients flow through the memberships, the rules, the breakpoints and the heights. A missing
    input counts with what is true whatever it is, as in the numpy reference, which alone gives
    the range.

    Parameters
    ----------
    system : where learning starts; input terms with bounds may move within them
    """

    def __init__(self, system: MamdaniSystem) -> None:
        super().__init__(system)
        self.system = system
        self.plan = plan_breakpoints(system)
        universe = system.output.universe
        self.low, self.high = universe.low, universe.high
        terms = [system.output.terms[u] for u in self.plan.used]
        self.boxes = [corners(t.shape, t.parameters, self.low, self.high).tolist() for t in terms]
        self.shapes = [term.shape for term in terms]
        self.register_buffer("weights", torch.from_numpy(system.weights.copy()))
        self.register_buffer("above", torch.from_numpy(self.plan.above))
        self.register_buffer("below", torch.from_numpy(self.plan.below))

    def forward(self, x: Tensor, observed: Tensor) -> MamdaniTensors:
        """Score records; same meaning as `engine.fuzzy.evaluate_mamdani`.

        Parameters
        ----------
        x : shape (n, k) float64; anything, NaN too, where not observed
        observed : shape (n, k) bool
        """
        inputs = self.clean(x, observed, self.get_buffer("required"))
        evaluated = inputs.status < int(Status.REQUIRED_MISSING)
        truth = self.truth(inputs) * self.get_buffer("weights")
        firing = torch.where(evaluated[:, None], truth, 0.0)
        levels = torch.stack(
            [firing[:, self.plan.own == u].amax(dim=1) for u in range(len(self.plan.used))], dim=1
        )
        fires = levels.amax(dim=1) > FIRES
        score, share = self._union(levels, firing)
        silent = torch.where(fires, int(Status.ASSESSED), int(Status.NO_RULE_FIRED))
        return MamdaniTensors(
            score=torch.where(fires, score, (self.low + self.high) / 2),
            rule_firing=firing,
            rule_share=torch.where(fires[:, None], share, 0.0),
            status=torch.maximum(inputs.status, silent),
        )

    def to_system(self) -> MamdaniSystem:
        """Return what was learned, as a system that can be printed, with exactly these numbers."""
        return replace(self.system, variables=self.membership.parameters_.learned())

    def _union(self, levels: Tensor, firing: Tensor) -> tuple[Tensor, Tensor]:
        """Centroid (n,) and share of every rule (n, r)."""
        nodes = self._points(levels).sort(dim=1).values
        width = nodes.diff(dim=1)
        middle = (nodes[:, :-1] + nodes[:, 1:]) / 2
        points = [middle - GAUSS * width, middle + GAUSS * width]
        both = torch.stack([self._heights(y, levels) for y in points])
        areas = both.amax(dim=3) * width / 2
        area = areas.sum(dim=0)
        total = area.sum(dim=1)
        safe = torch.where(total > 0.0, total, 1.0)
        score = self.low + (areas * (torch.stack(points) - self.low)).sum(dim=(0, 2)) / safe
        heights = both.mean(dim=0)
        top = heights.amax(dim=2)
        slack = TIE * levels.amax(dim=1, keepdim=True)
        owns = ((heights >= (top - slack)[..., None]) & (heights > 0.0)).to(area.dtype)
        split = owns / owns.sum(dim=2, keepdim=True).clamp(min=1.0)
        owned = (area[..., None] * split).sum(dim=1) / safe[:, None]
        own = torch.from_numpy(self.plan.own)
        strongest = ((firing >= levels[:, own] - slack) & (firing > 0.0)).to(area.dtype)
        same = torch.from_numpy((self.plan.own[:, None] == self.plan.own).astype(np.float64))
        rivals = (strongest @ same).clamp(min=1.0)
        return score, strongest * owned[:, own] / rivals

    def _points(self, levels: Tensor) -> Tensor:
        """Breakpoints inside the universe, (n, b), not sorted."""
        first, second = levels[:, self.plan.first], levels[:, self.plan.second]
        above, below = (
            part[:, 0] + part[:, 1] * first + part[:, 2] * second
            for part in (self.get_buffer("above"), self.get_buffer("below"))
        )
        none = below == 0.0
        points = torch.where(none, self.low, above / torch.where(none, 1.0, below))
        return points.clamp(self.low, self.high)

    def _heights(self, y: Tensor, levels: Tensor) -> Tensor:
        """Height of every used term, (n, q, u)."""
        found = []
        for u, shape in enumerate(self.shapes):
            left, top_left, top_right, right = self.boxes[u]
            ones = torch.ones_like(y)
            rise = ones if shape == "falling_shoulder" else _line(y, left, top_left, 1.0)
            fall = ones if shape == "rising_shoulder" else _line(y, right, top_right, -1.0)
            truth, level = torch.minimum(rise, fall), levels[:, u, None]
            clip = self.system.implication == "clip"
            found.append(torch.minimum(truth, level) if clip else truth * level)
        return torch.stack(found, dim=2)


def _line(y: Tensor, zero: float, full: float, side: float) -> Tensor:
    """Straight edge from 0 to 1, or a step that includes the full side."""
    if zero == full:
        return (side * (y - full) >= 0.0).to(y.dtype)
    return ((y - zero) / (full - zero)).clamp(0.0, 1.0)
