"""How the classical measurement works: data, read once; every field is explained in the file."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from ...vocabulary.load import read_toml

FILE: Final = "ecg_classical.toml"
_GUIDELINES: Final = "laennec.engine.guidelines"


@dataclass(frozen=True, slots=True)
class DetectSettings:
    """How beats are found."""

    least_rate_hz: float
    band_low_hz: float
    band_high_hz: float
    smooth_ms: float
    window_s: float
    windows: int
    least_height_share: float
    floor_penalty: float
    weight_power: float
    least_weight: float
    share: float
    share_search_back: float
    least_contrast_if_low: float
    long_gap: float
    refractory_ms: float
    t_wave_ms: float
    t_wave_share: float
    before_ms: float
    early_ms: float
    early_share: float
    peak_reach_ms: float
    peak_bell_ms: float
    peak_band_low_hz: float
    peak_band_high_hz: float
    time_leads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AverageSettings:
    """How beats are averaged."""

    least_rate_hz: float
    level_gap_ms: float
    level_width_ms: float
    level_velocity_share: float
    level_reach_ms: float
    shape_reach_ms: float
    shape_correlation: float
    rival_share: float
    early_share: float
    odd_share: float
    before_r_ms: float
    after_r_ms: float
    align_ms: float
    most_beats: int
    groups: int


@dataclass(frozen=True, slots=True)
class MainsSettings:
    """How the hum of the mains is taken out."""

    hertz: tuple[float, ...]
    orders: int
    most_of_nyquist: float
    window_s: float
    qrs_reach_ms: float
    least_silent: float
    slow_ms: float
    most_of_usual: float
    least_mv: float


@dataclass(frozen=True, slots=True)
class BoundSettings:
    """Where the QRS begins and ends."""

    smooth_ms: float
    velocity_share: float
    floor_multiple: float
    floor_percentile: float
    hold_onset_ms: float
    hold_offset_ms: float
    onset_reach_ms: float
    offset_reach_ms: float
    peak_reach_ms: float


@dataclass(frozen=True, slots=True)
class TEndSettings:
    """Where T ends."""

    begin_ms: float
    latest_ms: float
    rr_share: float
    rr_add_ms: float
    smooth_ms: float
    fall_ms: float
    settle_ms: float
    edge_ms: float
    lead_share: float
    tangent_to_end_ms: float
    least_t_mv: float
    most_disagreement_ms: float
    most_lead_spread_ms: float


@dataclass(frozen=True, slots=True)
class StSettings:
    """Where ST is measured."""

    late_ms: float
    mean_ms: float


@dataclass(frozen=True, slots=True)
class RhythmSettings:
    """What counts as a run and as wide."""

    run_intervals: int
    wide_ms: float
    velocity_share: float
    run_rate_bpm: float
    run_beats: int


@dataclass(frozen=True, slots=True)
class WithholdSettings:
    """When nothing may be said."""

    least_contrast: float
    least_contrast_regular: float
    most_irregular: float
    least_beats_regular: int
    least_beats_rate: int
    least_beats_intervals: int
    least_duration_s: float
    least_rate_hz: float
    most_noise_mv: float


@dataclass(frozen=True, slots=True)
class UncertaintySettings:
    """Spread of the method itself."""

    qrs_ms: float
    qt_ms: float
    st_mv: float
    rate_bpm: float


@dataclass(frozen=True, slots=True)
class DisagreementLimits:
    """From where two measurements of one ECG contradict each other."""

    rate_bpm: float
    rate_share: float
    qrs_ms: float
    qrs_share: float
    qt_ms: float
    qt_share: float
    st_mv: float
    st_share: float


@dataclass(frozen=True, slots=True)
class ColumnSettings:
    """How a page whose leads follow each other in columns is known and measured."""

    fill_s: float
    column_share: float
    strip_share: float
    least_inside: float
    least_leads: int
    apart_s: float
    overlap_s: float
    least_height: float
    least_beats: int
    before_r_ms: float
    short_before_r_ms: float
    t_after_r_ms: float
    short_after_r_ms: float
    most_qrs_ms: float
    noisy_smooth_ms: float
    noisy_velocity_share: float


@dataclass(frozen=True, slots=True)
class ClassicalSettings:
    """All that the data file says."""

    detect: DetectSettings
    average: AverageSettings
    mains: MainsSettings
    bounds: BoundSettings
    t_end: TEndSettings
    st: StSettings
    rhythm: RhythmSettings
    withhold: WithholdSettings
    uncertainty: UncertaintySettings
    disagreement: DisagreementLimits
    columns: ColumnSettings


@cache
def load_classical() -> ClassicalSettings:
    """Read the data file; a missing or unknown key stops the program at start."""
    raw = read_toml(_GUIDELINES, FILE)
    return ClassicalSettings(
        detect=DetectSettings(**_tuples(raw["detect"])),
        average=AverageSettings(**raw["average"]),
        mains=MainsSettings(**_tuples(raw["mains"])),
        bounds=BoundSettings(**raw["bounds"]),
        t_end=TEndSettings(**raw["t_end"]),
        st=StSettings(**raw["st"]),
        rhythm=RhythmSettings(**raw["rhythm"]),
        withhold=WithholdSettings(**raw["withhold"]),
        uncertainty=UncertaintySettings(**raw["uncertainty"]),
        disagreement=DisagreementLimits(**raw["disagreement"]),
        columns=ColumnSettings(**raw["columns"]),
    )


def _tuples(section: Mapping[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in section.items()}
