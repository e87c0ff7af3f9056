"""A report is read by somebody: its history, with the reading recorded."""

from ...audit.reads import record_read
from ...drafts.history import ReportHistory, read_history
from ..caller import Call
from .objects import require_object


def read_recorded(call: Call, draft_id: str) -> ReportHistory:
    """Return a report with its acts, after recording who reads it.

    Raises
    ------
    NoSuchReport : nothing is recorded of what does not exist, or is not the caller's
    """
    service = call.service
    require_object(call, draft_id)
    history = read_history(service.store, draft_id)
    if not record_read(service.store, draft_id, reader=call.person, clock=service.clock):
        service.metrics.count("laennec_reads_not_recorded_total")
    return history
