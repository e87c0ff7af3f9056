"""What every part of a draft is made of: messages, values, reasons, the model that spoke."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Parameter = str | int | float
Band = Literal["low", "intermediate", "high", "not_assessable"]


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence by its id; parameters are codes or numbers, never words of one language.

    A parameter that is itself a vocabulary code (an item, an answer, a unit) is written
    ``item:waist`` or ``answer:symptom.chest_pain`` and rendered by its label.
    """

    id: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InputValue:
    """One value behind a reason, as reported (``origin`` reported), derived or estimated."""

    name: str
    value: str
    unit: str
    origin: Literal["reported", "derived", "estimated"] = "reported"


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of an explanation, traceable to a rule or guideline row.

    ``contribution`` is on the logit for Takagi-Sugeno-Kang rules, a share of the output area for
    Mamdani rules, points for a published score, None for a guideline row.
    """

    rule_id: str
    message: Message
    contribution: float | None
    inputs: tuple[InputValue, ...]
    source: str
    membership: float | None = None
    share_percent: float | None = None


@dataclass(frozen=True, slots=True)
class ModelReference:
    """Which bundle spoke."""

    id: str
    version: str
    sha256: str
    key: str
