"""A whole fuzzy system from one rules.toml and back: load(write(system)) is the system."""

import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from ..errors import DataError
from .membership import PIECEWISE_LINEAR, FloatArray, corners
from .parser import Vocabulary, parse_rule_text
from .reading import Table, refuse_duplicates, suggestion
from .rules import Points, Rule
from .status import BoolArray
from .variables import LinguisticVariable, Term, read_variable
from .writing import system_toml_lines

RULE_ID = re.compile(r"[A-Za-z0-9_.\-]+")
TNORMS = ("min", "product")
IMPLICATIONS = ("clip", "scale")
DEFAULT_MAX_ANTECEDENTS = 3


@dataclass(frozen=True)
class FuzzySystem:
    """What both forms of inference share.

    Parameters
    ----------
    name : of the system
    variables : the inputs, in the order of the columns of x
    optional : names of inputs that may be missing, in the order of the inputs; others are required
    rules : in the order of the columns of every firing
    tnorm : "min" or "product", what "and" means; "or" is always the greatest
    max_antecedents : greatest number of `X is T` in one rule
    """

    name: str
    variables: tuple[LinguisticVariable, ...]
    optional: tuple[str, ...]
    rules: tuple[Rule, ...]
    tnorm: str
    max_antecedents: int

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the inputs, in the order of the columns of x."""
        return tuple(variable.name for variable in self.variables)

    @property
    def rule_ids(self) -> tuple[str, ...]:
        """Ids of the rules, in the order of the columns of every firing."""
        return tuple(rule.id for rule in self.rules)

    @cached_property
    def required_mask(self) -> BoolArray:
        """Shape (k,): inputs that may not be missing."""
        return np.array([name not in self.optional for name in self.inputs])

    @cached_property
    def universes(self) -> FloatArray:
        """Shape (k, 2): low and high of every input."""
        return np.array([[v.universe.low, v.universe.high] for v in self.variables])

    @cached_property
    def uses(self) -> BoolArray:
        """Shape (k, r): whether the rule reads the input."""
        return np.array([[name in rule.variables for rule in self.rules] for name in self.inputs])


@dataclass(frozen=True)
class TskSystem(FuzzySystem):
    """Zero-order Takagi-Sugeno-Kang: points (log-odds) times degree of truth, added up.

    Parameters
    ----------
    bias : log-odds when no rule is true at all
    normalised : divide by the sum of the firings (the classical form) instead of adding
    """

    bias: float = 0.0
    normalised: bool = False

    @cached_property
    def points(self) -> FloatArray:
        """Shape (r,): log-odds of each rule."""
        return np.array(
            [r.consequent.value for r in self.rules if isinstance(r.consequent, Points)]
        )


@dataclass(frozen=True)
class MamdaniSystem(FuzzySystem):
    """Mamdani: every rule shapes a term of the output; the score is the centroid of their union.

    Parameters
    ----------
    output : its terms are piecewise linear, so that the centroid is exact
    implication : "clip" (min) or "scale" (product)
    """

    output: LinguisticVariable
    implication: str = "clip"

    @cached_property
    def weights(self) -> FloatArray:
        """Shape (r,): weight of each rule."""
        return np.array([rule.weight for rule in self.rules])

    @cached_property
    def output_index(self) -> tuple[int, ...]:
        """Length r: which term of the output each rule concludes."""
        words = self.output.words
        return tuple(
            words.index(r.consequent.term)
            for r in self.rules
            if not isinstance(r.consequent, Points)
        )


def load_system(path: Path) -> MamdaniSystem | TskSystem:
    """Read a rules.toml.

    Raises
    ------
    DataError : any malformed part, with its place in the file
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            found=f"the file can't be read ({type(error).__name__})",
            why="no rule is known without it",
            remedy="Restore the file as UTF-8 text",
            path=path.name,
        ) from error
    return parse_system(text, path.name)


def parse_system(text: str, path: str = "rules.toml") -> MamdaniSystem | TskSystem:
    """Read the text of a rules.toml; `path` only names it in messages.

    Raises
    ------
    DataError : any malformed part, with its place in the file
    """
    try:
        top = Table(tomllib.loads(text), path)
    except tomllib.TOMLDecodeError as error:
        raise DataError(
            found=f"not TOML ({error})",
            why="it can't be read",
            remedy="Correct the syntax",
            path=path,
        ) from error
    head = top.table("system")
    kind = head.choice("kind", ("tsk", "mamdani"))
    system = _read_tsk(top, head) if kind == "tsk" else _read_mamdani(top, head)
    head.finish()
    top.finish()
    return system


def _read_tsk(top: Table, head: Table) -> TskSystem:
    shared = _read_shared(top, head, None)
    return TskSystem(
        shared.name,
        shared.variables,
        shared.optional,
        shared.rules,
        shared.tnorm,
        shared.max_antecedents,
        bias=head.number("bias"),
        normalised=head.flag("normalised", default=False),
    )


