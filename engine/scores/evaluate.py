"""One evaluator for items, exclusions and bands, over columns: a visit is n = 1.

Nothing here knows a score: it reads `ScoreTable`. Each item gives a lower and an upper value per
person, equal where the item is known, so a score with missing items is an interval by addition.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, auto

import numpy as np
import numpy.typing as npt

from ..fixedpoint import NANO, Int64Array, nano_from_floats
from .inputs import (
    CODES,
    FEMALE,
    MALE,
    MEASURED,
    MISSING,
    BoolArray,
    CodeArray,
    FloatArray,
    ScoreInputs,
)
from .tables import OPERATORS, Clause, Cut, DerivedFact, Exclusion, Item, ScoreTable, Side, Slope

UNDECIDED = -1
MaskArray = npt.NDArray[np.uint16]


class State(IntEnum):
    """What can be said of one person by one score."""

    ASSESSABLE = 0
    INTERVAL_ONLY = 1
    NOT_APPLICABLE = 2
    MISSING_REQUIRED = 3


class Reason(IntEnum):
    """Why a score does not apply; the first that holds, in the order of the score's file."""

    NONE = 0
    AGE_OUT_OF_RANGE = 1
    KNOWN_DIABETES = 2
    KNOWN_CVD = 3
    SEVERE_CKD = 4
    FAMILIAL_HYPERCHOLESTEROLAEMIA = 5
    PREGNANCY = 6
    KIDNEY_DOUBTFUL = 7
    GLUCOSE_LOWERING = 8
    NO_KNOWN_DIABETES = 9
    DIABETES_DOUBTFUL = auto()


@dataclass(frozen=True, slots=True, eq=False)
class Eligibility:
    """Whether a score speaks for each person.

    `reason` int8 (n,) in the codes of `Reason`; `unverified` uint16 (n,), bit i set where exclusion
    i of the score's file could not be checked because nothing was recorded; `required_known` bool
    (n,); `usable` bool (n,): no reason against, nothing required is missing.
    """

    reason: CodeArray
    unverified: MaskArray
    required_known: BoolArray

    @property
    def usable(self) -> BoolArray:
        """Where the score, or an interval of it, can be given."""
        usable: BoolArray = (self.reason == Reason.NONE) & self.required_known
        return usable

    def state(self, undetermined: BoolArray) -> CodeArray:
        """Return the `State` of each person, given who has an item that is not determined."""
        answer = np.where(undetermined, State.INTERVAL_ONLY, State.ASSESSABLE).astype(np.int8)
        answer[~self.required_known] = State.MISSING_REQUIRED
        answer[self.reason != Reason.NONE] = State.NOT_APPLICABLE
        return answer


def eligibility(table: ScoreTable, inputs: ScoreInputs) -> Eligibility:
    """Check ages, exclusions and required items of a score for every person.

    An exclusion about which nothing is recorded does not stop the score; it is marked in
    `unverified`, so that the answer can say it.
    """
    reason = np.zeros(len(inputs), dtype=np.int8)
    unverified = np.zeros(len(inputs), dtype=np.uint16)
    for bit, exclusion in reversed(list(enumerate(table.exclusions))):
        excluded, known = _excluded(exclusion, inputs)
        reason[excluded] = Reason[exclusion.id.upper()]
        unverified |= np.where(known, 0, 1 << bit).astype(np.uint16)
    years, has_age = inputs.measured("age_years")
    years_nano = nano_from_floats(years)
    for limit in table.age_limits:
        reason[has_age & ~passes(years_nano, limit)] = Reason.AGE_OUT_OF_RANGE
    required_known = np.ones(len(inputs), dtype=bool)
    for name in table.required:
        required_known &= _is_known(inputs, name)
    return Eligibility(reason, unverified, required_known)


def passes(values_nano: Int64Array, cut: Cut) -> BoolArray:
    """Return where a value stands in the cut's relation to its limit."""
    answer: BoolArray = OPERATORS[cut.op](values_nano, cut.at_nano)
    return answer


def item_ranges(
    table: ScoreTable, items: Sequence[Item], inputs: ScoreInputs
) -> tuple[FloatArray, FloatArray]:
    """Return what each item can give to each person.

    Returns
    -------
    lower and upper values, each of shape (n, items); equal where the item is determined
    """
    shape = (len(inputs), len(items))
    low, high = np.empty(shape, order="F"), np.empty(shape, order="F")
    sex = inputs.coded("sex")
    for column, item in enumerate(items):
        women = _side_range(table, item, FEMALE, inputs)
        if item.by_sex:
            men = _side_range(table, item, MALE, inputs)
            low[:, column] = _by_sex(sex, women[0], men[0], np.minimum(women[0], men[0]))
            high[:, column] = _by_sex(sex, women[1], men[1], np.maximum(women[1], men[1]))
        else:
            low[:, column], high[:, column] = women
    return low, high


