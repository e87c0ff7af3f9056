"""Findings and urgent items of one person say one thing: the more urgent one.

A pressure of 225 is both a finding ("today, after a rest") and an urgent item ("call now"). The
reader of the finding must not be told to wait. What an ECG finding asks for is that a physician
reads the tracing, so an urgent item of the tracing speaks for all of them. And a finding that
cannot wait is itself an urgent item: who reads only what is urgent must not miss it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from ..ecg.findings.settings import statement_settings
from ..facts.waiting import WAITS
from ..filtration import CREATININE, FILTRATION, SENT
from ..prediagnosis import PRESSING, URGENCIES, Finding, Message, UrgentItem

ECG: Final = "ecg_"
_ONE_MEASUREMENT: Final = {"diastolic_bp": "systolic_bp", FILTRATION: CREATININE, SENT: CREATININE}
YEARS_AHEAD: Final = "cvd_death_10y"
BESIDE: Final = "limit.risk_beside_urgent"


def with_pressing_findings(
    urgent: Sequence[UrgentItem], findings: Iterable[Finding]
) -> tuple[UrgentItem, ...]:
    """Return the urgent items, with one for each finding that is U0 or U1 and that none stands for.

    Parameters
    ----------
    urgent : what the urgent rules say of one person
    findings : what is found of the same person

    Returns
    -------
    the most urgent first
    """
    pressing = [f for f in findings if f.urgency in PRESSING]
    more = [_item_of(f) for f in pressing if not any(_speaks_for(i, f) for i in urgent)]
    return tuple(sorted((*urgent, *more), key=lambda item: item.level))


def _speaks_for(item: UrgentItem, finding: Finding) -> bool:
    """Say whether an item of the level of a finding, or more urgent, reads the same."""
    level = finding.urgency or URGENCIES[-1]
    return item.level <= level and _reads_the_same(finding, item)


def _item_of(finding: Finding) -> UrgentItem:
    rows = finding.guideline.row_ids if finding.guideline else ()
    return UrgentItem(
        rule_id=rows[0] if rows else finding.id,
        level=finding.urgency or URGENCIES[-1],
        message=finding.message,
        inputs=tuple(dict.fromkeys(v for r in finding.reasons_for for v in r.inputs if v.unit)),
        action=finding.proposed_action,
        addressee=finding.proposed_addressee,
        source=finding.guideline.guideline if finding.guideline else "",
    )


def agree_with_urgent(
    findings: Iterable[Finding], urgent: Sequence[UrgentItem]
) -> tuple[Finding, ...]:
    """Return the findings, a fact raised to the urgent item that reads the same measurement.

    Only delay, action and addressee change, and only towards the more urgent; a limit names the
    rule. Risks keep what they say: no urgent item reads them; a low one of
    years to come says in a limit that it lifts no urgency. Of the ECG findings those that
    the urgent items name come first.

    Parameters
    ----------
    findings : of one person
    urgent : the person's urgent items
    """
    pressing = sorted((i for i in urgent if i.level in PRESSING), key=lambda i: i.level)
    named = {name for item in pressing for name in _named_by(item)}
    raised = [_raised(finding, pressing) for finding in findings]
    first = [f for f in raised if f.id in named]
    found = iter((*first, *(f for f in raised if _is_of_ecg(f) and f.id not in named)))
    return tuple(next(found) if _is_of_ecg(f) else f for f in raised)


def _named_by(item: UrgentItem) -> tuple[str, ...]:
    """Return the ids of the ECG findings that say in words what an urgent rule found."""
    by_rule = statement_settings()["urgent_rules"]
    return tuple(f"{ECG}{name}" for name, rules in by_rule.items() if item.rule_id in rules)


def _is_of_ecg(finding: Finding) -> bool:
    return finding.id.startswith(ECG)


def _raised(finding: Finding, pressing: Sequence[UrgentItem]) -> Finding:
    if finding.id == YEARS_AHEAD and finding.band == "low" and pressing:
        return replace(finding, limits=(*finding.limits, Message(BESIDE)))
    asks = finding.urgency or (finding.proposed_action and not _is_of_ecg(finding))
    if finding.kind != "fact" or not asks:
        return finding
    own = URGENCIES.index(finding.urgency) if finding.urgency else len(URGENCIES)
    for item in pressing:
        if URGENCIES.index(item.level) < own and _reads_the_same(finding, item):
            limit = "limit.urgent_rule_ecg" if _is_of_ecg(finding) else "limit.urgent_rule"
            return replace(
                finding,
                urgency=item.level,
                proposed_action=item.action,
                proposed_addressee=item.addressee,
                limits=(*finding.limits, Message(limit, {"rule": item.rule_id})),
            )
    return finding


def _reads_the_same(finding: Finding, item: UrgentItem) -> bool:
    """Say whether an item reads a measurement that speaks for a finding, or its ECG."""
    if _is_of_ecg(finding):
        return item.rule_id.startswith(ECG)
    mine = {
        measurement_of(v.name) for reason in finding.reasons_for for v in reason.inputs if v.unit
    }
    if mine & {measurement_of(v.name) for v in item.inputs if v.unit}:
        return True
    waits = finding.message.parameters["item"] if finding.message.id == WAITS else ""
    return bool(waits) and any(
        measurement_of(str(waits).removeprefix("item:")) == measurement_of(v.name)
        for v in item.inputs
    )


def measurement_of(name: str) -> str:
    """Return the item of a slot; both pressures are one measurement, and so is the kidney.

    >>> measurement_of("diastolic_bp.left_arm")
    'systolic_bp'
    """
    return _ONE_MEASUREMENT.get(item := name.partition(".")[0], item)
