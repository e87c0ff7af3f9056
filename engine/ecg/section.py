"""What a draft says of the visit's ECG: quality, measurements, and what was drawn from."""

import hashlib
import math
from datetime import datetime, time
from typing import Final

import numpy as np

from ..prediagnosis import (
    EcgLead,
    EcgMark,
    EcgSection,
    EcgValue,
    Message,
    ModelReference,
    Parameter,
)
from .analysis import EcgAnalysis
from .classical.compare import Comparison, disagreement
from .classical.measure import NO_QRS_BOUNDS
from .classical.model import ClassicalValue
from .fiducials import OFFSET, ONSET, WAVES, Fiducials
from .measure import EcgMeasurements, Measured
from .measure.qtc import AGAINST_QTC, reasons_against_qtc
from .measure.reference import NOBODY, Person, criteria_for, interval_for, why_none
from .measure.settings import load_settings
from .signal import EcgSignal
from .urgent import EcgUrgency

MARK_DECIMALS: Final = 4
_QTC: Final = "qtc_fridericia"
_BY_HAND: Final = (*AGAINST_QTC, "ecg.withheld.t_end_uncertain", "ecg.withheld.no_t_end")
DECIMALS: Final = {"rate": 0, "qrs": 0, "qt": 0, "st": 2}


def signal_sha256(signal: EcgSignal) -> str:
    """Hash what an ECG is: rate, lead names, and samples as little-endian doubles.

    >>> import numpy as np
    >>> one = EcgSignal.of({"II": np.array([0.0, 0.5])}, 500.0)
    >>> signal_sha256(one) == signal_sha256(EcgSignal.of({"II": np.array([0.0, 0.25])}, 500.0))
    False
    """
    digest = hashlib.sha256()
    digest.update(f"{float(signal.sampling_rate_hz)!r}\0{','.join(signal.leads)}\0".encode())
    digest.update(np.ascontiguousarray(signal.signal_mv, dtype="<f8").tobytes())
    return digest.hexdigest()


def section_of(
    analysis: EcgAnalysis,
    model: ModelReference | None,
    person: Person = NOBODY,
    urgency: EcgUrgency | None = None,
) -> EcgSection:
    """Put an analysis into the plain form that a draft carries.

    Parameters
    ----------
    analysis : what ``analyse_ecg`` returned
    model : the network that found the waves
    person : whose reference intervals are printed
    urgency : what the urgent rules said; without it the section does not name them
    """
    signal, quality = analysis.signal, analysis.quality
    compared = () if model is None else disagreement(analysis.measurements, analysis.classical)
    return EcgSection(
        signal_sha256=signal_sha256(signal),
        sampling_rate_hz=signal.sampling_rate_hz,
        duration_s=signal.duration_s,
        leads=tuple(
            EcgLead(lead.lead, lead.verdict, tuple(r.message for r in lead.reasons))
            for lead in quality.leads
        ),
        derived=tuple(name for name in signal.leads if name in signal.derived),
        verdict=quality.verdict,
        reasons=tuple(reason.message for reason in quality.reasons),
        uses={name: use.verdict for name, use in quality.uses.items()},
        measured=values_of(analysis.measurements, person),
        second=second_values(analysis),
        disagreements=tuple(_disagreement(c) for c in compared if c.needs_physician),
        marks=marks_of(analysis.fiducials),
        model=model,
        notes=signal.notes,
        urgent_applied=() if urgency is None else urgency.applied,
        urgent_not_applied=() if urgency is None else urgency.not_applied,
        recorded_at=stated_moment(signal.recorded_at),
    )


def stated_moment(at: datetime | None) -> str:
    """Return when an ECG was recorded, to the second; the day alone where it states no time.

    >>> stated_moment(datetime(2021, 3, 3)), stated_moment(datetime(2021, 3, 3, 11, 15, 20))
    ('2021-03-03', '2021-03-03T11:15:20')
    """
    if at is None:
        return ""
    return at.date().isoformat() if at.time() == time() else at.isoformat(timespec="seconds")


def second_values(analysis: EcgAnalysis) -> tuple[EcgValue, ...]:
    """Return the second measurement, without a QTc that it or the first measurement forbids."""
    found = dict(analysis.classical.values)
    first = analysis.measurements.measured.get(_QTC)
    limits = load_settings().withhold
    irregularity = analysis.classical.rhythm.irregularity
    own = reasons_against_qtc(found["qrs"].value, found["rate"].value, irregularity, limits)
    against = {*own, *(() if first is None else first.withheld)}
    reasons: tuple[str, ...] = tuple(reason for reason in _BY_HAND if reason in against)
    width = analysis.measurements.measured.get("qrs")
    widths = (found["qrs"].value, math.nan if width is None else width.value)
    reasons = reasons or (() if any(map(math.isfinite, widths)) else (NO_QRS_BOUNDS,))
    if reasons and not found[_QTC].withheld:
        found[_QTC] = ClassicalValue(_QTC, math.nan, found[_QTC].unit, withheld=reasons)
    return tuple(
        EcgValue(v.name, _plain(v.value), v.unit, _plain(v.uncertainty), 0, v.withheld)
        for v in found.values()
    )


def values_of(found: EcgMeasurements, person: Person = NOBODY) -> tuple[EcgValue, ...]:
    """Put measurements into the plain form in which they are printed."""
    return tuple(_value(one, person) for one in found.measured.values())


def _value(one: Measured, person: Person) -> EcgValue:
    interval, criteria = interval_for(one.name, person), criteria_for(one.name, person)
    return EcgValue(
        name=one.name,
        value=_plain(one.value),
        unit=one.unit,
        spread=_plain(one.spread),
        n_beats=one.n_beats,
        withheld=one.withheld,
        limits=one.limits,
        reference=interval,
        criteria=criteria,
        no_reference="" if interval or criteria else why_none(one.name, person),
    )


def _disagreement(found: Comparison) -> Message:
    """Word one quantity that differs, or that neither could measure."""
    if found.agreement == "neither":
        return Message(f"ecg.neither.{found.name}")
    values = {"network": found.network, "classical": found.classical}
    said: dict[str, Parameter] = {"lead": found.lead} if found.lead else {}
    for name, value in values.items():
        said[name] = round(value, DECIMALS[found.name])
    return Message(f"ecg.differ.{found.name}", said)


def marks_of(fiducials: Fiducials) -> tuple[EcgMark, ...]:
    """List the waves over all leads that have both ends, by time."""
    rate = fiducials.sampling_rate_hz
    found = []
    for name in WAVES:
        ends = fiducials.wave(name).overall[:, (ONSET, OFFSET)] / rate
        found += [
            EcgMark(name, round(float(on), MARK_DECIMALS), round(float(off), MARK_DECIMALS))
            for on, off in ends
            if np.isfinite(on) and np.isfinite(off)
        ]
    return tuple(sorted(found, key=lambda mark: mark.onset_s))


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
