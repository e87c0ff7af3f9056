"""A report is read by somebody: its history, with the reading recorded."""

from ..history import ReportHistory, read_history
from ..reads import record_read
from .caller import Call


def read_recorded(call: Call, draft_id: str) -> ReportHistory:
    """Return a report with its acts, after recording who reads it.

    Raises
    ------
    NoSuchReport : nothing is recorded of what does not exist
    """
    service = call.service
    history = read_history(service.store, draft_id)
    if not record_read(service.store, draft_id, reader=call.person, clock=service.clock):
        service.metrics.count("laennec_reads_not_recorded_total")
    return history
