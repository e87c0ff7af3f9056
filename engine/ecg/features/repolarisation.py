"""ST, T and QT: what neighbouring leads show together, and how long it lasts."""

from typing import Final

import numpy as np

from ...fixedpoint import FloatArray
from ..measure.qtc import qtc_bazett_ms, qtc_fridericia_ms, qtc_hodges_ms
from ..urgent.settings import load_ecg_urgent
from ..urgent.st import st_limit_mv
from .numbers import NUMBERS, sex_limit
from .view import MS, NAN, View, pairs_value

_T_LEADS: Final = ("I", "II", "V3", "V4", "V5", "V6")
_T: Final = NUMBERS["t"]
_T_PAIRS: Final = (
    ("I", "II"), ("II", "aVF"), ("I", "aVL"), ("I", "V6"),
    ("V2", "V3"), ("V3", "V4"), ("V4", "V5"), ("V5", "V6"),
)  # fmt: skip


def st_features(view: View) -> tuple[dict[str, float], dict[str, tuple[str, ...]]]:
    """ST beyond its limit for lead, sex and age, in two neighbouring leads."""
    names = (
        "st_depression_pair_mv",
        "st_elevation_excess_mv",
        "st_elevation_pair_mv",
        "st_depression_late_mv",
        "st_depression_share",
        "st_reciprocal_mv",
    )
    found = dict.fromkeys(names, NAN)
    lead, curve, marks = view.per_lead, view.curve_mv, view.marks
    if lead is None or curve is None or marks is None:
        return found, {}
    st = lead.st_j_mv
    late = lead.st_j60_mv
    both = np.minimum(-st, -late)
    found["st_depression_pair_mv"], down = pairs_value(view, both)
    found["st_depression_late_mv"], _ = pairs_value(view, -late)
    r = np.maximum(lead.qrs.r_height_mv, 0.1)
    found["st_depression_share"], _ = pairs_value(view, -late / r)
    limits = np.array([_limit(view, name) for name in view.leads])
    found["st_elevation_excess_mv"], up = pairs_value(view, st - limits)
    found["st_elevation_pair_mv"], _ = pairs_value(view, np.minimum(st, late))
    return found, {"st_depression": down, "st_elevation": up}


def _limit(view: View, name: str) -> float:
    limit = st_limit_mv(name, view.person, load_ecg_urgent())
    return NAN if limit is None else limit


def t_features(view: View) -> tuple[dict[str, float], dict[str, tuple[str, ...]]]:
    """T waves that are negative, flat or small beside their R."""
    names = (
        "t_inverted_pair_mv",
        "t_flat_leads",
        "t_low_share",
        "t_lateral_mv",
        "qrs_t_angle_deg",
        "t_inverted_leads",
        "t_v1_above_v6_mv",
        "t_ratio_lateral",
        "t_biphasic",
    )
    found = dict.fromkeys(names, NAN)
    lead = view.per_lead
    if lead is None or np.isnan(lead.t_positive_mv).all():
        return found, {}
    t, r = lead.t_mv, lead.qrs.r_height_mv
    found["t_inverted_pair_mv"], where = pairs_value(view, -t, pairs=_T_PAIRS)
    rows = view.rows(*_T_LEADS)
    if rows:
        upright = r[rows] > _T["upright_r_mv"]
        size, tall = t[rows], np.maximum(r[rows], _T["inverted_mv"])
        ratio = size / tall
        if upright.any():
            found["t_flat_leads"] = float((ratio[upright] < _T["flat_share"]).mean())
            found["t_low_share"] = float(
                np.sort(ratio[upright])[: max(upright.sum() // 2, 1)].mean()
            )
            found["t_inverted_leads"] = float((size[upright] < -_T["inverted_mv"]).mean())
    lateral = view.rows("I", "V5", "V6")
    if lateral:
        found["t_lateral_mv"] = float(np.nanmean(t[lateral]))
        found["t_ratio_lateral"] = float(np.nanmin(t[lateral] / np.maximum(r[lateral], 0.1)))
    found["t_v1_above_v6_mv"] = view.of(t, "V1") - view.of(t, "V6")
    found["qrs_t_angle_deg"] = _angle(view, lead.qrs.net_mv, t)
    return found, {"t_inverted": where}


def _angle(view: View, qrs: FloatArray, t: FloatArray) -> float:
    """Frontal angle between QRS and T."""
    q = np.array([view.of(qrs, "I"), view.of(qrs, "aVF") * 2 / 3**0.5])
    w = np.array([view.of(t, "I"), view.of(t, "aVF") * 2 / 3**0.5])
    size = np.linalg.norm(q) * np.linalg.norm(w)
    return float(np.degrees(np.arccos(np.clip(q @ w / size, -1, 1)))) if size > 0 else NAN


def qt_features(view: View) -> dict[str, float]:
    """QT and its corrections; from a wide QRS half of it is taken off (Bogossian)."""
    names = ("qt_ms", "qtc_fridericia_ms", "qtc_excess_ms", "qtc_hodges_ms", "qtc_mean_ms")
    found = dict.fromkeys(names, NAN)
    t, at = view.times, view.times.r_peak / view.fs
    qt = ((t.t_offset - t.qrs_onset) * MS / view.fs)[view.dominant]
    qt = qt[np.isfinite(qt)]
    rr = np.diff(at)
    if len(qt) < 2 or len(rr) < 2:  # noqa: PLR2004 - no middle of one beat
        return found
    value, usual = np.array(float(np.median(qt))), np.array(float(np.median(rr)))
    found["qt_ms"] = float(value)
    width = (t.qrs_offset - t.qrs_onset)[view.dominant] * MS / view.fs
    wide = float(np.nanmedian(width)) if np.isfinite(width).any() else 0.0
    is_wide = wide >= NUMBERS["qt"]["wide_qrs_ms"]
    less = value - (wide - NUMBERS["qt"]["usual_qrs_ms"] if is_wide else 0.0)
    found["qtc_fridericia_ms"] = float(qtc_fridericia_ms(less, usual))
    found["qtc_excess_ms"] = found["qtc_fridericia_ms"] - sex_limit("qtc_ms", view.person.sex)
    found["qtc_hodges_ms"] = float(qtc_hodges_ms(less, usual))
    bazett = float(qtc_bazett_ms(less, usual))
    found["qtc_mean_ms"] = (found["qtc_fridericia_ms"] + found["qtc_hodges_ms"] + bazett) / 3.0
    return found
