"""When a result was made, in every way in which FHIR says it; no day is taken without a word."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from .entries import Entry, obj, text
from .issues import IssueLog

_DATE_LENGTH: Final = len("2026-11-03")


def moment_of(entry: Entry, performed_at: str, log: IssueLog) -> str:
    """Return when an Observation was made, as it is written; empty where nothing says it.

    A period or a timing counts from its start. Without one, its end or the moment of issue is the
    latest that it can be: that is taken where it is not after the visit, and told. What stays
    without a day is told too, as it will be taken as of the visit.

    Parameters
    ----------
    entry : an Observation that may be read
    performed_at : moment of the visit
    log : of the Bundle
    """
    begin, latest = _said(entry.resource)
    if begin:
        return begin
    if latest and not _is_later(latest, performed_at):
        log.add("time_at_latest", entry.path, severity="warning")
        return latest
    log.add("time_missing", entry.path, severity="warning")
    return ""


def _said(resource: Mapping[str, Any]) -> tuple[str, str]:
    """Return when it began, and the latest that it can have been; each empty where not said."""
    timing = obj(resource.get("effectiveTiming"))
    given = timing.get("event")
    events = sorted(text(one) for one in given) if isinstance(given, list) else []
    period = obj(resource.get("effectivePeriod"))
    bounds = obj(obj(timing.get("repeat")).get("boundsPeriod"))
    begins = (resource.get("effectiveDateTime"), resource.get("effectiveInstant"))
    begins += (period.get("start"), *events, bounds.get("start"))
    ends = (period.get("end"), bounds.get("end"), resource.get("issued"))
    return _first(begins), _first(ends)


def _first(ways: tuple[object, ...]) -> str:
    return next((text(way) for way in ways if text(way)), "")


def _is_later(moment: str, visit: str) -> bool:
    """Say whether a moment is of a later day than the visit; one that can't be read is not."""
    there, here = day_of(moment, visit), day_of(visit, visit)
    return there is not None and here is not None and there > here


def day_of(moment: str, visit: str) -> date | None:
    """Return the day of a moment in the time of the visit; None where it can't be read.

    >>> day_of("2026-11-20T23:30:00Z", "2026-11-20T09:00:00+01:00")
    datetime.date(2026, 11, 21)
    """
    try:
        there, here = datetime.fromisoformat(moment), datetime.fromisoformat(visit)
    except ValueError:
        return None
    is_aware = there.tzinfo is not None and here.tzinfo is not None
    return (there.astimezone(here.tzinfo) if is_aware else there).date()


def with_time(moment: str, offset: str) -> str | None:
    """Return a moment as a visit has it: a date alone is read as the first moment of that day.

    Parameters
    ----------
    moment : as FHIR writes it; empty where nothing is said
    offset : time zone of the visit

    >>> with_time("2026-11-03", "+01:00"), with_time("", "+01:00")
    ('2026-11-03T00:00:00+01:00', None)
    """
    if not moment:
        return None
    return f"{moment}T00:00:00{offset}" if len(moment) == _DATE_LENGTH else moment


def tell_undated(log: IssueLog) -> None:
    """Tell the reader of the report, once, how many results have no day, or only the latest one.

    Parameters
    ----------
    log : of the Bundle, after its Observations were read
    """
    undated = [issue.where for issue in log.issues if issue.name == "time_missing"]
    if undated:
        log.keep("note", "results_undated", undated[0], count=str(len(undated)))
    at_latest = [issue.where for issue in log.issues if issue.name == "time_at_latest"]
    if at_latest:
        log.keep("note", "results_at_latest", at_latest[0], count=str(len(at_latest)))


def offset_of(performed_at: str) -> str:
    """Return the time zone of a moment as it is written.

    >>> offset_of("2026-11-03T09:20:00+01:00"), offset_of("2026-11-03T08:20:00Z")
    ('+01:00', '+00:00')
    """
    try:
        zone = datetime.fromisoformat(performed_at).strftime("%z")
    except ValueError:
        zone = ""
    return f"{zone[:3]}:{zone[3:5]}" if zone else "+00:00"
