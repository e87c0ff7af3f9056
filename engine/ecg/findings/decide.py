"""Which statements may stand together: what is present, what that forbids, which rival yields.

Columnar and pure: the engine asks it for one ECG, training for all records of a set.
"""

from collections.abc import Mapping
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
    forbids : shape (n, s), what is present, or reached its cut-off and yields to a rival: nothing
        is said of what it forbids
    held : shape (n, s), the statement that is not excluded and forbids it, where a statement is
        borderline at most for that; -1 elsewhere
    """

    present: BoolArray
    decided: BoolArray
    better: NDArray[np.intp]
    forbids: BoolArray
    held: NDArray[np.intp]


def forbidden_by(spec: StatementSpec) -> tuple[str, ...]:
    """Return the statements beside which nothing is said of one: its own, and the house's."""
    more = statement_settings()["also_not_when"].get(spec.name, ())
    return tuple(dict.fromkeys((*spec.not_when, *more)))


def decide(
    table: StatementTable,
    score: FloatArray,
    free: BoolArray,
    shown: BoolArray,
    excluded: Mapping[str, BoolArray] | None = None,
) -> Decided:
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
        it is not present, whatever its score, and puts no rival aside
    excluded : statement -> shape (n,), where its measurement rules it out though it could not be
        assessed or did not show (``ruled_out``); none where not given
    """
    may_be = free & shown
    none = np.zeros(free.shape, dtype=np.bool_)
    alone, _ = _present(table, score, may_be, none)
    better = _yielding(table, score, alone)
    present, forbids = _present(table, score, may_be, better != NO_RIVAL)
    decided = free.copy()
    for j, spec in enumerate(table.statements):
        decided[:, j] &= ~_forbidden(table, spec, forbids)
    possible = ~present & ~forbids & (~free | (decided & _reached(table, score)))
    held = _held(table, possible, excluded or {})
    present &= held == NO_RIVAL
    return Decided(
        present,
        decided,
        np.where(decided, better, NO_RIVAL),
        forbids,
        np.where(decided, held, NO_RIVAL),
    )


def ruled_out(features: Mapping[str, FloatArray], n: int) -> dict[str, BoolArray]:
    """Say where a measurement rules out a statement that could not be assessed.

    Parameters
    ----------
    features : name -> shape (n,), NaN where not measured: that rules nothing out
    n : number of ECGs
    """
    found = {}
    for name, row in statement_settings()["not_excluded"].items():
        if "unless" in row:
            limit = row["unless"]
            values = features.get(limit["feature"], np.full(n, np.nan))
            found[name] = np.asarray(values < limit["below"], dtype=np.bool_)
    return found


def _held(
    table: StatementTable, possible: BoolArray, excluded: Mapping[str, BoolArray]
) -> NDArray[np.intp]:
    """Return which statement, not excluded, holds each other one at borderline."""
    held = np.full(possible.shape, NO_RIVAL, dtype=np.intp)
    for name, row in statement_settings()["not_excluded"].items():
        if name not in table.names:
            continue
        by = table.names.index(name)
        holds = possible[:, by] & ~excluded.get(name, np.zeros(len(possible), dtype=np.bool_))
        for other in row["of"]:
            j = table.names.index(other)
            held[:, j] = np.where(holds & (held[:, j] == NO_RIVAL), by, held[:, j])
    return held


def _reached(table: StatementTable, score: FloatArray) -> BoolArray:
    return np.asarray(score >= np.array([s.present_from for s in table.statements]), dtype=np.bool_)


def _present(
    table: StatementTable, score: FloatArray, free: BoolArray, yields: BoolArray
) -> tuple[BoolArray, BoolArray]:
    """Return what is present, and what forbids others: what yields to a rival does so as well."""
    found, forbids = np.zeros(free.shape, dtype=np.bool_), np.zeros(free.shape, dtype=np.bool_)
    reached = _reached(table, score)
    for spec in sorted(table.statements, key=lambda s: len(forbidden_by(s))):
        j = table.names.index(spec.name)
        forbids[:, j] = free[:, j] & ~_forbidden(table, spec, forbids) & reached[:, j]
        found[:, j] = forbids[:, j] & ~yields[:, j]
    return found, forbids


def _forbidden(table: StatementTable, spec: StatementSpec, forbids: BoolArray) -> BoolArray:
    others = [table.names.index(name) for name in forbidden_by(spec) if name in table.names]
    return np.asarray(forbids[:, others].any(axis=1), dtype=np.bool_)


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
