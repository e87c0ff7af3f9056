"""What a visit says beside the earlier visits of the same person that came with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from .intake import VisitRecord
from .plausibility.check import check_plausibility
from .prediagnosis import FollowUp, Trajectory
from .record import YES, VisitBatch

if TYPE_CHECKING:
    from .screening import Screening
    from .trajectories import Points

KNOWN_DIABETES: Final = "condition.diabetes"
NOT_COME: Final = "moment_in_future"
BEFORE_BIRTH: Final = "birth_after_visit"
UNREADABLE: Final = "moment_unreadable"
IMPOSSIBLE_DAY: Final = (NOT_COME, BEFORE_BIRTH, UNREADABLE)
"""Problems of a record whose day can't be right: which of two visits is the later is not known."""

NOTHING: Final["Mapping[str, Points]"] = {}


@dataclass(frozen=True, slots=True)
class Past:
    """What is said of the one row of a visit; both empty where there is nothing to say."""

    trajectories: Mapping[int, tuple[Trajectory, ...]] = field(default_factory=dict)
    follow_up: Mapping[int, FollowUp] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EarlierVisit:
    """A usable earlier visit: its columns after the plausibility check, and its day."""

    batch: VisitBatch
    day: date


def checked_earlier(record: VisitRecord) -> tuple[EarlierVisit, ...]:
    """Return the usable earlier visits of a record, each checked once for all who read them.

    One that was refused or is dated later than this one is not used; one of another person refused
    the record, and then none is.
    """
    if record.is_refused or not record.performed_at:
        return ()
    return tuple(
        EarlierVisit(check_plausibility(one.batch), day_of(one))
        for one in record.previous
        if is_usable(one, record)
    )


@dataclass(frozen=True, slots=True)
class UnusedVisit:
    """An earlier visit that is read for urgent values only.

    ``day`` is None where it can't be read or lies before the birth. ``is_after``: dated after the
    record. ``is_mistyped``: its day can't be right, so nobody knows on which side of the record it
    lies.
    """

    batch: VisitBatch
    day: date | None
    is_after: bool = False
    is_mistyped: bool = False


def unused_earlier(record: VisitRecord) -> tuple[UnusedVisit, ...]:
    """Return the visits of the same person of which urgent values alone are read.

    Whatever refused a visit, and whatever day it has, a pressure of 212 stands in it: one dated
    after the record said "only its urgent values are told", and they were not.
    """
    if record.is_refused or not record.performed_at:
        return ()
    return tuple(_unused(one, record) for one in record.previous if not is_usable(one, record))


def of_a_refused(record: VisitRecord) -> tuple[UnusedVisit, ...]:
    """Return every earlier visit of a record that was refused: urgent values alone are read."""
    return tuple(_unused(one, record) for one in record.previous)


def of_others(record: VisitRecord) -> tuple[UnusedVisit, ...]:
    """Return the earlier visits whose identity is not the record's, in order.

    One that lies before the birth that it states has no day: which of the two is wrong, and whose
    birth it is, is not known.
    """
    return tuple(_unused(one, record) for one in record.of_others)


def day_that_can_be_right(record: VisitRecord) -> date | None:
    """Return the day of a record; None where it can't be read, has not come, or precedes birth."""
    return day_of(record) if record.performed_at and not _wrong_days(record) else None


def _wrong_days(record: VisitRecord) -> set[str]:
    return {p.code for p in record.batch.problems if p.code in IMPOSSIBLE_DAY}


def _unused(one: VisitRecord, record: VisitRecord) -> UnusedVisit:
    batch = check_plausibility(one.batch)
    told = _wrong_days(one)
    if not one.performed_at or BEFORE_BIRTH in told:
        return UnusedVisit(batch, None, is_mistyped=True)
    is_after = bool(record.performed_at) and _moment(one) > _moment(record)
    return UnusedVisit(batch, day_of(one), is_after, NOT_COME in told)


def past_of(
    record: VisitRecord,
    screening: "Screening",
    earlier: Sequence[EarlierVisit],
    of_ecgs: "Mapping[str, Points]" = NOTHING,
) -> Past:
    """Return the trajectories of a visit with usable earlier ones, and a known diabetes' follow-up.

    Parameters
    ----------
    record : the visit
    earlier : from ``checked_earlier``
    screening : its columns after the plausibility check, its features, and the models
    of_ecgs : item -> what the ECGs of this visit and of earlier ones measured
    """
    if record.is_refused or not record.performed_at:
        return Past()
    checked = screening.batch
    is_known = bool(checked.answer(KNOWN_DIABETES)[0] == YES)
    if not earlier and not is_known and not of_ecgs:
        return Past()
    from .follow_up import follow_up_of, target_of  # noqa: PLC0415 - most need none
    from .trajectories.draft import USUAL_GOAL, trajectories_of  # noqa: PLC0415 - as above

    today = day_of(record)
    visits = [*((one.batch, one.day) for one in earlier), (checked, today)]
    target = target_of(visits, [one.batch for one in unused_earlier(record)])
    was_known = any(bool(one.answer(KNOWN_DIABETES)[0] == YES) for one, _ in visits)
    usual = USUAL_GOAL if was_known else None
    goal = target.percent if target.is_set else usual
    trajectories = trajectories_of(visits, today, of_ecgs, goal=goal)
    follow_up = follow_up_of(visits, screening, trajectories, target) if is_known else None
    return Past(
        {0: trajectories} if (earlier or of_ecgs) and trajectories else {},
        {} if follow_up is None else {0: follow_up},
    )


def before(record: VisitRecord) -> tuple[VisitRecord, ...]:
    """Return the usable visits of earlier days, the last one first."""
    if record.is_refused or not record.performed_at:
        return ()
    earlier = [one for one in record.previous if is_usable(one, record)]
    of_days = [one for one in earlier if day_of(one) < day_of(record)]
    order = sorted(of_days, key=lambda one: (_moment(one), one.batch.visit_id[0]), reverse=True)
    return tuple(order)


def is_usable(earlier: VisitRecord, record: VisitRecord) -> bool:
    """Say whether a visit lies before another one and was not refused."""
    if earlier.is_refused or not earlier.performed_at:
        return False
    return _moment(earlier) <= _moment(record)


def day_of(record: VisitRecord) -> date:
    """Return the calendar day of a visit, where it took place."""
    return _moment(record).date()


def _moment(record: VisitRecord) -> datetime:
    return datetime.fromisoformat(record.performed_at)
