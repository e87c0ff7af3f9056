"""Findings and urgent items of one person say one thing: the more urgent one.

A pressure of 225 is both a finding ("today, after a rest") and an urgent item ("call now"). The
reader of the finding must not be told to wait.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from ..prediagnosis import URGENCIES, Finding, Message, UrgentItem

PRESSING: Final = ("U0", "U1")


def agree_with_urgent(
    findings: Iterable[Finding], urgent: Sequence[UrgentItem]
) -> tuple[Finding, ...]:
    """Return the findings, a fact raised to the urgent item that reads the same measurement.

    Only delay, action and addressee change, and only towards the more urgent; a limit names the
    rule. Risks are left as they are: no urgent item reads them.

    Parameters
    ----------
    findings : of one person
    urgent : the person's urgent items
    """
    pressing = sorted((i for i in urgent if i.level in PRESSING), key=lambda i: i.level)
    return tuple(_raised(finding, pressing) for finding in findings)


def _raised(finding: Finding, pressing: Sequence[UrgentItem]) -> Finding:
    if finding.kind != "fact" or not (finding.urgency or finding.proposed_action):
        return finding
    own = URGENCIES.index(finding.urgency) if finding.urgency else len(URGENCIES)
    mine = {_item(v.name) for reason in finding.reasons_for for v in reason.inputs if v.unit}
    for item in pressing:
        is_same = mine & {_item(v.name) for v in item.inputs if v.unit}
        if is_same and URGENCIES.index(item.level) < own:
            return replace(
                finding,
                urgency=item.level,
                proposed_action=item.action,
                proposed_addressee=item.addressee,
                limits=(*finding.limits, Message("limit.urgent_rule", {"rule": item.rule_id})),
            )
    return finding


def _item(name: str) -> str:
    """Return the item of a slot; both pressures are one measurement."""
    return name.partition(".")[0].replace("diastolic_bp", "systolic_bp")
