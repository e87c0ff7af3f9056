"""The headline numbers under each way of treating missing items, side by side."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ...engine.bundles.verify import Bundle
from ...training.survival import risk_sets
from ..data.people import NOT_FOR, People
from ..protocol.model import Protocol
from ..statistics.calibration import calibration_fit, observed_to_expected
from ..statistics.discrimination import auroc
from ..statistics.estimate import BoolArray, FloatArray, Result, as_data
from ..statistics.missing import Scale, impute, rubin, shifted
from ..statistics.proportions import TwoByTwo, shares
from ..statistics.survival import calibration_at, harrell_c
from .counts import cells, counted, smallest_cell
from .survival import by_horizon, outcome_of

_SHARES: Final = ("auroc", "sensitivity", "specificity", "c_index")
"""Pooled on the logit, so that no interval leaves 0 to 1."""

Results = dict[str, Result]


@dataclass(frozen=True, slots=True, eq=False)
class _Judge:
    """How values are judged, and what the outcome tells the imputation.

    Parameters
    ----------
    headline : from rows (n,) and the values of these rows to the headline numbers
    helper : shape (n, h), complete columns of the outcome
    """

    headline: Callable[[BoolArray, FloatArray], Results]
    helper: FloatArray


def missing(people: People, protocol: Protocol, bundle: Bundle) -> dict[str, Any]:
    """Return how much is missing of each input, and one row of results an analysis."""
    plan = protocol.missing_data
    is_survival = protocol.reference.time is not None
    judge = _over_time(people, protocol) if is_survival else _counted(people, protocol)
    rows: list[dict[str, Any]] = []
    for name in plan.plan:
        if name == "multiple_imputation":
            rows += _imputed(people, protocol, bundle, judge)
            continue
        everybody = np.ones(people.n, dtype=np.bool_)
        whole = people.observed.all(axis=1) & people.answered
        among = everybody if name == "as_in_use" else whole
        found = judge.headline(among, people.value[among])
        rows.append(
            {"analysis": name, "smallest_cell": _cell(people, among, protocol), **_told(found)}
        )
    return {
        "inputs": [
            {"input": name, **_lacking(people, people.observed[:, j])}
            for j, name in enumerate(bundle.manifest.input_names)
        ],
        "analyses": rows,
    }


def _lacking(people: People, known: BoolArray) -> dict[str, Any]:
    everybody = np.ones(people.n, dtype=np.bool_)
    return counted(people, {"missing": ~known, "known": known, "n": everybody})


def _cell(people: People, among: BoolArray, protocol: Protocol) -> int:
    """Return the smallest cell behind the headline numbers of those of some people who got one."""
    there = among & people.answered
    if protocol.reference.time is not None:
        horizon = protocol.reference.horizon or 0.0
        return smallest_cell(people, by_horizon(outcome_of(people), there, horizon))
    table = cells(people.case, people.value >= protocol.index_test.threshold)
    return smallest_cell(people, {name: there & cell for name, cell in table.items()})


def _told(results: Mapping[str, Result]) -> dict[str, Any]:
    return {"results": {name: as_data(r) for name, r in results.items()}}


def _counted(people: People, protocol: Protocol) -> _Judge:
    """Judge an outcome that is there or not."""

    def headline(rows: BoolArray, value: FloatArray) -> Results:
        there = np.isfinite(value)
        case, value = people.case[rows][there], value[there]
        both = shares(TwoByTwo.of(case, value >= protocol.index_test.threshold))
        return {
            "auroc": auroc(case, value),
            "sensitivity": both["sensitivity"][0],
            "specificity": both["specificity"][0],
            "observed_to_expected": observed_to_expected(case, value),
            "calibration_slope": calibration_fit(case, value)["calibration_slope"],
        }

    return _Judge(headline, people.case[:, None].astype(np.float64))


def _over_time(people: People, protocol: Protocol) -> _Judge:
    """Judge an outcome that takes time.

    The imputation reads who had the event, who had a competing one, and the cumulative hazard of
    the event up to the end of each person's follow-up.

    Source: White and Royston 2009, Stat Med 28:1982-1998 (Nelson-Aalen, not time itself).
    """
    outcome, horizon = outcome_of(people), protocol.reference.horizon or 0.0

    def headline(rows: BoolArray, value: FloatArray) -> Results:
        there = np.isfinite(value)
        inside = outcome.rows(rows).rows(there)
        told = calibration_at(inside, value[there], horizon)
        names = ("observed_to_expected", "calibration_slope")
        return {"c_index": harrell_c(inside, value[there]), **{n: told[n] for n in names}}

    times, events, at_risk = risk_sets(outcome.time, outcome.event)
    hazard = np.r_[0.0, np.cumsum(events / at_risk)]
    own = hazard[np.searchsorted(times, outcome.time, side="right")]
    helper = np.column_stack([outcome.event, outcome.competing, own]).astype(np.float64)
    varies = np.ptp(helper, axis=0) > 0
    return _Judge(headline, helper[:, varies])


def _imputed(
    people: People, protocol: Protocol, bundle: Bundle, judge: _Judge
) -> list[dict[str, Any]]:
    """Return the pooled results, missing at random and shifted."""
    asked = people.why_not != NOT_FOR
    x, observed = people.x[asked], people.observed[asked]
    plan = protocol.missing_data
    offsets = (0.0, *(s for s in plan.shifts if s != 0))
    found: dict[float, list[Results]] = {shift: [] for shift in offsets}
    limits = (bundle.model.columns.low, bundle.model.columns.high)
    copies = impute(x, observed, judge.helper[asked], plan.imputations, protocol.analysis.seed)
    for filled in copies:
        for shift in offsets:
            moved = shifted(filled, observed, shift, *limits)
            value = bundle.model.rounded(bundle.model.run(moved, np.ones_like(observed)).value)
            found[shift].append(judge.headline(asked, value))
    return [
        {"analysis": "multiple_imputation", "shift": shift, **_told(_pooled(of_shift))}
        for shift, of_shift in found.items()
    ]


def _pooled(copies: Sequence[Results]) -> Results:
    names = copies[0] if copies else {}
    return {name: rubin([c[name] for c in copies], _scale(name)) for name in names}


def _scale(name: str) -> Scale:
    """Return the scale on which a statistic has its interval without imputation too."""
    if name in _SHARES:
        return "logit"
    return "logarithm" if name == "observed_to_expected" else "plain"
