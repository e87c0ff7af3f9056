"""Learnable membership functions that stay inside their bounds and in order, by construction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from ...engine.errors import DataError
from ...engine.fuzzy.membership import PIECEWISE_LINEAR, SHAPES
from ...engine.fuzzy.variables import LinguisticVariable, Term, membership_range

_START = 1e-4
"""A parameter that starts on one of its bounds starts this share of the range inside it, for the
gradient on the bound itself is zero."""


@dataclass(slots=True)
class _Slot:
    """One parameter of one term: its value, its bounds, the slots it may not fall below."""

    value: float
    low: float
    high: float
    before: list[int]
    level: int = 0

    @property
    def is_learned(self) -> bool:
        """Whether the bounds leave it room."""
        return self.low < self.high


class OrderedParameters(nn.Module):
    """Parameters of all terms of some variables, each within [low, high], in order.

    Each is p = floor + (high - floor) * sigmoid(raw), where floor is the greatest of its own low
    bound and of the parameters that stand before it: those to its left in the same shape (left <=
    peak <= right) and the same parameter of the previous term of the same shape ("older" never
    starts before "middle-aged"). A term without bounds is fixed. So no penalty and no projection
    is needed.

    Parameters
    ----------
    variables : with bounds on the terms that may be learned

    Raises
    ------
    DataError : two terms of one shape start out of order, or bounds that could put them out of
        order
    """

    def __init__(self, variables: Sequence[LinguisticVariable]) -> None:
        super().__init__()
        self.variables = tuple(variables)
        slots, self.first = _lay_out(self.variables)
        self.levels: list[list[int]] = [
            [i for i, slot in enumerate(slots) if slot.level == level]
            for level in range(max(slot.level for slot in slots) + 1)
        ]
        order = [i for level in self.levels for i in level]
        self.before = [[slots[i].before for i in level] for level in self.levels]
        self.register_buffer("low", torch.tensor([s.low for s in slots], dtype=torch.float64))
        self.register_buffer("high", torch.tensor([s.high for s in slots], dtype=torch.float64))
        self.register_buffer("place", torch.tensor(order).argsort())
        self.raw = nn.Parameter(torch.tensor([_raw(s, slots) for s in slots], dtype=torch.float64))

    def forward(self) -> Tensor:
        """Return every parameter, shape (p,), ordered by variable, term and shape parameter."""
        low, high = self.get_buffer("low"), self.get_buffer("high")
        values = low.new_empty(0)
        at: list[int] = []
        for level, before in zip(self.levels, self.before, strict=True):
            floor = low[level]
            if any(before):
                own = [low[i][None] for i in level]
                floor = torch.stack(
                    [
                        torch.cat([o, values[[at.index(b) for b in names]]]).max()
                        for o, names in zip(own, before, strict=True)
                    ]
                )
            top = high[level]
            step = floor + (top - floor) * torch.sigmoid(self.raw[level])
            values = torch.cat([values, torch.minimum(step, top)])
            at += level
        return values[self.get_buffer("place")]

    def learned(self) -> tuple[LinguisticVariable, ...]:
        """Return the variables with their present parameters, as exact floats."""
        values = [float(v) for v in self().detach()]
        found = []
        for v, variable in enumerate(self.variables):
            terms = []
            for t, term in enumerate(variable.terms):
                start = self.first[v, t]
                parameters = tuple(values[start : start + len(term.parameters)])
                terms.append(replace(term, parameters=parameters))
            found.append(replace(variable, terms=tuple(terms)))
        return tuple(found)


def _lay_out(
    variables: Sequence[LinguisticVariable],
) -> tuple[list[_Slot], dict[tuple[int, int], int]]:
    """Give every parameter a number and find what stands before it."""
    slots: list[_Slot] = []
    first: dict[tuple[int, int], int] = {}
    for v, variable in enumerate(variables):
        last: dict[str, int] = {}
        for t, term in enumerate(variable.terms):
            start = first[v, t] = len(slots)
            bounds = term.bounds or tuple((p, p) for p in term.parameters)
            for i, (value, (low, high)) in enumerate(zip(term.parameters, bounds, strict=True)):
                on_axis = i < SHAPES[term.shape].ordered
                before = [start + i - 1] if on_axis and i else []
                other = last.get(term.shape, start) + i
                if on_axis and other != start + i and (low < high or slots[other].is_learned):
                    before.append(other)
                slots.append(_Slot(value, low, high, before))
                _check_order(slots, f"{variable.name} is {term.name}")
            last[term.shape] = start
    return slots, first


def _check_order(slots: list[_Slot], where: str) -> None:
    """Refuse a parameter that is, or could be pushed, below what stands before it."""
    slot = slots[-1]
    for b in slot.before:
        if slots[b].value > slot.value or slots[b].high > slot.high:
            raise DataError(
                found=f"{slot.value!r} in [{slot.low!r}, {slot.high!r}] follows {slots[b].value!r} "
                f"in [{slots[b].low!r}, {slots[b].high!r}]",
                why="terms of one shape keep their order while they are learned",
                remedy="List the terms in ascending order and give ascending high bounds",
                path=where,
            )
        slot.level = max(slot.level, slots[b].level + 1)


def _raw(slot: _Slot, slots: list[_Slot]) -> float:
    """Invert the formula of `OrderedParameters`."""
    floor = max([slot.low, *(slots[b].value for b in slot.before)])
    if slot.high <= floor:
        return 0.0
    share = (slot.value - floor) / (slot.high - floor)
    return float(torch.logit(torch.tensor(share, dtype=torch.float64), eps=_START))


class MembershipLayer(nn.Module):
    """Truth of every used term for a batch.

    Parameters
    ----------
    variables : of the inputs, in the order of the columns of x
    term_index : (variable, term) positions of the terms to evaluate
    """

    def __init__(
        self, variables: Sequence[LinguisticVariable], term_index: Sequence[tuple[int, int]]
    ) -> None:
        super().__init__()
        self.parameters_ = OrderedParameters(variables)
        self.terms: tuple[Term, ...] = tuple(variables[v].terms[t] for v, t in term_index)
        self.places = tuple(term_index)
        self.columns = [v for v, _ in term_index]
        self.starts = [self.parameters_.first[place] for place in term_index]

    def forward(self, x: Tensor) -> Tensor:
        """Evaluate the terms.

        Parameters
        ----------
        x : shape (n, k), finite

        Returns
        -------
        shape (n, t), 0..1
        """
        values = self.parameters_()
        groups = [_straight, _bell, _sigmoid]
        parts, order = [], []
        for formula in groups:
            chosen = [i for i, term in enumerate(self.terms) if _formula(term.shape) is formula]
            if chosen:
                parts.append(formula(self, x, values, chosen))
                order += chosen
        return torch.cat(parts, dim=1)[:, torch.tensor(order).argsort()]

    def ranges(self) -> Tensor:
        """Least and greatest truth of each term in its universe, (t, 2), constant for learning."""
        variables = self.parameters_.learned()
        found = [
            membership_range(variables[v].terms[t], variables[v].universe) for v, t in self.places
        ]
        return torch.tensor(found, dtype=torch.float64)


def _formula(shape: str) -> object:
    if shape in PIECEWISE_LINEAR:
        return _straight
    return _bell if shape == "gaussian" else _sigmoid


def _column(layer: MembershipLayer, x: Tensor, chosen: list[int]) -> Tensor:
    return x[:, [layer.columns[i] for i in chosen]]


def _bell(layer: MembershipLayer, x: Tensor, values: Tensor, chosen: list[int]) -> Tensor:
    at = [layer.starts[i] for i in chosen]
    distance = (_column(layer, x, chosen) - values[at]) / values[[a + 1 for a in at]]
    return torch.exp(-0.5 * distance * distance)


def _sigmoid(layer: MembershipLayer, x: Tensor, values: Tensor, chosen: list[int]) -> Tensor:
    at = [layer.starts[i] for i in chosen]
    falling = [layer.terms[i].shape == "falling_sigmoid" for i in chosen]
    sign = torch.where(torch.tensor(falling), -1.0, 1.0).to(x.dtype)
    scale = values[[a + 1 for a in at]] * sign
    return torch.sigmoid((_column(layer, x, chosen) - values[at]) / scale)


def _straight(layer: MembershipLayer, x: Tensor, values: Tensor, chosen: list[int]) -> Tensor:
    """Least of a rising and a falling edge; an open shoulder has one edge only."""
    column = _column(layer, x, chosen)
    rising = [_RISING[layer.terms[i].shape] for i in chosen]
    falling = [_FALLING[layer.terms[i].shape] for i in chosen]
    rise = _edge(
        column, values, [(layer.starts[i], e) for i, e in zip(chosen, rising, strict=True)]
    )
    fall = _edge(
        column, values, [(layer.starts[i], e) for i, e in zip(chosen, falling, strict=True)]
    )
    return torch.minimum(rise, fall)


_RISING = {
    "triangular": (0, 1),
    "trapezoidal": (0, 1),
    "rising_shoulder": (0, 1),
    "falling_shoulder": None,
}
_FALLING = {
    "triangular": (2, 1),
    "trapezoidal": (3, 2),
    "rising_shoulder": None,
    "falling_shoulder": (1, 0),
}
"""Positions of the parameters where an edge is 0 and where it is 1."""


def _edge(x: Tensor, values: Tensor, edges: list[tuple[int, tuple[int, int] | None]]) -> Tensor:
    """Straight line from 0 to 1, or a step that includes the full side; 1 without an edge."""
    absent = torch.tensor([edge is None for _, edge in edges])
    zero = values[[start + (edge[0] if edge else 0) for start, edge in edges]]
    full = values[[start + (edge[1] if edge else 0) for start, edge in edges]]
    side = torch.tensor(
        [-1.0 if edge and edge[0] > edge[1] else 1.0 for _, edge in edges], dtype=x.dtype
    )
    width = full - zero
    flat = width == 0
    line = ((x - zero) / torch.where(flat, torch.ones_like(width), width)).clamp(0.0, 1.0)
    step = (side * (x - full) >= 0).to(x.dtype)
    return torch.where(absent, torch.ones_like(line), torch.where(flat, step, line))
