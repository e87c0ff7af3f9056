"""Which reasons of a statement are told one by one; the draft itself keeps all for the sum."""

from ...prediagnosis import Finding, Reason
from .settings import statement_settings


def clear_reasons(finding: Finding) -> tuple[Reason, ...]:
    """Return the reasons that clearly move a score, at most so many on each side.

    A score that stands on many small parts still names the largest.

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
    every = [r for side in sides for r in side if r.contribution]
    return tuple(sorted(every, key=lambda r: -abs(r.contribution or 0.0))[:1])


def clear_for(finding: Finding) -> tuple[Reason, ...]:
    """Return those of them that speak for the statement."""
    return tuple(r for r in clear_reasons(finding) if (r.contribution or 0.0) > 0)
