"""How an ECG is measured and when a measurement is withheld: data, read once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeVar

from ...vocabulary.load import read_toml

FILE: Final = "ecg_measurements.toml"
_GUIDELINES: Final = "laennec.engine.guidelines"
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
    pr_longest_ms: float
    blocked_p: int
    p_after_t_ms: float
    p_free_share: float
    wide_fast_bpm: float
    axis_least_mv: float


@dataclass(frozen=True, slots=True)
class MeasureSettings:
    """All that the data file says."""

    beats: BeatSettings
    rate: RateSettings
    withhold: WithholdSettings
    names: Mapping[str, Mapping[str, str]]


@cache
def load_settings() -> MeasureSettings:
    """Read the data file; a missing or unknown key stops the program at start."""
    raw = read_toml(_GUIDELINES, FILE)
    return MeasureSettings(
        beats=_section(BeatSettings, raw["beats"]),
        rate=_section(RateSettings, raw["rate"]),
        withhold=_section(WithholdSettings, raw["withhold"]),
        names=raw["measurement"],
    )


def _section(kind: type[_Section], raw: Mapping[str, Any]) -> _Section:
    return kind(**raw)
