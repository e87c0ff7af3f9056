"""Findings whose sentence sends the reader to another finding: decided together or not at all.

"Intermediate range exceeded: see the finding on the diabetes range" stood in a released report
beside a diabetes range that the physician had amended to absent.
"""

from collections.abc import Mapping
from typing import Final

from ...engine.errors import NotPermitted
from ..drafts.reports import DraftReport
from .decisions import Verdict

SENDS_TO: Final[Mapping[tuple[str, str], str]] = {
    ("intermediate_glycaemia", "above_range"): "diabetes_range",
}


def check_dependent(report: DraftReport, verdicts: Mapping[str, str]) -> None:
    """Refuse a confirmation of what sends to a finding that was amended or rejected.

    Parameters
    ----------
    report : the draft that is decided on
    verdicts : finding id -> verdict, of this act and of those before

    Raises
    ------
    NotPermitted : it names the findings that need a decision of their own
    """
    grades = {str(f["id"]): str(f.get("grade", "")) for f in report.document["findings"]}
    left = [
        (name, target)
        for (name, grade), target in SENDS_TO.items()
        if grades.get(name) == grade
        and verdicts.get(name) == Verdict.CONFIRM
        and verdicts.get(target) in (Verdict.AMEND, Verdict.REJECT)
    ]
    if left:
        names = ", ".join(name for name, _ in left)
        targets = ", ".join(target for _, target in left)
        raise NotPermitted(
            found=f"a confirmation of {names}, which points to {targets}, amended or rejected",
            why="the released report would contradict itself",
            remedy=f"amend or reject {names} too, in the same act or before",
            path=f"draft {report.draft_id}",
        )
