"""The QRS: how wide, which way, which shape in V1 and in the lateral leads, how tall, which Q."""

from typing import Final

import numpy as np

from ...fixedpoint import FloatArray
from ..measure.axis import frontal_axis_deg
from ..measure.deflections import Deflections
from .numbers import NUMBERS, sex_limit
from .view import MS, NAN, View, pairs_value

_INFERIOR: Final = ("II", "III", "aVF")
_LATERAL: Final = ("I", "aVL", "V5", "V6")
_Q: Final = NUMBERS["qrs"]


def qrs_features(view: View) -> dict[str, float]:
    """Duration, axis, and the shapes of bundle branch blocks."""
    names = (
        "qrs_ms", "qrs_axis_deg", "qrs_net_i_mv", "qrs_net_avf_mv", "v1_late_mv", "v1_r2_mv",
        "v1_r2_ms", "lateral_late_mv", "v1_net_share", "lateral_r_peak_ms", "lateral_q_mv",
        "qrs_notches", "avl_q_mv", "avl_r_peak_ms",
        "inferior_r_small", "v6_s_share", "v1_r_share", "delta_slow_ms",
    )  # fmt: skip
    found = dict.fromkeys(names, NAN)
    lead, curve, marks = view.per_lead, view.curve_mv, view.marks
    t = view.times
    width = ((t.qrs_offset - t.qrs_onset) * MS / view.fs)[view.dominant]
    if np.isfinite(width).any():
        found["qrs_ms"] = float(np.nanmedian(width))
    if lead is None or curve is None or marks is None:
        return found
    q = lead.qrs
    one, down = view.of(q.net_mv, "I"), view.of(q.net_mv, "aVF")
    found["qrs_net_i_mv"], found["qrs_net_avf_mv"] = one, down
    if not (np.isnan(one) or np.isnan(down)):
        found["qrs_axis_deg"] = float(frontal_axis_deg(np.array(one), np.array(down)))
    qrs = curve[:, marks.qrs_onset : marks.qrs_offset + 1]
    found |= _right_shape(view, q, qrs)
    found |= _left_shape(view, q, qrs)
    found["avl_q_mv"] = (
        -min(view.of(q.q_mv, "aVL"), 0.0) if not np.isnan(view.of(q.q_mv, "aVL")) else NAN
    )
    return found


def _late_mean(view: View, qrs: FloatArray, leads: tuple[str, ...]) -> FloatArray:
    """Return the mean of the end of the QRS beyond the level of the ST that follows it.

    Where the QRS end lies late, in noise, the ST belongs to its last 40 ms: the raised one of a
    left bundle branch block was taken for an R'.
    """
    late = min(view.samples(_Q["late_ms"]), qrs.shape[1])
    rows = view.rows(*leads)
    return np.array([qrs[row, -late:].mean() for row in rows]) - _st_level(view)[rows]


def _st_level(view: View) -> FloatArray:
    """Return by how much the ST of each lead is raised or lowered at J and 60 ms later alike."""
    lead = view.per_lead
    if lead is None:
        return np.zeros(len(view.leads))
    both = np.array([lead.st_j_mv, lead.st_j60_mv])
    level = np.where(both.min(axis=0) > 0, both.min(axis=0), np.minimum(both.max(axis=0), 0.0))
    return np.nan_to_num(level)


def _right_shape(view: View, q: Deflections, qrs: FloatArray) -> dict[str, float]:
    """Late forces to the right: R' in V1 or V2, broad S in I and V6."""
    found: dict[str, float] = {}
    v1, left = _late_mean(view, qrs, ("V1",)), _late_mean(view, qrs, ("I", "V6"))
    found["v1_late_mv"] = float(v1[0]) if len(v1) else NAN
    found["lateral_late_mv"] = float(left.mean()) if len(left) else NAN
    r2 = [view.of(q.r2_mv, name) for name in ("V1", "V2")]
    first = [view.of(q.r_mv, name) for name in ("V1", "V2")]
    s = [view.of(q.s_mv, name) for name in ("V1", "V2")]
    known = [i for i in range(2) if not np.isnan(r2[i])]
    # qR in V1 (no first R) counts as a late R as well.
    late = [r2[i] if r2[i] > 0 else 0.0 for i in known]
    found["v1_r2_mv"] = max(late, default=NAN)
    found["v1_r2_ms"] = max((view.of(q.r2_ms, ("V1", "V2")[i]) for i in known), default=NAN)
    total = first[0] - s[0] if not np.isnan(first[0]) else NAN
    found["v1_r_share"] = first[0] / total if total and total > 0 else (0.0 if total == 0 else NAN)
    area = view.row("V1")
    if area is not None:
        size = float(np.abs(qrs[area]).sum())
        found["v1_net_share"] = float(qrs[area].sum()) / size if size > 0 else 0.0
    s6, r6 = view.of(q.s_depth_mv, "V6"), view.of(q.r_height_mv, "V6")
    if not np.isnan(s6):
        found["v6_s_share"] = s6 / max(s6 + r6, 1e-6)
    return found


