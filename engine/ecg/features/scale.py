"""Limb leads that were each stored on their own scale, brought to one by Einthoven's algebra.

Some files store every lead on a scale of its own. The axis of such a file is that of its scales.
III follows from I and II, and that fixes their factors but for one that all share: an axis can be
read again, a voltage can't.
"""

from dataclasses import fields, replace
from typing import Any, Final, TypeVar

import numpy as np

from ...fixedpoint import FloatArray
from ..measure.model import LeadMeasures
from ..quality.contradictions import limb_scale
from .view import View

OWN_SCALE: Final = "quality.record.own_scale"
_READ: Final = 1024
_TINY: Final = 1e-12
_Part = TypeVar("_Part", bound=Any)


def on_one_scale(view: View) -> View:
    """Return the view with its limb leads on one scale; unchanged where I, II or III is missing."""
    factors = limb_factors(view.leads, view.level_mv)
    column = factors[:, None]
    beat, curve, per_lead = view.beat, view.curve_mv, view.per_lead
    return replace(
        view,
        level_mv=view.level_mv * column,
        raw_mv=view.raw_mv * column,
        beat=None if beat is None else replace(beat, signal_mv=beat.signal_mv * column),
        curve_mv=None if curve is None else curve * column,
        per_lead=None if per_lead is None else scaled(per_lead, factors),
    )


def limb_factors(leads: tuple[str, ...], level_mv: FloatArray) -> FloatArray:
    """Return by what each lead is multiplied, 1 for chest leads.

    Parameters
    ----------
    leads : names
    level_mv : shape (n_leads, n_samples)

    Returns
    -------
    shape (n_leads,); all 1 where the leads do not follow from each other with any factors
    """
    found = np.ones(len(leads))
    if not {"I", "II", "III"} <= set(leads):
        return found
    x = level_mv[:, :: max(level_mv.shape[1] // _READ, 1)]
    x = x - x.mean(axis=1, keepdims=True)
    rows = {name: leads.index(name) for name in leads}
    one, two, three = (x[rows[name]] for name in ("I", "II", "III"))
    if not np.isfinite([one, two, three]).all():
        return found
    a, b, left = limb_scale(one, two, three)
    if not np.isfinite(left):
        return found
    one, two = a * one, b * two
    expected = {"aVR": -(one + two) / 2, "aVL": one - two / 2, "aVF": two - one / 2}
    found[rows["I"]], found[rows["II"]] = a, b
    third = two - one
    for name, wanted in {"III": third, **expected}.items():
        if name in rows and np.isfinite(x[rows[name]]).all():
            mine = x[rows[name]]
            factor = float(mine @ wanted) / max(float(mine @ mine), _TINY)
            found[rows[name]] = factor if factor > 0 else 1.0
    return found


def scaled(measures: LeadMeasures, factors: FloatArray) -> LeadMeasures:
    """Multiply every millivolt of every lead by its factor."""
    qrs = _multiplied(measures.qrs, factors)
    return replace(_multiplied(measures, factors), qrs=qrs)


def _multiplied(part: _Part, factors: FloatArray) -> _Part:
    names = [f.name for f in fields(part) if f.name.endswith("_mv")]
    changed: _Part = replace(part, **{name: getattr(part, name) * factors for name in names})
    return changed
