"""SCORE2 and SCORE2-OP: ten-year risk of cardiovascular disease, with its terms and its interval.

On the complementary log-log scale the published formula is a sum, so each item's share is printed
as it enters: ``ln(-ln(1 - risk)) = shift + stretch * (ln(-ln S0) + linear predictor)``.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..fixedpoint import nano_from_floats
from .evaluate import (
    UNDECIDED,
    Eligibility,
    MaskArray,
    band_of,
    eligibility,
    passes,
)
from .inputs import BoolArray, CodeArray, FloatArray, ScoreInputs
from .score2_tables import Equation, Score2Tables, region_or_default, score2_tables
from .tables import SEXES

AGE: Final = "age"
SMOKING: Final = "smoking"
MEASURED_TERMS: Final = {
    "systolic_bp": "systolic_bp_mmhg",
    "total_cholesterol": "total_cholesterol_mmol_per_l",
    "hdl_cholesterol": "hdl_cholesterol_mmol_per_l",
}
TERMS: Final = ("constant", AGE, SMOKING, *MEASURED_TERMS)


@dataclass(frozen=True, slots=True, eq=False)
class Score2:
    """SCORE2 (40 to 69 years) or SCORE2-OP (70 to 89) for n people, risks 0..1.

    `equation` int8 (n,): position in `equations`, -1 where neither speaks for the person; `risk`
    float64 (n,), NaN unless every item is known; `risk_low`, `risk_high` (n,): the interval over
    missing items, NaN where the score is not given. `term_low`, `term_high` (n, terms): the terms
    of the linear predictor, each item with its age interaction; they add up to
    `linear_predictor_low` and `linear_predictor_high` (n,). `uncalibrated_low` and
    `uncalibrated_high` (n,): the risk before the regional recalibration. `band` int8 (n,): position
    in `bands` (ESC 2021 level for the age) where the whole interval has one level, else
    `UNDECIDED`; `outside_range` bool (n,): a known item lies outside the range that a missing one
    is taken to span.
    """

    region: str
    equations: tuple[str, ...]
    terms: tuple[str, ...]
    bands: tuple[str, ...]
    exclusions: tuple[str, ...]
    state: CodeArray
    reason: CodeArray
    unverified: MaskArray
    equation: CodeArray
    risk: FloatArray
    risk_low: FloatArray
    risk_high: FloatArray
    uncalibrated_low: FloatArray
    uncalibrated_high: FloatArray
    linear_predictor_low: FloatArray
    linear_predictor_high: FloatArray
    term_low: FloatArray
    term_high: FloatArray
    band: CodeArray
    outside_range: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class _Computed:
    """Terms (n, terms) and, as (2, n) from low to high, their sums and the risks."""

    term_low: FloatArray
    term_high: FloatArray
    linear_predictor: FloatArray
    uncalibrated: FloatArray
    risk: FloatArray
    outside_range: BoolArray


def score2(inputs: ScoreInputs, *, region: str | None = None) -> Score2:
    """SCORE2 or SCORE2-OP, whichever speaks for the person's age, with the ESC 2021 level.

    Not for known cardiovascular disease, diabetes, severe kidney disease, familial
    hypercholesterolaemia or pregnancy, nor under 40 or from 90 years: no answer is extrapolated.
    Age and sex are required; smoking, pressure and cholesterols may be missing.

    Parameters
    ----------
    inputs : n people; cholesterols in mmol/L, pressure in mmHg
    region : one of `score2_regions()`; by default the region of France

    Returns
    -------
    risk where every item is known, interval over what is missing, terms and level

    Raises
    ------
    ScoreInputError  if the region is none of the four

    Source: Eur Heart J 2021;42:2439 and 2455; departures in ``score2.toml``.

    >>> man = {"age_years": [50], "sex": [1], "smoking": [2], "systolic_bp_mmhg": [140]}
    >>> lipids = {"total_cholesterol_mmol_per_l": [5.5], "hdl_cholesterol_mmol_per_l": [1.3]}
    >>> round(float(score2(ScoreInputs.from_columns({**man, **lipids})).risk[0]), 3)
    0.059
    """
    tables = score2_tables()
    region = region_or_default(region)
    who = eligibility(tables.table, inputs)
    equation = _equation_of(tables, inputs, who)
    return _assemble(tables, inputs, (who, equation), region)


def esc_level(risk_low: FloatArray, risk_high: FloatArray, age_years: FloatArray) -> CodeArray:
    """Return the ESC 2021 level of an interval of risk at an age.

    Parameters
    ----------
    risk_low, risk_high : shape (n,), 0..1, no NaN
    age_years : shape (n,), from 40 to below 90

    Returns
    -------
    shape (n,): 0 low to moderate, 1 high, 2 very high, -1 where the interval spans levels or the
    age is in no group
    """
    level = np.full(risk_low.shape, UNDECIDED, dtype=np.int8)
    ages = nano_from_floats(age_years)
    remaining = np.ones(risk_low.shape, dtype=bool)
    for age_end, cuts in score2_tables().level_groups:
        group = remaining & passes(ages, age_end)
        level[group] = band_of(risk_low[group], risk_high[group], cuts)
        remaining &= ~group
    return level


def _equation_of(tables: Score2Tables, inputs: ScoreInputs, who: Eligibility) -> CodeArray:
    years, _ = inputs.measured("age_years")
    ages = nano_from_floats(years)
    equation = np.full(len(inputs), UNDECIDED, dtype=np.int8)
    for position in reversed(range(len(tables.ids))):
        equation[passes(ages, tables.age_ends[position])] = position
    return np.where(who.usable, equation, UNDECIDED).astype(np.int8)


def _compute(
    tables: Score2Tables, inputs: ScoreInputs, equation: CodeArray, region: str
) -> _Computed:
    """Evaluate each equation for the people whose age and sex it is for; NaN for all others."""
    low = np.full((len(inputs), len(TERMS)), np.nan, order="F")
    high = low.copy(order="F")
    sums, before, after = (np.full((2, len(inputs)), np.nan) for _ in range(3))
    outside = np.zeros(len(inputs), dtype=bool)
    for sex_name, sex in SEXES.items():
        for position, equation_id in enumerate(tables.ids):
            rows = np.flatnonzero((equation == position) & (inputs.coded("sex") == sex))
            if not rows.size:
                continue
            formula = tables.equations[position][sex]
            low[rows], high[rows], outside[rows] = _terms(tables, formula, inputs.take(rows))
            sums[0, rows], sums[1, rows] = low[rows].sum(axis=1), high[rows].sum(axis=1)
            shift, stretch = tables.regions[region][equation_id][sex_name]
            log_hazard = formula.log_hazard + sums[:, rows]
            before[:, rows] = _risk(log_hazard)
            after[:, rows] = _risk(shift + stretch * log_hazard)
    return _Computed(low, high, sums, before, after, outside)


def _assemble(
    tables: Score2Tables, inputs: ScoreInputs, chosen: tuple[Eligibility, CodeArray], region: str
) -> Score2:
    who, equation = chosen
    made = _compute(tables, inputs, equation, region)
    usable = who.usable
    undetermined = usable & np.any(made.term_low != made.term_high, axis=1)
    level = np.full(len(inputs), UNDECIDED, dtype=np.int8)
    low, high = made.risk
    level[usable] = esc_level(low[usable], high[usable], inputs.age_years[usable])
    return Score2(
        region=region,
        equations=tables.ids,
        terms=TERMS,
        bands=tables.levels,
        exclusions=tuple(exclusion.id for exclusion in tables.table.exclusions),
        state=who.state(undetermined),
        reason=who.reason,
        unverified=who.unverified,
        equation=equation,
        risk=np.where(undetermined, np.nan, low),
        risk_low=low,
        risk_high=high,
        uncalibrated_low=made.uncalibrated[0],
        uncalibrated_high=made.uncalibrated[1],
        linear_predictor_low=made.linear_predictor[0],
        linear_predictor_high=made.linear_predictor[1],
        term_low=made.term_low,
        term_high=made.term_high,
        band=level,
        outside_range=made.outside_range,
    )


def _terms(
    tables: Score2Tables, formula: Equation, inputs: ScoreInputs
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Return the lowest and highest terms of people who share an equation, (m, terms) each.

    Given age and sex every term is linear in its one item, so its ends lie at the ends of the
    item's range, whatever the sign of the slope.
    """
    shape = (len(inputs), len(TERMS))
    low, high = np.empty(shape, order="F"), np.empty(shape, order="F")
    outside = np.zeros(len(inputs), dtype=bool)
    age = (inputs.age_years - formula.centre[AGE]) / formula.scale[AGE]
    low[:, 0] = high[:, 0] = formula.constant
    low[:, 1] = high[:, 1] = formula.slope[AGE] * age
    for column, term in enumerate(TERMS[2:], start=2):
        if term == SMOKING:
            codes = inputs.coded("smoking")
            start, end = tables.smoking_low[codes], tables.smoking_high[codes]
        else:
            smallest, largest = tables.ranges[MEASURED_TERMS[term]]
            values, known = inputs.measured(MEASURED_TERMS[term])
            outside |= known & ((values < smallest) | (values > largest))
            start, end = np.where(known, values, smallest), np.where(known, values, largest)
        slope = formula.slope[term] + formula.with_age[term] * age
        one = slope * ((start - formula.centre[term]) / formula.scale[term])
        other = slope * ((end - formula.centre[term]) / formula.scale[term])
        low[:, column], high[:, column] = np.minimum(one, other), np.maximum(one, other)
    return low, high, outside


def _risk(log_hazard: FloatArray) -> FloatArray:
    with np.errstate(over="ignore"):  # a hazard beyond all bounds is a risk of one
        risk: FloatArray = -np.expm1(-np.exp(log_hazard))
    return risk
