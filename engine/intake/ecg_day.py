"""Whether an ECG is of the day of its visit: one of another day settles nothing of today."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Final

from ..record import Problem
from .document import intake_numbers
from .problems import Severity

OF_EARLIER_DAY: Final = "ecg_of_earlier_day"
AFTER_VISIT: Final = "ecg_after_visit"
BEFORE_BIRTH: Final = "ecg_before_birth"
CONTRADICTS: Final = frozenset({AFTER_VISIT, BEFORE_BIRTH})
OF_OTHER_DAY: Final = frozenset({OF_EARLIER_DAY, *CONTRADICTS})
PATH: Final = "$.ecg.file"
_ITEM: Final = "ecg"


def day_problem(
    at: datetime | None, visit: datetime | None, born: date | None, path: str
) -> Problem | None:
    """Return what is wrong with the day of a visit's ECG; None where it may be that of the visit.

    Clocks of devices and time zones differ by hours: within those nothing is said.

    Parameters
    ----------
    at : when it was recorded, as it states; at midnight only the day is known
    visit : the moment of the visit; at midnight only the day is known
    born : of the person
    path : where the ECG stood
    """
    if at is None or visit is None:
        return None
    at = in_time_of(at, visit)
    code = _code(at, visit, born)
    if code is None:
        return None
    said = {"found": at.date().isoformat(), "visit": visit.date().isoformat()}
    severity: Severity = "refused_item" if code in CONTRADICTS else "note"
    return Problem(0, severity, code, path, _ITEM, said)


def day_problems(
    at: datetime | None, visit: datetime | None, born: date | None, told: Iterable[Problem]
) -> tuple[Problem, ...]:
    """Return what is wrong with the day of a visit's ECG, unless its sender was told already."""
    problem = day_problem(at, visit, born, PATH)
    known = {p.code for p in told}
    return () if problem is None or problem.code in known else (problem,)


def in_time_of(at: datetime, visit: datetime) -> datetime:
    """Return a moment without its zone, in the time of the visit; one without is taken as of it."""
    local = at if at.tzinfo is None or visit.tzinfo is None else at.astimezone(visit.tzinfo)
    return local.replace(tzinfo=None)


def _code(at: datetime, visit: datetime, born: date | None) -> str | None:
    if born is not None and at.date() < born:
        return BEFORE_BIRTH
    limits, on = intake_numbers()["ecg_day"], visit.replace(tzinfo=None)
    days = (on.date() - at.date()).days
    if not days:
        return None
    before, after = (timedelta(hours=limits[name]) for name in ("hours_before", "hours_after"))
    if time() in (at.time(), on.time()):
        before, after = (
            timedelta(hours=limits["hours_of_days"]),
            timedelta(hours=limits["hours_of_days"]),
        )
        at, on = datetime.combine(at, time()), datetime.combine(on, time())
    if on - at > before:
        return OF_EARLIER_DAY
    return AFTER_VISIT if at - on > after else None
