"""Leads that start at different times, on one time axis."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from ....engine.fixedpoint import FloatArray
from .errors import EcgUnreadable, unsupported
from .source import limits
from .stored import StoredLead

_MOST_NAMED: Final = 8
_PERCENT: Final = 100


def placed(
    leads: list[StoredLead], refuse_size: Callable[[int, int, str], None], where: str
) -> list[StoredLead]:
    """Return leads of one rate on one time axis, with NaN where a lead was not recorded.

    A start that lies between two samples is moved to the nearer one, by half a sample at most.

    Parameters
    ----------
    leads : of one rate; each with its start
    refuse_size : raises where so many leads of so many samples are too many
    where : how messages name the file

    Returns
    -------
    the list itself where all start together

    Raises
    ------
    EcgUnsupported : leads that follow one another, none of which lasts about the whole time
    """
    first_s = min((lead.start_s for lead in leads), default=0.0)
    shifts = [round((lead.start_s - first_s) * lead.rate_hz) for lead in leads]
    if not any(shifts):
        return leads
    total = max(s + len(lead.samples) for s, lead in zip(shifts, leads, strict=True))
    refuse_size(len(leads), total, where)
    longest = max(len(lead.samples) for lead in leads)
    if longest * _PERCENT < limits()["placing"]["least_percent"] * total:
        raise _one_after_another(leads, first_s, where)
    return [
        replace(lead, samples=_shifted(lead.samples, shift, total), start_s=first_s)
        for lead, shift in zip(leads, shifts, strict=True)
    ]


def _one_after_another(leads: list[StoredLead], first_s: float, where: str) -> EcgUnreadable:
    starts = sorted({f"{lead.start_s - first_s:.4g}" for lead in leads}, key=float)
    more = ", ..." if len(starts) > _MOST_NAMED else ""
    return unsupported(
        f"Leads recorded one after another (they start at {', '.join(starts[:_MOST_NAMED])}{more} "
        f"s), none of them over the whole time",
        "Export leads that were recorded together, or each strip as a file of its own",
        where,
    )


def _shifted(samples: FloatArray, shift: int, total: int) -> FloatArray:
    row = np.full(total, np.nan)
    row[shift : shift + len(samples)] = samples
    return row
