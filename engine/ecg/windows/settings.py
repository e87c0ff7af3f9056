"""How a long recording is looked through: ``guidelines/ecg_windows.toml``, read once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ...vocabulary.load import read_toml


@dataclass(frozen=True, slots=True)
class WindowSettings:
    """Every field is explained in the data file."""

    from_s: float
    length_s: float
    step_s: float
    most_spans: int
    only_whole: frozenset[str]
    doubts_of_whole: frozenset[str]
    usual_in_a_row: int
    rules_in_a_row: Mapping[str, int]
    statements_in_a_row: Mapping[str, int]


@cache
def window_settings() -> WindowSettings:
    """Read the data file; a missing or unknown key stops the program at start."""
    raw = read_toml("laennec.engine.guidelines", "ecg_windows.toml")
    return WindowSettings(
        **raw["windows"],
        only_whole=frozenset(raw["only_whole"]["rules"]),
        doubts_of_whole=frozenset(raw["only_whole"]["doubts"]),
        usual_in_a_row=raw["in_a_row"]["usual"],
        rules_in_a_row=raw["in_a_row"]["rules"],
        statements_in_a_row=raw["in_a_row"]["statements"],
    )
