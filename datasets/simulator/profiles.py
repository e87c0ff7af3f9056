"""Each wave on its own, sampled finely between its exact begin and end."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ...engine.fixedpoint import FloatArray, Int64Array
from .waves import SOURCES, Group, WaveTable, bump

_STEPS: Final = 160
_WITH: Final = {Group.P: (Group.P,), Group.QRS: (Group.QRS,), Group.T: (Group.T, Group.ST)}


@dataclass(frozen=True, slots=True)
class Profiles:
    """All waves of one group.

    Parameters
    ----------
    events : index of each wave's event, shape (n,)
    row_of : event index -> row
    begin_s, end_s, peak_s : support, and time of the longest dipole, shape (n,)
    top_mv : the longest dipole, shape (n,)
    time_s : shape (n, k), from begin to end
    dipole_mv : the wave on its own, shape (n, k, 9)
    with_st_mv : for T, the wave with the ST level that falls with it; else as ``dipole_mv``
    """

    events: Int64Array
    row_of: dict[int, int]
    begin_s: FloatArray
    end_s: FloatArray
    peak_s: FloatArray
    top_mv: FloatArray
    time_s: FloatArray
    dipole_mv: FloatArray
    with_st_mv: FloatArray

    def height_at(self, time_s: float) -> float:
        """Length of the dipole at one time, millivolt; 0 where no wave of the group is."""
        over = np.flatnonzero((self.begin_s <= time_s) & (time_s <= self.end_s))
        if len(over) == 0:
            return 0.0
        row = int(over[0])
        nearest = int(np.argmin(np.abs(self.time_s[row] - time_s)))
        return float(np.linalg.norm(self.with_st_mv[row, nearest, :3]))


def sample_waves(table: WaveTable, group: Group) -> Profiles:
    """Sample all waves of one group."""
    own = table.only(group)
    events, row = np.unique(own.event, return_inverse=True)
    begin, end = np.full(len(events), np.inf), np.full(len(events), -np.inf)
    np.minimum.at(begin, row, own.begin_s)
    np.maximum.at(end, row, own.end_s)
    share = np.linspace(0.0, 1.0, _STEPS + 1)
    time_s = begin[:, None] + share * (end - begin)[:, None]
    dipole = summed(own, events, time_s)
    also = table.only(*_WITH[group])
    with_st = dipole if len(also) == len(own) else summed(also, events, time_s)
    length = np.linalg.norm(dipole[..., :3], axis=2)
    top = length.argmax(axis=1) if len(events) else np.empty(0, np.int64)
    rows = np.arange(len(events))
    return Profiles(
        events=events,
        row_of={int(event): i for i, event in enumerate(events)},
        begin_s=begin,
        end_s=end,
        peak_s=time_s[rows, top],
        top_mv=length[rows, top],
        time_s=time_s,
        dipole_mv=dipole,
        with_st_mv=with_st,
    )


def summed(table: WaveTable, events: Int64Array, time_s: FloatArray) -> FloatArray:
    """Sum the bumps of each event at times of its own.

    Parameters
    ----------
    table : bumps; those of other events are left out
    events : sorted, shape (n,)
    time_s : shape (n, k)

    Returns
    -------
    sources in millivolt (see `WaveTable`), shape (n, k, 9)
    """
    mine = table.take(np.isin(table.event, events))
    row = np.searchsorted(events, mine.event)
    order = np.argsort(row, kind="stable")
    row, mine = row[order], mine.take(order)
    height = bump(mine, time_s[row].T).T
    total = np.zeros((*time_s.shape, SOURCES))
    nth = np.arange(len(row)) - np.searchsorted(row, row)
    for turn in range(int(nth.max(initial=-1)) + 1):
        one = nth == turn
        total[row[one]] += height[one][:, :, None] * mine.vector_mv[one][:, None, :]
    return total


def lead_boundaries(
    found: Profiles, matrix: FloatArray, limit_mv: float, *, group_peak_is_r: bool = False
) -> FloatArray:
    """Where each wave first and last exceeds a limit in each lead, and where it is largest.

    With ``group_peak_is_r`` the peak is the highest positive deflection where there is one, as
    annotators of QRS mark it, and the deepest point of a complex without R.

    Returns
    -------
    seconds, shape (n_waves, n_leads, 3); NaN where it never exceeds the limit
    """
    leads_mv = found.dipole_mv @ matrix.T
    own = np.abs(leads_mv)
    ending = np.abs(found.with_st_mv @ matrix.T)
    seen = own.max(axis=1, initial=0.0) > limit_mv
    on = _crossing(own, found.time_s, limit_mv)
    off = _crossing(ending[:, ::-1], found.time_s[:, ::-1], limit_mv)
    rows = np.arange(len(own))[:, None]
    if group_peak_is_r:
        positive = leads_mv.max(axis=1, initial=0.0) > limit_mv
        own = np.where(positive[:, None, :], leads_mv, own)
    peak = found.time_s[rows, own.argmax(axis=1)] if len(own) else np.empty(seen.shape)
    return np.where(seen[:, :, None], np.stack([on, peak, off], axis=2), np.nan)


def _crossing(size: FloatArray, time_s: FloatArray, limit: float) -> FloatArray:
    """Time of the first crossing of a limit, interpolated, shape (n_waves, n_leads)."""
    n, steps, leads = size.shape
    if n == 0:
        return np.empty((0, leads))
    first = np.clip((size > limit).argmax(axis=1), 1, steps - 1)
    rows, columns = np.arange(n)[:, None], np.arange(leads)[None, :]
    before, after = size[rows, first - 1, columns], size[rows, first, columns]
    rise = np.where(after > before, after - before, 1.0)
    share = np.clip((limit - before) / rise, 0.0, 1.0)
    start, end = time_s[rows, first - 1], time_s[rows, first]
    return np.asarray(start + share * (end - start))
