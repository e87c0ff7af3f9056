"""What is known of a recording beside its samples: the device, its filters, when it was made."""

from dataclasses import dataclass, field
from datetime import date, datetime

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
