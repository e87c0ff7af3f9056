"""A resource whose status does not let it be used: whom that is told."""

from ...engine.intake.problems import shown
from .entries import Entry
from .issues import IssueLog
from .maps import fhir_maps


def tell_status(entry: Entry, status: str, log: IssueLog) -> None:
    """Tell of a resource that was not used for its status.

    What is said never to have been true, or not to have been done, is told to the sender alone: the
    report would show it again to the people who are to forget it. Of anything else a physician must
    know that it exists.

    Parameters
    ----------
    entry : the resource
    status : its own
    log : of the Bundle
    """
    where = f"{entry.path}.status"
    if status not in fhir_maps()["status"]["taken_back"]:
        log.keep("note", "status_not_usable", where, kind=shown(entry.kind), status=shown(status))
        return
    words = {"kind": shown(entry.kind), "status": shown(status)}
    log.add("status_not_usable.taken_back", where, words)
