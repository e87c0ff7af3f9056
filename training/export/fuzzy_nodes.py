"""What both graphs share: clean inputs, memberships, rules, completion of what is missing."""

from dataclasses import dataclass

import numpy as np
from onnx import TensorProto

from ...engine.fuzzy.completion import ConditionalCompletion, optional_columns
from ...engine.fuzzy.membership import PIECEWISE_LINEAR, corners
from ...engine.fuzzy.program import RuleProgram, Step, compile_rules
from ...engine.fuzzy.status import BoolArray, Status
from ...engine.fuzzy.system import FuzzySystem
from ...engine.fuzzy.variables import Term, Universe, membership_range
from .builder import GraphBuilder

_BELOW = 1e-300
_STEP = 1e-301
"""A vertical edge is a line so steep that no float lies on it: see `_step_at`."""

Affine = tuple[float, float]
"""(shift, scale) of (x - shift) / scale."""

Placed = tuple[int, Term, Universe]
"""A term, the column of its input, the universe of that input."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Tensors: x without NaN in its universe, what is missing (k, n); status, evaluated (n,)."""

    x: str
    missing: str
    status: str
    evaluated: str


def clean_nodes(g: GraphBuilder, system: FuzzySystem, required: BoolArray) -> Cleaned:
    """Separate values from their absence and their faults, as `status.clean_inputs` does.

    True, cast to a number, is `Status.OUTSIDE_UNIVERSE`.
    """
    low, high = system.universes.T
    given, observed = g.turn("x"), g.turn("observed")
    usable = g.op("And", observed, g.op("Less", g.op("Abs", given), g.const(np.inf)))
    value = g.op("Where", usable, given, g.column((low + high) / 2))
    x = g.op("Min", g.op("Max", value, g.column(low)), g.column(high))
    outside = g.op("Cast", g.op("Not", g.op("Equal", x, value)), to=TensorProto.INT64)
    fault = g.op("Where", usable, outside, _code(g, Status.INVALID_INPUT))
    absent = g.column(np.where(required, Status.REQUIRED_MISSING, Status.ASSESSED), "int64")
    status = g.reduce("ReduceMax", g.op("Where", observed, fault, absent))
    evaluated = g.op("Less", status, _code(g, Status.REQUIRED_MISSING))
    evaluated = g.op("Cast", evaluated, to=TensorProto.DOUBLE)
    return Cleaned(x, g.op("Not", observed), status, evaluated)


def _code(g: GraphBuilder, status: Status) -> str:
    return g.const(int(status), "int64")


class RuleNodes:
    """Memberships and rules of a system over cleaned inputs."""

    def __init__(self, g: GraphBuilder, system: FuzzySystem, inputs: Cleaned) -> None:
        self.g, self.system, self.inputs = g, system, inputs
        self.program: RuleProgram = compile_rules(system)
        self.universes = [system.variables[column].universe for column in self.program.columns]
        self.membership = self._membership()

    def firing(self, *, greatest: bool | None = None) -> str:
        """Evaluate every antecedent, (r, n).

        Parameters
        ----------
        greatest : what `X is T` is worth where X is missing: its greatest or its least truth;
            None: the value is not needed, and no node is spent on it
        """
        g, program = self.g, self.program
        direct, negated = self.membership, ""
        if program.negated:
            chosen = g.gather(self.membership, [1 + i for i in program.negated])
            negated = g.op("Sub", g.const(1.0), chosen)
        if greatest is not None:
            direct, negated = self._unknown(direct, negated, greatest=greatest)
        bank = g.concat(direct, negated)
        for step in program.steps[:-1]:
            bank = g.concat(bank, self._step(bank, step))
        last = self._step(bank, program.steps[-1])
        return last if program.ends_in_order else g.gather(g.concat(bank, last), program.output)

    def _membership(self) -> str:
        """Row 0 is 1, then every used term."""
        terms = list(zip(self.program.columns, self.program.terms, self.universes, strict=True))
        straight = [place for place in terms if place[1].shape in PIECEWISE_LINEAR]
        bells = [place for place in terms if place[1].shape == "gaussian"]
        sigmoids = [place for place in terms if place[1].shape.endswith("sigmoid")]
        return self.g.concat(self._straight(straight), self._bells(bells), self._sigmoids(sigmoids))

    def _straight(self, terms: list[Placed]) -> str:
        """Evaluate the constant 1 and the straight terms: the least of two lines, within 0..1."""
        g, first = self.g, self.program.columns[0]
        one = [_always(self.universes[0], sign) for sign in (1, -1)]
        lines = [one, *([*trapezoid_lines(term, universe)] for _, term, universe in terms)]
        shift, scale = np.array(lines).transpose(2, 1, 0)[..., None]
        columns = [first, *(column for column, _, _ in terms)]
        value = g.gather(self.inputs.x, [columns, columns])
        z = g.op("Div", g.op("Sub", value, g.const(shift)), g.const(scale))
        return g.op("Clip", g.reduce("ReduceMin", z), g.const(0.0), g.const(1.0))

    def _bells(self, terms: list[Placed]) -> str:
        if not terms:
            return ""
        z = self._distance(terms)
        return self.g.op("Exp", self.g.op("Mul", self.g.op("Mul", z, z), self.g.const(-0.5)))

    def _sigmoids(self, terms: list[Placed]) -> str:
        return self.g.op("Sigmoid", self._distance(terms)) if terms else ""

    def _distance(self, terms: list[Placed]) -> str:
        """Distance from the centre in scales, signed."""
        g = self.g
        shift, scale = np.array([_smooth(term) for _, term, _ in terms]).T
        value = g.gather(self.inputs.x, [column for column, _, _ in terms])
        return g.op("Div", g.op("Sub", value, g.column(shift)), g.column(scale))

    def _unknown(self, direct: str, negated: str, *, greatest: bool) -> tuple[str, str]:
        """Put the least or greatest truth where the input is missing."""
        g, program = self.g, self.program
        ranges = np.array(
            [membership_range(t, u) for t, u in zip(program.terms, self.universes, strict=True)]
        )
        columns = [program.columns[0], *program.columns]
        missing = g.gather(self.inputs.missing, columns)
        values = g.column([1.0, *ranges[:, int(greatest)]])
        direct = g.op("Where", missing, values, direct)
        if negated:
            missing = g.gather(self.inputs.missing, [program.columns[i] for i in program.negated])
            values = g.column(1.0 - ranges[list(program.negated), int(not greatest)])
            negated = g.op("Where", missing, values, negated)
        return direct, negated

    def _step(self, bank: str, step: Step) -> str:
        g = self.g
        if len(step.index) == 1:
            return g.gather(bank, step.index[0])
        if not step.is_and:
            return g.reduce("ReduceMax", g.gather(bank, step.index))
        if self.system.tnorm == "min":
            return g.reduce("ReduceMin", g.gather(bank, step.index))
        product = g.gather(bank, step.index[0])
        for part in step.index[1:]:
            product = g.op("Mul", product, g.gather(bank, part))
        return product


