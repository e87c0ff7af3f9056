"""Numbers of guidelines/ecg_urgent.toml that are no rule of their own; the file explains each."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Numbers that are no rule of their own."""

    pause_differ_s: float
    st_sure_sd: float
    st_very_large_mv: float
    st_leads: int
    fast_qt_ms: float
    dropped_rr_ratio: float
    dropped_steady_share: float
    dropped_steady_per_gap: float
    dissociated_rate_bpm: float
    dissociated_irregularity: float
    dissociated_pr_ms: float


@dataclass(frozen=True, slots=True)
class Exclusions:
    """Where the ST criterion says nothing."""

    hypertrophy_age: float
    sokolow_lyon_mv: float
    cornell_male_mv: float
    cornell_female_mv: float
    wide_qrs_ms: float
    late_share: float
    late_r_ms: float
    most_q_mv: float
    sure_left_male_ms: float
    sure_left_female_ms: float
    slow_onset_share: float
    slow_onset_ms: float
    slow_onset_qrs_ms: float
    sure_slow_times: float
    spike_mv: float
    spike_ms: float
    spike_reach_ms: float
    spike_own_share: float
    spike_share: float
    spike_near_ms: float
    spike_after_ms: float
    spike_elsewhere: float
    spike_least_rate_hz: float


@dataclass(frozen=True, slots=True)
class AtrialLimits:
    """When a P wave leads each wide QRS."""

    wide_qrs_ms: float
    begin_ms: float
    after_qrs_ms: float
    end_ms: float
    smooth_ms: float
    least_mv: float
    least_sd: float
    least_share: float
    least_share_fast: float
    most_pr_spread_ms: float
