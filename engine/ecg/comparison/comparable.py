"""What of two recordings can't be compared, and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np

from ...prediagnosis import Message
from ..recorded import Order, order_of
from .same import is_same_recording
from .settings import ComparisonSettings
from .side import REFUSED, EcgSide
from .swapped import swap_between

PREFIX = "ecg_since.reason"
_ALONE: Final = ("same_signal", "not_before")


@dataclass(frozen=True, slots=True)
class Obstacles:
    """What stands between two recordings.

    Parameters
    ----------
    told : every reason, worded for the reader; some only ask for care
    blocked : group of values -> ids of the reasons for which it is not compared
    """

    told: tuple[Message, ...]
    blocked: Mapping[str, tuple[str, ...]]

    def why(self, group: str) -> tuple[str, ...]:
        """Return why a group of values is not compared; empty where it is."""
        return self.blocked.get(group, ())


@dataclass(frozen=True, slots=True, eq=False)
class EcgPair:
    """Two recordings of one person, what stands between them, and the numbers of the method.

    ``own``: value, or value and lead -> SD of the person's own earlier recordings (``own_spread``).
    """

    now: EcgSide
    then: EcgSide
    found: Obstacles
    settings: ComparisonSettings
    own: Mapping[tuple[str, str], float] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        now: EcgSide,
        then: EcgSide,
        settings: ComparisonSettings,
        own: Mapping[tuple[str, str], float] | None = None,
        *,
        days: tuple[date | None, date | None] = (None, None),
    ) -> "EcgPair":
        """Put two recordings beside each other; ``days`` are theirs, where they state none."""
        order = order_of(then.at or days[1], now.at or days[0])
        return cls(now, then, obstacles(now, then, settings, order), settings, own or {})

    @property
    def is_readable(self) -> bool:
        """Whether at least the rhythm can be compared."""
        return not self.found.why("rhythm")


def obstacles(
    now: EcgSide, then: EcgSide, settings: ComparisonSettings, order: Order = "before"
) -> Obstacles:
    """Return what can't be compared between two recordings.

    Parameters
    ----------
    now, then : the two recordings
    settings : of the data file
    order : whether the earlier one was recorded before the other
    """
    found = [*_of_quality(now, then, settings, order), *_of_heart(now, then, settings)]
    found += _of_filters(now, then, settings)
    is_same = bool(found) and found[0][0] in _ALONE
    found = found[:1] if is_same else found
    blocked: dict[str, tuple[str, ...]] = {}
    for name, _ in found:
        for group in settings.reasons[name]:
            blocked[group] = (*blocked.get(group, ()), f"{PREFIX}.{name}")
    told = [message for _, message in found]
    told += [] if is_same else _cautions(now, then, settings)
    if order == "unknown" and not is_same:
        told.append(Message(f"{PREFIX}.order_not_known"))
    return Obstacles(tuple(told), blocked)


_Reasons = Iterator[tuple[str, Message]]


def _reason(name: str, **parameters: str | float) -> tuple[str, Message]:
    return name, Message(f"{PREFIX}.{name}", parameters)


def _of_quality(
    now: EcgSide, then: EcgSide, settings: ComparisonSettings, order: Order
) -> _Reasons:
    """Yield what is wrong with the recordings themselves."""
    if _is_one_recording(now, then, settings, order):
        yield _reason("same_signal")
        return
    if order == "after":
        yield _reason("not_before")
        return
    sides = {"now": now, "earlier": then}
    bad = [name for name, side in sides.items() if side.section.verdict == REFUSED]
    if bad:
        yield _reason("not_assessable", which=_which(bad))
        return
    slowest = min(side.section.sampling_rate_hz for side in sides.values())
    if slowest < settings.limits.least_rate_hz:
        yield _reason("low_sampling_rate", rate=round(slowest))
    swapped = [name for name, side in sides.items() if side.swaps]
    if swapped:
        yield _reason("leads_swapped", which=_which(swapped))
    elif swap := swap_between(now, then, settings):
        yield _reason("leads_swapped_between", swap=f"ecg_since.swap:{swap}")
    scaled = [name for name, side in sides.items() if side.is_own_scale]
    if scaled:
        yield _reason("own_scale", which=_which(scaled))


def _is_one_recording(
    now: EcgSide, then: EcgSide, settings: ComparisonSettings, order: Order
) -> bool:
    """Say whether both are one recording: by its moment, its samples, or what they show."""
    if order == "same" and set(now.signal.leads) & set(then.signal.leads):
        return True
    is_bytes = now.section.signal_sha256 == then.section.signal_sha256
    return is_bytes or is_same_recording(now.signal, then.signal, settings.same)


def _of_heart(now: EcgSide, then: EcgSide, settings: ComparisonSettings) -> _Reasons:
    """Yield what the heart itself does so differently that the rest follows from it."""
    paced = [name for name, side in {"now": now, "earlier": then}.items() if side.is_paced]
    if paced:
        yield _reason("paced", which=_which(paced))
        return
    wide = [side.value("qrs") >= settings.limits.wide_qrs_ms for side in (now, then)]
    known = np.isfinite([now.value("qrs"), then.value("qrs")]).all()
    if known and wide[0] != wide[1]:
        yield _reason("conduction_differs")


def _of_filters(now: EcgSide, then: EcgSide, settings: ComparisonSettings) -> _Reasons:
    """Yield filters that both files state, that differ, and of which one goes too far."""
    one, other, limits = now.recorded, then.recorded, settings.limits
    high = (one.high_pass_hz, other.high_pass_hz)
    if (
        None not in high
        and high[0] != high[1]
        and max(h or 0.0 for h in high) > limits.high_pass_hz
    ):
        yield _reason("high_pass_differs", now=high[0] or 0.0, before=high[1] or 0.0)
    low = (one.low_pass_hz, other.low_pass_hz)
    if None not in low and low[0] != low[1] and min(x or 0.0 for x in low) < limits.low_pass_hz:
        yield _reason("low_pass_differs", now=low[0] or 0.0, before=low[1] or 0.0)


def _cautions(now: EcgSide, then: EcgSide, settings: ComparisonSettings) -> list[Message]:
    """Return what asks for care and takes nothing away."""
    one, other = now.recorded, then.recorded
    told = []
    if one.device and other.device and one.device != other.device:
        told.append(Message(f"{PREFIX}.device_differs"))
    stated = [one.high_pass_hz, other.high_pass_hz, one.low_pass_hz, other.low_pass_hz]
    if None in stated:
        told.append(Message(f"{PREFIX}.filters_not_stated"))
    rates = (now.value("rate"), then.value("rate"))
    if abs(rates[0] - rates[1]) >= settings.method.rate_apart_per_min:
        apart = {"now": round(rates[0]), "before": round(rates[1])}
        told.append(Message(f"{PREFIX}.rates_apart", apart))
    return told


def _which(names: list[str]) -> str:
    return "ecg_since.which:" + ("both" if len(names) > 1 else names[0])
