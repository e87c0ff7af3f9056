"""Whether the leads of a file follow each other in columns, as they do on a sheet of paper."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np

from ...fixedpoint import FloatArray
from ..classical.prepare import BoolArray
from ..classical.settings import ColumnSettings
from ..signal import EcgSignal

_FEWEST: Final = 2
_SHORTEST: Final = 3


@dataclass(frozen=True, slots=True)
class Column:
    """From which sample to which some leads were recorded together.

    Attributes
    ----------
    start, stop : samples of the signal
    leads : those of the column; rhythm strips stand in no column
    """

    start: int
    stop: int
    leads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A signal whose leads were recorded one group after the other.

    Attributes
    ----------
    signal : without samples where a lead was not recorded, whatever its file has there
    columns : in the order of time
    strips : leads that were recorded throughout
    """

    signal: EcgSignal
    columns: tuple[Column, ...]
    strips: tuple[str, ...]


def page_of(signal: EcgSignal, settings: ColumnSettings) -> Page | None:
    """Return the columns of a signal; None where its leads don't follow each other in columns.

    Parameters
    ----------
    signal : of any rate and length
    settings : of guidelines/ecg_classical.toml

    >>> from ..classical import load_classical
    >>> x = np.random.default_rng(1).normal(size=(4, 100))
    >>> x[:2, 50:], x[2:, :50] = 0.0, np.nan
    >>> signal = EcgSignal.of(dict(zip(("V1", "V2", "V3", "V4"), x)), 10.0)
    >>> page = page_of(signal, load_classical().columns)
    >>> [(c.start, c.stop, c.leads) for c in page.columns]
    [(0, 50, ('V1', 'V2')), (50, 100, ('V3', 'V4'))]
    """
    known = np.isfinite(signal.signal_mv)
    filled = _filled(signal, known, settings)
    if not (filled | ~known).any():
        return None
    known &= ~filled
    recorded = np.flatnonzero(known.any(axis=0))
    if not len(recorded):
        return None
    total = int(recorded[-1] - recorded[0]) + 1
    spans = _spans(known, settings.least_inside)
    if spans is None:
        return None
    share = {row: (stop - start) / total for row, (start, stop) in spans.items()}
    strips = [row for row in spans if share[row] >= settings.strip_share]
    cells = [row for row in spans if share[row] <= settings.column_share]
    if len(cells) < settings.least_leads or len(strips) + len(cells) < len(spans):
        return None
    columns = _columns(signal, {row: spans[row] for row in cells}, settings)
    if columns is None:
        return None
    columns = _reaching(columns, signal, settings)
    fill = _common_fill(signal, np.isfinite(signal.signal_mv), settings)
    for column in columns:
        rows = [signal.leads.index(name) for name in column.leads]
        known[rows, column.start : column.stop] |= (
            signal.signal_mv[rows, column.start : column.stop] != fill
        )
    own = replace(signal, signal_mv=np.where(known, signal.signal_mv, np.nan))
    return Page(own, columns, tuple(signal.leads[row] for row in strips))


def _reaching(
    columns: tuple[Column, ...], signal: EcgSignal, settings: ColumnSettings
) -> tuple[Column, ...]:
    """Let columns reach over what stands still between them, and the outer ones to the ends.

    What does not move where no other column begins may be a heart that stands still: it was
    recorded. What has no sample there stays without, and a short white stripe is one.
    """
    stripe = round(settings.fill_s * signal.sampling_rate_hz)
    starts = [0, *(column.start for column in columns[1:])]
    stops = [
        *(b.start if b.start - a.stop >= stripe else a.stop for a, b in pairwise(columns)),
        signal.n_samples,
    ]
    return tuple(
        Column(start, stop, column.leads)
        for column, start, stop in zip(columns, starts, stops, strict=True)
    )


def _filled(signal: EcgSignal, known: BoolArray, settings: ColumnSettings) -> BoolArray:
    """Mark what stands still at the start and at the end of a lead: nothing was recorded there.

    Where most of these stretches have one value, a shorter one of that value is one too.
    """
    x, least = signal.signal_mv, round(settings.fill_s * signal.sampling_rate_hz)
    filled = np.zeros(x.shape, dtype=bool)
    if x.shape[1] <= least or least < 1:
        return filled
    value = _common_fill(signal, known, settings)
    for side in (slice(None), slice(None, None, -1)):
        course, begins = x[:, side], _still(x[:, side], least)
        begins |= _still(x[:, side], _SHORTEST) & (course[:, 0] == value)
        for row in np.flatnonzero(begins & known[:, side][:, 0]):
            moves = course[row] != course[row, 0]
            filled[row, side][: int(moves.argmax()) if moves.any() else len(moves)] = True
    return filled


def _still(course: FloatArray, length: int) -> BoolArray:
    """Say of each lead whether it begins with so many steps of no change."""
    return np.asarray((course[:, : length + 1] == course[:, :1]).all(axis=1))


def _common_fill(signal: EcgSignal, known: BoolArray, settings: ColumnSettings) -> float:
    """Return the one value that most leads have at an end of theirs; NaN where there is none."""
    x, least = signal.signal_mv, round(settings.fill_s * signal.sampling_rate_hz)
    values = [
        float(course[row, 0])
        for course, there in ((x, known), (x[:, ::-1], known[:, ::-1]))
        for row in np.flatnonzero(_still(course, least) & there[:, 0])
    ]
    most = max(set(values), key=values.count, default=float("nan"))
    return most if 2 * values.count(most) > max(len(values), _FEWEST) else float("nan")


def _spans(known: BoolArray, least: float) -> dict[int, tuple[int, int]] | None:
    """Return from where to where each lead is there; None where one is not there in one piece."""
    spans = {}
    for row in np.flatnonzero(known.any(axis=1)).tolist():
        at = np.flatnonzero(known[row])
        spans[row] = int(at[0]), int(at[-1]) + 1
        if len(at) < least * (spans[row][1] - spans[row][0]):
            return None
    return spans


def _columns(
    signal: EcgSignal, cells: dict[int, tuple[int, int]], settings: ColumnSettings
) -> tuple[Column, ...] | None:
    """Join the leads that stand under each other; None where these are no columns in a row."""
    rate = signal.sampling_rate_hz
    apart, overlap = round(settings.apart_s * rate), round(settings.overlap_s * rate)
    groups: list[list[int]] = []
    for row in sorted(cells, key=lambda r: cells[r]):
        if groups and cells[row][0] - cells[groups[-1][0]][0] <= apart:
            groups[-1].append(row)
        else:
            groups.append([row])
    if len(groups) < _FEWEST:
        return None
    found: list[Column] = []
    for rows in groups:
        stops = [cells[row][1] for row in rows]
        start, stop = max(cells[row][0] for row in rows), min(stops)
        names = tuple(signal.leads[row] for row in sorted(rows))
        if max(stops) - stop > apart or (found and found[-1].stop - start > overlap):
            return None
        found.append(Column(start, stop, names))
    return tuple(found)


def leads_of(page: Page, column: Column) -> tuple[str, ...]:
    """Return what was recorded during a column: its leads and the rhythm strips."""
    both: Sequence[str] = (*column.leads, *page.strips)
    return tuple(name for name in page.signal.leads if name in both)
