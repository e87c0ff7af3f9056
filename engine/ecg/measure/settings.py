"""How an ECG is measured, and what a measurement is compared with: data, read once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeVar

from ...vocabulary.load import read_toml

FILE: Final = "ecg_measurements.toml"
_GUIDELINES: Final = "laennec.engine.guidelines"
_EVERY_AGE: Final = (0.0, 200.0)
_Section = TypeVar("_Section")


@dataclass(frozen=True, slots=True)
class BeatSettings:
    """Windows of the median beat; every field is explained in the data file."""

    level_gap_ms: float
    level_width_ms: float
    shape_reach_ms: float
    shape_correlation: float
    before_r_ms: float
    after_r_ms: float
    align_ms: float
    most_beats: int
    least_wave_mv: float
    least_wave_ms: float
    least_wave_noise: float
    st_late_ms: float


@dataclass(frozen=True, slots=True)
class RateSettings:
    """When long and short intervals alternate; every field is explained in the data file."""

    alternating_neighbours: float
    alternating_from: float
    alternating_share: float
    alternating_intervals: int


@dataclass(frozen=True, slots=True)
class WithholdSettings:
    """When no interval or no QTc may be given; every field is explained in the data file."""

    least_rate_hz: float
    least_duration_s: float
    least_share_of_beats: float
    qtc_qrs_ms: float
    qtc_rate_low_bpm: float
    qtc_rate_high_bpm: float
    qtc_rr_irregularity: float
    qtc_t_end_spread_ms: float
    pr_spread_ms: float
    pr_spread_blocked_ms: float
    blocked_p: int
    p_after_t_ms: float
    p_free_share: float
    wide_fast_bpm: float
    axis_least_mv: float


@dataclass(frozen=True, slots=True)
class ReferenceInterval:
    """What most people have, for one measurement, sex and age."""

    name: str
    unit: str
    sex: str
    low: float | None
    high: float | None
    age_min: float
    age_max: float
    guideline: str
    read_in: str

    @property
    def is_for_an_age(self) -> bool:
        """Whether it holds for some ages only."""
        return (self.age_min, self.age_max) != _EVERY_AGE


@dataclass(frozen=True, slots=True)
class MeasureSettings:
    """All that the data file says."""

    beats: BeatSettings
    rate: RateSettings
    withhold: WithholdSettings
    reference: tuple[ReferenceInterval, ...]
    names: Mapping[str, Mapping[str, str]]


@cache
def load_settings() -> MeasureSettings:
    """Read the data file; a missing or unknown key stops the program at start."""
    raw = read_toml(_GUIDELINES, FILE)
    return MeasureSettings(
        beats=_section(BeatSettings, raw["beats"]),
        rate=_section(RateSettings, raw["rate"]),
        withhold=_section(WithholdSettings, raw["withhold"]),
        reference=tuple(_reference(row) for row in raw["reference"]),
        names=raw["measurement"],
    )


def _section(kind: type[_Section], raw: Mapping[str, Any]) -> _Section:
    return kind(**raw)


def _reference(raw: Mapping[str, Any]) -> ReferenceInterval:
    return ReferenceInterval(
        name=raw["name"],
        unit=raw["unit"],
        sex=raw.get("sex", ""),
        low=_number(raw.get("low")),
        high=_number(raw.get("high")),
        age_min=float(raw.get("age_min", _EVERY_AGE[0])),
        age_max=float(raw.get("age_max", _EVERY_AGE[1])),
        guideline=raw["guideline"],
        read_in=raw["read_in"],
    )


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)
