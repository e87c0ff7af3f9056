"""The questionnaire scores: FINDRISC, the ADA risk test, DESIR, and Cambridge as a rank."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from .evaluate import (
    UNDECIDED,
    MaskArray,
    State,
    band_of,
    eligibility,
    item_ranges,
    outside_ranges,
)
from .inputs import BoolArray, CodeArray, FloatArray, ScoreInputs
from .tables import ScoreTable, score_table

NO_POINTS: Final = -1
PointArray = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True, eq=False)
class PointScore:
    """A score in points for n people.

    `points` int16 (n,), `NO_POINTS` unless every item is determined; `points_low`, `points_high`
    int16 (n,): the interval over everything that is missing, `NO_POINTS` where the score is not
    given; `item_low`, `item_high` int16 (n, items): what each item gives, adding up to the two
    ends; `band` int8 (n,): position in `bands` of the one band that holds the whole interval, else
    `UNDECIDED`; `state` int8 (n,), codes of `State`; `reason` int8 (n,), codes of `Reason`;
    `unverified` uint16 (n,): bit i set where `exclusions[i]` could not be checked.
    """

    score_id: str
    items: tuple[str, ...]
    bands: tuple[str, ...]
    exclusions: tuple[str, ...]
    state: CodeArray
    reason: CodeArray
    unverified: MaskArray
    points: PointArray
    points_low: PointArray
    points_high: PointArray
    item_low: PointArray
    item_high: PointArray
    band: CodeArray

    @property
    def item_undetermined(self) -> BoolArray:
        """Where an item is missing, or known too loosely to give one number: shape (n, items)."""
        undetermined: BoolArray = self.item_low != self.item_high
        return undetermined


@dataclass(frozen=True, slots=True, eq=False)
class DesirScore:
    """DESIR in points and as a nine-year risk of new diabetes (0..1), for n people.

    `points` is the simplified score. `risk` float64 (n,), NaN unless every term is determined;
    `risk_low`, `risk_high` (n,), NaN where the score is not given; `term_low`, `term_high`
    (n, terms) with `constant` (n,) add up to the logit of the two ends; `outside_range` bool (n,):
    a known waist lies outside the range that a missing one is taken to span.
    """

    points: PointScore
    terms: tuple[str, ...]
    state: CodeArray
    risk: FloatArray
    risk_low: FloatArray
    risk_high: FloatArray
    constant: FloatArray
    term_low: FloatArray
    term_high: FloatArray
    outside_range: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class RankScore:
    """A score that only orders people: `rank_score` float64 (n,), never a risk.

    NaN unless every term is determined; `rank_low`, `rank_high` (n,) over what is missing, NaN
    where the score is not given; `term_low`, `term_high` (n, terms) add up to the two ends.
    """

    score_id: str
    terms: tuple[str, ...]
    exclusions: tuple[str, ...]
    state: CodeArray
    reason: CodeArray
    unverified: MaskArray
    rank_score: FloatArray
    rank_low: FloatArray
    rank_high: FloatArray
    term_low: FloatArray
    term_high: FloatArray


def findrisc(inputs: ScoreInputs) -> PointScore:
    """FINDRISC, 0 to 26 points: chance of type 2 diabetes within ten years.

    Not for known diabetes, pregnancy or people under 18. Source, boundaries and departures:
    ``findrisc.toml``.

    Parameters
    ----------
    inputs : n people; any item but age may be missing

    Returns
    -------
    points where every item is determined, and the interval over what is missing

    >>> man = {"age_years": [50], "sex": [1], "bmi_kg_per_m2": [31.0], "waist_cm": [104.0]}
    >>> answers = {"physically_active": [0], "daily_fruit_vegetables": [0], "bp_treated": [1]}
    >>> score = findrisc(ScoreInputs.from_columns({**man, **answers, "ever_high_glucose": [0]}))
    >>> score.points_low.tolist(), score.points_high.tolist(), score.points.tolist()
    ([14], [19], [-1])
    """
    return _point_score(score_table("findrisc"), inputs)


def ada_risk_test(inputs: ScoreInputs) -> PointScore:
    """American Diabetes Association risk test, 0 to 10 points; a blood test is advised from 5 up.

    Not for known diabetes, pregnancy or people under 18. Source and departures: ``ada.toml``.

    Parameters
    ----------
    inputs : n people; any item but age and sex may be missing

    Returns
    -------
    points where every item is determined, and the interval over what is missing
    """
    return _point_score(score_table("ada"), inputs)


def desir(inputs: ScoreInputs) -> DesirScore:
    """DESIR clinical score (France, 30 to 65 years): points and nine-year risk of new diabetes.

    Not for known diabetes or pregnancy. Source and departures: ``desir.toml``.

    Parameters
    ----------
    inputs : n people; any item but age and sex may be missing

    Returns
    -------
    points and risk where every item is determined, and the intervals over what is missing
    """
    table = score_table("desir")
    points = _point_score(table, inputs)
    low, high = item_ranges(table, table.terms, inputs)
    usable = points.state <= State.INTERVAL_ONLY
    determined = usable & ~np.any(low != high, axis=1)
    constant = table.constant[inputs.coded("sex")]  # read for the usable only, whose sex is known
    risk_low = _blank(_logistic(constant + low.sum(axis=1)), usable)
    risk_high = _blank(_logistic(constant + high.sum(axis=1)), usable)
    state = np.where(usable & ~determined, State.INTERVAL_ONLY, points.state).astype(np.int8)
    return DesirScore(
        points=points,
        terms=tuple(term.id for term in table.terms),
        state=state,
        risk=_blank(risk_low, determined),
        risk_low=risk_low,
        risk_high=risk_high,
        constant=_blank(constant, usable),
        term_low=_blank(low, usable),
        term_high=_blank(high, usable),
        outside_range=outside_ranges(table.terms, inputs),
    )


def cambridge_rank(inputs: ScoreInputs) -> RankScore:
    """Cambridge diabetes risk score as a rank: higher means more likely than in other people.

    The published absolute risk is far too high in general screening; the equation's constant is not
    in this package, so the number can't become a risk. Source and departures: ``cambridge.toml``.

    Parameters
    ----------
    inputs : n people; any item but age and sex may be missing

    Returns
    -------
    the rank score where every term is determined, and its interval over what is missing
    """
    table = score_table("cambridge")
    who = eligibility(table, inputs)
    low, high = item_ranges(table, table.terms, inputs)
    undetermined = np.any(low != high, axis=1)
    rank_low, rank_high = (_blank(side.sum(axis=1), who.usable) for side in (low, high))
    return RankScore(
        score_id=table.id,
        terms=tuple(term.id for term in table.terms),
        exclusions=tuple(exclusion.id for exclusion in table.exclusions),
        state=who.state(undetermined),
        reason=who.reason,
        unverified=who.unverified,
        rank_score=_blank(rank_low, who.usable & ~undetermined),
        rank_low=rank_low,
        rank_high=rank_high,
        term_low=_blank(low, who.usable),
        term_high=_blank(high, who.usable),
    )


def _point_score(table: ScoreTable, inputs: ScoreInputs) -> PointScore:
    who = eligibility(table, inputs)
    low, high = item_ranges(table, table.items, inputs)
    total_low, total_high = low.sum(axis=1), high.sum(axis=1)
    undetermined = total_low != total_high
    band = band_of(total_low, total_high, table.band_cuts)
    return PointScore(
        score_id=table.id,
        items=tuple(item.id for item in table.items),
        bands=table.bands,
        exclusions=tuple(exclusion.id for exclusion in table.exclusions),
        state=who.state(undetermined),
        reason=who.reason,
        unverified=who.unverified,
        points=_whole(total_low, who.usable & ~undetermined),
        points_low=_whole(total_low, who.usable),
        points_high=_whole(total_high, who.usable),
        item_low=_whole(low, who.usable),
        item_high=_whole(high, who.usable),
        band=np.where(who.usable & bool(table.bands), band, UNDECIDED).astype(np.int8),
    )


def _whole(values: FloatArray, given: BoolArray) -> PointArray:
    points = values.astype(np.int16)
    points[~given] = NO_POINTS
    return points


def _blank(values: FloatArray, given: BoolArray) -> FloatArray:
    answer = values.copy()
    answer[~given] = np.nan
    return answer


def _logistic(logit: FloatArray) -> FloatArray:
    with np.errstate(over="ignore"):  # a logit far below zero is a risk of zero
        risk: FloatArray = 1.0 / (1.0 + np.exp(-logit))
    return risk
