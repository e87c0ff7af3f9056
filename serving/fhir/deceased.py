"""A Patient who is said to have died before the visit: the sign of another person's record."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from .entries import Entry, text
from .issues import IssueLog

_YEAR: Final = len("2026")
_DAY: Final = len("2026-11-03")


def tell_deceased(patient: Entry, performed_at: str, log: IssueLog) -> None:
    """Refuse the record of a person who can't have come to the visit (hazard H2).

    Its urgent rules still speak: somebody was measured. A death after the visit says nothing
    against it, as in an export of earlier years; one without its day is not taken to be later.

    Parameters
    ----------
    patient : the one person of the Bundle
    performed_at : moment of the visit
    log : of the Bundle
    """
    if has_died(patient.resource, performed_at):
        log.keep("refused_record", "patient_deceased", patient.path)


def has_died(patient: Mapping[str, Any], performed_at: str) -> bool:
    """Say whether a Patient is said to have died before a visit, or without a day.

    Parameters
    ----------
    patient : a FHIR Patient
    performed_at : moment of the visit
    """
    died = text(patient.get("deceasedDateTime"))
    is_dead = patient.get("deceasedBoolean") is True
    return is_dead or bool(died and not _is_later(died, performed_at))


def _is_later(died: str, performed_at: str) -> bool:
    """Say whether a death lies after a moment, or on the same day and not before it.

    >>> _is_later("2026-11-04", "2026-11-03T09:20:00+01:00"), _is_later("2026", "2026-11-03")
    (True, False)
    """
    if not (died[:_YEAR].isdecimal() and performed_at):
        return False
    length = min(len(died), _DAY)
    if died[:length] != performed_at[:length] or length < _DAY:
        return died[:length] > performed_at[:length]
    try:
        return datetime.fromisoformat(died) >= datetime.fromisoformat(performed_at)
    except (ValueError, TypeError):  # a day alone, or no time zone: the order is not known
        return len(died) == _DAY
