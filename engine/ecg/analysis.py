"""One ECG through the whole chain: gate, waves, measurements, and the second measurement."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Protocol

import numpy as np

from .beneath_hum import HUM, beneath_hum
from .calibration import without_calibration_pulse
from .classical import ClassicalMeasurement, load_classical, measure_classical
from .classical.mains import without_hum
from .conduction import without_p_in_t, without_p_in_wide_tachycardia, without_unsteady_pr
from .fiducials import Fiducials, no_waves
from .gaps import gaps_of
from .limbs import restored
from .measure import BeatTimes, EcgMeasurements, Measured, measure_ecg
from .page import Page, page_of, read_page
from .quality import EcgQuality, assess_quality
from .signal import EcgSignal

REFUSED: Final = "not_assessable"
WITHHELD: Final = "ecg.withheld.not_assessable"
ALONE: Final = "ecg.withheld.no_network"
NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "rhythm": ("rate",),
    "intervals": (
        "p", "pr", "qrs", "qt", "qtc_fridericia", "qtc_bazett", "qtc_framingham", "qtc_hodges",
        "p_axis", "qrs_axis", "t_axis",
    ),
    "twelve_lead": (
        "sokolow_lyon", "cornell", "cornell_product", "peguero", "p_terminal_force_v1",
    ),
}  # fmt: skip
# A frontal axis is that of I and aVF: no chest lead is needed, and limb leads that agree are.
AXES: Final = ("p_axis", "qrs_axis", "t_axis")
LIMBS_DISAGREE: Final = "quality.record.limb_algebra"


class FindsWaves(Protocol):
    """What gives the waves of a recording: a network, or what a network found before."""

    def delineate(self, signal: EcgSignal) -> Fiducials:
        """Return the waves of a recording."""


@dataclass(frozen=True, slots=True)
class EcgAnalysis:
    """What the chain says of one recording.

    Attributes
    ----------
    signal : the leads as they were given; nothing in them was corrected
    quality : which leads and which uses can be trusted, with reasons
    fiducials : waves, in samples of the signal; none where the rhythm is not assessable
    measurements : withheld, with the reason, where the gate refuses the use
    classical : the second measurement, which no network has touched
    readable_share : 1; less where only a part of a strip could be read, and the rest is not here
    beneath_hum : the same without a hum that makes the gate refuse leads, which urgent rules are
        applied to besides; None where no lead is refused for hum
    columns : the same of a page whose leads follow each other in columns, each judged and measured
        in its own of few beats, which urgent rules are applied to besides; None where it is no page
    of_columns : whether it is such a reading itself
    """

    signal: EcgSignal
    quality: EcgQuality
    fiducials: Fiducials
    measurements: EcgMeasurements
    classical: ClassicalMeasurement
    readable_share: float = 1.0
    beneath_hum: "EcgAnalysis | None" = None
    columns: "EcgAnalysis | None" = None
    of_columns: bool = False


def analyse_ecg(signal: EcgSignal, delineator: FindsWaves | None) -> EcgAnalysis:
    """Judge, delineate and measure the leads of one ECG, up to a calibration pulse at its end.

    A lead that the gate refuses is not shown to the network, nor measured. Hum of the mains that
    the gate tells is subtracted for both measurements: ST on a wave of it is no elevation. Where it
    makes the gate refuse a lead, what is left beneath it is analysed besides; so are the columns of
    a page, in which the gate refuses every lead for the time in which it was not recorded.

    Parameters
    ----------
    signal : one lead or more, millivolt
    delineator : the network of a verified bundle; None where it may not or can't be asked: then
        the gate and the second measurement speak alone
    """
    given = without_calibration_pulse(signal.of_known_leads())
    page = page_of(given, load_classical().columns)
    found = _analyse(given if page is None else page.signal, delineator)
    quiet = beneath_hum(found.signal, found.quality)
    return replace(
        found,
        beneath_hum=None if quiet is None else _analyse(quiet, delineator),
        columns=None if page is None else _of_page(page, found),
    )


def _of_page(page: Page, whole: EcgAnalysis) -> EcgAnalysis | None:
    """Read a page column by column, without a network; None where its beats are not clear."""
    read = read_page(page, whole.quality, whole.classical, load_classical())
    if read is None:
        return None
    signal, nothing = read.page.signal, _nothing(read.page.signal)
    measurements = measure_ecg(signal, BeatTimes.of(nothing))
    refused = dict.fromkeys(measurements.measured, ALONE)
    gated = _gated(measurements, refused, read.quality)
    return EcgAnalysis(signal, read.quality, nothing, gated, read.classical, of_columns=True)


def _analyse(signal: EcgSignal, delineator: FindsWaves | None) -> EcgAnalysis:
    """Judge, delineate and measure one signal as it is."""
    quality = assess_quality(signal)
    trusted = _without_refused(signal, quality)
    is_asked = delineator is not None and quality.uses["rhythm"].verdict != REFUSED
    classical = measure_classical(restored(trusted, quality), gaps=gaps_of(signal))
    quiet = without_hum(trusted, classical.beats_s) if _hums(quality) else trusted
    fiducials = delineator.delineate(quiet) if delineator and is_asked else _nothing(signal)
    measurements = measure_ecg(quiet, BeatTimes.of(fiducials))
    measurements = without_unsteady_pr(measurements, fiducials)
    measurements = without_p_in_t(measurements, fiducials)
    measurements = without_p_in_wide_tachycardia(measurements, classical)
    refused = _refused_names(quality) if delineator else dict.fromkeys(measurements.measured, ALONE)
    return EcgAnalysis(
        signal=signal,
        quality=quality,
        fiducials=fiducials,
        measurements=_gated(measurements, refused, quality),
        classical=classical,
    )


def _hums(quality: EcgQuality) -> bool:
    """Say whether the gate tells hum of the mains in a lead that it doesn't refuse."""
    return any(
        reason.message.id == HUM
        for lead in quality.leads
        if lead.verdict != REFUSED
        for reason in lead.reasons
    )


