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
    floor_penalty: float
    weight_power: float
    least_weight: float
    share: float
    share_search_back: float
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
class ClassicalSettings:
    """All that the data file says."""

    detect: DetectSettings


@cache
def load_classical() -> ClassicalSettings:
    """Read the data file; a missing or unknown key stops the program at start."""
    raw = read_toml(_GUIDELINES, FILE)
    return ClassicalSettings(detect=DetectSettings(**_tuples(raw["detect"])))


def _tuples(section: Mapping[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in section.items()}
