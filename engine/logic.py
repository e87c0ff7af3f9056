"""Three-valued logic over columns: true, false, and unknown where something was not measured.

Kleene's strong logic in int8, so that "and" is a minimum and "or" a maximum. A comparison is made
in the unit that was reported, on exact decimals; a value in a unit for which the rule states no
number is unknown, never converted.
"""

from collections.abc import Mapping
from functools import lru_cache, reduce
from typing import Final, Literal

import numpy as np

from .fixedpoint import Int64Array
from .record import UNKNOWN as NOT_ANSWERED
from .record import BoolArray, Int8Array, QuantityColumn

TRUE: Final = np.int8(1)
UNKNOWN: Final = np.int8(0)
FALSE: Final = np.int8(-1)

Operator = Literal[">=", ">", "<=", "<"]
OPERATORS: Final[tuple[Operator, ...]] = (">=", ">", "<=", "<")

_MIRROR: Final[Mapping[Operator, Operator]] = {"<": ">=", "<=": ">"}
_LIMITS_KEPT: Final = 4096
_LESS, _AT_MOST, _MORE, _AT_LEAST = -1, -2, 1, 2


def verdict_of(condition: BoolArray) -> Int8Array:
    """Return true and false as verdicts.

    >>> verdict_of(np.array([True, False]))
    array([ 1, -1], dtype=int8)
    """
    return np.asarray(condition, dtype=np.bool_).astype(np.int8) * np.int8(2) - np.int8(1)


def all_of(*verdicts: Int8Array) -> Int8Array:
    """Return the three-valued "and": false if one is false, true if all are true.

    >>> all_of(np.int8([1, 1, 0, -1]), np.int8([1, 0, -1, 0]))
    array([ 1,  0, -1, -1], dtype=int8)
    """
    return np.asarray(reduce(np.minimum, verdicts))


def any_of(*verdicts: Int8Array) -> Int8Array:
    """Return the three-valued "or": true if one is true, false if all are false.

    >>> any_of(np.int8([1, -1, 0, -1]), np.int8([0, 0, -1, -1]))
    array([ 1,  0,  0, -1], dtype=int8)
    """
    return np.asarray(reduce(np.maximum, verdicts))


def answered(codes: Int8Array, wanted: int) -> Int8Array:
    """Return whether a closed question was answered so; unknown where it was not answered.

    >>> answered(np.int8([1, 0, -1]), 1)
    array([ 1, -1,  0], dtype=int8)
    """
    return known_only(verdict_of(codes == wanted), codes != NOT_ANSWERED)


def known_only(verdicts: Int8Array, known: BoolArray) -> Int8Array:
    """Return the verdicts where something is known, and unknown elsewhere.

    >>> known_only(np.int8([1, -1, 1]), np.array([True, True, False]))
    array([ 1, -1,  0], dtype=int8)
    """
    return np.asarray(verdicts * known.astype(np.int8))


def any_reading(found: BoolArray) -> BoolArray:
    """Return (n,) where something holds for one of the (n, m) readings."""
    return np.asarray(found[:, 0] if found.shape[1] == 1 else found.any(axis=1))


def compare_decimals(
    nano: Int64Array, comparator: Int8Array, op: Operator, limit: Int64Array | int
) -> Int8Array:
    """Compare reported decimals, with their comparators, to a limit in the same unit.

    A reported ``<v`` is any value below v: it never satisfies ``>=``, and it excludes ``>= t`` only
    where v <= t. A reported ``>v`` satisfies ``>= t`` where v >= t. What is neither is unknown.

    Parameters
    ----------
    nano : int64 (...), billionths of the reported unit
    comparator : int8 (...), 0 none, -1 ``<``, -2 ``<=``, 1 ``>``, 2 ``>=``
    op : the rule's operator
    limit : billionths of the same unit, one or one a value

    Returns
    -------
    int8 (...), TRUE, UNKNOWN or FALSE

    >>> compare_decimals(np.int64([5, 5, 5]), np.int8([0, -1, 1]), ">=", 5)
    array([ 1, -1,  1], dtype=int8)
    """
    mirrored = _MIRROR.get(op)
    if mirrored is not None:
        return -compare_decimals(nano, comparator, mirrored, limit)
    exact = verdict_of(nano >= limit if op == ">=" else nano > limit)
    if not comparator.any():
        return exact
    return _compare_bounds(nano, comparator, op, limit, exact)


def _compare_bounds(
    nano: Int64Array,
    comparator: Int8Array,
    op: Operator,
    limit: Int64Array | int,
    exact: Int8Array,
) -> Int8Array:
    """Decide where only a bound of the value was reported; ``op`` is ``>=`` or ``>``."""
    below = nano <= limit
    if op == ">=":
        below = np.where(comparator == _AT_MOST, nano < limit, below)
    above = nano >= limit
    if op == ">":
        above = np.where(comparator == _AT_LEAST, nano > limit, above)
    upper_bound = np.where(below, FALSE, UNKNOWN)
    lower_bound = np.where(above, TRUE, UNKNOWN)
    bound = np.where(comparator < 0, upper_bound, lower_bound)
    return np.where(comparator == 0, exact, bound).astype(np.int8)


def compare(
    column: QuantityColumn,
    op: Operator,
    values: Mapping[str, int],
    usable: BoolArray | None = None,
) -> Int8Array:
    """Compare a column of reported values with a rule, each in the unit it was reported in.

    Parameters
    ----------
    column : (n, m) readings
    op : the rule's operator
    values : UCUM unit -> the rule's value in billionths of that unit
    usable : bool (n, m), the readings to look at; the accepted ones if not given

    Returns
    -------
    int8 (n, m); UNKNOWN where not usable, or where the rule has no value in the reported unit
    """
    usable = column.accepted if usable is None else usable
    if not usable.any():
        return np.zeros(column.nano.shape, dtype=np.int8)
    units = tuple([u.ucum for u in column.item.units])
    only, table, stated = _limits(units, tuple(values.items()))
    if only is not None:
        verdict = compare_decimals(column.nano, column.comparator, op, only)
        return known_only(verdict, usable & (column.unit == 0))
    verdict = compare_decimals(column.nano, column.comparator, op, table[column.unit])
    return known_only(verdict, usable & stated[column.unit])


@lru_cache(maxsize=_LIMITS_KEPT)
def _limits(
    units: tuple[str, ...], values: tuple[tuple[str, int], ...]
) -> tuple[int | None, Int64Array, BoolArray]:
    """Return a rule's number: the only one there is, else one a unit and whether it is stated.

    The last place of both is for a value without a unit (index -1).
    """
    known = dict(values)
    limits = [known.get(unit) for unit in units]
    table = np.array([v or 0 for v in limits] + [0], dtype=np.int64)
    stated = np.array([v is not None for v in limits] + [False])
    return limits[0] if len(limits) == 1 else None, table, stated


def count_true(verdicts: Int8Array) -> Int8Array:
    """Return (n,) how many of the (n, m) verdicts are true."""
    return np.asarray((verdicts == TRUE).sum(axis=1), dtype=np.int8)
