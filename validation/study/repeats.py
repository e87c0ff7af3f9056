"""Intervals of endpoints where a person has several records: persons are drawn, never records."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...training.metrics import Estimate
from ..data.people import People
from ..protocol.model import Endpoint, Protocol
from ..statistics.benefit import benefit_terms
from ..statistics.calibration import brier, calibration_fit, observed_to_expected
from ..statistics.discrimination import auroc, auroc_difference, average_precision
from ..statistics.estimate import BoolArray, FloatArray, IntArray, Result
from ..statistics.resampling import BY_PERSON, bootstrap_of, person_factors
from ..statistics.verification import begg_greenes
from .sections import thresholds_of

Point = Callable[[IntArray], float]
"""The statistic of some records, each as often as its position is given."""


def by_persons(
    endpoint: Endpoint, people: People, protocol: Protocol, result: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Return an endpoint's result with the interval of persons; None where there is none.

    Parameters
    ----------
    endpoint : of the protocol
    people : some of them with several records; with those who were not verified where the result
        is corrected for them
    protocol : gives cut-offs, replicates and seed
    result : of the endpoint, from records taken for independent

    Source: Field and Welsh 2007, J R Stat Soc B 69:369-390 (whole clusters are drawn).
    """
    if endpoint.among == "weighted":
        return dict(result) if _inside_units(people) else None
    if protocol.reference.time is not None:
        return None
    among = people.answered
    if endpoint.against is not None:
        among = among & np.isfinite(people.comparators[endpoint.against])
    inside = people.of(among)
    point = _point(endpoint, inside, protocol, result)
    a = protocol.analysis
    every = np.arange(inside.n)
    found = bootstrap_of(
        lambda counts: point(np.repeat(every, counts.astype(np.int64))),
        np.ones(inside.n),
        person_factors(inside.person, a.bootstraps, a.seed),
        BY_PERSON,
    )
    if not isinstance(found, Estimate) or found.ci_low == found.ci_high:
        return None
    return {**result, "ci_low": found.ci_low, "ci_high": found.ci_high, "method": BY_PERSON}


def _inside_units(people: People) -> bool:
    """Say whether all records of a person are of one sampling unit, which survey intervals keep."""
    design = people.design
    if design is None:
        return False
    places = np.column_stack([people.person, design.stratum, design.psu])
    return len(np.unique(places, axis=0)) == len(np.unique(people.person))


def _point(
    endpoint: Endpoint, people: People, protocol: Protocol, result: Mapping[str, Any]
) -> Point:
    name, case, value = endpoint.statistic, people.case, people.value
    other = None if endpoint.against is None else people.comparators[endpoint.against]
    if name == "auroc" and other is not None:
        return lambda r: _value(auroc_difference(case[r], value[r], other[r])[0])
    if name == "net_benefit":
        return _benefit_point(endpoint, people, protocol, float(result["threshold"]))
    plain: Mapping[str, Callable[[BoolArray, FloatArray], Result]] = {
        "auroc": auroc,
        "auprc": average_precision,
        "observed_to_expected": observed_to_expected,
        "calibration_slope": lambda c, v: calibration_fit(c, v)["calibration_slope"],
        "calibration_intercept": lambda c, v: calibration_fit(c, v)["calibration_intercept"],
        "brier_scaled": lambda c, v: brier(c, v)["brier_scaled"],
    }
    if name in plain:
        return lambda r: _value(plain[name](case[r], value[r]))
    return _share_point(endpoint, people, protocol)


def _share_point(endpoint: Endpoint, people: People, protocol: Protocol) -> Point:
    """Return a share at the frozen cut-offs, or the index test's minus the comparator's.

    Where some of the people were not verified it is the corrected one.
    """
    cuts, case = thresholds_of(protocol), people.case
    tests = [people.value >= cuts["index"]]
    if not people.verified.all():
        positive, seen, name = tests[0], people.verified, endpoint.statistic
        return lambda r: _value(begg_greenes(positive[r], seen[r], case[r])[name])
    if endpoint.against is not None:
        tests.append(people.comparators[endpoint.against] >= cuts[endpoint.against])
    everyone = np.ones(people.n, dtype=np.bool_)

    def share(positive: BoolArray, rows: IntArray) -> float:
        yes, among = {
            "sensitivity": (positive, case),
            "specificity": (~positive, ~case),
            "ppv": (case, positive),
            "npv": (~case, ~positive),
            "referred_share": (positive, everyone),
        }[endpoint.statistic]
        inside = among[rows]
        return float(yes[rows][inside].mean()) if inside.any() else float("nan")

    def point(rows: IntArray) -> float:
        found = [share(test, rows) for test in tests]
        return found[0] if len(found) == 1 else found[0] - found[1]

    return point


def _benefit_point(
    endpoint: Endpoint, people: People, protocol: Protocol, threshold: float
) -> Point:
    terms = benefit_terms(people.case, people.value >= threshold, threshold)
    if endpoint.against is not None:
        positive = people.comparators[endpoint.against] >= thresholds_of(protocol)[endpoint.against]
        terms = terms - benefit_terms(people.case, positive, threshold)
    return lambda rows: float(terms[rows].mean()) if len(rows) else float("nan")


def _value(result: Result) -> float:
    return result.value if isinstance(result, Estimate) else float("nan")
