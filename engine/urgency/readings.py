"""Whether a value that is not used could meet an urgent rule under some plausible reading of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..fixedpoint import Int64Array
from ..guidelines.model import Threshold
from ..logic import FALSE, UNKNOWN, compare_decimals
from ..record import UNKNOWN as NO_UNIT
from ..record import BoolArray, Int8Array, QuantityColumn
from ..vocabulary import SuspectReading, Unit

IntArray = npt.NDArray[np.signedinteger[Any]]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a value may mean: billionths with its comparator, in a unit; whether it is too old.

    ``is_proposed``: it is not the number as it was written.
    """

    nano: int
    comparator: int
    ucum: str
    is_old: bool = False
    is_proposed: bool = False


def could_hold(
    column: QuantityColumn,
    threshold: Threshold,
    verdicts: Int8Array,
    *,
    of_another_day: bool = False,
) -> BoolArray:
    """Return (n, m) which readings could meet a condition though they are not used for it.

    Looked at: suspect and refused values, values without a known unit, and accepted values of which
    only a bound was reported. A value is read

    - in the unit it was given, except where it is too small there and the vocabulary knows what it
      probably is (a systolic 14 "mmHg" is 14 cmHg, a spoken pressure);
    - in every other accepted unit in which it is possible (or for which it is too large, as for its
      own), unless it is an everyday number in the
      unit that was given: a glucose of 0.95 g/L that is not used because it is old was never
      0.95 mmol/L;
    - as what the vocabulary proposes for such a number.

    A value that is too old for the visit is looked at apart, as ``of_another_day``: its date may be
    wrong. With an accepted value in the same column it is not: that was measured again already.

    Parameters
    ----------
    column : (n, m) readings
    threshold : the condition
    verdicts : int8 (n, m), the condition on the accepted readings
    of_another_day : the values that are too old for the visit, instead of those of the visit
    """
    bound_only = column.accepted & (column.comparator != 0) & (verdicts == UNKNOWN)
    doubtful = (column.present & ~column.accepted) | bound_only
    if of_another_day:
        doubtful &= _is_old(column) & ~column.accepted.any(axis=1, keepdims=True)
    else:
        doubtful &= ~_is_old(column)
    possible = np.zeros(column.nano.shape, dtype=np.bool_)
    if not doubtful.any():
        return possible
    at = np.nonzero(doubtful)
    meets = np.zeros(len(at[0]), dtype=np.bool_)
    for _, _, holds in _readings_that_hold(column, threshold, at):
        meets |= holds
    possible[at] = meets
    return possible


def _is_old(column: QuantityColumn) -> BoolArray:
    return np.zeros(column.nano.shape, np.bool_) if column.old is None else column.old


def meaning_of(column: QuantityColumn, threshold: Threshold, reading: int) -> Meaning:
    """Return as what a reading of the first person could meet a condition.

    The number as it was written comes before a number that the vocabulary proposes for it, and its
    own unit before another.

    Parameters
    ----------
    column : (n, m) readings
    threshold : the condition
    reading : one for which ``could_hold`` is true
    """
    at = (np.array([0]), np.array([reading]))
    nano, sign = int(column.nano[0, reading]), int(column.comparator[0, reading])
    unit = int(column.unit[0, reading])
    own = column.item.units[unit].ucum if unit >= 0 else ""
    found = [
        Meaning(int(value[0]), sign, ucum, bool(_is_old(column)[0, reading]), value[0] != nano)
        for ucum, value, holds in _readings_that_hold(column, threshold, at)
        if holds[0]
    ]
    return min(found, key=lambda meaning: (meaning.is_proposed, meaning.ucum != own))


def _readings_that_hold(
    column: QuantityColumn, threshold: Threshold, at: tuple[IntArray, ...]
) -> Iterator[tuple[str, Int64Array, BoolArray]]:
    """Yield a unit, the values at some places read in it, and where such a value would hold."""
    nano, unit, comparator = column.nano[at], column.unit[at], column.comparator[at]
    accepted = column.accepted[at]
    fits = _fits_its_unit(column, nano, unit)
    large = _is_above_its_unit(column, nano, unit)
    for index, candidate in enumerate(column.item.units):
        limit = threshold.values.get(candidate.ucum)
        if limit is None:
            continue
        is_own = unit == index
        readable = np.where(
            is_own,
            _own_is_plausible(nano, candidate),
            ~accepted & ~fits & _can_be_in(nano, candidate, large),
        )
        verdict = compare_decimals(nano, comparator, threshold.op, limit)
        yield candidate.ucum, nano, readable & (verdict > FALSE)
        proposed = ~accepted & (is_own | (unit == NO_UNIT))
        for value, applies in _proposals(nano, candidate):
            verdict = compare_decimals(value, comparator, threshold.op, limit)
            yield candidate.ucum, value, proposed & applies & (verdict > FALSE)


def _fits_its_unit(column: QuantityColumn, nano: Int64Array, unit: Int8Array) -> BoolArray:
    """Return where a number is inside the soft limits of its unit and of no other's look."""
    fits = np.zeros(len(nano), dtype=np.bool_)
    for index, own in enumerate(column.item.units):
        looks_other = np.zeros(len(nano), dtype=np.bool_)
        for suspect in own.suspects:
            looks_other |= _is_suspect(nano, suspect)
        fits |= (unit == index) & _inside(nano, own.soft) & ~looks_other
    return fits


def _is_above_its_unit(column: QuantityColumn, nano: Int64Array, unit: Int8Array) -> BoolArray:
    """Return where a number is above the soft limits of the unit that was given."""
    above = np.zeros(len(nano), dtype=np.bool_)
    for index, own in enumerate(column.item.units):
        above |= (unit == index) & (nano > own.soft[1])
    return above


def _can_be_in(nano: Int64Array, unit: Unit, large: BoolArray) -> BoolArray:
    """Return where a number may have been meant in another unit.

    One that is too large for its own is not calmer where it is too large for the other as well: a
    creatinine of 345 umol/L asked for nothing, as it can't be mg/L, and one of 330 did.
    """
    return np.asarray((nano >= unit.hard[0]) & ((nano <= unit.hard[1]) | large))


def _own_is_plausible(nano: Int64Array, unit: Unit) -> BoolArray:
    """Return where a number stands in its own unit: not where too small and explained.

    One that is too large stands, whatever it probably is: an HbA1c of 22 "%", which would be an
    everyday one in mmol/mol, asked for nothing, and one of 20 % did.
    """
    explained = np.zeros(len(nano), dtype=np.bool_)
    for suspect in unit.suspects:
        explained |= _is_suspect(nano, suspect)
    return np.asarray((nano >= unit.hard[0]) | ~explained)


def _inside(nano: Int64Array, limits: tuple[int, int]) -> BoolArray:
    return np.asarray((nano >= limits[0]) & (nano <= limits[1]))


def _is_suspect(nano: Int64Array, suspect: SuspectReading) -> BoolArray:
    above = nano > suspect.above if suspect.above is not None else False
    below = nano < suspect.below if suspect.below is not None else False
    return np.asarray(above | below)


def _proposals(nano: Int64Array, unit: Unit) -> Iterator[tuple[Int64Array, BoolArray]]:
    """Yield the value that each unit suspicion proposes, in this unit, and where it is possible."""
    for suspect in unit.suspects:
        value = np.rint(nano * suspect.factor).astype(np.int64)
        yield value, _is_suspect(nano, suspect) & _inside(value, unit.hard)
