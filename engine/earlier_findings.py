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
    known = with_earlier_range(finding, past.in_range)
    known = _told(known, past.suspicion, SUSPICION_LIMIT, settings()["suspicion_finding"])
    return _told(known, past.in_pregnancy, PREGNANCY_LIMIT, settings()["range_finding"])


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


def _told(finding: Finding, earlier: EarlierValue | None, limit: str, own: str) -> Finding:
    """Return a finding on glucose with an earlier value as a limit.

    The finding ``own`` proposes again what was proposed about the value.
    """
    if earlier is None or finding.id not in (*settings()["limited"], own):
        return finding
    known = replace(finding, limits=(*finding.limits, earlier.message(limit)))
    return earlier.again(known) if finding.id == own else known
