"""What is said of each statement beside its rules: bias, cut-offs, needs, what forbids it."""

import tomllib
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ...bundles.decode import decode, encode, to_toml
from ...errors import ContractBroken
from ...fixedpoint import FloatArray
from ...fuzzy.system import TskSystem
from ..uses import USES


@dataclass(frozen=True, slots=True)
class StatementSpec:
    """One statement.

    Parameters
    ----------
    name : of the contract's vocabulary
    use : what of the quality gate it needs: rhythm, intervals, st or twelve_lead
    needs : features without which nothing can be said
    bias : log-odds when no rule of it is true
    borderline_from, present_from : scores from which it is borderline, present
    not_when : statements whose presence forbids it; it is then not assessable
    not_withheld : measurements that must not be withheld, whatever the rules say
    """

    name: str
    use: str
    needs: tuple[str, ...]
    bias: float
    borderline_from: float
    present_from: float
    not_when: tuple[str, ...] = ()
    not_withheld: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StatementTable:
    """All statements of one bundle, in the order of the graph's outputs."""

    statements: tuple[StatementSpec, ...] = field(metadata={"key": "statement"})

    @property
    def names(self) -> tuple[str, ...]:
        """Names in order."""
        return tuple(s.name for s in self.statements)

    @property
    def bias(self) -> FloatArray:
        """Shape (s,), log-odds."""
        return np.array([s.bias for s in self.statements])

    def owners(self, system: TskSystem) -> NDArray[np.intp]:
        """Return which statement each rule belongs to, shape (r,); its id begins with the name."""
        place = {name: index for index, name in enumerate(self.names)}
        return np.array([place[statement_of(i)] for i in system.rule_ids], np.intp)


def statement_of(rule_id: str) -> str:
    """Return the statement of a rule.

    >>> statement_of("lvh.sokolow")
    'lvh'
    """
    return rule_id.partition(".")[0]


def parse_statements(raw: bytes, system: TskSystem, *, path: str) -> StatementTable:
    """Read ``statements.toml`` and check it against the rules.

    Raises
    ------
    ContractBroken : naming every problem at once
    """
    problems: list[str] = []
    table: StatementTable | None = None
    try:
        table = decode(StatementTable, tomllib.loads(raw.decode("utf-8")), problems)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problems.append(f"not readable as TOML ({error})")
    if table is not None:
        problems += _check(table, system)
    if table is None or problems:
        raise ContractBroken(
            found="; ".join(problems),
            why="a statement without its rules or cut-offs could say anything",
            remedy="Correct the file, or export the bundle again with `laennec train`",
            path=path,
        )
    return table


def write_statements(table: StatementTable) -> str:
    """Return the table as TOML; the same table always gives the same text."""
    return to_toml(encode(table))


def _check(table: StatementTable, system: TskSystem) -> list[str]:
    names = table.names
    problems = [] if len(set(names)) == len(names) else ["a statement stands twice"]
    ruled = {statement_of(i) for i in system.rule_ids}
    problems += [f"{n}: no rule" for n in names if n not in ruled]
    problems += [f"{n}: rules and no statement" for n in sorted(ruled - set(names))]
    for s in table.statements:
        checks = (
            (s.use in USES, f"use {s.use!r} is none of {', '.join(USES)}"),
            (set(s.needs) <= set(system.inputs), f"needs {s.needs} are not all inputs"),
            (0.0 < s.borderline_from <= s.present_from < 1.0, "cut-offs out of order"),
            (set(s.not_when) <= set(names) - {s.name}, f"not_when {s.not_when}"),
            (bool(np.isfinite(s.bias)), "bias is not finite"),
        )
        problems += [f"{s.name}: {text}" for holds, text in checks if not holds]
    return problems
