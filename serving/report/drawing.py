"""Geometry of the three drawings of a report: band ruler, rule bars, membership plots.

Only numbers are made here; the template writes the SVG, so that every text is escaped in one way.
Colour is never the only sign: bands have names, bars have sides and signs, curves have dashes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from .plots import MembershipPlot

RULER_WIDTH: Final = 440.0
RULER_SMALLEST: Final = 0.001
RULER_NAMES: Final = ("low", "intermediate", "high")
LABEL_SPACE: Final = 34.0
BAR_WIDTH: Final = 240.0
BAR_LEAST: Final = 1.5
PLOT_WIDTH: Final = 236.0
PLOT_HEIGHT: Final = 92.0
COORDINATE_DECIMALS: Final = 1


@dataclass(frozen=True, slots=True)
class Segment:
    """One band on the ruler."""

    name: str
    x: float
    width: float

    @property
    def middle(self) -> float:
        """Where its name stands."""
        return round(self.x + self.width / 2, COORDINATE_DECIMALS)


@dataclass(frozen=True, slots=True)
class Tick:
    """A number below the ruler or an axis."""

    x: float
    value: float


@dataclass(frozen=True, slots=True)
class Ruler:
    """A band ruler.

    ``marker`` is where the person stands, ``interval`` the range that missing items leave.
    """

    segments: tuple[Segment, ...]
    ticks: tuple[Tick, ...]
    marker: float
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Scale:
    """From a number to a place on the ruler: logarithmic for risks, straight for an index."""

    low: float
    high: float
    is_log: bool

    def place(self, value: float) -> float:
        """Return the horizontal place of a value; what lies beyond an end is drawn at the end."""
        inside = min(max(value, self.low), self.high)
        if self.is_log:
            part = math.log(inside / self.low) / math.log(self.high / self.low)
        else:
            part = (inside - self.low) / (self.high - self.low)
        return round(part * RULER_WIDTH, COORDINATE_DECIMALS)


def risk_scale() -> Scale:
    """Return the scale of risks: one in a thousand to certainty, logarithmic."""
    return Scale(RULER_SMALLEST, 1.0, is_log=True)


def index_scale(largest: float) -> Scale:
    """Return the scale of an index that runs from 0 to 1, or else to 100."""
    return Scale(0.0, 1.0 if largest <= 1.0 else 100.0, is_log=False)


def band_ruler(
    scale: Scale,
    value: float,
    cuts: tuple[float, float],
    interval: tuple[float, float] | None,
) -> Ruler:
    """Place the bands, the person and the interval.

    Parameters
    ----------
    scale : of the numbers
    value : the person's
    cuts : where the intermediate band and the high band start
    interval : range over missing items, None where nothing is missing
    """
    places = (0.0, scale.place(cuts[0]), scale.place(cuts[1]), RULER_WIDTH)
    segments = tuple(
        Segment(name, places[i], round(places[i + 1] - places[i], COORDINATE_DECIMALS))
        for i, name in enumerate(RULER_NAMES)
    )
    ticks = [Tick(places[0], scale.low), Tick(places[-1], scale.high)]
    for place, cut in zip(places[1:3], cuts, strict=True):
        if all(abs(place - tick.x) >= LABEL_SPACE for tick in ticks):
            ticks.append(Tick(place, cut))
    ends = (scale.place(interval[0]), scale.place(interval[1])) if interval else None
    return Ruler(segments, tuple(sorted(ticks, key=lambda t: t.x)), scale.place(value), ends)


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar from the middle axis: to the right for, to the left against."""

    x: float
    width: float
    is_for: bool


def rule_bars(contributions: Sequence[float]) -> list[Bar]:
    """Return one bar a contribution, all on one scale.

    >>> [(b.x, b.width) for b in rule_bars([1.0, -0.5])]
    [(120.0, 120.0), (60.0, 60.0)]
    """
    largest = max((abs(c) for c in contributions), default=0.0)
    middle = BAR_WIDTH / 2
    bars = []
    for contribution in contributions:
        part = abs(contribution) / largest if largest else 0.0
        width = round(max(part * middle, BAR_LEAST), COORDINATE_DECIMALS)
        x = middle if contribution >= 0 else round(middle - width, COORDINATE_DECIMALS)
        bars.append(Bar(x, width, contribution >= 0))
    return bars


@dataclass(frozen=True, slots=True)
class CurveDrawing:
    """One word as a polyline; ``dot`` is its height at the person's value, ``at`` the number."""

    term: str
    label: str
    points: str
    dot: float | None
    at: float | None


@dataclass(frozen=True, slots=True)
class PlotDrawing:
    """A membership plot; ``marker`` is the place of the person's value, None where not known."""

    curves: tuple[CurveDrawing, ...]
    ticks: tuple[Tick, ...]
    marker: float | None


def membership_drawing(plot: MembershipPlot) -> PlotDrawing:
    """Place the curves of one quantity and the person's value."""
    low, high = plot.x[0], plot.x[-1]
    span = (high - low) or 1.0

    def across(value: float) -> float:
        inside = min(max(value, low), high)
        return round((inside - low) / span * PLOT_WIDTH, COORDINATE_DECIMALS)

    def up(membership: float) -> float:
        return round((1.0 - membership) * PLOT_HEIGHT, COORDINATE_DECIMALS)

    curves = tuple(
        CurveDrawing(
            term=curve.term,
            label=curve.label,
            points=" ".join(f"{across(x)},{up(y)}" for x, y in zip(plot.x, curve.y, strict=True)),
            dot=None if curve.at_value is None else up(curve.at_value),
            at=curve.at_value,
        )
        for curve in plot.curves
    )
    ticks = (Tick(0.0, low), Tick(PLOT_WIDTH / 2, (low + high) / 2), Tick(PLOT_WIDTH, high))
    return PlotDrawing(curves, ticks, None if plot.value is None else across(plot.value))
