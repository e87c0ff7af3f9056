"""SCORE2 and SCORE2-OP: ten-year risk of cardiovascular disease, with its terms and its interval.

On the complementary log-log scale the published formula is a sum, so each item's share is printed
as it enters: ``ln(-ln(1 - risk)) = shift + stretch * (ln(-ln S0) + linear predictor)``.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

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
from .inputs import CODES, BoolArray, CodeArray, FloatArray, ScoreInputError, ScoreInputs
from .tables import SEXES, Cut, ScoreTable, parse_cut, parse_cuts, score_table

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
class _Equation:
    """One equation for one sex, as in ``score2.toml``."""

    constant: float
    log_hazard: float
    slope: Mapping[str, float]
    with_age: Mapping[str, float]
    centre: Mapping[str, float]
    scale: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class _Tables:
    """``score2.toml`` with its shape."""

    table: ScoreTable
    ids: tuple[str, ...]
    age_ends: tuple[Cut, ...]
    equations: tuple[tuple[_Equation, ...], ...]
    smoking_low: FloatArray
    smoking_high: FloatArray
    ranges: Mapping[str, tuple[float, float]]
    regions: Mapping[str, Mapping[str, Mapping[str, list[float]]]]
    levels: tuple[str, ...]
    level_groups: tuple[tuple[Cut, tuple[Cut, ...]], ...]
    default_region: str


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
    tables = _tables()
    region = _region(region)
    who = eligibility(tables.table, inputs)
    equation = _equation_of(tables, inputs, who)
    return _assemble(tables, inputs, (who, equation), region)


def score2_regions() -> tuple[str, ...]:
    """Return the risk regions, from low to very high."""
    return tuple(_tables().regions)


def region_scales(region: str | None = None) -> Mapping[str, tuple[float, float]]:
    """Return shift and stretch of SCORE2's regional recalibration by sex; France by default.

    Raises
    ------
    ScoreInputError  if the region is none of the four
    """
    scales = _tables().regions[_region(region)]["score2"]
    return {sex: (float(pair[0]), float(pair[1])) for sex, pair in scales.items()}


def _region(region: str | None) -> str:
    tables = _tables()
    if region is None:
        return tables.default_region
    if region not in tables.regions:
        raise ScoreInputError(
            found=f"region {region!r}",
            why="the risk depends on the region, so it is not guessed",
            remedy=f"Use one of {', '.join(tables.regions)}",
            path="region",
        )
    return region


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
    for age_end, cuts in _tables().level_groups:
        group = remaining & passes(ages, age_end)
        level[group] = band_of(risk_low[group], risk_high[group], cuts)
        remaining &= ~group
    return level


def _equation_of(tables: _Tables, inputs: ScoreInputs, who: Eligibility) -> CodeArray:
    years, _ = inputs.measured("age_years")
    ages = nano_from_floats(years)
    equation = np.full(len(inputs), UNDECIDED, dtype=np.int8)
    for position in reversed(range(len(tables.ids))):
        equation[passes(ages, tables.age_ends[position])] = position
    return np.where(who.usable, equation, UNDECIDED).astype(np.int8)


def _compute(tables: _Tables, inputs: ScoreInputs, equation: CodeArray, region: str) -> _Computed:
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
    tables: _Tables, inputs: ScoreInputs, chosen: tuple[Eligibility, CodeArray], region: str
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
    tables: _Tables, formula: _Equation, inputs: ScoreInputs
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


@cache
def _tables() -> _Tables:
    table = score_table("score2")
    raw = table.raw
    smoking = [raw["smoking"]["codes"][code] for code in CODES["smoking"]]
    return _Tables(
        table=table,
        ids=tuple(row["id"] for row in raw["equations"]),
        age_ends=tuple(parse_cut(row["age_to"], table.id) for row in raw["equations"]),
        equations=tuple(
            tuple(_parse_equation(row, sex) for sex in SEXES) for row in raw["equations"]
        ),
        smoking_low=np.array([*smoking, min(smoking)], dtype=float),
        smoking_high=np.array([*smoking, max(smoking)], dtype=float),
        ranges={name: (span["from"], span["to"]) for name, span in raw["ranges"].items()},
        regions=raw["regions"],
        levels=tuple(row["id"] for row in raw["levels"]),
        level_groups=tuple(
            (parse_cut(row["age_to"], table.id), parse_cuts(row["cuts"], table.id))
            for row in raw["level_groups"]
        ),
        default_region=raw["default_region"],
    )


def _parse_equation(row: Mapping[str, Any], sex: str) -> _Equation:
    return _Equation(
        constant=row[sex]["constant"],
        log_hazard=math.log(-math.log(row[sex]["baseline_survival"])),
        slope=row[sex]["slope"],
        with_age=row[sex]["with_age"],
        centre=row["centre"],
        scale=row["scale"],
    )