def _read_mamdani(top: Table, head: Table) -> MamdaniSystem:
    table = top.table("output")
    output = read_variable(table)
    for term in output.terms:
        if term.shape not in PIECEWISE_LINEAR:
            raise table.fault(
                f"the output term {term.name!r} is {term.shape}",
                "the exact centroid is for straight lines only",
                f"Use one of {', '.join(PIECEWISE_LINEAR)}",
            )
        if not _has_area(term, output):
            raise table.fault(
                f"the output term {term.name!r} has no area in the universe",
                "a rule that concludes it would fire and shape nothing",
                "Correct its parameters or the universe",
            )
    shared = _read_shared(top, head, output)
    return MamdaniSystem(
        shared.name,
        shared.variables,
        shared.optional,
        shared.rules,
        shared.tnorm,
        shared.max_antecedents,
        output=output,
        implication=head.choice("implication", IMPLICATIONS, "clip"),
    )


def _has_area(term: Term, output: LinguisticVariable) -> bool:
    """Whether an output term has an area inside the universe."""
    low, high = output.universe.low, output.universe.high
    left, _, _, right = corners(term.shape, term.parameters, low, high)
    return bool(max(left, low) < min(right, high))


def _read_shared(top: Table, head: Table, output: LinguisticVariable | None) -> FuzzySystem:
    """Read everything but what only one of the two forms has."""
    name, tnorm = head.text("name"), head.choice("tnorm", TNORMS)
    variables = tuple(read_variable(t) for t in top.tables("variable"))
    names = [variable.name for variable in variables] + ([output.name] if output else [])
    refuse_duplicates(names, "variable", top.path)
    inputs = _input_order(head, [variable.name for variable in variables])
    optional = head.texts("optional", [])
    for item in optional:
        if item not in inputs:
            raise head.fault(f"optional names {item!r}", "it is no input", suggestion(item, inputs))
    ordered = tuple(sorted(variables, key=lambda variable: inputs.index(variable.name)))
    limit = _read_limit(head)
    vocabulary = Vocabulary(ordered, output, limit)
    rules = tuple(_read_rule(t, vocabulary) for t in top.tables("rule"))
    refuse_duplicates((rule.id for rule in rules), "rule id", top.path)
    kept = tuple(n for n in inputs if n in optional)
    return FuzzySystem(name, ordered, kept, rules, tnorm, limit)


def _read_limit(head: Table) -> int:
    limit = head.number("max_antecedents", DEFAULT_MAX_ANTECEDENTS)
    if limit < 1 or limit != int(limit):
        raise head.fault(
            f"max_antecedents = {limit!r}", "it counts antecedents", "Write 1, 2, 3 ..."
        )
    return int(limit)


def _input_order(head: Table, names: list[str]) -> tuple[str, ...]:
    """Read the column order; it names every variable once."""
    inputs = head.texts("inputs")
    if sorted(inputs) != sorted(names):
        raise head.fault(
            f"inputs = {list(inputs)}",
            "it is the order of the columns and must name every [[variable]] once",
            f"Order these: {', '.join(names)}",
        )
    return inputs


def _read_rule(table: Table, words: Vocabulary) -> Rule:
    rule_id = table.text("id")
    if not RULE_ID.fullmatch(rule_id):
        raise table.fault(f"id = {rule_id!r}", "ids are letters, digits, _ . -", "Rename it")
    antecedent, consequent = parse_rule_text(table.text("text"), words, table.path)
    weight = table.number("weight", 1.0)
    if isinstance(consequent, Points) and weight != 1.0:
        raise table.fault(
            f"weight = {weight!r}",
            "the points of the rule are its weight, and the text must say all of it",
            "Multiply the points by it and remove the weight",
        )
    if not 0.0 < weight <= 1.0:
        raise table.fault(f"weight = {weight!r}", "a weight is above 0 and at most 1", "Correct it")
    rule = Rule(rule_id, antecedent, consequent, table.text("source"), weight)
    table.finish()
    return rule


def system_toml(system: MamdaniSystem | TskSystem) -> str:
    """Write a system as readable rules.toml; the same system always gives the same text.

    Example
    -------
    parse_system(system_toml(system)) == system, exactly: numbers are printed with all their digits.
    """
    head: dict[str, object] = {
        "kind": "tsk" if isinstance(system, TskSystem) else "mamdani",
        "name": system.name,
        "inputs": list(system.inputs),
        "optional": list(system.optional),
        "tnorm": system.tnorm,
        "max_antecedents": system.max_antecedents,
    }
    if isinstance(system, TskSystem):
        head |= {"bias": system.bias, "normalised": system.normalised}
        return system_toml_lines(head, None, system.variables, system.rules)
    head |= {"implication": system.implication}
    return system_toml_lines(head, system.output, system.variables, system.rules)
