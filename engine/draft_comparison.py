"""The part of a draft that compares its ECG with an earlier one of the same person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from .draft_base import Message

Verdict = Literal["beyond", "within", "not_comparable"]
Standing = Literal["new", "gone", "changed", "unchanged", "unclear", "not_comparable"]


@dataclass(frozen=True, slots=True)
class EcgChange:
    """One measured value then and now.

    ``limit`` is how far two recordings of this person may lie apart without a change; ``sd`` has
    what it is made of, each one SD of one recording. ``lead`` is empty for a value of the whole
    ECG. ``why`` are message ids of why the two can't be compared.
    """

    name: str
    lead: str
    unit: str
    before: float | None
    now: float | None
    difference: float | None
    limit: float | None
    verdict: Verdict
    why: tuple[str, ...] = ()
    sd: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EcgStanding:
    """How one statement, or one measured pattern, stands beside the earlier ECG.

    ``before`` and ``now`` are states of the statement, empty for a measured pattern; ``moved``
    names the values behind it; ``leads`` where it lies. ``unclear``: it crossed its cut-off within
    what recordings of one person vary.
    """

    name: str
    kind: str
    standing: Standing
    before: str = ""
    now: str = ""
    moved: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EcgComparison:
    """An ECG beside an earlier one of the same person.

    ``earlier_on`` is empty where the date of the earlier one is not known, and ``days`` is None
    then. ``signal_sha256`` is of the earlier one. ``reasons`` say what can't be compared at all,
    or only with care. ``earlier_ecgs`` is how many there were.
    """

    earlier_visit: str
    earlier_on: str
    days: int | None
    signal_sha256: str
    reasons: tuple[Message, ...]
    changes: tuple[EcgChange, ...]
    standings: tuple[EcgStanding, ...]
    earlier_ecgs: int = 1
