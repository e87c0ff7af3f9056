"""What is known of a recording beside its samples: the device, its filters, when it was made."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Literal

from .signal import EcgSignal


@dataclass(frozen=True, slots=True)
class EcgRecorded:
    """How an ECG was recorded, as its file states it; empty or None where it states nothing.

    Parameters
    ----------
    device : maker and model
    high_pass_hz, low_pass_hz, notch_hz : filters
    at : when
    """

    device: str = ""
    high_pass_hz: float | None = None
    low_pass_hz: float | None = None
    notch_hz: float | None = None
    at: datetime | None = None


NOT_STATED = EcgRecorded()

Order = Literal["before", "after", "same", "unknown"]


def order_of(one: date | datetime | None, other: date | datetime | None) -> Order:
    """Say whether one ECG was recorded before or after another, or at the very same moment.

    Of one day the times decide, where both are known: a moment at midnight is a day alone.

    >>> order_of(date(2021, 3, 3), datetime(2021, 3, 3, 8, 0))
    'unknown'
    >>> order_of(datetime(2021, 3, 3, 11, 15), datetime(2021, 3, 3, 8, 0))
    'after'
    """
    if one is None or other is None:
        return "unknown"
    a, b = (_moment(x) for x in (one, other))
    if a.tzinfo is None or b.tzinfo is None:
        a, b = a.replace(tzinfo=None), b.replace(tzinfo=None)
    if time() in (a.time(), b.time()) or a.date() != b.date():
        return _by(a.date(), b.date()) if a.date() != b.date() else "unknown"
    return _by(a, b) if a != b else "same"


def _by(a: date, b: date) -> Order:
    return "before" if a < b else "after"


def _moment(x: date | datetime) -> datetime:
    return x if isinstance(x, datetime) else datetime.combine(x, time())


@dataclass(frozen=True, slots=True)
class EarlierEcg:
    """An earlier ECG of the same person.

    Parameters
    ----------
    signal : millivolt
    recorded : how, as far as it is known
    on : day of the recording, or of its visit; None where it is not known
    visit_id : of the visit that it came with; empty where it came alone
    age_years : of the person then; None where it is not known
    """

    signal: EcgSignal = field(repr=False)
    recorded: EcgRecorded = NOT_STATED
    on: date | None = None
    visit_id: str = ""
    age_years: float | None = None
