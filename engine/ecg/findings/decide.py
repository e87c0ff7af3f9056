"""Which statements may stand together: what is present, what that forbids, which rival yields.

Columnar and pure: the engine asks it for one ECG, training for all records of a set.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...fixedpoint import FloatArray
from ...fuzzy.status import BoolArray
from .settings import statement_settings
from .spec import StatementSpec, StatementTable

NO_RIVAL = -1
_EDGE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Decided:
    """What stands of ``n`` ECGs and ``s`` statements.

    Parameters
    ----------
    present : shape (n, s)
    decided : shape (n, s), where something is said at all
    better : shape (n, s), the statement that is better supported, where a statement reached its
        cut-off and yields to it; -1 elsewhere
    """

    present: BoolArray
    decided: BoolArray
    better: NDArray[np.intp]


def decide(table: StatementTable, score: FloatArray, free: BoolArray, shown: BoolArray) -> Decided:
    """Decide what is present, so that no two statements contradict each other.

    What a present statement forbids is not decided, and forbids nothing; the statements that the
    fewest forbid come first. Of rivals (fibrillation and flutter, say) the one with the greatest
    score, in log-odds beyond its cut-off, stays; the others yield, and what yields puts none aside.

    Parameters
    ----------
    table : cut-offs, and what forbids what
    score : shape (n, s), 0 to 1
    free : shape (n, s), where measurements and quality allow a statement
    shown : shape (n, s), where what must be seen of it was seen (``missing_evidence``); elsewhere
        it is not present, whatever its score, and neither forbids nor puts aside another
    """
    may_be = free & shown
    alone = _present(table, score, may_be, np.zeros(free.shape, dtype=np.bool_))
    better = _yielding(table, score, alone)
    present = _present(table, score, may_be, better != NO_RIVAL)
    decided = free.copy()
    for j, spec in enumerate(table.statements):
        decided[:, j] &= ~_forbidden(table, spec, present)
    return Decided(present, decided, np.where(decided, better, NO_RIVAL))


def _present(
    table: StatementTable, score: FloatArray, free: BoolArray, yields: BoolArray
) -> BoolArray:
    found = np.zeros(free.shape, dtype=np.bool_)
    for spec in sorted(table.statements, key=lambda s: len(s.not_when)):
        j = table.names.index(spec.name)
        may = free[:, j] & ~yields[:, j] & ~_forbidden(table, spec, found)
        found[:, j] = may & (score[:, j] >= spec.present_from)
    return found


def _forbidden(table: StatementTable, spec: StatementSpec, present: BoolArray) -> BoolArray:
    others = [table.names.index(name) for name in spec.not_when]
    return np.asarray(present[:, others].any(axis=1), dtype=np.bool_)


def _yielding(table: StatementTable, score: FloatArray, present: BoolArray) -> NDArray[np.intp]:
    """Return to which rival each present statement yields: to one that stays, further beyond.

    Scores of a rare and of a frequent rhythm can't be compared; how far each lies beyond its own
    cut-off, in log-odds, can. The furthest stays and its rivals yield; then the next that has not
    yielded: what yields itself puts nobody aside.
    """
    better = np.full(present.shape, NO_RIVAL, dtype=np.intp)
    beyond = _log_odds(score) - _log_odds(np.array([s.present_from for s in table.statements]))
    rivals, rows = _rivals(table), np.arange(len(present))
    order = np.argsort(-np.where(present, beyond, -np.inf), axis=1, kind="stable")
    for best in order.T:
        stays = present[rows, best] & (better[rows, best] == NO_RIVAL)
        loses = stays[:, None] & rivals[best] & present & (better == NO_RIVAL)
        better = np.where(loses, best[:, None], better)
    return better


def _rivals(table: StatementTable) -> BoolArray:
    """Say which statements contradict each other, shape (s, s)."""
    found = np.zeros((len(table.names), len(table.names)), dtype=np.bool_)
    for group in statement_settings()["rivals"]:
        members = [table.names.index(n) for n in group if n in table.names]
        found[np.ix_(members, members)] = True
    np.fill_diagonal(found, val=False)
    return found


def _log_odds(score: FloatArray) -> FloatArray:
    inside = np.clip(score, _EDGE, 1.0 - _EDGE)
    return np.asarray(np.log(inside / (1.0 - inside)))
