"""What an item says of the leads that a rule stands on: their names and their values."""

from typing import Final

import numpy as np

from ...prediagnosis import InputValue, Message, Parameter
from .evidence import Evidence
from .settings import EcgRule, EcgUrgentSettings

_ELEVATION: Final = "ecg_st_elevation"
_DOUBTED: Final = "urgent.ecg_st_elevation_doubt"
_ST_RULES: Final = (_ELEVATION, "ecg_st_very_large", "ecg_st_excluded", "ecg_st_close")
_EXCLUDED: Final = ("ecg_st_very_large", "ecg_st_excluded")


def leads_told(
    rule: EcgRule, evidence: Evidence, settings: EcgUrgentSettings
) -> tuple[Message, tuple[InputValue, ...]] | None:
    """Return sentence and values of a rule that stands on single leads; None for the others.

    Parameters
    ----------
    rule : one that holds
    evidence : what it stands on
    settings : of guidelines/ecg_urgent.toml
    """
    if rule.id in _ST_RULES:
        return _raised(rule, evidence, settings)
    counted = {c.quantity for c in rule.conditions if c.op in (">=", ">")}
    front = [name for name in settings.front if name in counted]
    return _front(rule, front[0], evidence, settings) if front else None


def _raised(
    rule: EcgRule, evidence: Evidence, settings: EcgUrgentSettings
) -> tuple[Message, tuple[InputValue, ...]]:
    st = evidence.st
    found = {_ELEVATION: st.sure, "ecg_st_very_large": st.very_large}.get(rule.id, st.close)
    where = found.territories[0] if len(found.territories) == 1 else "several"
    said: dict[str, Parameter] = {
        "leads": ", ".join(found.leads),
        "territory": f"ecg_territory:{where}",
    }
    doubted = rule.id == _ELEVATION and bool(st.doubts)
    why = st.doubts if doubted else st.exclusions
    if doubted or rule.id in _EXCLUDED:
        said["why"] = f"ecg_exclusion:{why[0]}"
    inputs = tuple(_input("st", lead, st.mv[lead], settings) for lead in found.leads)
    return Message(_DOUBTED if doubted else f"urgent.{rule.id}", said), inputs


def _front(
    rule: EcgRule, quantity: str, evidence: Evidence, settings: EcgUrgentSettings
) -> tuple[Message, tuple[InputValue, ...]]:
    leads = evidence.front.leads[quantity]
    st = tuple(_input("st", lead, evidence.st.mv[lead], settings) for lead in leads)
    t = tuple(_input("t", lead, end, settings) for lead, end in leads.items() if np.isfinite(end))
    return Message(f"urgent.{rule.id}", {"leads": ", ".join(leads)}), (*st, *t)


def _input(quantity: str, lead: str, value_mv: float, settings: EcgUrgentSettings) -> InputValue:
    printed = settings.quantities[quantity]
    value = f"{value_mv:.{printed.decimals}f}"
    return InputValue(f"ecg.{quantity}.{lead}", value, printed.unit, "derived")
