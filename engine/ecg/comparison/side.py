"""What a comparison reads of one recording."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ...fixedpoint import FloatArray
from ...prediagnosis import EcgSection, EcgValue
from ..classical.model import ClassicalMeasurement
from ..findings.find import Statement
from ..measure.model import LeadMeasures
from ..recorded import NOT_STATED, EcgRecorded
from ..signal import EcgSignal
from ..visit import ScreenedEcg

REFUSED: Final = "not_assessable"
OWN_SCALE: Final = "quality.record.own_scale"
PACED: Final = "paced_rhythm"


@dataclass(frozen=True, slots=True, eq=False)
class EcgSide:
    """One of the two recordings, measured.

    Parameters
    ----------
    section : quality and measurements, as the draft prints them
    recorded : device and filters, as far as they are known
    per_lead : amplitudes; None where no beat could be averaged
    classical : the second measurement
    statements : with their scores; none where rules or network may not be asked
    swaps : names of swaps that this recording alone makes likely
    signal : that was measured
    """

    section: EcgSection
    recorded: EcgRecorded
    per_lead: LeadMeasures | None
    classical: ClassicalMeasurement
    statements: tuple[Statement, ...]
    swaps: tuple[str, ...]
    signal: EcgSignal

    @property
    def at(self) -> datetime | None:
        """When it was recorded, as it states; at midnight only the day is known."""
        return self.signal.recorded_at or self.recorded.at

    @property
    def values(self) -> Mapping[str, EcgValue]:
        """Return measured values by name."""
        return {one.name: one for one in self.section.measured}

    def value(self, name: str) -> float:
        """Return a measured value, NaN where it is withheld."""
        found = self.values.get(name)
        return float("nan") if found is None or found.value is None else found.value

    def statement(self, name: str) -> Statement | None:
        """Return one statement, None where nothing was said of it."""
        return next((s for s in self.statements if s.name == name), None)

    @property
    def is_paced(self) -> bool:
        """Whether a pacemaker drives the rhythm."""
        said = self.statement(PACED)
        return said is not None and said.state == "present"

    @property
    def is_own_scale(self) -> bool:
        """Whether each lead was stored on a scale of its own."""
        return any(reason.id == OWN_SCALE for reason in self.section.reasons)

    @property
    def refused_leads(self) -> frozenset[str]:
        """Return leads that can't be read."""
        return frozenset(x.lead for x in self.section.leads if x.verdict == REFUSED)

    def lead_value(self, values: FloatArray, lead: str) -> float:
        """Return one lead of an array of ``per_lead``, NaN where it is absent or refused."""
        row = None if self.per_lead is None else self.per_lead.of(lead)
        return float("nan") if row is None or lead in self.refused_leads else float(values[row])

    def st_mv(self, lead: str) -> tuple[float, float]:
        """Return ST at J of the second measurement and its uncertainty; NaN where not measured."""
        there = self.classical.leads
        if lead not in there or lead in self.refused_leads:
            return float("nan"), float("nan")
        row = there.index(lead)
        return float(self.classical.st_j_mv[row]), float(self.classical.st_uncertainty_mv[row])

    def second(self, name: str) -> float:
        """Return a value of the second measurement, NaN where it is withheld."""
        return self.classical.value(name)


def side_of(screened: ScreenedEcg, recorded: EcgRecorded = NOT_STATED) -> EcgSide:
    """Take what a comparison reads of a measured ECG.

    Parameters
    ----------
    screened : what ``screened_ecg`` returned
    recorded : how it was recorded, as far as it is known
    """
    analysis = screened.analysis
    return EcgSide(
        section=screened.section,
        recorded=recorded,
        per_lead=analysis.measurements.per_lead,
        classical=analysis.classical,
        statements=screened.statements,
        swaps=tuple(one.swap for one in analysis.quality.swaps),
        signal=analysis.signal,
    )
