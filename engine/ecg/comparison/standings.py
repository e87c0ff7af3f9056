"""How each statement and each measured pattern stands beside the earlier ECG."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from ...prediagnosis import EcgChange, EcgStanding
from ..features.view import CONTIGUOUS
from ..findings.find import ABSENT, BORDERLINE, NOT_ASSESSABLE, PRESENT, Statement
from .comparable import PREFIX, EcgPair
from .settings import ComparisonSettings, Direction, FollowedStatement

NOT_SAID: Final = f"{PREFIX}.not_said"
CROSSED: Final = f"{PREFIX}.crossed"
NOT_MOVED: Final = f"{PREFIX}.not_moved"
_EDGE: Final = 1e-9
Changes = Mapping[str, Sequence[EcgChange]]


def standings_of(pair: EcgPair, changes: Changes) -> tuple[EcgStanding, ...]:
    """Return how every followed statement stands; what is absent in both is left out.

    Parameters
    ----------
    pair : the two recordings
    changes : name -> measured values then and now
    """
    told = []
    for followed in pair.settings.statements:
        one, other = pair.now.statement(followed.name), pair.then.statement(followed.name)
        states = {s.state if s else NOT_ASSESSABLE for s in (one, other)}
        if states & {PRESENT, BORDERLINE} and states != {ABSENT, BORDERLINE}:
            told.append(_standing(followed, one, other, changes, pair))
    return tuple(told)


def _standing(
    followed: FollowedStatement,
    now: Statement | None,
    then: Statement | None,
    changes: Changes,
    pair: EcgPair,
) -> EcgStanding:
    before, state = (s.state if s else NOT_ASSESSABLE for s in (then, now))
    named = EcgStanding(followed.name, followed.kind, "unchanged", before, state)
    why = pair.found.why(followed.kind)
    if why or now is None or then is None or NOT_ASSESSABLE in (before, state):
        return replace(named, standing="not_comparable", why=why or (NOT_SAID,))
    if before == state:
        return named
    way = 1.0 if state == PRESENT else -1.0
    apart = way * (_log_odds(now) - _log_odds(then))
    if BORDERLINE in (before, state) or apart < pair.settings.method.score_gap:
        return replace(named, standing="unclear", why=(CROSSED,))
    found = followed.moved.items()
    moved = tuple(n for n, to in found if _has_moved(changes.get(n, ()), to, way, pair.settings))
    if found and not moved:
        asked = tuple(followed.moved)
        return replace(named, standing="unclear", moved=asked, why=(NOT_MOVED,))
    return replace(named, standing="new" if way > 0 else "gone", moved=moved)


def _log_odds(said: Statement) -> float:
    inside = min(max(said.score, _EDGE), 1.0 - _EDGE)
    return float(np.log(inside / (1.0 - inside)))


def _has_moved(
    changes: Iterable[EcgChange], to: Direction, way: float, settings: ComparisonSettings
) -> bool:
    """Say whether a value moved beyond what recordings vary; of single leads, in two neighbours."""
    signs = {"up": (way,), "down": (-way,), "any": (1.0, -1.0)}[to]
    found = [c for c in changes if c.verdict == "beyond"]
    for sign in signs:
        right = [c for c in found if (c.difference or 0.0) * sign > 0]
        if any(not c.lead for c in right):
            return True
        if len(neighbours({c.lead for c in right})) >= settings.method.leads:
            return True
    return False


def neighbours(leads: set[str]) -> tuple[str, ...]:
    """Return the leads of a set that have a neighbour in it, each once.

    >>> neighbours({"II", "aVF", "V1", "V4"})
    ('II', 'aVF')
    """
    kept = [lead for pair in CONTIGUOUS if set(pair) <= leads for lead in pair]
    return tuple(dict.fromkeys(kept))
