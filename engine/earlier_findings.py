"""Findings that know of a value of an earlier visit, which today's report must not contradict."""

from dataclasses import replace
from typing import Final

from .earlier_settings import settings
from .earlier_value import EarlierValue
from .earlier_values import EarlierValues
from .prediagnosis import Finding

RANGE_LIMIT: Final = "limit.earlier_diabetes_range"
SUSPICION_LIMIT: Final = "limit.earlier_suspicion"
PREGNANCY_LIMIT: Final = "limit.earlier_pregnancy"
SECOND: Final = "finding.diabetes_range.second_result"


def with_earlier(finding: Finding, past: EarlierValues) -> Finding:
    """Return a finding that knows what earlier visits measured of glucose and HbA1c.

    Parameters
    ----------
    finding : a fact or a risk
    past : what ``earlier_values`` found
    """
    known = with_earlier_suspicion(with_earlier_range(finding, past.in_range), past.suspicion)
    return with_earlier_pregnancy(known, past.in_pregnancy)


def with_earlier_range(finding: Finding, earlier: EarlierValue | None) -> Finding:
    """Return a finding on glucose that knows of an earlier value in the diabetes range.

    A second result of another day is no longer one result to be confirmed; where nothing was
    measured today, what was proposed about the earlier value is proposed again.

    Parameters
    ----------
    finding : a fact or a risk
    earlier : what ``earlier_values`` found
    """
    if earlier is None or finding.id not in settings()["limited"]:
        return finding
    known = replace(finding, limits=(*finding.limits, earlier.message(RANGE_LIMIT)))
    if finding.id != settings()["range_finding"]:
        return known
    is_other = not (earlier.waits or earlier.is_of_today or earlier.is_random or earlier.is_copy)
    is_second = finding.grade == settings()["second_result_grade"] and is_other
    if is_second and finding.state == "present":
        action = settings()["second_result_action"]
        return replace(known, message=earlier.message(SECOND), proposed_action=action)
    return earlier.again(known)


def with_earlier_suspicion(finding: Finding, earlier: EarlierValue | None) -> Finding:
    """Return a finding on glucose that knows of an earlier HbA1c which raises suspicion.

    Parameters
    ----------
    finding : a fact or a risk
    earlier : what ``earlier_values`` found
    """
    name = settings()["suspicion_finding"]
    if earlier is None or finding.id not in (*settings()["limited"], name):
        return finding
    known = replace(finding, limits=(*finding.limits, earlier.message(SUSPICION_LIMIT)))
    return earlier.again(known) if finding.id == name else known


def with_earlier_pregnancy(finding: Finding, earlier: EarlierValue | None) -> Finding:
    """Return a finding on glucose that knows of a value of the diabetes range in a past pregnancy.

    Parameters
    ----------
    finding : a fact or a risk
    earlier : what ``earlier_values`` found
    """
    if earlier is None or finding.id not in settings()["limited"]:
        return finding
    known = replace(finding, limits=(*finding.limits, earlier.message(PREGNANCY_LIMIT)))
    return earlier.again(known) if finding.id == settings()["range_finding"] else known
