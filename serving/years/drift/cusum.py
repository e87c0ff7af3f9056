"""Running sums of evidence that physicians override a finding more often, or less often."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ....engine.fixedpoint import FloatArray
from ....engine.record import BoolArray

RISE: Final = "rise"
FALL: Final = "fall"


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Two sums, one each way.

    Attributes
    ----------
    rise, fall : shape (n,), after each decision; never below 0, and from 0 again after a signal
    signals : (position, ``rise`` or ``fall``) of every signal, in order
    """

    rise: FloatArray
    fall: FloatArray
    signals: tuple[tuple[int, str], ...]


def running_sums(
    is_override: BoolArray, expected: tuple[float, float], odds_ratio: float, limit: float
) -> Sums:
    """Return the sums of log likelihood ratios over decisions in order of time.

    Parameters
    ----------
    is_override : shape (n,), amended or rejected
    expected : lowest and highest share that the reference period allows, above 0 and below 1; a
        rise is counted against the highest, a fall against the lowest
    odds_ratio : of the rise to be found, above 1; the fall is its inverse
    limit : evidence from which on it signals

    Source: Steiner et al. 2000, Biostatistics 1:441-452. Departures: one expected share for all,
    and its uncertainty counts against a signal.
    """
    rise, up = _one_way(is_override, expected[1], odds_ratio, limit)
    fall, down = _one_way(is_override, expected[0], 1 / odds_ratio, limit)
    signals = sorted([*((at, RISE) for at in up), *((at, FALL) for at in down)])
    return Sums(rise, fall, tuple(signals))


def _one_way(
    is_override: BoolArray, expected: float, odds_ratio: float, limit: float
) -> tuple[FloatArray, list[int]]:
    less = float(np.log1p((odds_ratio - 1) * expected))
    weight = np.where(is_override, np.log(odds_ratio) - less, -less)
    path, signals, total = np.empty(len(weight)), [], 0.0
    for i, w in enumerate(weight.tolist()):
        total = max(0.0, total + w)
        path[i] = total
        if total >= limit:
            signals.append(i)
            total = 0.0
    return path, signals
