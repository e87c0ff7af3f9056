"""Which statements hold: some by mechanism (the scenario says so), the others by the numbers."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import numpy as np

from ...engine.ecg.leads import CHEST_LEADS, LIMB_LEADS
from .figures import Table, figures, ventricle_shape

if TYPE_CHECKING:
    from .truth import Truth

_SINUS: Final = (
    "sinus",
    "premature_atrial",
    "premature_ventricular",
    "bigeminy",
    "run_of_premature_ventricular",
    "wenckebach",
    "mobitz_2",
)
# Leads that look at neighbouring parts of the heart, in the order of Cabrera and of the chest.
_CONTIGUOUS: Final = (("aVL", "I", "-aVR", "II", "aVF", "III"), CHEST_LEADS)


def statements(truth: "Truth") -> tuple[str, ...]:
    """List the contract's statements that hold of a record, sorted.

    A statement that a physician would not make beside another is left out: ST, T and voltage are
    not read in beats that are conducted or made abnormally (``secondary`` in ``shapes.toml``),
    QTc not where the house withholds it, the axis not in paced or ectopic rhythm.
    """
    rules = figures("criteria")
    found = set(truth.scenario.statements)
    found |= set(_rate(truth, rules["rate"]))
    found |= set(_conduction(truth, rules))
    if not _is_foreign(truth):
        found |= set(_axis(truth, rules["axis"]))
        found |= set(_qt(truth, rules["qtc"]))
        found |= set(_low_voltage(truth, rules["voltage"]))
        found |= set(_hypertrophy(truth, rules["voltage"]))
        found |= set(_repolarisation(truth, rules))
    return tuple(sorted(found))


def _is_foreign(truth: "Truth") -> bool:
    """Whether the leading beats don't come through the conduction system."""
    asked = truth.scenario
    return asked.ventricle == "paced" or asked.ventricle.startswith("premature")


def _is_secondary(truth: "Truth") -> bool:
    return bool(ventricle_shape(truth.scenario.ventricle).get("secondary", False))


def _rate(truth: "Truth", rule: Table) -> Iterable[str]:
    if truth.scenario.rhythm not in _SINUS:
        return
    onsets = [event.onset_s for event in truth.script.atrial]
    rate = 60.0 / float(np.median(np.diff(onsets)))
    if rate < rule["slow_below_bpm"]:
        yield "sinus_bradycardia"
    elif rate > rule["fast_above_bpm"]:
        yield "sinus_tachycardia"
    else:
        yield "sinus_rhythm"


def _conduction(truth: "Truth", rules: Table) -> Iterable[str]:
    pr = truth.measured.pr_ms
    drops = truth.scenario.rhythm in {"wenckebach", "mobitz_2"}
    paced = "paced_rhythm" in truth.scenario.statements
    if pr is not None and pr > rules["pr"]["long_above_ms"] and not (drops or paced):
        yield "av_block_1"


def _axis(truth: "Truth", rule: Table) -> Iterable[str]:
    axis = truth.measured.qrs_axis_deg
    if axis is None:
        return
    if rule["left_deg"][0] <= axis < rule["left_deg"][1]:
        yield "left_axis_deviation"
    elif rule["right_deg"][0] < axis <= rule["right_deg"][1]:
        yield "right_axis_deviation"


def _qt(truth: "Truth", rule: Table) -> Iterable[str]:
    measured = truth.measured
    qtc, qrs, rate = measured.qtc_fridericia_ms, measured.qrs_ms, measured.rate_bpm
    if qtc is None or qrs is None or rate is None:
        return
    slow, fast = rule["rate_bpm"]
    fibrillates = truth.script.background == "fibrillation"
    if fibrillates or qrs >= rule["not_read_from_qrs_ms"] or not slow <= rate <= fast:
        return
    if qtc >= rule["long_from_ms"][truth.scenario.sex]:
        yield "prolonged_qt"


def _spans(truth: "Truth") -> dict[str, float]:
    """Peak-to-peak of QRS in each lead, millivolt."""
    m = truth.measured
    high, low_q, low_s = (m.median_mv(name) for name in ("r", "q", "s"))
    return {lead: high[lead] - min(low_q[lead], low_s[lead]) for lead in high}


def _low_voltage(truth: "Truth", rule: Table) -> Iterable[str]:
    span = _spans(truth)
    limb = all(span[lead] < rule["low_limb_mv"] for lead in LIMB_LEADS)
    if limb and all(span[lead] < rule["low_chest_mv"] for lead in CHEST_LEADS):
        yield "low_qrs_voltage"


def _hypertrophy(truth: "Truth", rule: Table) -> Iterable[str]:
    if truth.scenario.ventricle in {"lbbb", "escape", "preexcited"}:
        return
    m = truth.measured
    r, q, s = (m.median_mv(name) for name in ("r", "q", "s"))
    depth = {lead: -min(q[lead], s[lead]) for lead in r}
    sokolow = depth["V1"] + max(r["V5"], r["V6"]) >= rule["sokolow_mv"]
    cornell = r["aVL"] + depth["V3"] > rule["cornell_mv"][truth.scenario.sex]
    fascicular = truth.scenario.ventricle == "left_anterior"
    if sokolow or (not fascicular and (cornell or r["aVL"] > rule["avl_mv"])):
        yield "lvh"


def _repolarisation(truth: "Truth", rules: Table) -> Iterable[str]:
    if _is_secondary(truth):
        return
    m = truth.measured
    st, t = m.median_mv("st_j"), m.median_mv("t")
    if _neighbours({lead for lead in st if st[lead] >= _elevation(truth, rules["st"], lead)}):
        yield "st_elevation"
    if _neighbours({lead for lead in st if st[lead] <= -rules["st"]["depression_mv"]} - {"aVR"}):
        yield "st_depression"
    inverted = {lead for lead in rules["t"]["leads"] if t[lead] <= -rules["t"]["inverted_mv"]}
    if _neighbours(inverted):
        yield "t_wave_abnormal"


def _elevation(truth: "Truth", rule: Table, lead: str) -> float:
    if lead not in {"V2", "V3"}:
        return float(rule["elevation_mv"])
    person = truth.scenario.sex
    if person == "male" and truth.scenario.age_years < rule["young_below_years"]:
        person = "male_young"
    return float(rule["elevation_v2_v3_mv"][person])


def _neighbours(leads: set[str]) -> bool:
    """Whether two contiguous leads are among these; aVR itself never counts."""
    return any(
        one in leads and other in leads
        for order in _CONTIGUOUS
        for one, other in zip(order, order[1:], strict=False)
    )
