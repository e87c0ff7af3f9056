"""An ECG of another day than its visit: what it shows is told, and nothing of today is settled.

Clocks of devices are wrong often enough that an infarction keeps its level whatever day its file
states; what is absent in it is absent on that day, which nobody knows to be today.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from ..intake.ecg_day import CONTRADICTS
from ..prediagnosis import Finding, Message
from ..record import Problem
from .findings.facts import TOLD, not_asked
from .visit import ScreenedEcg, review_items

OF_ANOTHER_DAY: Final = "ecg_of_another_day"
DAY_CONTRADICTS: Final = "ecg_day_contradicts"
LIMIT: Final = "ecg.statement.of_another_day"


def said_of_other_day(
    screened: ScreenedEcg, problem: Problem, declared: Iterable[str]
) -> ScreenedEcg:
    """Return what an ECG of another day says: with its day, and with nothing excluded.

    Parameters
    ----------
    screened : what ``screened_ecg`` returned
    problem : of its day, see ``day_problem``
    declared : symptoms of the person, which an ECG of today would have to answer
    """
    limit = Message(LIMIT, {"date": str(problem.parameters["found"])})
    review = DAY_CONTRADICTS if problem.code in CONTRADICTS else OF_ANOTHER_DAY
    given = {"date": limit.parameters["date"]}
    items = tuple(
        replace(item, message=replace(item.message, parameters=given))
        for item in review_items(review, declared)
    )
    section = replace(
        screened.section,
        urgent_applied=(),
        urgent_not_applied=(
            *screened.section.urgent_applied,
            *screened.section.urgent_not_applied,
        ),
    )
    urgency = replace(screened.urgency, items=(*screened.urgency.items, *items))
    findings = tuple(_of_its_day(finding, limit) for finding in screened.findings)
    return replace(screened, section=section, urgency=urgency, findings=findings)


def _of_its_day(finding: Finding, limit: Message) -> Finding:
    told = finding if finding.state in TOLD else not_asked(finding)
    return replace(told, limits=(*told.limits, limit))
