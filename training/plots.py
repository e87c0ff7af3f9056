"""Pictures of a run: calibration, and every membership function before and after learning."""

from io import BytesIO

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ..engine.fuzzy.system import TskSystem
from .survey import FloatArray

_GROUPS = 10
_POINTS = 400


def calibration_plot(
    risk: FloatArray, case: NDArray[np.bool_], weight: FloatArray, title: str
) -> bytes:
    """Draw observed against expected risk in ten groups of equal weight, as PNG."""
    order = np.argsort(risk, kind="stable")
    share = np.cumsum(weight[order]) / weight.sum()
    group = np.minimum((share * _GROUPS).astype(np.int64), _GROUPS - 1)
    expected, observed = [], []
    for g in range(_GROUPS):
        rows = order[group == g]
        if len(rows):
            expected.append(np.average(risk[rows], weights=weight[rows]))
            observed.append(np.average(case[rows], weights=weight[rows]))
    figure = Figure(figsize=(5, 5))
    axes = figure.add_subplot()
    top = max(*expected, *observed) * 1.05
    axes.plot([0, top], [0, top], color="0.7", linewidth=1)
    axes.plot(expected, observed, "o-", color="black", markersize=4)
    axes.set(xlabel="expected risk", ylabel="observed share of cases", title=title)
    return _png(figure)


def membership_plot(before: TskSystem, after: TskSystem) -> bytes:
    """Draw every word of every continuous input, where it started (dashed) and where it ended."""
    shown = [v for v in after.variables if any(term.bounds for term in v.terms)]
    figure = Figure(figsize=(6, 2.2 * len(shown)), layout="constrained")
    grid = figure.subplots(len(shown), 1, squeeze=False)[:, 0]
    started = {v.name: v for v in before.variables}
    for axes, variable in zip(grid, shown, strict=True):
        middles = [term.parameters[0] for term in variable.terms]
        widths = [term.parameters[-1] for term in variable.terms]
        margin = 6 * max(widths)
        low = max(variable.universe.low, min(middles) - margin)
        high = min(variable.universe.high, max(middles) + margin)
        x = np.linspace(low, high, _POINTS)
        for i, term in enumerate(variable.terms):
            colour = f"C{i}"
            axes.plot(x, term.membership(x), color=colour, label=term.name)
            old = started[variable.name].terms[i]
            axes.plot(x, old.membership(x), color=colour, linestyle="--", linewidth=0.8)
        axes.set(xlabel=f"{variable.name} ({variable.unit})", ylabel="membership")
        axes.legend(fontsize=7)
    return _png(figure)


def _png(figure: Figure) -> bytes:
    buffer = BytesIO()
    FigureCanvasAgg(figure).print_png(buffer)
    return buffer.getvalue()
