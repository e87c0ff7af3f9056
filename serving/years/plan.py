"""The year's plan: whom to call first, how many tests at which threshold, cases, cost, return.

Pure: people and settings in, numbers out; no clock, file or language.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from ...engine.prediagnosis import URGENCIES
from ..batch.aggregate import SMALLEST_SHOWN, suppressed
from .people import MEASURED, NONE, UNKNOWN_DAY, PlanPeople
from .plan_settings import PlanSettings

FloatArray = npt.NDArray[np.float64]
Int64Array = npt.NDArray[np.int64]

BAND_ORDER: Final = ("high", "intermediate", "not_assessable", MEASURED, "low")
_DAYS_A_MONTH: Final = 30.4375
_EXACT_UP_TO: Final = 25.0
_EPOCH: Final = date(1970, 1, 1)
_WAITS_FOR_NO_INTERVAL: Final = URGENCIES.index("U2")


@dataclass(frozen=True, slots=True, eq=False)
class CallList:
    """Who is called, in order.

    Attributes
    ----------
    order : int64 (m,), rows of the people, first call first
    overdue_days : int64 (n,), days since each person was due; negative before that day
    is_tested : bool (n,), within the capacity; every one who is called where there is no limit
    """

    order: Int64Array
    overdue_days: Int64Array
    is_tested: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ThresholdRow:
    """What testing everybody from one risk up would find and cost.

    ``cases``, ``cases_low``, ``cases_high``: expected number found, and its interval.
    ``cost_per_case`` and ``return_ratio`` are None where no case or no cost is expected;
    ``net`` counts avoided events less tests, ``net_with_care`` less the care of the years won too.
    """

    risk: float
    tests: int
    cases: float
    cases_low: float
    cases_high: float
    cost: float
    cost_per_case: float | None
    return_ratio: float | None
    net: float
    net_with_care: float


def call_list(
    people: PlanPeople, settings: PlanSettings, today: date, capacity: int | None = None
) -> CallList:
    """Order the people who are due: by urgency, then band, then how long overdue, then risk.

    A person with an urgency is due whatever the band; of U0 to U2 the days overdue count from the
    visit. A visit without a day is due today.

    Parameters
    ----------
    capacity : calls of the year; the list stays whole and says who is within it
    """
    rank, months = _ranks(people, settings.interval_months())
    months = np.where(people.urgency <= _WAITS_FOR_NO_INTERVAL, 0.0, months)
    number = (today - _EPOCH).days
    known = people.day != UNKNOWN_DAY
    waited = np.where(known, number - np.where(known, people.day, 0), 0)
    overdue = waited - np.round(months * _DAYS_A_MONTH).astype(np.int64)
    due = (overdue >= 0) | (people.urgency < NONE)
    keys = (_name_order(people), -np.nan_to_num(people.risk), -overdue, rank, people.urgency)
    order = np.lexsort(keys)
    order = order[due[order]]
    tested = np.zeros(people.n, dtype=np.bool_)
    tested[order[: len(order) if capacity is None else capacity]] = True
    return CallList(order, overdue, tested)


def _name_order(people: PlanPeople) -> Int64Array:
    import pyarrow.compute as pc  # noqa: PLC0415 - ordering texts only

    who = pc.coalesce(people.person_id, people.row)
    rank: Int64Array = pc.rank(who).to_numpy().astype(np.int64)
    return rank


def _ranks(people: PlanPeople, months: Mapping[str, float]) -> tuple[Int64Array, FloatArray]:
    place = {band: i for i, band in enumerate(BAND_ORDER)}
    bands = people.band.to_pylist()
    rank = np.array([place[band] for band in bands], dtype=np.int64)
    return rank, np.array([months[band] for band in bands], dtype=np.float64)


def threshold_rows(people: PlanPeople, settings: PlanSettings) -> tuple[ThresholdRow, ...]:
    """Return what testing from each threshold up would find and cost.

    Only people whose risk was answered are counted: of the others a measured value speaks already,
    or something is missing.
    """
    risks = np.sort(people.risk[np.isfinite(people.risk)])
    return tuple(_row(t, risks[np.searchsorted(risks, t) :], settings) for t in settings.thresholds)


def _row(threshold: float, risks: FloatArray, settings: PlanSettings) -> ThresholdRow:
    number = settings.number
    comes = number("test.attendance")
    found = np.minimum(risks * comes * number("test.sensitivity"), 1.0)
    low, high = expected_interval(found, number("test.level"))
    cases = float(found.sum())
    tests = len(risks)
    cost = tests * number("prices.call") + tests * comes * number("prices.test")
    cost += cases * number("prices.confirmation")
    middle = (1 + number("benefit.discount_rate")) ** (-number("benefit.horizon_years") / 2)
    avoided = cases * settings.events_avoided * number("prices.cardiovascular_event") * middle
    care = cases * number("prices.early_care_per_year") * number("benefit.years_earlier")
    return ThresholdRow(
        risk=threshold,
        tests=tests,
        cases=cases,
        cases_low=low * number("test.calibration_low"),
        cases_high=min(high * number("test.calibration_high"), float(tests)),
        cost=cost,
        cost_per_case=cost / cases if cases > 0 else None,
        return_ratio=avoided / cost if cost > 0 else None,
        net=avoided - cost,
        net_with_care=avoided - cost - care,
    )


def expected_interval(risks: FloatArray, level: float) -> tuple[float, float]:
    """Return the interval of the number of cases among people of these risks.

    Parameters
    ----------
    risks : shape (n,), each person's chance
    level : two-sided

    Returns
    -------
    from the exact distribution of a sum of unequal chances where its variance is small, else from
    its normal approximation with a continuity correction

    Source: Poisson-binomial distribution; Hong 2013, Comput Stat Data Anal 59:41-51 (FM).
    """
    tail = (1 - level) / 2
    mean, variance = float(risks.sum()), float((risks * (1 - risks)).sum())
    if variance > _EXACT_UP_TO:
        reach = float(-ndtri(tail)) * np.sqrt(variance) + 1 / 2
        return max(mean - reach, 0.0), min(mean + reach, float(len(risks)))
    cumulative = np.cumsum(_distribution(risks))
    return float(np.argmax(cumulative > tail)), float(np.argmax(cumulative >= 1 - tail))


def _distribution(risks: FloatArray) -> FloatArray:
    """Return the chance of 0, 1, ... cases; numbers that nobody would see are cut off."""
    mean = float(risks.sum())
    longest = int(mean + 12 * np.sqrt(_EXACT_UP_TO) + 12)
    chance = np.ones(1)
    for risk in risks[risks > 0]:
        chance = np.convolve(chance, (1 - risk, risk))[:longest]
    return chance


def shown_rows(rows: tuple[ThresholdRow, ...], n: int) -> tuple[ThresholdRow, ...]:
    """Return the rows of which no group of 1 to 10 people can be worked out.

    Two thresholds whose tests differ by 1 to 10 would tell of those few; the second is left out.

    Parameters
    ----------
    rows : in ascending order of the threshold
    n : people whose risk was answered
    """
    shown: list[ThresholdRow] = []
    last = n
    for row in rows:
        apart = last - row.tests
        if row.tests >= SMALLEST_SHOWN and (apart == 0 or apart >= SMALLEST_SHOWN):
            shown.append(row)
            last = row.tests
    return tuple(shown)


def counts(people: PlanPeople, calls: CallList) -> dict[str, Any]:
    """Return how many people stand where, groups of 1 to 10 suppressed."""
    import pyarrow.compute as pc  # noqa: PLC0415 - counting texts only

    levels = (*URGENCIES, "none")
    urgency = {u: int((people.urgency == i).sum()) for i, u in enumerate(levels)}
    bands = people.band.to_pylist()
    by_band = {band: bands.count(band) for band in BAND_ORDER}
    called = {
        "called": len(calls.order),
        "not_due": people.n - len(calls.order),
    }
    within = int(calls.is_tested.sum())
    capacity = {"within_capacity": within, "beyond_capacity": len(calls.order) - within}
    urgent_unnamed = people.n - int(pc.count(people.row, mode="only_null").as_py())
    unnamed = {"urgent": urgent_unnamed, "other": people.unnamed}
    return {
        "people": suppressed({"people": people.n})["people"],
        "without_person": suppressed(unnamed),
        "urgency": suppressed(urgency),
        "band": suppressed(by_band),
        "calls": suppressed(called),
        "capacity": suppressed(capacity),
    }
