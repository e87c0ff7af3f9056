"""One quantity that an urgent rule reads, as the two measurements have it."""

from dataclasses import dataclass
from typing import Final

_NAN: Final = float("nan")


@dataclass(frozen=True, slots=True)
class Pair:
    """One quantity.

    Attributes
    ----------
    classical : NaN where it was withheld
    network : NaN where there is no network or it withheld it
    unguarded : what was withheld and still must not be silenced (a short recording); NaN without
    differ : whether the two contradict each other
    applies : False where the quantity is not asked for (QTc where it is withheld by rule)
    """

    classical: float
    network: float = _NAN
    unguarded: float = _NAN
    differ: bool = False
    applies: bool = True
