"""Values that a physician set aside: behind a fact that was rejected, or called wrong (hazard H8).

Such a fact leaves nothing behind: the value that made it is printed nowhere, and is no reason of
another finding either. A risk is made of many values, so a decision on it sets none of them aside.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from ...engine.prediagnosis import Change, Finding, InputValue, PreDiagnosis, Reason
from .decision_words import FindingDecision

_PARTS_OF_SUM: Final = frozenset({"bias", "rules", "logit"})
_WRONG_VALUE: Final = "wrong-value"
_BOTH_PRESSURES: Final = frozenset({"systolic_bp", "diastolic_bp"})
_MADE_OF: Final[Mapping[str, frozenset[str]]] = {
    "blood_pressure": _BOTH_PRESSURES,
    "interarm_difference": _BOTH_PRESSURES,
}
_OTHER_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "body_mass_index": ("body_mass_index", "bmi"),
    "creatinine": ("creatinine", "filtration_rate", "egfr"),
    "weight": ("weight", "body_mass_index", "bmi"),
    "height": ("height", "body_mass_index", "bmi", "waist_to_height"),
}


@dataclass(frozen=True, slots=True)
class SetAside:
    """The items that a physician set aside.

    Parameters
    ----------
    items : as a visit names them, without the place or the unit (``systolic_bp``)

    >>> SetAside(frozenset({"systolic_bp"})).holds("systolic_bp.left_arm")
    True
    """

    items: frozenset[str] = frozenset()

    def holds(self, name: str) -> bool:
        """Say whether a value is one of them, or was made of one, whatever its place and unit."""
        names = [known for item in self.items for known in _OTHER_NAMES.get(item, (item,))]
        return any(name == one or name.startswith((f"{one}.", f"{one}_")) for one in names)

    def has_part(self, inputs: Iterable[InputValue]) -> bool:
        """Say whether one of some values was set aside."""
        return any(self.holds(one.name) for one in inputs)

    def is_behind(self, reason: Reason) -> bool:
        """Say whether a reason stands on a value that was set aside."""
        scored = str(reason.message.parameters.get("item", "")).partition(":")[2]
        return self.has_part(reason.inputs) or (bool(scored) and self.holds(scored))

    def left(self, reasons: Iterable[Reason]) -> tuple[Reason, ...]:
        """Return the reasons that still stand."""
        return tuple(one for one in reasons if not self.is_behind(one))

    def touches(self, finding: Finding) -> bool:
        """Say whether a finding was made with a value that was set aside."""
        made_of = _MADE_OF.get(finding.id, frozenset())
        return bool(made_of & self.items) or any(
            map(self.is_behind, (*finding.reasons_for, *finding.reasons_against))
        )

    def cleared(self, finding: Finding) -> Finding:
        """Return a finding without what stands on a value that was set aside.

        Its sum goes too: the parts that are left would not add up to the risk.
        """
        if not self.touches(finding):
            return finding
        return replace(
            finding,
            reasons_for=self.left(finding.reasons_for),
            reasons_against=self.left(finding.reasons_against),
            what_would_change=tuple(c for c in finding.what_would_change if not self._starts(c)),
            details={k: v for k, v in finding.details.items() if k not in _PARTS_OF_SUM},
        )

    def _starts(self, change: Change) -> bool:
        return any(self.holds(name) for name, *_ in change.inputs)


def set_aside(draft: PreDiagnosis, decisions: Iterable[FindingDecision]) -> SetAside:
    """Return what a physician set aside of a draft.

    Parameters
    ----------
    draft : every finding as it was drafted
    decisions : on its findings
    """
    gone = {one.finding_id for one in decisions if _takes_away(one)}
    facts = [one for one in draft.findings if one.kind == "fact" and one.id in gone]
    found: set[str] = set()
    for fact in facts:
        found |= _MADE_OF.get(fact.id, frozenset())
        for reason in (*fact.reasons_for, *fact.reasons_against):
            found |= {one.name.partition(".")[0] for one in reason.inputs}
    return SetAside(frozenset(found))


def _takes_away(decision: FindingDecision) -> bool:
    """Say whether a decision sets aside what it was made of: another conclusion may stand on it."""
    return decision.verdict == "reject" or decision.reason == _WRONG_VALUE
