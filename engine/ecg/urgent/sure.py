"""What excludes the ST criterion surely: only that may lower an ST elevation that is raised."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ..analysis import EcgAnalysis
from ..measure.reference import Person
from .limits import Exclusions
from .settings import EcgUrgentSettings
from .shape import BeatShape
from .st import StView


@dataclass(frozen=True, slots=True)
class Premises:
    """What was measured of the usual beat, by whom; NaN where it was not.

    Attributes
    ----------
    qrs_ms : classical
    network_qrs_ms, network_pr_ms : of the network
    shape : of the median beat
    few_beats : whether it is of so few beats that no width in it is sure
    """

    qrs_ms: float
    network_qrs_ms: float
    network_pr_ms: float
    shape: BeatShape
    few_beats: bool = False

    @staticmethod
    def of(qrs_ms: float, analysis: EcgAnalysis, shape: BeatShape) -> "Premises":
        """Take the widths of the classical and of the other measurement."""
        network = analysis.measurements
        qrs, pr = network.value("qrs"), network.value("pr")
        return Premises(qrs_ms, qrs, pr, shape, analysis.of_columns)


def with_doubts(
    st: StView, premises: Premises, person: Person, settings: EcgUrgentSettings
) -> StView:
    """Let only what is measured surely exclude; the rest is a doubt, which lowers nothing.

    A low-pass filter widens every QRS and slows its start, and so do hum, noise and flutter waves:
    an infarction was then read today instead of now.

    Parameters
    ----------
    st : with everything that may exclude the criterion
    premises : of the same ECG
    person : sex, for the width of a left bundle branch block
    settings : of guidelines/ecg_urgent.toml
    """
    sure = tuple(name for name in st.exclusions if is_sure(name, premises, person, settings))
    doubts = tuple(name for name in st.exclusions if name not in sure)
    return replace(st, exclusions=sure, doubts=doubts)


def is_sure(name: str, premises: Premises, person: Person, settings: EcgUrgentSettings) -> bool:
    """Say whether what may exclude the criterion is measured surely.

    >>> from ..measure.reference import NOBODY
    >>> from .settings import load_ecg_urgent
    >>> delta = BeatShape(slow_onset_ms=48.0, slow_end_ms=28.0)
    >>> [is_sure("preexcitation", Premises(130.0, 120.0, pr, delta), NOBODY, load_ecg_urgent())
    ...  for pr in (115.0, 164.0)]
    [True, False]
    """
    if name not in _SURE:
        return True
    return not premises.few_beats and _SURE[name](premises, person, settings)


def _left_bundle(premises: Premises, person: Person, settings: EcgUrgentSettings) -> bool:
    """Wide by both measurements, steep for as long, R late and no Q in the left leads."""
    limits, shape = settings.exclusions, premises.shape
    least = limits.sure_left_female_ms if person.sex == "female" else limits.sure_left_male_ms
    return (
        _narrower(premises) >= least
        and shape.least_qrs_ms >= limits.sure_left_female_ms
        and has_left_form(shape, limits)
    )


def has_left_form(shape: BeatShape, limits: Exclusions) -> bool:
    """Say whether R is late in V5 or V6, and no Q stands before R in I and V6."""
    return shape.late_r_ms >= limits.late_r_ms and shape.deepest_q_mv < limits.most_q_mv


def _preexcitation(premises: Premises, _: Person, settings: EcgUrgentSettings) -> bool:
    """Short PR, and a start that is slower than the end: what blurs a QRS slows both alike."""
    limits, shape = settings.exclusions, premises.shape
    conditions = (c for rule in settings.rules for c in rule.conditions)
    return (
        any(c.quantity == "pr" and premises.network_pr_ms < c.value for c in conditions)
        and _narrower(premises) >= limits.slow_onset_qrs_ms
        and shape.slow_onset_ms >= limits.sure_slow_times * shape.slow_end_ms
    )


def _narrower(premises: Premises) -> float:
    """Return the least width that is measured; between steep parts where only one measured."""
    least = premises.shape.least_qrs_ms
    measured = [w for w in (premises.qrs_ms, premises.network_qrs_ms) if np.isfinite(w)]
    return min(*measured, *([] if len(measured) == _BOTH else [least]), np.inf)


_BOTH: Final = 2
_SURE: Final[Mapping[str, Callable[[Premises, Person, EcgUrgentSettings], bool]]] = {
    "left_bundle": _left_bundle,
    "preexcitation": _preexcitation,
}
