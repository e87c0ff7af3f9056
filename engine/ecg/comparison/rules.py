"""What asks for a person because an earlier ECG is there: it can only add, and lowers nothing."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from ...prediagnosis import EcgComparison, InputValue, Message, Parameter, UrgentItem
from ..leads import TWELVE_LEADS
from ..measure.settings import load_settings as measure_settings
from .comparable import EcgPair
from .settings import SinceRule
from .side import EcgSide
from .standings import neighbours

QTC: Final = "qtc_fridericia"
_NAN: Final = float("nan")
_ST_DECIMALS: Final = 3


def since_items(
    pair: EcgPair, comparison: EcgComparison, symptoms: Sequence[str]
) -> tuple[UrgentItem, ...]:
    """Apply the rules on what changed since the earlier ECG.

    QTc and ST stand on the second measurement too, which no network has touched; either of the two
    measurements is enough.

    Parameters
    ----------
    pair, comparison : of today's and the earlier ECG
    symptoms : declared symptoms that the heart can cause
    """
    asked = {
        "qtc_growth_ms": _qtc_growth,
        "st_moved_leads": _st_moved,
        "new_blocks": _new_blocks,
        "new_q_waves": _new_q_waves,
    }
    items = []
    for rule in pair.settings.rules:
        value, said, inputs = asked[rule.quantity](pair, comparison)
        if value >= rule.at_least:
            date = comparison.earlier_on
            items.append(_item(rule, {"date": date, **said}, inputs, symptoms))
    return tuple(items)


Asked = tuple[float, dict[str, Parameter], tuple[InputValue, ...]]


def _item(
    rule: SinceRule,
    said: dict[str, Parameter],
    inputs: tuple[InputValue, ...],
    symptoms: Sequence[str],
) -> UrgentItem:
    level = rule.level_with_symptoms if symptoms else rule.level
    told = tuple(InputValue(name, "yes", "") for name in symptoms) if level != rule.level else ()
    return UrgentItem(
        rule_id=rule.id,
        level=level,
        message=Message(f"urgent.{rule.id}", said),
        inputs=(*inputs, *told),
        action=rule.action_with_symptoms if symptoms else rule.action,
        addressee=rule.addressee,
        source=rule.source,
    )


def _qtc_growth(pair: EcgPair, _: EcgComparison) -> Asked:
    """Return by how much QTc grew in the measurement in which it grew most."""
    pairs = [
        (pair.now.value(QTC), pair.then.value(QTC)),
        (_second_qtc(pair.now), _second_qtc(pair.then)),
    ]
    grown = [(now - then, now, then) for now, then in pairs if np.isfinite([now, then]).all()]
    if not grown:
        return _NAN, {}, ()
    growth, now, then = max(grown)
    inputs = (
        InputValue(f"ecg.{QTC}", f"{now:.0f}", "ms", "derived"),
        InputValue(f"ecg.{QTC}.earlier", f"{then:.0f}", "ms", "derived"),
    )
    return round(growth), {"growth": round(growth)}, inputs


def _second_qtc(side: EcgSide) -> float:
    """Return QTc of the second measurement where it may be corrected at all (decision 6)."""
    limits = measure_settings().withhold
    holds = (
        side.second("qrs") < limits.qtc_qrs_ms
        and limits.qtc_rate_low_bpm <= side.second("rate") <= limits.qtc_rate_high_bpm
        and side.classical.rhythm.irregularity < limits.qtc_rr_irregularity
    )
    return side.second(QTC) if holds else _NAN


def _st_moved(pair: EcgPair, comparison: EcgComparison) -> Asked:
    """Return the neighbouring leads in which ST moved, by either measurement."""
    if pair.found.why("st_t"):
        return _NAN, {}, ()
    seen = [s.leads for s in comparison.standings if s.name == "st_moved"]
    leads = max((*seen, _second_st(pair)), key=len)
    values = ((lead, pair.now.st_mv(lead)[0]) for lead in leads)
    inputs = tuple(
        InputValue(f"ecg.st.{lead}", f"{mv:.{_ST_DECIMALS}f}", "mV", "derived")
        for lead, mv in values
        if np.isfinite(mv)
    )
    return len(leads), {"leads": ", ".join(leads)}, inputs


def _second_st(pair: EcgPair) -> tuple[str, ...]:
    """Return neighbouring leads in which ST of the second measurement moved the same way."""
    numbers, method = pair.settings.measured, pair.settings.method
    floor = next(row.floor for row in pair.settings.lead_values if row.name == "st_j")
    up, down = set(), set()
    for lead in TWELVE_LEADS:
        (now, sd_now), (then, sd_then) = pair.now.st_mv(lead), pair.then.st_mv(lead)
        limit = method.coverage * (2 * floor**2 + sd_now**2 + sd_then**2) ** 0.5
        moved = now - then
        if moved > limit and moved >= numbers.st_up_mv:
            up.add(lead)
        elif -moved > limit and -moved >= numbers.st_down_mv:
            down.add(lead)
    found = {*neighbours(up), *neighbours(down)}
    return tuple(lead for lead in TWELVE_LEADS if lead in found)


def _new_blocks(pair: EcgPair, comparison: EcgComparison) -> Asked:
    """Return blocks but the left bundle's, which has a rule of its own that counts it as new."""
    found = [s for s in comparison.standings if (s.kind, s.standing) == ("conduction", "new")]
    new = [s for s in found if s.name not in pair.settings.counts_as_new.values()]
    said: dict[str, Parameter] = {}
    if new:
        said = {"statement": f"finding_name:ecg_{new[0].name}"}
    return len(new), said, ()


def _new_q_waves(_: EcgPair, comparison: EcgComparison) -> Asked:
    new = [s for s in comparison.standings if (s.name, s.standing) == ("q_waves", "new")]
    return len(new), {"leads": ", ".join(new[0].leads)} if new else {}, ()
