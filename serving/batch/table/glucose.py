"""What a row says of a diabetes that nobody may forget: known, a high test, one that waits, below.

Read over the rows of one person (`serving/years/earlier_signs.py`): the two tests are told apart,
as one that is below never settles the other.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np

from ....engine.facts import FactColumn
from ....engine.facts.waiting import could_meet
from ....engine.guidelines import Row
from ....engine.guidelines.model import PRESENT
from ....engine.logic import TRUE
from ....engine.past import IMPOSSIBLE_DAY
from ....engine.plausibility.diabetes import is_sign_of_diabetes
from ....engine.record import BoolArray, VisitBatch
from ....engine.risks import Abstention, RiskColumns, signs_of_diabetes
from ....engine.screened import is_declined
from ....engine.screening import Screening
from .columns import coded
from .status import values_speak

GLUCOSE_SAYS: Final = "glucose_says"
DIABETES: Final = "diabetes"
HIGH: Final = "high"
HBA1C_HIGH: Final = "hba1c_high"
HIGH_WAITS: Final = "high_waits"
HBA1C_HIGH_WAITS: Final = "hba1c_high_waits"
BOTH_BELOW: Final = "both_below"
BELOW: Final = "below"
HBA1C_BELOW: Final = "hba1c_below"
WORDS: Final = (
    DIABETES, HIGH, HBA1C_HIGH, HIGH_WAITS, HBA1C_HIGH_WAITS, BOTH_BELOW, BELOW, HBA1C_BELOW,
)  # fmt: skip
"""The gravest first: a row says one of them."""

_GLUCOSE: Final = "glucose"
_HBA1C: Final = "hba1c"
_CALM: Final = (0, 1)


class _Test(NamedTuple):
    """Bool (n,) for whom one of the two tests is high, and for whom only a waiting value is."""

    high: BoolArray
    waits: BoolArray


def glucose_column(screening: Screening, first: str) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return the word of every row, null where it says nothing.

    Of a record that was refused only for its day what was measured is said all the same, but never
    that it was below: nobody knows which visit is the later one. Somebody who declined says
    nothing.

    Parameters
    ----------
    screening : of n people
    first : the risk of undiagnosed diabetes
    """
    batch = screening.batch
    glucose, hba1c = (_test(screening, item) for item in (_GLUCOSE, _HBA1C))
    risk = next((r for r in screening.risks if r.outcome.id == first), None)
    below = _glucose_below(screening, risk) & ~glucose.high & ~glucose.waits
    hba1c_below = _hba1c_below(screening) & ~hba1c.high & ~hba1c.waits
    used = ~batch.refused & ~is_declined(batch)
    read = used | (_is_refused_for_its_day(batch) & ~is_declined(batch))
    said = (
        read & is_sign_of_diabetes(batch),
        read & glucose.high,
        read & hba1c.high,
        read & glucose.waits,
        read & hba1c.waits,
        used & below & hba1c_below,
        used & below,
        used & hba1c_below,
    )
    return coded(np.select(said, range(len(WORDS)), len(WORDS)), (*WORDS, None))


def _test(screening: Screening, item: str) -> _Test:
    """Return for whom a test speaks for diabetes, by the facts of the chosen guidelines."""
    high, waits = (np.zeros(screening.batch.n, dtype=np.bool_) for _ in range(2))
    for column, index, row in _rows_of(screening, item):
        high |= (column.rows[:, index] == TRUE) & ~column.barred
        waits |= could_meet(row, screening.batch) & ~column.barred
    return _Test(high, waits & ~high)


def _rows_of(screening: Screening, item: str) -> Iterator[tuple[FactColumn, int, Row]]:
    """Yield the rows on a test that make a sign of diabetes, each with its fact and place."""
    for name in signs_of_diabetes():
        finding, _, grade = name.partition(".")
        column = screening.facts.column(finding)
        if column is None:
            continue
        for index, row in enumerate(column.spec.rows):
            made = column.spec.grades[row.grade]
            is_sign = made.code == grade if grade else made.state == PRESENT
            if is_sign and row.item.partition(".")[0] == item:
                yield column, index, row


def _glucose_below(screening: Screening, risk: RiskColumns | None) -> BoolArray:
    """Say where a glucose is clearly below: it speaks instead of the risk, or its form is calm."""
    batch = screening.batch
    if risk is None:
        return np.zeros(batch.n, dtype=np.bool_)
    below, _ = values_speak(screening, risk)
    measured = np.zeros(batch.n, dtype=np.bool_)
    for slot, column in batch.quantities.items():
        if slot.partition(".")[0] == _GLUCOSE:
            measured |= column.accepted.any(axis=1)
    forms = [bundle.manifest.form in risk.outcome.after for bundle in risk.bundles]
    by_form = np.array([*forms, False])[risk.chosen] & np.isin(risk.band, _CALM)
    return (below & measured) | (by_form & (risk.abstention == Abstention.ANSWERED))


def _hba1c_below(screening: Screening) -> BoolArray:
    """Say where an HbA1c is clearly below, not near its cut-off, and interpretable."""
    column = screening.batch.quantity(_HBA1C)
    near = np.zeros(screening.batch.n, dtype=np.bool_)
    for fact, index, _ in _rows_of(screening, _HBA1C):
        near |= fact.borderline[:, index]
    whole = (column.accepted & (column.comparator == 0)).any(axis=1) & ~column.waiting.any(axis=1)
    return np.asarray(whole & ~near & ~screening.hba1c_unread)


def _is_refused_for_its_day(batch: VisitBatch) -> BoolArray:
    """Say which records were refused for nothing but a day that can't be right."""
    other = np.zeros(batch.n, dtype=np.bool_)
    for problem in batch.problems:
        if problem.severity == "refused_record" and problem.code not in IMPOSSIBLE_DAY:
            other[problem.row] = True
    return np.asarray(batch.refused & ~other)
