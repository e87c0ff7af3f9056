"""What a row says of its ECG's intervals, and of what is new since the last earlier one."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import numpy as np
import pyarrow as pa

from ....engine.ecg.comparison.comparable import PREFIX
from ....engine.ecg.comparison.settings import comparison_settings
from ....engine.prediagnosis import EcgComparison
from ....engine.screening import Screening
from ..table.columns import TEXT, coded

STATE: Final = "ecg_earlier_state"
ON: Final = "ecg_earlier_date"
INTERVALS: Final[Mapping[str, str]] = {
    "ecg_rate_per_min": "rate",
    "ecg_pr_ms": "pr",
    "ecg_qrs_ms": "qrs",
    "ecg_qtc_fridericia_ms": "qtc_fridericia",
}
"""Column -> value of this ECG; empty where it is withheld."""

DIFFERENCES: Final[Mapping[str, str]] = {
    "ecg_qtc_change_ms": "qtc_fridericia",
    "ecg_axis_change_deg": "qrs_axis",
}
"""Column -> value of this ECG less that of the earlier one."""

NEWS: Final[Mapping[str, str]] = {
    "ecg_new_block": "conduction",
    "ecg_new_q_waves": "q_waves",
    "ecg_new_rhythm": "rhythm",
}
"""Column -> the kind of statement or pattern of which it says whether one is new."""

BEYOND: Final[Mapping[str, str]] = {
    "ecg_qtc_longer": "qtc_fridericia",
    "ecg_axis_shifted": "qrs_axis",
}
"""Column -> the value of which it says whether it moved beyond what recordings vary."""

WORDS: Final = ("yes", "no", "not_decided", "not_comparable")
_YES, _NO, _NOT_DECIDED, _NOT_COMPARABLE = WORDS
_DECIMALS: Final = 1
FIELDS: Final = (
    *(pa.field(name, pa.float64()) for name in INTERVALS),
    pa.field(STATE, TEXT),
    pa.field(ON, pa.date32()),
    *(pa.field(name, TEXT) for name in (*NEWS, *BEYOND)),
    *(pa.field(name, pa.float64()) for name in DIFFERENCES),
)
NAMES: Final = tuple(field.name for field in FIELDS)


def past_columns(screening: Screening, states: Mapping[int, str]) -> list[Any]:
    """Return the columns of ``FIELDS`` for n rows; empty where a row has no ECG, or no earlier one.

    Parameters
    ----------
    screening : with the ECGs measured, and compared with earlier ones
    states : row -> what became of the earlier ECG
    """
    n, made = screening.batch.n, screening.ecg_comparison
    told = {row: {**_news(c), **_beyond(c)} for row, c in made.items()}
    return [
        *(_numbers(_interval(screening, name), n) for name in INTERVALS.values()),
        _words(states, n),
        pa.array([_day(made.get(row)) for row in range(n)], pa.date32()),
        *(_words({r: said[name] for r, said in told.items()}, n) for name in (*NEWS, *BEYOND)),
        *(_numbers(_difference(made, name), n) for name in DIFFERENCES.values()),
    ]


def _news(comparison: EcgComparison) -> dict[str, str]:
    """Say of each kind whether something of it is new."""
    blocked = _blocked(comparison)
    return {column: _new(comparison, kind, blocked) for column, kind in NEWS.items()}


def _new(comparison: EcgComparison, kind: str, blocked: frozenset[str]) -> str:
    found = {s.standing for s in comparison.standings if s.kind == kind}
    if "new" in found:
        return _YES
    if kind in blocked or "not_comparable" in found:
        return _NOT_COMPARABLE
    return _NOT_DECIDED if "unclear" in found else _NO


def _blocked(comparison: EcgComparison) -> frozenset[str]:
    """Return the kinds that the reasons of a comparison take away."""
    groups = comparison_settings().reasons
    ids = [reason.id.removeprefix(f"{PREFIX}.") for reason in comparison.reasons]
    return frozenset(group for name in ids for group in groups.get(name, ()))


def _beyond(comparison: EcgComparison) -> dict[str, str]:
    """Say of QTc whether it grew, and of the axis whether it moved, as the comparison tells it."""
    moved = {s.name for s in comparison.standings if s.standing == "changed"}
    said = {}
    for column, name in BEYOND.items():
        change = next((c for c in comparison.changes if c.name == name), None)
        if change is None or change.difference is None or change.verdict == "not_comparable":
            said[column] = _NOT_COMPARABLE
        else:
            grew = name != "qtc_fridericia" or change.difference > 0
            said[column] = _YES if name in moved and grew else _NO
    return said


def _difference(made: Mapping[int, EcgComparison], name: str) -> dict[int, float]:
    return {
        row: change.difference
        for row, comparison in made.items()
        for change in comparison.changes
        if change.name == name
        and change.verdict != "not_comparable"
        and change.difference is not None
    }


def _interval(screening: Screening, name: str) -> dict[int, float]:
    """Return a measured value of each ECG, where nothing limits it."""
    found = {}
    for row, side in screening.ecg_sides.items():
        value = side.values.get(name)
        if value is not None and value.value is not None and not value.limits:
            found[row] = value.value
    return found


def _numbers(values: Mapping[int, float], n: int) -> Any:  # noqa: ANN401 - pyarrow has no types
    numbers = np.full(n, np.nan)
    for row, value in values.items():
        numbers[row] = value
    return pa.array(np.round(numbers, _DECIMALS) + 0.0, pa.float64(), mask=np.isnan(numbers))


def _words(said: Mapping[int, str], n: int) -> Any:  # noqa: ANN401
    known = list(dict.fromkeys(said.values()))
    places = np.full(n, -1, dtype=np.int64)
    for row, word in said.items():
        places[row] = known.index(word)
    return coded(places, [*known, None])


def _day(comparison: EcgComparison | None) -> date | None:
    on = "" if comparison is None else comparison.earlier_on
    return date.fromisoformat(on) if on else None
