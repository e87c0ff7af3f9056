"""In which order and in which group findings are read; the same in text, JSON and HTML."""

from collections.abc import Iterable
from typing import Final

from ..ecg.findings.settings import statement_settings
from ..prediagnosis import URGENCIES, Finding, PreDiagnosis

_LEVELS: Final = {
    "present": 0,
    "high": 0,
    "borderline": 1,
    "intermediate": 1,
    "not_assessable": 2,
    "absent": 3,
    "low": 3,
}
_DESCRIPTIVE: Final = 3
FIGURES: Final = ("points", "score", "rank")


def level_of(finding: Finding) -> str:
    """Return the state of a fact or the band of a risk."""
    return (finding.state if finding.kind == "fact" else finding.band) or "not_assessable"


def urgency_rank(urgency: str | None) -> int:
    """Return 0 for U0 and so on, the last rank where there is none."""
    return URGENCIES.index(urgency) if urgency in URGENCIES else len(URGENCIES)


def is_descriptive(finding: Finding) -> bool:
    """Say whether a finding only describes (sinus rhythm): it is read last and raises no colour."""
    if finding.state != "present" or finding.urgency is not None:
        return False
    return finding.id.removeprefix("ecg_") in statement_settings()["descriptive"]


def _rank(finding: Finding) -> int:
    return _DESCRIPTIVE if is_descriptive(finding) else _LEVELS[level_of(finding)]


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Order findings by urgency, then by how far they are from nothing to do."""
    return sorted(findings, key=lambda f: (urgency_rank(f.urgency), _rank(f)))


def grouped(prediagnosis: PreDiagnosis) -> dict[str, list[Finding]]:
    """Sort findings into ``main``, ``scores``, ``not_assessable`` and ``absent``.

    A published score stands apart for comparison unless it asks for something within weeks.
    """
    groups: dict[str, list[Finding]] = {
        k: [] for k in ("main", "scores", "not_assessable", "absent")
    }
    for finding in in_order(prediagnosis.findings):
        groups[_group(finding)].append(finding)
    return groups


def _group(finding: Finding) -> str:
    level = level_of(finding)
    if level == "absent" or is_silent(finding):
        return level
    is_calm = urgency_rank(finding.urgency) >= URGENCIES.index("U3")
    return "scores" if finding.kind == "risk" and finding.model is None and is_calm else "main"


def is_silent(finding: Finding) -> bool:
    """Say whether a finding has nothing to tell.

    A score without a band may still have points, and a fact that can't be assessed yet may still
    ask for something (a difference between the arms that must be measured again).
    """
    if level_of(finding) != "not_assessable":
        return False
    has_figure = any(key.partition("_")[0] in FIGURES for key in finding.details)
    has_number = finding.risk is not None or finding.risk_interval is not None
    if finding.kind == "fact":
        return finding.urgency is None
    return not (has_number or has_figure)