def outside_ranges(items: Sequence[Item], inputs: ScoreInputs) -> BoolArray:
    """Return where a known value lies outside the range that a missing one is taken to span."""
    outside = np.zeros(len(inputs), dtype=bool)
    for item in items:
        side = item.sides[FEMALE]
        if isinstance(side, Slope):
            values, known = inputs.measured(item.input)
            outside |= known & ((values < side.smallest) | (values > side.largest))
    return outside


def band_of(low: FloatArray, high: FloatArray, cuts: Sequence[Cut]) -> CodeArray:
    """Return the band that holds the whole interval, `UNDECIDED` where it spans two or more."""
    lowest, highest = _steps_passed(low, cuts), _steps_passed(high, cuts)
    return np.where(lowest == highest, lowest, UNDECIDED).astype(np.int8)


def _by_sex(sex: CodeArray, women: FloatArray, men: FloatArray, either: FloatArray) -> FloatArray:
    return np.where(sex == FEMALE, women, np.where(sex == MALE, men, either))


def _side_range(
    table: ScoreTable, item: Item, sex: int, inputs: ScoreInputs
) -> tuple[FloatArray, FloatArray]:
    side: Side = item.sides[sex]
    if side is None:
        nothing = np.zeros(len(inputs))
        return nothing, nothing
    if isinstance(side, Slope):
        return _slope_range(side, *inputs.measured(item.input))
    if not side.cuts:
        codes = _codes_of(table, item.input, inputs)
        return side.low[codes], side.high[codes]  # -1, missing, reads the last entry
    values, known = inputs.measured(item.input)
    nano = nano_from_floats(values)
    if item.completed_years:
        nano = nano // NANO * NANO
    steps = np.zeros(len(inputs), dtype=np.int8)
    for cut in side.cuts:
        steps += passes(nano, cut)
    steps[~known] = MISSING
    return side.low[steps], side.high[steps]


def _slope_range(
    side: Slope, values: FloatArray, known: BoolArray
) -> tuple[FloatArray, FloatArray]:
    ends = sorted((side.per_unit * side.smallest, side.per_unit * side.largest))
    product = side.per_unit * values
    return np.where(known, product, ends[0]), np.where(known, product, ends[1])


def _steps_passed(values: FloatArray, cuts: Sequence[Cut]) -> CodeArray:
    nano = nano_from_floats(values)
    steps = np.zeros(values.shape[0], dtype=np.int8)
    for cut in cuts:
        steps += passes(nano, cut)
    return steps


def _codes_of(table: ScoreTable, name: str, inputs: ScoreInputs) -> CodeArray:
    return _derive(table.derived[name], inputs) if name in table.derived else inputs.coded(name)


def _derive(fact: DerivedFact, inputs: ScoreInputs) -> CodeArray:
    anyone = np.zeros(len(inputs), dtype=bool)
    everything_known = np.ones(len(inputs), dtype=bool)
    for clause in fact.any_of:
        holds, known = _clause(clause, inputs)
        anyone |= holds
        everything_known &= known
    for clause in fact.also_if_recorded:
        anyone |= _clause(clause, inputs)[0]
    no_yes = CODES["bp_treated"]
    answer = np.where(anyone, no_yes["yes"], no_yes["no"]).astype(np.int8)
    answer[~anyone & ~everything_known] = MISSING
    return answer


def _excluded(exclusion: Exclusion, inputs: ScoreInputs) -> tuple[BoolArray, BoolArray]:
    anyone, something_known = (
        np.zeros(len(inputs), bool),
        np.full(len(inputs), exclusion.always_known),
    )
    for clause in exclusion.clauses:
        holds, known = _clause(clause, inputs)
        anyone |= holds
        something_known |= known
    if exclusion.sex is not None:
        sex = inputs.coded("sex")
        other = (sex != exclusion.sex) & (sex != MISSING)
        return anyone & ~other, something_known | other
    return anyone, something_known


def _clause(clause: Clause, inputs: ScoreInputs) -> tuple[BoolArray, BoolArray]:
    if clause.cut is None:
        codes = inputs.coded(clause.input)
        return codes == clause.code, codes != MISSING
    values, known = inputs.measured(clause.input)
    return known & passes(nano_from_floats(values), clause.cut), known


def _is_known(inputs: ScoreInputs, name: str) -> BoolArray:
    if name in MEASURED:
        return inputs.measured(name)[1]
    known: BoolArray = inputs.coded(name) != MISSING
    return known