def trapezoid_lines(term: Term, universe: Universe) -> tuple[Affine, Affine]:
    """Rising and falling edge of a piecewise linear term as lines, clipped to 0..1 later."""
    left, top_left, top_right, right = corners(
        term.shape, term.parameters, universe.low, universe.high
    )
    open_left, open_right = term.shape == "falling_shoulder", term.shape == "rising_shoulder"
    rise = _always(universe, 1) if open_left else _edge(left, top_left, 1)
    fall = _always(universe, -1) if open_right else _edge(right, top_right, -1)
    return rise, fall


def _edge(zero: float, full: float, sign: int) -> Affine:
    """Line that is 0 at `zero` and 1 at `full`, rising (sign 1) or falling."""
    return (zero, full - zero) if zero != full else _step_at(full, sign)


def _step_at(value: float, sign: int) -> Affine:
    """Line that is 1 or more from `value` on (sign 1) or up to it (sign -1), else 0 or less."""
    beyond = value - sign * _BELOW
    if beyond == value:
        beyond = float(np.nextafter(value, -sign * np.inf))
    return (beyond, sign * _STEP)


def _always(universe: Universe, sign: int) -> Affine:
    """Line that is at least 1 on the whole universe, whatever the rounding."""
    span = universe.high - universe.low
    return (universe.low - span, span / 2) if sign > 0 else (universe.high + span, -span / 2)


def _smooth(term: Term) -> Affine:
    centre, scale = term.parameters
    return (centre, -scale if term.shape == "falling_sigmoid" else scale)


def complete_nodes(
    g: GraphBuilder,
    firing: str,
    missing: str,
    system: FuzzySystem,
    completion: ConditionalCompletion,
) -> str:
    """Replace the firing of rules that read a missing input, as `completion.complete` does.

    The table of the pattern is gathered for every record: n * (rules that may be unknown) * r * 8
    bytes.
    """
    columns = optional_columns(system)
    touched = np.flatnonzero(system.uses[columns].any(axis=0))
    absent = g.op("Cast", missing, to=TensorProto.DOUBLE)
    powers = g.const(2.0 ** np.arange(len(columns)))
    pattern = g.op("Cast", g.op("MatMul", powers, g.gather(absent, columns)), to=TensorProto.INT64)
    uses = g.const(system.uses.T.astype(np.float64))
    unknown = g.op("Greater", g.op("MatMul", uses, absent), g.const(0.5))
    known = g.op("Where", unknown, g.const(0.0), firing)
    table = g.op("Gather", g.const(completion.maps[:, touched, :-1]), pattern, axis=0)
    shift = g.op("Gather", g.const(completion.maps[:, touched, -1]), pattern, axis=0)
    rows = g.op("Unsqueeze", g.turn(known), g.const([2], "int64"))
    guess = g.op("Squeeze", g.op("MatMul", table, rows), g.const([2], "int64"))
    guess = g.turn(g.op("Clip", g.op("Add", guess, shift), g.const(0.0), g.const(1.0)))
    place = np.full(len(system.rules), -1)
    place[touched] = np.arange(len(touched))
    if len(touched) < len(system.rules):
        spread = np.where(place >= 0, place, len(touched) + np.arange(len(place)))
        guess = g.gather(g.concat(guess, known), spread)
    return g.op("Where", unknown, guess, known)
