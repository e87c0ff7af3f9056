"""The draft that a visit becomes: findings with their reasons, in message ids and parameters.

No words are kept here: a sentence file renders the same draft in French or English afterwards. A
draft is not a report that may leave; ``serving/drafts/reports.py`` holds the type that can.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from .draft_base import Band, InputValue, Message, ModelReference, Parameter, Reason
from .draft_comparison import EcgChange, EcgComparison, EcgStanding
from .draft_context import DeclaredExposure
from .draft_ecg import EcgCriterion, EcgReference, EcgSource, EcgValue
from .draft_years import DueItem, FollowUp, RiskChange, RiskShift, Trajectory

# What stands in other files and is imported from here; everything below is exported anyway.
__all__ = [
    "Band",
    "DeclaredExposure",
    "DueItem",
    "EcgChange",
    "EcgComparison",
    "EcgCriterion",
    "EcgReference",
    "EcgSource",
    "EcgStanding",
    "EcgValue",
    "FollowUp",
    "InputValue",
    "Message",
    "ModelReference",
    "Parameter",
    "Reason",
    "RiskChange",
    "RiskShift",
    "Trajectory",
]

SCHEMA: Final = "laennec.prediagnosis/1"
RISK_DECIMALS: Final = 4
MEASURED_ON: Final = "measured_on"
"""Parameter of an urgent item's message, where its value is of an earlier day than the visit."""
HOUSE: Final = "Engineering choice of the house, no guideline"
"""What a row or a rule cites that no guideline stands behind."""

FactState = Literal["present", "absent", "borderline", "not_assessable"]
Urgency = Literal["U0", "U1", "U2", "U3"]
URGENCIES: Final[tuple[Urgency, ...]] = ("U0", "U1", "U2", "U3")
PRESSING: Final = URGENCIES[:2]
"""What can't wait for another day."""
CALLED: Final = URGENCIES[:3]
"""What somebody is called for; the last level is advice at the next visit."""
ECG_RULES: Final = "ecg"
"""In ``rules_not_applied``: an ECG was sent and no urgent rule was applied to it."""


@dataclass(frozen=True, slots=True)
class MissingItem:
    """An item that is not there, and what its absence leaves open."""

    item: str
    required: bool
    risk_interval: tuple[float, float] | None = None
    could_change_band: bool | None = None
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """The smallest change found that would move the finding; only what a person can change."""

    message: Message
    inputs: tuple[tuple[str, str, str, str], ...]
    """(name, from, to, unit) of every value that changes"""
    risk: float | None
    becomes: str


@dataclass(frozen=True, slots=True)
class GuidelineReference:
    """Which rows of which guideline set spoke."""

    set: str
    row_ids: tuple[str, ...]
    guideline: str
    signed: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """What the engine says about one fact or one risk.

    A fact has ``state``; a risk has ``band`` and, where its model ran, ``risk``.
    ``grade`` is the code of the guideline category (``grade_1``, ``diabetes_range_to_confirm``).
    """

    id: str
    kind: Literal["fact", "risk"]
    message: Message
    state: FactState | None = None
    band: Band | None = None
    grade: str = ""
    risk: float | None = None
    risk_interval: tuple[float, float] | None = None
    reference_standard: str = ""
    urgency: Urgency | None = None
    reasons_for: tuple[Reason, ...] = ()
    reasons_against: tuple[Reason, ...] = ()
    missing: tuple[MissingItem, ...] = ()
    what_would_change: tuple[Change, ...] = ()
    proposed_action: str = ""
    proposed_addressee: str = ""
    model: ModelReference | None = None
    guideline: GuidelineReference | None = None
    limits: tuple[Message, ...] = ()
    shapley: Mapping[str, float] = field(default_factory=dict)
    details: Mapping[str, Parameter] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UrgentItem:
    """A deterministic rule that asks for a person, whatever any model says."""

    rule_id: str
    level: Urgency
    message: Message
    inputs: tuple[InputValue, ...]
    action: str
    addressee: str
    source: str


