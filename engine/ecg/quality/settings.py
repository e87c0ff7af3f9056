"""Limits of the quality gate: data, read once; every field is explained in the file."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from ...vocabulary.load import read_toml

FILE: Final = "ecg_quality.toml"
_GUIDELINES: Final = "laennec.engine.guidelines"


@dataclass(frozen=True, slots=True)
class LengthLimits:
    """How long, how fast and how many leads."""

    least_duration_s: float
    least_rate_rhythm_hz: float
    least_rate_intervals_hz: float
    least_independent_leads: int


@dataclass(frozen=True, slots=True)
class GapLimits:
    """Missing samples."""

    caution_share: float
    refuse_share: float


@dataclass(frozen=True, slots=True)
class FlatLimits:
    """Stretches without a signal."""

    window_s: float
    range_mv: float
    least_s: float
    caution_share: float
    refuse_share: float


@dataclass(frozen=True, slots=True)
class SaturatedLimits:
    """Samples at the end of the range."""

    run_samples: int
    least_distance_mv: float
    caution_ms: float
    refuse_ms: float


@dataclass(frozen=True, slots=True)
class NoiseLimits:
    """Noise against the beats."""

    caution_db: float
    refuse_db: float
    refuse_rhythm_db: float
    muscle_caution_uv: float
    caution_contrast: float


@dataclass(frozen=True, slots=True)
class MainsLimits:
    """Hum of the mains."""

    frequencies_hz: tuple[float, ...]
    beside_hz: float
    caution_uv: float
    refuse_uv: float


@dataclass(frozen=True, slots=True)
class WanderLimits:
    """Wander and steps of the level."""

    window_s: float
    caution_mv: float
    refuse_mv: float
    step_mv: float
    refuse_step_mv: float


@dataclass(frozen=True, slots=True)
class GainLimits:
    """A gain that is ten times off."""

    large_median_mv: float
    small_largest_mv: float
    least_leads: int
    small_single_mv: float


@dataclass(frozen=True, slots=True)
class LeadLimits:
    """Leads that contradict each other."""

    limb_algebra_share: float
    scaled_algebra_share: float
    scaled_noise_share: float
    identical_share: float
    leg_lead_share: float
    leg_least_mv: float
    least_named_st: int


@dataclass(frozen=True, slots=True)
class PulseLimits:
    """A calibration pulse beside or in the ECG."""

    height_mv: float
    least_s: float
    most_s: float
    alike_mv: float
    differ_mv: float
    flat_mv: float
    edge_ms: float
    level_ms: float
    many_leads: int
    most_level_s: float


@dataclass(frozen=True, slots=True)
class QualityLimits:
    """All limits of the gate."""

    length: LengthLimits
    gap: GapLimits
    flat: FlatLimits
    saturated: SaturatedLimits
    noise: NoiseLimits
    mains: MainsLimits
    wander: WanderLimits
    gain: GainLimits
    leads: LeadLimits
    pulse: PulseLimits


@cache
def load_quality_limits() -> QualityLimits:
    """Read the data file; a missing or unknown key stops the program at start."""
    raw = read_toml(_GUIDELINES, FILE)
    return QualityLimits(
        length=LengthLimits(**_tuples(raw["length"])),
        gap=GapLimits(**_tuples(raw["gap"])),
        flat=FlatLimits(**_tuples(raw["flat"])),
        saturated=SaturatedLimits(**_tuples(raw["saturated"])),
        noise=NoiseLimits(**_tuples(raw["noise"])),
        mains=MainsLimits(**_tuples(raw["mains"])),
        wander=WanderLimits(**_tuples(raw["wander"])),
        gain=GainLimits(**_tuples(raw["gain"])),
        leads=LeadLimits(**_tuples(raw["leads"])),
        pulse=PulseLimits(**_tuples(raw["pulse"])),
    )


def _tuples(section: Mapping[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in section.items()}
