"""A report with an urgent rule at U0 is not closed unheard: its findings are not the alarm.

Urgent items are decided by nobody. A report whose every finding was rejected is never released, so
it left the worklist with the alarm in it, while no physician had taken charge.
"""

from sqlalchemy import Connection, select

from ...engine.errors import NotPermitted
from ..drafts.reports import DraftReport
from ..drafts.states import Act
from ..house_data import worklist_rules
from ..store.tables import steps


class NotAcknowledged(NotPermitted):
    """A rejection of everything in a report whose alarm no physician took charge of."""

    code = "not_acknowledged"


def check_answered(connection: Connection, report: DraftReport, act: Act) -> None:
    """Refuse to reject the last of a report while its alarm has nobody in charge.

    Parameters
    ----------
    connection : the transaction of the decision
    report : the draft that is decided on
    act : what the decision makes of the report

    Raises
    ------
    NotAcknowledged : the report stays on the worklist as it was
    """
    level = worklist_rules().realert_level
    alarms = [u for u in report.document.get("urgent", ()) if u["level"] == level]
    if act is not Act.REJECT or not alarms:
        return
    acts = connection.execute(select(steps.c.act).where(steps.c.draft_id == report.draft_id))
    if Act.ACKNOWLEDGE in set(acts.scalars()):
        return
    raise NotAcknowledged(
        found=f"a rejection of every finding of a report with an urgent rule at {level}",
        why="the alarm is none of its findings and would leave the list with nobody in charge",
        remedy="take charge of it (`laennec acknowledge`), then reject; or withdraw the report",
        path=f"draft {report.draft_id}",
    )