def _without_refused(signal: EcgSignal, quality: EcgQuality) -> EcgSignal:
    """Take the samples of refused leads away."""
    refused = [lead.lead for lead in quality.leads if lead.verdict == REFUSED]
    return signal.without_samples_of(refused)


def _nothing(signal: EcgSignal) -> Fiducials:
    n = len(signal.leads)
    unusable = np.zeros(n, dtype=np.bool_)
    rate = signal.sampling_rate_hz
    return Fiducials(signal.leads, rate, unusable, no_waves(n), no_waves(n), no_waves(n))


def _refused_names(quality: EcgQuality) -> dict[str, str]:
    """Return what belongs to a use that the gate refuses, with the reason."""
    refused = [name for use in NEEDS for name in NEEDS[use] if _is_refused(quality, use)]
    disagree = any(reason.message.id == LIMBS_DISAGREE for reason in quality.reasons)
    return dict.fromkeys((*refused, *(AXES if disagree else ())), WITHHELD)


def _is_refused(quality: EcgQuality, use: str) -> bool:
    return quality.uses[use].verdict == REFUSED


def _gated(
    found: EcgMeasurements, refused: Mapping[str, str], quality: EcgQuality
) -> EcgMeasurements:
    """Withhold what is refused, with the reason."""
    measured = {
        name: Measured(name, float("nan"), one.unit, withheld=(refused[name],))
        if name in refused
        else one
        for name, one in found.measured.items()
    }
    per_lead = found.per_lead
    if per_lead is not None and quality.uses["st"].verdict == REFUSED:
        gone = np.full(len(per_lead.leads), np.nan)
        per_lead = replace(per_lead, st_j_mv=gone, st_j60_mv=gone)
    return replace(found, measured=measured, per_lead=per_lead)
