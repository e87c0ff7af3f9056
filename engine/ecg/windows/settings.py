"""How a long recording is looked through: ``guidelines/ecg_windows.toml``, read once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ...vocabulary.load import read_toml


@dataclass(frozen=True, slots=True)
class Layout:
    """How long windows are, and how far apart, in recordings longer than ``from_s``."""

    from_s: float
    length_s: float
    step_s: float
    with_statements: bool


@dataclass(frozen=True, slots=True)
class WindowSettings:
    """Every field is explained in the data file; layouts by the length they begin at."""

    layouts: tuple[Layout, ...]
    drawn_s: float
    most_spans: int
    least_told_s: float
    only_whole: frozenset[str]
    doubts_of_whole: frozenset[str]
    usual_in_a_row: int
    rules_in_a_row: Mapping[str, int]
    statements_in_a_row: Mapping[str, int]

    def layout(self, duration_s: float) -> Layout | None:
        """Return how a recording is cut; None where it is short enough to be one window itself."""
        fitting = [one for one in self.layouts if duration_s > one.from_s]
        return fitting[-1] if fitting else None


@cache
def window_settings() -> WindowSettings:
    """Read the data file; a missing or unknown key stops the program at start."""
    raw = read_toml("laennec.engine.guidelines", "ecg_windows.toml")
    return WindowSettings(
        **raw["windows"],
        layouts=tuple(Layout(**row) for row in raw["layout"]),
        only_whole=frozenset(raw["only_whole"]["rules"]),
        doubts_of_whole=frozenset(raw["only_whole"]["doubts"]),
        usual_in_a_row=raw["in_a_row"]["usual"],
        rules_in_a_row=raw["in_a_row"]["rules"],
        statements_in_a_row=raw["in_a_row"]["statements"],
    )
