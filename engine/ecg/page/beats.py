"""Beats of a page without a rhythm strip: the columns joined as the lines of the paper are."""

from dataclasses import replace

import numpy as np

from ...fixedpoint import FloatArray
from ..classical.detect import Beats, course_of, detect_joined, size_of
from ..classical.prepare import Readable, block_mean, bridge_gaps
from ..classical.settings import ClassicalSettings
from .layout import Page


def beats_of(page: Page, settings: ClassicalSettings) -> Beats:
    """Find the beats of all columns together.

    Each lead has a scale of its own and is no smaller than the others allow: a column without a
    beat has none, however high its P waves are beside its noise.

    Parameters
    ----------
    page : without samples in the leads that can't be read
    settings : of guidelines/ecg_classical.toml
    """
    readable = _readable(page, settings.detect.least_rate_hz)
    course = course_of(readable, settings.detect)
    highest = course.max(axis=1, initial=0.0)
    middle = float(np.median(highest)) if len(highest) else 0.0
    scale = np.maximum(highest, settings.columns.least_height * middle)
    course = course / np.maximum(scale, np.finfo(float).tiny)[:, None]
    names = [page.signal.leads[row] for row in readable.rows]
    size, lines = size_of(readable, settings.detect) * readable.known, []
    time_row = np.zeros(course.shape[1])
    for column in page.columns:
        own = [names.index(name) for name in column.leads if name in names]
        lines.append(course[own])
        if own:
            time_row += size[max(own, key=lambda row: float(highest[row]))]
    # All leads are on one scale: what is low beside their beats is none, however long it lasts.
    detect = replace(settings.detect, least_height_share=settings.columns.least_height)
    return detect_joined(readable, _joined(lines), time_row, detect)


def _joined(parts: list[FloatArray]) -> FloatArray:
    """Write the leads of each column behind those of the one before."""
    lines = np.zeros((max(len(part) for part in parts), parts[0].shape[1]))
    for part in parts:
        lines[: len(part)] += part
    return lines


def _readable(page: Page, rate_hz: float) -> Readable:
    """Return the leads of the columns, each bridged over what was not recorded."""
    signal = page.signal
    own = {name for column in page.columns for name in column.leads}
    known = np.isfinite(signal.signal_mv)
    is_own = [name in own for name in signal.leads]
    rows = np.flatnonzero(known.any(axis=1) & np.array(is_own))
    factor = max(int(signal.sampling_rate_hz // rate_hz), 1)
    there = known[rows]
    x = bridge_gaps(np.where(there, signal.signal_mv[rows], 0.0), there)
    return Readable(
        x=block_mean(x, factor),
        known=there[:, : there.shape[1] // factor * factor : factor],
        rows=rows,
        rate_hz=signal.sampling_rate_hz / factor,
        factor=factor,
    )
