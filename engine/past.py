"""What a visit says beside the earlier visits of the same person that came with it."""

from datetime import date, datetime

from .intake import VisitRecord
from .prediagnosis import Trajectory


def past_of(record: VisitRecord) -> tuple[Trajectory, ...]:
    """Return the trajectories of a visit with usable earlier ones; none where it has no past.

    An earlier visit that was refused, is dated later than this one or belongs to another person is
    not used.
    """
    earlier = [one for one in record.previous if is_usable(one, record)]
    if record.is_refused or not earlier:
        return ()
    from .trajectories import trajectories_of  # noqa: PLC0415 - a visit without a past needs none

    visits = [(one.batch, day_of(one)) for one in (*earlier, record)]
    return trajectories_of(visits, day_of(record))


def is_usable(earlier: VisitRecord, record: VisitRecord) -> bool:
    """Say whether a visit lies before another one and was not refused."""
    if earlier.is_refused or not earlier.performed_at or not record.performed_at:
        return False
    return _moment(earlier) <= _moment(record)


def day_of(record: VisitRecord) -> date:
    """Return the calendar day of a visit, where it took place."""
    return _moment(record).date()


def _moment(record: VisitRecord) -> datetime:
    return datetime.fromisoformat(record.performed_at)
