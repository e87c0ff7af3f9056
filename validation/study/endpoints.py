"""The endpoints that were chosen beforehand, read from the tables, with what they show."""

from collections.abc import Mapping
from typing import Any

from ..data.people import People
from ..protocol.model import Endpoint, Protocol
from .repeats import by_persons
from .verdicts import has_few_clusters, verdict
from .verified import corrected, verification

_CALIBRATION = (
    "calibration_slope",
    "calibration_intercept",
    "observed_to_expected",
    "brier_scaled",
)
_SHARES = {
    "sensitivity": "sensitivity",
    "specificity": "specificity",
    "ppv": "ppv",
    "npv": "npv",
    "referred_share": "positive_share",
}
NOTHING = {"not_estimable": "not_planned", "n": 0, "method": ""}


def endpoints(
    protocol: Protocol, everyone: People, analyses: Mapping[str, Any], *, unjudged: str | None
) -> list[dict[str, Any]]:
    """Return every endpoint with its result and what became of its hypothesis.

    ``verdict`` is ``shown`` or ``not_shown``, ``nothing_to_show`` for a mere estimate,
    ``not_estimable``, or ``unjudged`` where the caller gives a reason not to judge any. Where a
    person has several records the interval is by persons; where there is none, the verdict is
    ``repeats``, and ``few_persons`` where few are behind it. Where some people were not verified
    the result is the corrected one; where there is none, the verdict is ``verified_only``.
    """
    rows = []
    verified = verification(everyone, protocol)
    people = everyone.of(everyone.verified)
    for endpoint in protocol.endpoints:
        who, result, reason = people, _result(endpoint, protocol, analyses), unjudged
        if not everyone.verified.all():
            right = corrected(endpoint, everyone, verified)
            who, result = (people, result) if right is None else (everyone, right)
            reason = unjudged or ("verified_only" if right is None else None)
        if people.repeats and result.get("ci_low") is not None:
            together = by_persons(endpoint, who, protocol, result)
            result = together or result
            reason = reason or _of_repeats(endpoint, people) if together else "repeats"
        rows.append(_row(endpoint, result, reason))
    return rows


def _row(endpoint: Endpoint, result: Mapping[str, Any], reason: str | None) -> dict[str, Any]:
    return {
        "id": endpoint.id,
        "statistic": endpoint.statistic,
        "role": endpoint.role,
        "hypothesis": endpoint.hypothesis,
        "against": endpoint.against,
        "margin": endpoint.margin,
        "bound": endpoint.bound,
        "among": endpoint.among,
        "result": result,
        "verdict": verdict(endpoint, result, reason),
    }


def _of_repeats(endpoint: Endpoint, people: People) -> str | None:
    """Return why an interval by persons is not judged; a survey's counts its own sampling units."""
    few = endpoint.among == "counted" and has_few_clusters(people)
    return "few_persons" if few else None


def _result(
    endpoint: Endpoint, protocol: Protocol, analyses: Mapping[str, Any]
) -> Mapping[str, Any]:
    tables = analyses.get(endpoint.among, {})
    name, against = endpoint.statistic, endpoint.against
    path: tuple[str, ...] = ()
    if name in ("auroc", "c_index"):
        path = ("discrimination", "differences", against, "difference") if against else (
            "discrimination", "tests", "index", name,
        )  # fmt: skip
    elif name == "auprc":
        path = ("discrimination", "tests", "index", name)
    elif name in _CALIBRATION:
        path = ("calibration", name)
    elif name in _SHARES:
        path = _share_path(name, against, endpoint.among)
    elif name == "net_benefit":
        return _benefit(protocol, tables, against)
    found: Any = tables
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else NOTHING


def _share_path(name: str, against: str | None, among: str) -> tuple[str, ...]:
    if against is not None:
        return ("threshold", against, "paired", name, "difference")
    path = ("threshold", "index", "shares", _SHARES[name])
    return path if among == "weighted" else (*path, "wilson")


def _benefit(
    protocol: Protocol, tables: Mapping[str, Any], against: str | None
) -> Mapping[str, Any]:
    """Return the net benefit at the frozen cut-off, or at the planned one next to it."""
    rows = tables.get("benefit") or []
    if not rows:
        return NOTHING
    cut = protocol.index_test.threshold
    row = min(rows, key=lambda r: abs(r["threshold"] - cut))
    key = "index" if against is None else f"index_minus:{against}"
    found = row.get(key, NOTHING)
    return {**found, "threshold": row["threshold"]}
