"""Waves as smooth bumps with compact support: begin and end are exact, outside there is nothing.

One bump is ``vector * sin(pi/2 * min(1, u/rise))**up * sin(pi/2 * min(1, (1-u)/fall))**down`` with
``u`` from 0 at its begin to 1 at its end. It is 1 between the flanks, exactly 0 outside, and has
no tail: the truth of a simulated record is this support, not a threshold on a Gaussian.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Final

import numpy as np

from ...engine.fixedpoint import FloatArray, Int64Array

SOURCES: Final = 9


class Group(IntEnum):
    """What a bump belongs to."""

    P = 0
    QRS = 1
    ST = 2
    T = 3
    SPIKE = 4
    PR = 5


@dataclass(frozen=True, slots=True)
class WaveTable:
    """Bumps in columns, one row each.

    Parameters
    ----------
    group : `Group`, shape (n,)
    event : index of the atrial (P, PR) or ventricular event (QRS, ST, T), shape (n,)
    begin_s, end_s : support in seconds from the start of the record, shape (n,)
    rise, fall : flanks as shares of the support, shape (n,)
    up, down : exponents of the flanks, shape (n,)
    vector_mv : sources at the top, shape (n, 9): the dipole along X, Y, Z, and what only V1 to V6
        see of tissue that is close to them
    """

    group: Int64Array
    event: Int64Array
    begin_s: FloatArray
    end_s: FloatArray
    rise: FloatArray
    fall: FloatArray
    up: FloatArray
    down: FloatArray
    vector_mv: FloatArray

    def __len__(self) -> int:
        return len(self.group)

    @classmethod
    def join(cls, tables: Sequence["WaveTable"]) -> "WaveTable":
        """Put tables under one another."""
        columns = {f.name: [getattr(t, f.name) for t in tables] for f in fields(cls)}
        return cls(**{name: np.concatenate(parts) for name, parts in columns.items()})

    def only(self, *groups: Group) -> "WaveTable":
        """Keep the bumps of some groups."""
        return self.take(np.isin(self.group, groups))

    def take(self, which: np.ndarray) -> "WaveTable":
        """Keep rows by mask or index."""
        return WaveTable(**{f.name: getattr(self, f.name)[which] for f in fields(self)})


def empty_table() -> WaveTable:
    """Return a table without bumps."""
    none, whole = np.empty(0), np.empty(0, np.int64)
    return WaveTable(whole, whole, none, none, none, none, none, none, np.empty((0, SOURCES)))


def bump(table: WaveTable, time_s: FloatArray) -> FloatArray:
    """Height of each bump at a time of its own, 0 to 1.

    Parameters
    ----------
    table : n bumps
    time_s : shape (n,) or (k, n)

    Returns
    -------
    the shape of ``time_s``; exactly 0 outside the support
    """
    share = (time_s - table.begin_s) / (table.end_s - table.begin_s)
    left = np.clip(share / table.rise, 0.0, 1.0)
    right = np.clip((1.0 - share) / table.fall, 0.0, 1.0)
    quarter = np.pi / 2
    flanks = np.sin(quarter * left) ** table.up * np.sin(quarter * right) ** table.down
    return np.asarray(flanks)


def render(table: WaveTable, rate_hz: float, n_samples: int, start: int = 0) -> FloatArray:
    """Sample the sum of all bumps.

    Parameters
    ----------
    table : the bumps
    rate_hz : > 0
    n_samples : length
    start : sample index of the first sample, may be negative

    Returns
    -------
    sources in millivolt, shape (9, n_samples)
    """
    first = np.maximum(np.ceil(table.begin_s * rate_hz).astype(np.int64), start)
    last = np.minimum(np.floor(table.end_s * rate_hz).astype(np.int64), start + n_samples - 1)
    count = np.maximum(last - first + 1, 0)
    owner = np.repeat(np.arange(len(table)), count)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    sample = first[owner] + within
    height = bump(table.take(owner), sample / rate_hz)
    place = sample - start
    total = np.zeros((SOURCES, n_samples))
    for source in np.flatnonzero(table.vector_mv.any(axis=0)):
        weights = height * table.vector_mv[owner, source]
        total[source] = np.bincount(place, weights=weights, minlength=n_samples)
    return total
