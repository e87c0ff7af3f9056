"""Samples that stand for no value: an end of the range of 16 bits, where no mark is stated."""

from dataclasses import replace
from typing import Final

import numpy as np

from ....engine.fixedpoint import FloatArray
from .recording import EcgHeader
from .stored import StoredLead

# Written where nothing was measured; WFDB and ISHNE define the first.
_MARKS: Final = (-32768.0, -32767.0, 32767.0)
_STATES_ITS_OWN: Final = "wfdb"
_FAR: Final = 16384.0  # no QRS falls by half of the range from one sample to the next


def without_marks(
    stored: list[StoredLead], header: EcgHeader
) -> tuple[list[StoredLead], EcgHeader]:
    """Return the leads with gaps where they hold the mark for no value, and a note where they do.

    A lead that is driven against an end of the range gets there over numbers in between.

    Parameters
    ----------
    stored : as the file stores them
    header : of the file
    """
    if header.format == _STATES_ITS_OWN:
        return stored, header
    leads = [replace(lead, samples=_with_gaps(lead.samples)) for lead in stored]
    if not any(
        np.isnan(one.samples).sum() > np.isnan(two.samples).sum()
        for one, two in zip(leads, stored, strict=True)
    ):
        return stored, header
    return leads, header.noting("marks_for_no_value")


def _with_gaps(samples: FloatArray) -> FloatArray:
    """Return samples with NaN for runs of a mark whose neighbours on both sides are far from it."""
    gaps = samples
    for mark in _MARKS:
        marked = samples == mark
        if not marked.any() or marked.all():
            continue
        padded = np.r_[np.nan, samples, np.nan]
        gaps = gaps.copy()
        runs = np.flatnonzero(np.diff(marked, prepend=False, append=False)).reshape(-1, 2)
        for start, stop in runs:
            if not (np.abs(padded[[start, stop + 1]] - mark) < _FAR).any():
                gaps[start:stop] = np.nan
    return gaps
