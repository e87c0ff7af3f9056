"""What the quality gate says: a verdict for each lead and each use, with reasons."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from ...prediagnosis import Message
from .swap_model import SwapSuspicion

Verdict = Literal["assessable", "assessable_with_caution", "not_assessable"]
VERDICTS: Final[tuple[Verdict, ...]] = ("assessable", "assessable_with_caution", "not_assessable")


@dataclass(frozen=True, slots=True)
class QualityReason:
    """One thing that is wrong, and what it leads to.

    Attributes
    ----------
    message : sentence id with parameters
    verdict : what this reason alone leads to
    """

    message: Message
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class LeadQuality:
    """One lead.

    Attributes
    ----------
    lead : name
    verdict : the worst of its reasons
    reasons : in the order of the checks
    snr_db : signal-to-noise ratio; NaN where no beats repeat
    """

    lead: str
    verdict: Verdict
    reasons: tuple[QualityReason, ...]
    snr_db: float


@dataclass(frozen=True, slots=True)
class UseQuality:
    """One use of the recording: rhythm, intervals, ST or statements on twelve leads."""

    use: str
    verdict: Verdict
    reasons: tuple[QualityReason, ...]


@dataclass(frozen=True, slots=True)
class EcgQuality:
    """The whole recording.

    Attributes
    ----------
    verdict : of the recording: not assessable when not even the rhythm is
    reasons : of the recording as a whole (length, gain, swaps)
    leads : one for each lead of the signal, in its order
    uses : use -> verdict with its reasons
    swaps : suspected swaps; a reason to record again, never a reason to correct
    contradicting : limb leads that do not follow from the others: inverted, mislabelled, disturbed
    new_recording : whether a new recording is asked for
    """

    verdict: Verdict
    reasons: tuple[QualityReason, ...]
    leads: tuple[LeadQuality, ...]
    uses: Mapping[str, UseQuality]
    swaps: tuple[SwapSuspicion, ...]
    contradicting: tuple[str, ...]
    new_recording: bool

    def lead(self, name: str) -> LeadQuality:
        """Return one lead by its name."""
        return next(lead for lead in self.leads if lead.lead == name)


def worst(verdicts: list[Verdict]) -> Verdict:
    """Return the worst of some verdicts; assessable when there is none."""
    return VERDICTS[max((VERDICTS.index(v) for v in verdicts), default=0)]
