"""The words that a condition may be compared with: those that the house itself writes."""

from collections.abc import Mapping
from functools import cache
from itertools import chain
from typing import Any, Final

from ....engine.guidelines.load import read_set, topics
from ....engine.guidelines.model import STATES
from ....engine.prediagnosis import URGENCIES
from ....engine.published.columns import published_table
from ....engine.risks.outcomes import load_outcomes
from ....engine.trajectories.columns import DIRECTIONS
from .compare import broken

BANDS: Final = ("low", "intermediate", "high", "not_assessable")
VERDICTS: Final = ("confirm", "amend", "reject")
_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "urgency": URGENCIES,
    "urgency_at_another_visit": URGENCIES,
    "earlier_sign": (
        "diabetes_known_or_treated",
        "tests_contradict",
        "measured_high",
        "value_waits",
        "measured_in_pregnancy",
    ),  # fmt: skip
    "status": ("scored", "not_assessable", "refused"),
    "ecg_earlier_state": (
        "compared",
        "ecg_earlier_unreadable",
        "ecg_earlier_other_person",
        "ecg_earlier_not_before",
    ),
    **dict.fromkeys(
        (
            "ecg_new_block",
            "ecg_new_q_waves",
            "ecg_new_rhythm",
            "ecg_qtc_longer",
            "ecg_axis_shifted",
        ),
        ("yes", "no", "not_decided", "not_comparable"),
    ),
}
_ANSWERS: Final = "answers"


def column_words(column: str) -> tuple[str, ...]:
    """Return the words of a column of a result; none where the list is open.

    >>> column_words("cvd_death_10y_band")
    ('low', 'intermediate', 'high', 'not_assessable')
    """
    return BANDS if column.endswith("_band") else _COLUMNS.get(column, ())


def trend_words() -> tuple[str, ...]:
    """Return the words of a trend."""
    return tuple(DIRECTIONS.values())


def finding_words(finding: str, kind: str) -> tuple[str, ...]:
    """Return the words of a finding.

    Parameters
    ----------
    finding : one that has a name
    kind : finding (its state or band), urgency or grade

    Raises
    ------
    DataError  if a grade of a finding is asked for that has none

    >>> finding_words("bmi", "finding"), finding_words("t2d_undiagnosed", "finding")[0]
    (('absent', 'not_assessable', 'borderline', 'present'), 'low')
    """
    if kind == "urgency":
        return URGENCIES
    if kind == "finding":
        return BANDS if finding in _risks() else STATES
    grades = _grades().get(finding, ())
    if not grades:
        raise broken(f"on the grade of {finding}", "it has no grades", "Ask for finding." + finding)
    return grades


@cache
def _risks() -> frozenset[str]:
    return frozenset({*(o.id for o in load_outcomes()), *(row["finding"] for row in _published())})


def _published() -> list[Mapping[str, Any]]:
    return [row for name, row in published_table().items() if name != _ANSWERS]


@cache
def _grades() -> Mapping[str, tuple[str, ...]]:
    """Return the grades of every finding, of all guideline sets and scores."""
    found: dict[str, tuple[str, ...]] = {}
    files = chain.from_iterable(f for row in topics().values() for f in row["sets"].values())
    for name in sorted(set(files)):
        for spec in read_set(name):
            codes = (*found.get(spec.id, ()), *(grade.code for grade in spec.grades))
            found[spec.id] = tuple(dict.fromkeys(codes))
    for row in _published():
        found[row["finding"]] = tuple(row["bands"])
    return found
