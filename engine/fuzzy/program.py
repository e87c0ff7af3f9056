"""Rules as index arrays: the columnar form that torch layers and ONNX graphs run.

The numpy reference (`firing.py`) walks the trees and never uses this; the two are compared in
tests.

A bank of columns is built from left to right: column 0 is the constant 1; then the membership of
each used term; then one minus those that some rule negates; then the columns that each step
appends.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .membership import PIECEWISE_LINEAR
from .rules import And, Antecedent, Is
from .system import FuzzySystem
from .variables import Term

ONE = 0
"""Column of the bank that is always 1: what an absent part of an "and" is worth."""


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """Columns to append: column i is the "and" (or the "or") of the bank's columns index[:, i].

    Shorter nodes are filled with the constant 1 ("and") or by repeating a part ("or").
    """

    is_and: bool
    index: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class RuleProgram:
    """All rules of a system.

    Parameters
    ----------
    columns : length t, which input each used term is said of
    terms : length t, the used terms: piecewise linear ones first, then Gaussian, then sigmoid
    term_index : length t, (variable, term) position of each used term
    negated : positions among the terms that some rule negates
    steps : in order
    output : shape (r,), which bank column is each rule
    """

    columns: tuple[int, ...]
    terms: tuple[Term, ...]
    term_index: tuple[tuple[int, int], ...]
    negated: tuple[int, ...]
    steps: tuple[Step, ...]
    output: NDArray[np.int64]

    @property
    def ends_in_order(self) -> bool:
        """Whether the last step's columns are the rules in order: nothing need be rearranged."""
        n_last = self.steps[-1].index.shape[1]
        first = (
            1 + len(self.terms) + len(self.negated) + sum(s.index.shape[1] for s in self.steps[:-1])
        )
        return np.array_equal(self.output, np.arange(first, first + n_last))


def _group(term: Term) -> int:
    """Order terms by the formula that evaluates them."""
    if term.shape in PIECEWISE_LINEAR:
        return 0
    return 1 if term.shape == "gaussian" else 2


def compile_rules(system: FuzzySystem) -> RuleProgram:
    """Lay the rules of a system out as columns.

    Every rule becomes at least one "and", so that a system of plain conjunctions is a single step.
    """
    compiler = _Compiler(system)
    trees = [
        r.antecedent if not isinstance(r.antecedent, Is) else And((r.antecedent,))
        for r in system.rules
    ]
    heights = [_height(tree) for tree in trees]
    for height in range(1, max(heights) + 1):
        nodes = [node for tree in trees for node in _composites(tree) if _height(node) == height]
        compiler.append([node for node in nodes if isinstance(node, And)], is_and=True)
        compiler.append([node for node in nodes if not isinstance(node, And)], is_and=False)
    return RuleProgram(
        columns=tuple(v for v, _ in compiler.used),
        terms=tuple(system.variables[v].terms[t] for v, t in compiler.used),
        term_index=tuple(compiler.used),
        negated=tuple(compiler.negated),
        steps=tuple(compiler.steps),
        output=np.array([compiler.place[str(tree), isinstance(tree, And)] for tree in trees]),
    )


def _height(tree: Antecedent) -> int:
    return 0 if isinstance(tree, Is) else 1 + max(_height(part) for part in tree.parts)


def _composites(tree: Antecedent) -> list[Antecedent]:
    """Every "and" and "or" of a tree."""
    if isinstance(tree, Is):
        return []
    return [node for part in tree.parts for node in _composites(part)] + [tree]


class _Compiler:
    """Gives every literal and every node its column."""

    def __init__(self, system: FuzzySystem) -> None:
        self.steps: list[Step] = []
        self.place: dict[tuple[str, bool], int] = {}
        literals = {literal for rule in system.rules for literal in rule.literals}
        position = {literal: self._position(system, literal) for literal in literals}
        self.used = sorted(
            set(position.values()), key=lambda p: (_group(system.variables[p[0]].terms[p[1]]), p)
        )
        term_column = {place: i for i, place in enumerate(self.used)}
        self.negated = sorted(
            {term_column[position[literal]] for literal in literals if literal.negated}
        )
        self.literal_column = {
            literal: 1
            + (
                len(self.used) + self.negated.index(term_column[position[literal]])
                if literal.negated
                else term_column[position[literal]]
            )
            for literal in literals
        }
        self.n_columns = 1 + len(self.used) + len(self.negated)

    @staticmethod
    def _position(system: FuzzySystem, literal: Is) -> tuple[int, int]:
        v = system.inputs.index(literal.variable)
        return v, system.variables[v].words.index(literal.term)

    def append(self, nodes: list[Antecedent], *, is_and: bool) -> None:
        """Add one step for nodes of one kind whose parts all have a column."""
        if not nodes:
            return
        parts = [
            [self._column(part) for part in node.parts]
            for node in nodes
            if not isinstance(node, Is)
        ]
        arity = max(len(row) for row in parts)
        filled = [row + [ONE if is_and else row[0]] * (arity - len(row)) for row in parts]
        self.steps.append(Step(is_and, np.array(filled, dtype=np.int64).T))
        for i, node in enumerate(nodes):
            self.place.setdefault((str(node), is_and), self.n_columns + i)
        self.n_columns += len(nodes)

    def _column(self, part: Antecedent) -> int:
        if isinstance(part, Is):
            return self.literal_column[part]
        return self.place[str(part), isinstance(part, And)]
