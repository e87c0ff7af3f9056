"""Where the site asks for it: no finding before the physician noted an impression of their own."""

from ....engine.errors import NotPermitted
from ...decisions.notes import impression_needed
from ...drafts.history import ReportHistory
from ..caller import Call


class ImpressionFirst(NotPermitted):
    """The findings are asked for, or decided, before the physician's own impression."""

    code = "impression_first"


def is_impression_needed(call: Call, history: ReportHistory) -> bool:
    """Say whether whoever calls must note an impression first."""
    is_asked = call.service.settings.impression_first
    return impression_needed(history, call.person, is_asked=is_asked)


def require_impression(call: Call, history: ReportHistory) -> None:
    """Refuse findings to a physician who noted no impression yet (hazard H6).

    Raises
    ------
    ImpressionFirst : with where to note it
    """
    if is_impression_needed(call, history):
        raise ImpressionFirst(
            found="the findings before an impression of your own",
            why="this site asks for it first, so that the findings do not lead it",
            remedy="Post it to .../impression, or note it on /review; what is urgent is shown"
            " without it",
            path=f"draft {history.report.draft_id}",
        )