def _left_shape(view: View, q: Deflections, qrs: FloatArray) -> dict[str, float]:
    """Late R, notches and absent q in the lateral leads; the fascicular pattern."""
    found: dict[str, float] = {}
    late_r = [view.of(q.r_peak_ms, name) for name in ("V5", "V6")]
    late_r = [value for value in late_r if not np.isnan(value)]
    found["lateral_r_peak_ms"] = max(late_r) if late_r else 0.0
    found["avl_r_peak_ms"] = float(np.nan_to_num(view.of(q.r_peak_ms, "aVL"), nan=0.0))
    depths = [-view.of(q.q_mv, name) for name in ("I", "V6")]
    depths = [
        0.0 if q.is_qs[view.leads.index(n)] else d
        for n, d in zip(("I", "V6"), depths, strict=True)
        if not np.isnan(d)
    ]
    found["lateral_q_mv"] = max(depths) if depths else NAN
    notches = [_notches(qrs[row]) for row in view.rows(*_LATERAL)]
    found["qrs_notches"] = float(np.mean(notches)) if notches else NAN
    inferior = [view.of(q.s_depth_mv, n) - view.of(q.r_height_mv, n) for n in _INFERIOR]
    inferior = [value for value in inferior if not np.isnan(value)]
    found["inferior_r_small"] = min(inferior) if len(inferior) == len(_INFERIOR) else NAN
    found["delta_slow_ms"] = _slow_start(qrs) * MS / view.fs
    return found


def _notches(samples: FloatArray) -> int:
    """Count changes of slope beyond one summit, of at least 5 % of the height."""
    size = float(np.ptp(samples))
    if size <= 0:
        return 0
    turns, last, direction = 0, float(samples[0]), 0
    for value in samples:
        if direction >= 0 and value < last - _Q["notch_share"] * size:
            turns, direction, last = turns + (direction > 0), -1, float(value)
        elif direction <= 0 and value > last + _Q["notch_share"] * size:
            turns, direction, last = turns + (direction < 0), 1, float(value)
        last = max(last, float(value)) if direction >= 0 else min(last, float(value))
    return max(turns - 1, 0)


def _slow_start(qrs: FloatArray) -> float:
    """Return the samples until the loop has run 15 % of its length."""
    known = qrs[np.isfinite(qrs).all(axis=1)]
    path = np.cumsum(np.sqrt((np.diff(known, axis=1) ** 2).sum(axis=0)))
    return (
        float(np.argmax(path >= _Q["slow_share"] * path[-1])) if len(path) and path[-1] > 0 else NAN
    )


