"""Whether a share moved: interval, test against the reference, odds ratio."""

from dataclasses import dataclass
from math import sqrt
from typing import Final

from scipy.special import ndtr

Z_95: Final = 1.959964
_HALF: Final = 0.5


@dataclass(frozen=True, slots=True)
class Moved:
    """A share against that of the reference.

    Attributes
    ----------
    change : share less that of the reference
    odds_ratio : above 1 where it rose; half an observation is added to each of the four counts
    chance : how often chance alone gives such a difference, two-sided
    """

    change: float
    odds_ratio: float
    chance: float


def wilson_interval(k: int, n: int, z: float = Z_95) -> tuple[float, float]:
    """Return the interval of a share; that of 95 % where no other z is given.

    Source: Wilson 1927, J Am Stat Assoc 22:209-212.

    >>> [round(x, 3) for x in wilson_interval(0, 20)]
    [0.0, 0.161]
    """
    share, z2 = k / n, z * z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = z * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def moved(before: tuple[int, int], now: tuple[int, int]) -> Moved:
    """Return how a share moved.

    Parameters
    ----------
    before, now : how many of how many, at least one of each
    """
    (k0, n0), (k1, n1) = before, now
    both = (k0 + k1) / (n0 + n1)
    spread = sqrt(both * (1 - both) * (1 / n0 + 1 / n1))
    change = k1 / n1 - k0 / n0
    z = abs(change) / spread if spread else 0.0
    odds = (k1 + _HALF) / (n1 - k1 + _HALF) * (n0 - k0 + _HALF) / (k0 + _HALF)
    return Moved(change, odds, float(2 * ndtr(-z)))