@dataclass(frozen=True, slots=True)
class DeclaredSymptom:
    """A symptom that was declared, and the printed urgent items that it made."""

    name: str
    rule_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Symptoms:
    """What is known of the symptoms.

    ``asked``: every symptom of the list was asked; ``partly``: only some; ``unreadable``: what was
    sent could not all be read; ``not_asked``: nothing came, and nothing is concluded from that.
    """

    asked: Literal["asked", "partly", "unreadable", "not_asked"] = "not_asked"
    declared: tuple[DeclaredSymptom, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemNotice:
    """A value that was refused, is suspect, or sets a limit; with what to do.

    Worded by the sentences ``intake.<code>.found``, ``intake.<code>.why`` and
    ``intake.<code>.remedy`` with ``parameters``.
    """

    item: str
    path: str
    code: str
    severity: Literal["refused_record", "refused_item", "suspect_item", "note"]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EcgLead:
    """The verdict on one lead and its reasons."""

    lead: str
    verdict: str
    reasons: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class EcgMark:
    """One wave over all leads, in seconds from the first sample."""

    wave: str
    onset_s: float
    offset_s: float


@dataclass(frozen=True, slots=True)
class EcgEvidence:
    """Where on the tracing the reasons for one finding lie.

    ``part`` is a wave (p, qrs, t), ``st`` after each QRS, ``before`` each QRS, or one ``beat`` at
    ``at_s`` seconds from the first sample.
    """

    finding: str
    leads: tuple[str, ...]
    part: str
    at_s: float | None = None


@dataclass(frozen=True, slots=True)
class EcgSection:
    """The ECG of a draft.

    Attributes
    ----------
    signal_sha256 : of rate, lead names and samples; the content hash of the draft covers it, so
        that a physician decides on this ECG and no other
    uses : use (rhythm, intervals, st, twelve_lead) -> verdict
    second : the classical measurement beside the network's: name, value, uncertainty
    disagreements : where the two differ, or neither could measure: a physician reads it now
    model : the network; None when it was refused, and then nothing is measured
    notes : on the file: what was done while it was read, and what it leaves out
    urgent_applied, urgent_not_applied : groups of urgent ECG rules; those not applied lacked
        a measurement
    evidence : where the reasons for present statements lie
    windows : of a long recording, which parts of it were judged, and how
    drawn_from_s : where the part of a long recording begins that a page draws
    recorded_at : when, in ISO 8601, a day alone where no time is known; empty where neither is
    """

    signal_sha256: str
    sampling_rate_hz: float
    duration_s: float
    leads: tuple[EcgLead, ...]
    derived: tuple[str, ...]
    verdict: str
    reasons: tuple[Message, ...]
    uses: Mapping[str, str]
    measured: tuple[EcgValue, ...]
    second: tuple[EcgValue, ...]
    disagreements: tuple[Message, ...] = ()
    marks: tuple[EcgMark, ...] = ()
    model: ModelReference | None = None
    notes: tuple[Message, ...] = ()
    urgent_applied: tuple[str, ...] = ()
    urgent_not_applied: tuple[str, ...] = ()
    evidence: tuple[EcgEvidence, ...] = ()
    windows: tuple[Message, ...] = ()
    drawn_from_s: float = 0.0
    recorded_at: str = ""


@dataclass(frozen=True, slots=True)
class PreDiagnosis:
    """The draft. ``content_hash`` covers everything here except itself.

    ``rules_not_applied``: urgent rules that could still hold, had everything been readable.
    ``screening_declined``: no model was asked. ``is_minor``: adult numbers stand here.
    ``trajectories``: what the values did since earlier visits; ``ecg_comparison``: the ECG beside
    an earlier one; ``exposures``: context, read by nothing else in it.
    """

    visit_id: str
    person_id: str
    performed_at: str
    findings: tuple[Finding, ...]
    urgent: tuple[UrgentItem, ...]
    urgency: Urgency | None
    refused_items: tuple[ItemNotice, ...]
    suspect_items: tuple[ItemNotice, ...]
    notes: tuple[ItemNotice, ...]
    quality: Mapping[str, Parameter]
    guideline_sets: Mapping[str, str]
    models_refused: tuple[tuple[str, str], ...]
    rows_unsigned: int
    sentences_sha256: str
    content_hash: str
    development_model: bool
    symptoms: Symptoms = field(default_factory=Symptoms)
    rules_not_applied: tuple[str, ...] = ()
    screening_declined: bool = False
    is_minor: bool = False
    ecg: EcgSection | None = None
    trajectories: tuple[Trajectory, ...] = ()
    follow_up: FollowUp | None = None
    risk_changes: tuple[RiskChange, ...] = ()
    ecg_comparison: EcgComparison | None = None
    exposures: tuple[DeclaredExposure, ...] = ()
    schema: str = SCHEMA
    status: Literal["draft"] = "draft"
