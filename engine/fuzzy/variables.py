"""Linguistic variables: a measured quantity, its unit, its universe, and the words said of it.

Every word (term) carries the source of its clinical anchor. A term may give bounds within which
training may move its parameters; without bounds it is a fixed clinical anchor.
"""

import re
from dataclasses import dataclass

import numpy as np

from .membership import SHAPES, FloatArray, membership
from .reading import Table, refuse_duplicates, suggestion

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
RESERVED = ("if", "then", "and", "or", "not", "is", "logit")


@dataclass(frozen=True, slots=True)
class Term:
    """One word, e.g. "high", as a membership function.

    Parameters
    ----------
    name : one word, as written in rules
    shape : a key of `membership.SHAPES`
    parameters : in the unit of the variable, as the shape names them
    source : where the clinical anchor comes from
    bounds : low and high of each parameter for training; empty: fixed
    label_fr, label_en : words or sentence ids for people; may be empty
    """

    name: str
    shape: str
    parameters: tuple[float, ...]
    source: str
    bounds: tuple[tuple[float, float], ...] = ()
    label_fr: str = ""
    label_en: str = ""

    def membership(self, x: FloatArray) -> FloatArray:
        """Evaluate the term on x, shape (n,); values 0..1, NaN gives 0."""
        return membership(self.shape, self.parameters, x)


@dataclass(frozen=True, slots=True)
class Universe:
    """The range on which a variable is defined, both ends included, in the unit of the variable."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class LinguisticVariable:
    """A quantity and the words said of it.

    Parameters
    ----------
    name : one word, with its unit where it has one (`waist_cm`)
    unit : UCUM; "1" for a ratio or a yes/no
    universe : range of values that the rules were written for
    terms : in clinical order
    source : where the definition of the variable comes from
    label_fr, label_en : words or sentence ids for people; may be empty
    """

    name: str
    unit: str
    universe: Universe
    terms: tuple[Term, ...]
    source: str
    label_fr: str = ""
    label_en: str = ""

    def term(self, name: str) -> Term:
        """Return the term of that name.

        Raises
        ------
        KeyError : no such term; the rule parser refuses such a rule before
        """
        for term in self.terms:
            if term.name == name:
                return term
        raise KeyError(name)

    @property
    def words(self) -> tuple[str, ...]:
        """Names of the terms."""
        return tuple(term.name for term in self.terms)


def membership_range(term: Term, universe: Universe) -> tuple[float, float]:
    """Give the least and the greatest truth that a term can have within a universe.

    Every shape rises then falls, so the least stands at an end and the greatest at the point of the
    universe nearest to the top.
    """
    ends = np.array([universe.low, universe.high])
    tops = np.clip(np.array(term.parameters[: SHAPES[term.shape].ordered]), *ends)
    values = term.membership(np.concatenate([ends, tops]))
    return float(values[:2].min()), float(values.max())


def read_variable(table: Table) -> LinguisticVariable:
    """Read one variable from its TOML table.

    Raises
    ------
    DataError : any malformed part, saying which and where
    """
    name = _read_name(table)
    unit = table.text("unit")
    source = table.text("source")
    universe = _read_universe(table)
    terms = tuple(_read_term(t, universe) for t in table.tables("term"))
    refuse_duplicates((t.name for t in terms), "term", table.path)
    variable = LinguisticVariable(
        name,
        unit,
        universe,
        terms,
        source,
        table.text("label_fr", ""),
        table.text("label_en", ""),
    )
    table.finish()
    return variable


def _read_name(table: Table) -> str:
    name = table.text("name")
    if not NAME.fullmatch(name) or name in RESERVED:
        raise table.fault(
            f"the name {name!r} can't stand in a rule",
            "names are letters, digits and _, and no word of the rule language",
            "Rename it",
        )
    return name


def _read_universe(table: Table) -> Universe:
    ends = table.numbers("universe")
    if len(ends) != 2 or not ends[0] < ends[1]:  # noqa: PLR2004 - two ends
        raise table.fault(
            f"universe = {list(ends)}",
            "it is not a range",
            "Write universe = [low, high], low < high",
        )
    return Universe(*ends)


def _read_term(table: Table, universe: Universe) -> Term:
    name = _read_name(table)
    shape = table.text("shape")
    if shape not in SHAPES:
        raise table.fault(f"shape = {shape!r}", "it is not known", suggestion(shape, SHAPES))
    term = Term(
        name=name,
        shape=shape,
        parameters=table.numbers("parameters"),
        source=table.text("source"),
        bounds=table.pairs("bounds"),
        label_fr=table.text("label_fr", ""),
        label_en=table.text("label_en", ""),
    )
    _check_parameters(term, table)
    _check_bounds(term, table)
    if membership_range(term, universe)[1] == 0.0:
        raise table.fault(
            f"{name!r} is nowhere true between {universe.low!r} and {universe.high!r}",
            "a rule on it could never fire",
            "Correct its parameters or the universe",
        )
    table.finish()
    return term


def _check_parameters(term: Term, table: Table) -> None:
    """Refuse parameters that do not make the shape."""
    shape, values = SHAPES[term.shape], term.parameters
    names = ", ".join(shape.parameters)
    if len(values) != len(shape.parameters):
        raise table.fault(
            f"{len(values)} parameters",
            f"{term.shape} has {len(shape.parameters)}",
            f"Give {names}",
        )
    axis = values[: shape.ordered]
    if list(axis) != sorted(axis):
        raise table.fault(
            f"parameters = {list(values)}", "they do not ascend", f"Order them: {names}"
        )
    if shape.direction == 0 and not shape.has_scale and axis[0] == axis[-1]:
        raise table.fault(f"parameters = {list(values)}", "they enclose nothing", "Give it a width")
    if shape.has_scale and not values[-1] > 0:
        raise table.fault(
            f"{shape.parameters[-1]} = {values[-1]!r}", "it must be positive", "Write it > 0"
        )


def _check_bounds(term: Term, table: Table) -> None:
    """Refuse bounds that do not hold the parameters or could let them change order."""
    if not term.bounds:
        return
    shape = SHAPES[term.shape]
    if len(term.bounds) != len(term.parameters):
        raise table.fault(
            f"{len(term.bounds)} bounds",
            "each parameter has one pair",
            "Write [v, v] for a fixed one",
        )
    for name, value, (low, high) in zip(
        shape.parameters, term.parameters, term.bounds, strict=True
    ):
        if not low <= value <= high:
            raise table.fault(
                f"{name} = {value!r}",
                f"it lies outside its bounds [{low!r}, {high!r}]",
                "Widen them",
            )
    axis = term.bounds[: shape.ordered]
    if any(a[0] > b[0] or a[1] > b[1] for a, b in zip(axis, axis[1:], strict=False)):
        raise table.fault(
            f"bounds = {[list(b) for b in term.bounds]}",
            "they do not ascend, so training could put parameters out of order",
            "Give ascending lows and ascending highs",
        )
    if shape.has_scale and not term.bounds[-1][0] > 0:
        raise table.fault(
            f"{shape.parameters[-1]} may reach {term.bounds[-1][0]!r}",
            "it must stay positive",
            "Write a low bound > 0",
        )
