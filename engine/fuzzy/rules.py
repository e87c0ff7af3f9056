"""Rules as readable text that is evaluated exactly as printed.

    if age is older and (waist is high or bmi is high) then concern is strong
    if age is older then logit +0.62

A rule is a small tree. `str(tree)` is its only text, and the parser accepts nothing else, so what a
physician reads is what was computed, number for number.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Is:
    """`variable is [not] term`; "not" is one minus the membership."""

    variable: str
    term: str
    negated: bool = False

    def __str__(self) -> str:
        return f"{self.variable} is {'not ' if self.negated else ''}{self.term}"


@dataclass(frozen=True, slots=True)
class And:
    """All parts at once: the least of them, or their product, as the system's t-norm says."""

    parts: tuple["Antecedent", ...]

    def __str__(self) -> str:
        return " and ".join(_inner(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """Any part: the greatest of them."""

    parts: tuple["Antecedent", ...]

    def __str__(self) -> str:
        return " or ".join(_inner(part) for part in self.parts)


Antecedent = Is | And | Or


def _inner(part: Antecedent) -> str:
    """Print a part of a composite, in parentheses when it is itself composite."""
    return str(part) if isinstance(part, Is) else f"({part})"


def literals(tree: Antecedent) -> Iterator[Is]:
    """Walk over every `X is T` of an antecedent, in reading order."""
    if isinstance(tree, Is):
        yield tree
    else:
        for part in tree.parts:
            yield from literals(part)


@dataclass(frozen=True, slots=True)
class Points:
    """Consequent of a Takagi-Sugeno-Kang rule: log-odds added for each degree of truth."""

    value: float

    def __str__(self) -> str:
        return f"logit {signed(self.value)}"


@dataclass(frozen=True, slots=True)
class Concludes:
    """Consequent of a Mamdani rule: a term of the output variable."""

    variable: str
    term: str

    def __str__(self) -> str:
        return f"{self.variable} is {self.term}"


Consequent = Points | Concludes


def signed(value: float) -> str:
    """Print a number with its sign and every digit that it needs to be read back exactly."""
    text = repr(float(value))
    return text if text.startswith("-") else f"+{text}"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Parameters
    ----------
    id : stable, never reused for another rule
    antecedent : what must be true
    consequent : what follows
    source : where the rule comes from
    weight : 0 < weight <= 1, multiplies the truth of the antecedent (Mamdani); 1 for a
        Takagi-Sugeno-Kang rule, whose points already are its weight
    """

    id: str
    antecedent: Antecedent
    consequent: Consequent
    source: str
    weight: float = 1.0

    @property
    def text(self) -> str:
        """The rule as people read it and as it is evaluated."""
        return f"if {self.antecedent} then {self.consequent}"

    @property
    def literals(self) -> tuple[Is, ...]:
        """Every `X is T`, in reading order."""
        return tuple(literals(self.antecedent))

    @property
    def variables(self) -> frozenset[str]:
        """Names of the variables that the rule reads."""
        return frozenset(literal.variable for literal in self.literals)
