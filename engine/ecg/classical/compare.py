"""Where the two measurements of one ECG agree, and where a physician has to read it now."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from ...fixedpoint import FloatArray
from ..measure.model import EcgMeasurements
from .model import ClassicalMeasurement
from .settings import DisagreementLimits, load_classical

Agreement = Literal["agree", "differ", "one_only", "neither"]
COMPARED: Final = ("rate", "qrs", "qt", "st")
_NAN: Final = float("nan")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One quantity as both measured it.

    Attributes
    ----------
    name : rate, qrs, qt or st
    agreement : "one_only" when the other withheld it, "neither" when both did
    network, classical : values; NaN when withheld; for ST those of the lead that differs most
    limit : difference from which they differ; NaN where not compared
    lead : for ST
    """

    name: str
    agreement: Agreement
    network: float
    classical: float
    limit: float
    lead: str = ""

    @property
    def needs_physician(self) -> bool:
        """Whether an urgent rule on this quantity must be replaced by a reading now."""
        return self.agreement in ("differ", "neither")


def disagreement(
    network: EcgMeasurements,
    classical: ClassicalMeasurement,
    limits: DisagreementLimits | None = None,
) -> tuple[Comparison, ...]:
    """Compare the measurement of the learned delineator with the classical one.

    Parameters
    ----------
    network, classical : of the same signal
    limits : of guidelines/ecg_classical.toml; the house's own by default

    Returns
    -------
    one comparison for each of ``COMPARED``
    """
    chosen = limits or load_classical().disagreement
    return (
        _compare("rate", network.value("rate"), classical.value("rate"), _limit(chosen, "rate")),
        _compare("qrs", network.value("qrs"), classical.value("qrs"), _limit(chosen, "qrs")),
        _compare("qt", network.value("qt"), classical.value("qt"), _limit(chosen, "qt")),
        _compare_st(network, classical, _limit(chosen, "st")),
    )


def _limit(limits: DisagreementLimits, name: str) -> tuple[float, float]:
    """Return the absolute limit and the share of the smaller value."""
    pairs = {
        "rate": (limits.rate_bpm, limits.rate_share),
        "qrs": (limits.qrs_ms, limits.qrs_share),
        "qt": (limits.qt_ms, limits.qt_share),
        "st": (limits.st_mv, limits.st_share),
    }
    return pairs[name]


def _compare(name: str, one: float, two: float, limit: tuple[float, float]) -> Comparison:
    known = int(np.isfinite(one)) + int(np.isfinite(two))
    if not known:
        return Comparison(name, "neither", one, two, _NAN)
    if known == 1:
        return Comparison(name, "one_only", one, two, _NAN)
    allowed = max(limit[0], limit[1] * min(abs(one), abs(two)))
    differ = abs(one - two) > allowed
    return Comparison(name, "differ" if differ else "agree", one, two, allowed)


def _compare_st(
    network: EcgMeasurements, classical: ClassicalMeasurement, limit: tuple[float, float]
) -> Comparison:
    """Compare ST at J in the lead where the two differ most beyond what is allowed."""
    if network.per_lead is None:
        known = np.isfinite(classical.st_j_mv).any()
        return Comparison("st", "one_only" if known else "neither", _NAN, _NAN, _NAN)
    leads = [name for name in network.per_lead.leads if name in classical.leads]
    one = _pick(network.per_lead.leads, network.per_lead.st_j_mv, leads)
    two = _pick(classical.leads, classical.st_j_mv, leads)
    both = np.isfinite(one) & np.isfinite(two)
    if not both.any():
        known = np.isfinite(one).any() or np.isfinite(two).any()
        return Comparison("st", "one_only" if known else "neither", _NAN, _NAN, _NAN)
    allowed = np.maximum(limit[0], limit[1] * np.minimum(np.abs(one), np.abs(two)))
    beyond = np.where(both, np.abs(one - two) - allowed, -np.inf)
    at = int(beyond.argmax())
    state: Agreement = "differ" if beyond[at] > 0.0 else "agree"
    return Comparison("st", state, float(one[at]), float(two[at]), float(allowed[at]), leads[at])


def _pick(names: tuple[str, ...], values: FloatArray, wanted: list[str]) -> FloatArray:
    return np.array([values[names.index(name)] for name in wanted], np.float64)
