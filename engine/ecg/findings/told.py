"""Which reasons of a statement are told one by one; the draft itself keeps all for the sum."""

from typing import Final

from ...prediagnosis import Finding, Reason
from .settings import statement_settings

_PERCENT: Final = 100


def clear_reasons(finding: Finding) -> tuple[Reason, ...]:
    """Return the reasons that clearly move a score, at most so many on each side.

    A score that stands on many small parts still names the largest of which the condition is met at
    all: one that is met to 0 % stands for nothing.

    Parameters
    ----------
    finding : of ``statement_findings``, its reasons in the order of their size
    """
    settings = statement_settings()
    least, most = settings["least_contribution"], settings["most_reasons"]
    sides = (finding.reasons_for, finding.reasons_against)
    clear = [[r for r in side if abs(r.contribution or 0.0) >= least][:most] for side in sides]
    if any(clear):
        return (*clear[0], *clear[1])
    every = [r for side in sides for r in side if r.contribution and _is_met(r)]
    return tuple(sorted(every, key=lambda r: -abs(r.contribution or 0.0))[:1])


def _is_met(reason: Reason) -> bool:
    """Say whether a condition is met to 1 % or more, as it is printed."""
    return reason.membership is None or round(reason.membership * _PERCENT) > 0


def clear_for(finding: Finding) -> tuple[Reason, ...]:
    """Return those of them that speak for the statement."""
    return tuple(r for r in clear_reasons(finding) if (r.contribution or 0.0) > 0)
