"""How many tests at which threshold, the cases they should find, what they cost and return.

Pure: people and settings in, numbers out; no clock, file or language.
"""

from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from ..people import PlanPeople
from .settings import ATTENDANCE, SENSITIVITY, PlanSettings

FloatArray = npt.NDArray[np.float64]

_EXACT_UP_TO: Final = 25.0


@dataclass(frozen=True, slots=True)
class Expected:
    """What testing some people would find and cost.

    ``cases``, ``cases_low``, ``cases_high``: expected number found, and its interval.
    ``cost`` and all after it are None where the site has yet to give a number that they rest on;
    ``cost_per_case`` and ``return_ratio`` also where no case or no cost is expected. ``net`` counts
    avoided events less tests, ``net_with_care`` less the care of the years won too.
    """

    cases: float
    cases_low: float
    cases_high: float
    cost: float | None
    cost_per_case: float | None
    return_ratio: float | None
    net: float | None
    net_with_care: float | None


@dataclass(frozen=True, slots=True)
class ThresholdRow:
    """Testing everybody from one risk up; ``fits``: within the capacity, None without a limit."""

    risk: float
    tests: int
    fits: bool | None
    expected: Expected


def threshold_rows(
    people: PlanPeople, settings: PlanSettings, capacity: int | None = None
) -> tuple[ThresholdRow, ...]:
    """Return what testing from each threshold up would find and cost.

    Only people whose risk was answered are counted: of the others a measured value speaks already,
    or something is missing.
    """
    risks = np.sort(people.risk[np.isfinite(people.risk)])
    rows = []
    for threshold in settings.thresholds:
        tested = risks[np.searchsorted(risks, threshold) :]
        fits = None if capacity is None else len(tested) <= capacity
        rows.append(ThresholdRow(threshold, len(tested), fits, expected_of(tested, settings)))
    return tuple(rows)


def expected_of(risks: FloatArray, settings: PlanSettings, called: int | None = None) -> Expected:
    """Return what testing people of these risks would find and cost.

    Parameters
    ----------
    called : how many are called for it, where that is more than are tested: of some no risk is
        known, and their calls cost as much
    """
    number = settings.number
    comes = number(ATTENDANCE)
    found = np.minimum(risks * comes * number(SENSITIVITY), 1.0)
    low, high = expected_interval(found, number("test.level"))
    cases, tests = float(found.sum()), len(risks)
    calls = tests if called is None else called
    cost, avoided = _cost(calls, tests, cases, settings), _avoided(cases, settings)
    care = cases * number("prices.early_care_per_year") * number("benefit.years_earlier")
    net = None if cost is None or avoided is None else avoided - cost
    return Expected(
        cases=cases,
        cases_low=low * number("test.calibration_low"),
        cases_high=min(high * number("test.calibration_high"), float(tests)),
        cost=cost,
        cost_per_case=cost / cases if cost is not None and cases > 0 else None,
        return_ratio=avoided / cost if avoided is not None and cost else None,
        net=net,
        net_with_care=None if net is None else net - care,
    )


def _cost(calls: int, tests: int, cases: float, settings: PlanSettings) -> float | None:
    """Return what calls, tests and confirmations cost; None where a price is not given."""
    prices = settings.all_of("prices.call", "prices.test", "prices.confirmation")
    if prices is None:
        return None
    call, test, confirmation = prices
    comes = settings.number(ATTENDANCE)
    return calls * call + tests * comes * test + cases * confirmation


def _avoided(cases: float, settings: PlanSettings) -> float | None:
    """Return what avoided events would have cost, as of today; None where the rate is not given."""
    given = settings.all_of(
        "benefit.discount_rate", "benefit.horizon_years", "prices.cardiovascular_event"
    )
    events = settings.events_avoided
    if given is None:
        return None
    rate, years, event = given
    return float(cases * events * event * (1 + rate) ** (-years / 2))


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


def flat(row: ThresholdRow) -> dict[str, Any]:
    """Return a row as one flat table row."""
    return {"risk": row.risk, "tests": row.tests, "fits": row.fits, **asdict(row.expected)}
