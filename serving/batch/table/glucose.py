"""What a row says of a diabetes that nobody may forget: known, a high test, one that waits, below.

Read over the rows of one person (`serving/years/earlier_signs.py`): the two tests are told apart,
as one that is below never settles the other.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from ....engine.fixedpoint import Int64Array
from ....engine.past import IMPOSSIBLE_DAY
from ....engine.plausibility.diabetes import is_sign_of_diabetes
from ....engine.record import BoolArray, VisitBatch
from ....engine.risks import Abstention, RiskColumns
from ....engine.screened import is_declined
from ....engine.screening import Screening
from ....engine.two_tests import GLUCOSE, HBA1C, hba1c_below, in_pregnancy, test_of
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
HIGH_IN_PREGNANCY: Final = "high_in_pregnancy"
WORDS: Final = (
    DIABETES, HIGH, HBA1C_HIGH, HIGH_WAITS, HBA1C_HIGH_WAITS, HIGH_IN_PREGNANCY,
    BOTH_BELOW, BELOW, HBA1C_BELOW,
)  # fmt: skip
"""The gravest first: a row says one of them."""

_CALM: Final = (0, 1)


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
    facts = screening.facts
    glucose, hba1c = (test_of(item, facts, batch) for item in (GLUCOSE, HBA1C))
    risk = next((r for r in screening.risks if r.outcome.id == first), None)
    below = _glucose_below(screening, risk) & ~glucose.high & ~glucose.waits
    other_below = hba1c_below(facts, batch)
    used = ~batch.refused & ~is_declined(batch)
    read = used | (_is_refused_for_its_day(batch) & ~is_declined(batch))
    said = {
        DIABETES: read & is_sign_of_diabetes(batch),
        HIGH: read & glucose.high,
        HBA1C_HIGH: read & hba1c.high,
        HIGH_WAITS: read & glucose.waits,
        HBA1C_HIGH_WAITS: read & hba1c.waits,
        HIGH_IN_PREGNANCY: read & in_pregnancy(facts, batch),
        BOTH_BELOW: used & below & other_below,
        BELOW: used & below,
        HBA1C_BELOW: used & other_below,
    }
    return coded(gravest(said), (*WORDS, None))


def gravest(said: Mapping[str, BoolArray]) -> Int64Array:
    """Return int64 (n,), the place in ``WORDS`` of what each row says; past its end where nothing.

    Parameters
    ----------
    said : word -> bool (n,), whether a row says it; every one of ``WORDS``
    """
    places = np.select([said[word] for word in WORDS], range(len(WORDS)), len(WORDS))
    return places.astype(np.int64)


def _glucose_below(screening: Screening, risk: RiskColumns | None) -> BoolArray:
    """Say where a glucose is clearly below: it speaks instead of the risk, or its form is calm."""
    batch = screening.batch
    if risk is None:
        return np.zeros(batch.n, dtype=np.bool_)
    below, _ = values_speak(screening, risk)
    measured = np.zeros(batch.n, dtype=np.bool_)
    for slot, column in batch.quantities.items():
        if slot.partition(".")[0] == GLUCOSE:
            measured |= column.accepted.any(axis=1)
    forms = [bundle.manifest.form in risk.outcome.after for bundle in risk.bundles]
    by_form = np.array([*forms, False])[risk.chosen] & np.isin(risk.band, _CALM)
    return (below & measured) | (by_form & (risk.abstention == Abstention.ANSWERED))


def _is_refused_for_its_day(batch: VisitBatch) -> BoolArray:
    """Say which records were refused for nothing but a day that can't be right."""
    other = np.zeros(batch.n, dtype=np.bool_)
    for problem in batch.problems:
        if problem.severity == "refused_record" and problem.code not in IMPOSSIBLE_DAY:
            other[problem.row] = True
    return np.asarray(batch.refused & ~other)
