"""The parts of a draft that look beyond one day: trajectories, follow-up of a known diabetes."""

from dataclasses import dataclass
from typing import Literal

from .draft_base import Band, InputValue, Message, ModelReference, Reason


@dataclass(frozen=True, slots=True)
class Trajectory:
    """What one item did over the years, in the unit of its last value; it decides nothing.

    ``tests`` are days since the method last changed; ``slope_interval`` is None where exact values
    are too few or the last is a bound; ``direction`` is rises, falls, no_trend_shown (the interval
    holds zero) or too_few. ``last_comparator`` says that the last value is known only to lie below
    or above ``last_value``. Without a value that can be used ``tests`` is 0, the days are empty,
    and what would be made of them is None.
    """

    item: str
    unit: str
    tests: int
    first_on: str
    last_on: str
    days_since_last: int | None
    last_value: float | None
    slope_per_year: float | None
    slope_interval: tuple[float, float] | None
    direction: str
    share_in_range: float | None = None
    range_id: str = ""
    notes: tuple[Message, ...] = ()
    last_comparator: str = ""


@dataclass(frozen=True, slots=True)
class DueItem:
    """Something that is done again: ``last_on`` from a visit, empty where the person said it.

    ``unknown``: neither a visit nor an answer says when it was last done. ``waiting``: a value was
    sent, is the newest, and is refused or waits to be confirmed. ``months`` is 0 for what is done
    or not, such as a vaccination without a yearly return. ``said_on`` is the day of the earlier
    visit whose ``answer`` is read, as today has none, or of the visit that sent what waits.
    """

    id: str
    state: Literal["up_to_date", "due", "unknown", "waiting"]
    last_on: str
    months: int
    source: str
    said_on: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Follow-up of a known diabetes.

    ``index`` 0 to 100 is how much reason there is to look at the treatment again, no probability;
    None where the rules could not be asked. ``direction`` is that of HbA1c (as a trajectory's).
    ``is_meant`` is False for a stated type other than 2: then only hypoglycaemia and work are
    spoken of. ``hypoglycaemia``: declared, declared_before (at an earlier visit, today says
    nothing), none_declared or not_stated treatment that may lower glucose too far.
    """

    index: float | None
    band: Band
    direction: str
    target_percent: float
    is_target_set: bool
    reasons: tuple[Reason, ...]
    due: tuple[DueItem, ...]
    questions: tuple[Message, ...]
    limits: tuple[Message, ...]
    model: ModelReference | None = None
    is_meant: bool = True
    hypoglycaemia: str = ""


@dataclass(frozen=True, slots=True)
class RiskShift:
    """One input that moved a risk: its value then and now, and the logit it moved by.

    ``measured`` are the measurements behind an index or a ratio that changed, then and now.
    """

    name: str
    before: InputValue
    now: InputValue
    contribution: float
    measured: tuple[tuple[InputValue, InputValue], ...] = ()


@dataclass(frozen=True, slots=True)
class RiskChange:
    """One risk then and now, by the same model as it is today.

    ``shifts`` are the largest first; with those under 0.001, which are left out, they add up to the
    difference of the two logits. Where ``why_not`` is set the two can't be compared. ``apart`` were
    known on one day only or measured in another way: they count on both days as they are today, and
    ``before`` is the risk with them so. Each has by how much it would have moved the logit, 0 where
    nothing can be said without it. ``visit_at`` is the moment of the earlier visit where that day
    has several, else empty.
    """

    outcome: str
    since: str
    before: float | None
    now: float | None
    shifts: tuple[RiskShift, ...] = ()
    why_not: str = ""
    apart: tuple[RiskShift, ...] = ()
    visit_at: str = ""
