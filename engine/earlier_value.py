"""One value of an earlier visit that today's report must not contradict."""

from dataclasses import dataclass, replace
from typing import Final

from .prediagnosis import Finding, InputValue, Message, Urgency

_URGENCY: Final[Urgency] = "U2"


@dataclass(frozen=True, slots=True)
class EarlierValue:
    """A value of an earlier visit, how many days old, and what was proposed about it then.

    ``days`` is None where the visit has no day that can be read; ``after`` is the day of one that
    is dated after today's, ``dated`` its day where today's can't be right. ``waits``: it was not
    used then, and nobody confirmed it. ``is_random``: measured at any time of the day, so that it
    is no second result of the two that a diagnosis needs.
    ``is_copy``: today sent the same result of the same day again, so that it is no second one.
    ``is_of_today``: an earlier visit of the same day measured it.
    """

    value: InputValue
    days: int | None
    action: str = ""
    addressee: str = ""
    after: str = ""
    waits: bool = False
    is_random: bool = False
    dated: str = ""
    is_copy: bool = False

    @property
    def is_of_today(self) -> bool:
        """Whether it was measured earlier on the same day."""
        return self.days == 0

    def message(self, name: str) -> Message:
        """Return a sentence about this value."""
        name = f"{name}_waits" if self.waits else name
        item, unit = f"item:{self.value.name}", f"unit:{self.value.unit}"
        given = {"item": item, "value": self.value.value, "unit": unit}
        if self.dated:
            return Message(f"{name}_dated", {**given, "date": self.dated})
        if self.after:
            return Message(f"{name}_after", {**given, "date": self.after})
        if self.days is None:
            return Message(f"{name}_undated", given)
        if self.is_of_today:
            return Message(f"{name}_today", given)
        return Message(name, {**given, "days": self.days})

    def again(self, finding: Finding) -> Finding:
        """Propose again what was proposed then, where nothing was measured today.

        Two values of one day that differ settle nothing, whichever came last. Advice for the next
        visit (a glucose of 1.20 g/L today, fasting or not) takes nothing off.
        """
        is_open = finding.state == "not_assessable" or self.is_of_today
        is_called = finding.urgency is not None and finding.urgency <= _URGENCY
        if not is_open or is_called or not self.action:
            return finding
        return replace(
            finding,
            urgency=_URGENCY,
            proposed_action=self.action,
            proposed_addressee=self.addressee,
        )
