"""What a membership plot shows: the words said of one quantity, and where the person stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ...engine.fuzzy.variables import LinguisticVariable

GRID_POINTS: Final = 121


@dataclass(frozen=True, slots=True)
class Curve:
    """How true one word is along the grid.

    Parameters
    ----------
    term : the word as rules write it
    label : the word for people; empty: it is looked up
    y : memberships 0..1, one a grid point
    at_value : membership at the person's value; None where it is not known
    """

    term: str
    label: str
    y: tuple[float, ...]
    at_value: float | None = None


@dataclass(frozen=True, slots=True)
class MembershipPlot:
    """One quantity with its words.

    Parameters
    ----------
    variable : name as rules write it, with its unit (``waist_cm``)
    label : name for people; empty: it is looked up
    unit : UCUM; ``1`` for a ratio or a yes/no
    x : grid, ascending, in that unit
    curves : one a word, on the same grid
    value : the person's value, None where it is not known
    """

    variable: str
    label: str
    unit: str
    x: tuple[float, ...]
    curves: tuple[Curve, ...]
    value: float | None


def membership_plots(
    variables: Sequence[LinguisticVariable], values: Mapping[str, float]
) -> tuple[MembershipPlot, ...]:
    """Return the plots of a model's variables, from the very functions its rules were printed with.

    Parameters
    ----------
    variables : of a bundle's system; a yes/no variable has nothing to plot and is left out
    values : the person's values by variable; what is not in it is not known
    """
    return tuple(
        _plot(variable, values.get(variable.name))
        for variable in variables
        if not _is_yes_no(variable)
    )


def _is_yes_no(variable: LinguisticVariable) -> bool:
    return variable.unit == "1" and (variable.universe.low, variable.universe.high) == (0.0, 1.0)


def _plot(variable: LinguisticVariable, value: float | None) -> MembershipPlot:
    x = np.linspace(variable.universe.low, variable.universe.high, GRID_POINTS)
    curves = tuple(
        Curve(
            term=term.name,
            label="",
            y=tuple(float(v) for v in term.membership(x)),
            at_value=None if value is None else float(term.membership(np.array([value]))[0]),
        )
        for term in variable.terms
    )
    grid = tuple(float(v) for v in x)
    return MembershipPlot(variable.name, "", variable.unit, grid, curves, value)