def voltage_features(view: View) -> dict[str, float]:
    """Voltages of hypertrophy, and the greatest of all limb and all chest leads."""
    names = (
        "sokolow_lyon_mv", "cornell_mv", "r_avl_mv", "r_i_s_iii_mv", "r_v5_v6_mv", "s_v1_v2_mv",
        "limb_voltage_mv", "chest_voltage_mv", "r_v3_mv", "total_qrs_mv", "cornell_excess_mv",
    )  # fmt: skip
    found = dict.fromkeys(names, NAN)
    lead = view.per_lead
    if lead is None:
        return found
    r, s = lead.qrs.r_height_mv, lead.s_depth_mv

    def at(values: FloatArray, name: str) -> float:
        return view.of(values, name)

    found["sokolow_lyon_mv"] = at(s, "V1") + float(np.fmax(at(r, "V5"), at(r, "V6")))
    found["cornell_mv"] = at(r, "aVL") + at(s, "V3")
    found["cornell_excess_mv"] = found["cornell_mv"] - sex_limit("cornell_mv", view.person.sex)
    found["r_avl_mv"] = at(r, "aVL")
    found["r_i_s_iii_mv"] = at(r, "I") + at(s, "III")
    found["r_v5_v6_mv"] = float(np.fmax(at(r, "V5"), at(r, "V6")))
    found["s_v1_v2_mv"] = float(np.fmax(at(s, "V1"), at(s, "V2")))
    found["r_v3_mv"] = at(r, "V3")
    span = r + np.fmax(s, 0.0)
    for name, leads in (("limb", view.leads[:6]), ("chest", ("V1", "V2", "V3", "V4", "V5", "V6"))):
        rows = view.rows(*leads)
        if len(rows) >= 3:  # noqa: PLR2004 - fewer leads say nothing of all
            found[f"{name}_voltage_mv"] = float(np.nanmax(span[rows]))
    rows = view.rows("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
    if len(rows) == 12:  # noqa: PLR2004 - all of them
        found["total_qrs_mv"] = float(np.nansum(span[rows]))
    return found


def _turned_away(view: View, q: Deflections) -> list[int]:
    """Return the rows of I and aVL whose Q is that of the axis: it says nothing of a scar.

    In a vertical heart the Q of aVL; with a right axis the QS of I and aVL, a Q before an R counts.
    """
    axis = frontal_axis_deg(np.array(view.of(q.net_mv, "I")), np.array(view.of(q.net_mv, "aVF")))
    if _Q["vertical_axis_deg"] <= axis < _Q["right_axis_deg"]:
        return view.rows("aVL")
    if not axis >= _Q["right_axis_deg"]:
        return []
    return [row for row in view.rows("I", "aVL") if q.is_qs[row]]


def q_wave_features(view: View) -> tuple[dict[str, float], dict[str, tuple[str, ...]]]:
    """Q waves in two neighbouring leads, lost R waves in the chest leads, tall R in V1 and V2."""
    names = (
        "q_pair_ms",
        "q_pair_share",
        "q_pair_mv",
        "r_lost_mv",
        "r_chest_small_mv",
        "posterior_r_share",
        "qs_pair_mv",
        "q_pair_both",
    )
    found = dict.fromkeys(names, NAN)
    lead = view.per_lead
    if lead is None:
        return found, {}
    q = lead.qrs
    depth, length = -np.minimum(q.q_mv, 0.0), q.q_ms.copy()
    away = _turned_away(view, q)
    depth[away] = length[away] = NAN
    # The R after a Q: a Q without one is a QS.
    share = depth / np.maximum(q.r_height_mv, 0.01)
    share = np.where(q.is_qs, 3.0, np.minimum(share, 3.0))
    pairs = (
        ("II", "III"), ("II", "aVF"), ("III", "aVF"), ("I", "aVL"), ("V2", "V3"), ("V3", "V4"),
        ("V4", "V5"), ("V5", "V6"), ("I", "V6"),
    )  # fmt: skip
    real = np.where(depth >= _Q["least_q_mv"], 1.0, 0.0)
    found["q_pair_ms"], where = pairs_value(view, length * real, pairs=pairs)
    found["q_pair_share"], _ = pairs_value(view, share * real, pairs=pairs)
    found["q_pair_mv"], _ = pairs_value(view, depth, pairs=pairs)
    both = np.where(
        np.isnan(length),
        np.nan,
        np.minimum(length * real / _Q["q_ms"], share * real / _Q["q_share"]),
    )
    found["q_pair_both"], where = pairs_value(view, both, pairs=pairs)
    found["qs_pair_mv"], _ = pairs_value(view, np.where(q.is_qs, depth, 0.0), pairs=pairs)
    r = [view.of(q.r_height_mv, name) for name in ("V1", "V2", "V3", "V4")]
    if not any(np.isnan(r)):
        found["r_lost_mv"] = max(r[0] - r[1], r[1] - r[2], r[2] - r[3])
        found["r_chest_small_mv"] = max(r[1], r[2])
    shares = []
    for name in ("V1", "V2"):
        tall, deep = view.of(q.r_height_mv, name), view.of(q.s_depth_mv, name)
        shares.append(tall / max(tall + deep, 1e-6))
    found["posterior_r_share"] = float(np.nanmin(shares)) if not np.isnan(shares).all() else NAN
    return found, {"q_pair": where}
