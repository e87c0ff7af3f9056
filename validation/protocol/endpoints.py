"""Endpoints of a protocol: what can be asked of which statistic, before anything is computed."""

from collections.abc import Iterator
from math import inf
from typing import Final

from .model import Endpoint, Protocol
from .numbers import Problem

DIFFERENCES: Final = ("auroc", "c_index", "sensitivity", "specificity", "net_benefit")
"""Statistics whose difference from a comparator is estimated, in the same people."""
OVER_TIME: Final = (
    "c_index", "calibration_slope", "calibration_intercept", "observed_to_expected",
)  # fmt: skip
"""Statistics of an outcome that takes time; the others are of one that is there or not."""
AT_A_CUT: Final = ("sensitivity", "specificity", "net_benefit")
_SHARE: Final = (0.0, 1.0)
_BOUNDS: Final = {
    **dict.fromkeys(
        ("auroc", "auprc", "c_index", "sensitivity", "specificity", "ppv", "npv", "referred_share"),
        _SHARE,
    ),
    "brier_scaled": (-inf, 1.0),
    "net_benefit": (-inf, 1.0),
    "observed_to_expected": (0.0, inf),
}
"""Between which ends a bound can be met and missed; the others have none."""
NEEDS: Final = {
    "superior": ("against",),
    "non_inferior": ("against", "margin"),
    "at_least": ("bound",),
    "at_most": ("bound",),
}


def endpoint_problems(protocol: Protocol) -> Iterator[Problem]:
    """Yield everything that is wrong with the endpoints."""
    primary = sum(e.role == "primary" for e in protocol.endpoints)
    if primary != 1:
        yield (
            "no_primary" if primary == 0 else "several_primary", "endpoint",
            f"{primary or 'no'} primary endpoint{'s' * (primary != 1)}",
            "a study is about one number, chosen before the data are seen",
            'Give one [[endpoint]] role = "primary", the others role = "secondary"',
        )  # fmt: skip
    for index, endpoint in enumerate(protocol.endpoints):
        path = f"endpoint[{index}]"
        yield from _hypothesis(path, endpoint)
        yield from _comparison(path, endpoint, protocol)
        yield from _among(path, endpoint, protocol)
        yield from _kind(path, endpoint, protocol)


def _hypothesis(path: str, endpoint: Endpoint) -> Iterator[Problem]:
    needs = NEEDS.get(endpoint.hypothesis, ())
    for key in needs:
        if getattr(endpoint, key) is None:
            yield (
                "endpoint_incomplete", f"{path}.{key}", f"{endpoint.hypothesis} without {key}",
                "the hypothesis can't be judged", f"Give {key}",
            )  # fmt: skip
    for key in ("margin", "bound"):
        if key not in needs and getattr(endpoint, key) is not None:
            yield (
                "endpoint_unused", f"{path}.{key}", f"{key} with {endpoint.hypothesis}",
                "nothing would be held against it, and a reader would think so",
                f"Leave {key} out, or choose the hypothesis that it belongs to",
            )  # fmt: skip
    if endpoint.margin is not None and not 0 < endpoint.margin < 1:
        yield (
            "margin", f"{path}.margin", f"the margin {endpoint.margin!r}",
            "it is how much worse still counts as no worse", "Give it above 0, below 1",
        )  # fmt: skip
    low, high = _BOUNDS.get(endpoint.statistic, (-inf, inf))
    if endpoint.against is not None:
        low, high = low - high, high - low
    if endpoint.bound is not None and not low < endpoint.bound < high:
        yield (
            "bound", f"{path}.bound", f"the bound {endpoint.bound!r}",
            f"{endpoint.statistic} lies between {low:g} and {high:g}: whatever the data say, it "
            "would be met, or missed", f"Give it above {low:g}, below {high:g}",
        )  # fmt: skip


def _comparison(path: str, endpoint: Endpoint, protocol: Protocol) -> Iterator[Problem]:
    if endpoint.against is None:
        return
    known = {c.id: c for c in protocol.comparators}
    if endpoint.against not in known:
        yield (
            "comparator_unknown", f"{path}.against", f"the comparator {endpoint.against!r}",
            "no [[comparator]] has this id", f"One of {', '.join(sorted(known)) or 'none given'}",
        )  # fmt: skip
        return
    if endpoint.statistic not in DIFFERENCES:
        yield (
            "no_difference", f"{path}.against", f"{endpoint.statistic} against a comparator",
            "no difference of it is estimated: the index test's own number would stand there",
            f"Leave against out, or choose one of {', '.join(DIFFERENCES)}",
        )  # fmt: skip
    elif endpoint.statistic in AT_A_CUT and known[endpoint.against].threshold is None:
        yield (
            "no_threshold", f"{path}.against", f"{endpoint.against!r}, which has no threshold",
            f"{endpoint.statistic} is that of a test which is positive or negative",
            "Give the comparator its threshold",
        )  # fmt: skip


def _among(path: str, endpoint: Endpoint, protocol: Protocol) -> Iterator[Problem]:
    if endpoint.among != "weighted":
        return
    if protocol.data.survey is None:
        yield (
            "no_survey", f"{path}.among", "weighted, without a survey design",
            "there are no weights", 'Give [data.survey], or among = "counted"',
        )  # fmt: skip
    elif endpoint.statistic == "auprc" or (
        endpoint.against is not None and endpoint.statistic in ("sensitivity", "specificity")
    ):
        yield (
            "not_weighted", f"{path}.among", f"{endpoint.statistic}, weighted",
            "it is only estimated of people counted one by one", 'Give among = "counted"',
        )  # fmt: skip


def _kind(path: str, endpoint: Endpoint, protocol: Protocol) -> Iterator[Problem]:
    over_time = protocol.reference.time is not None
    if over_time and endpoint.statistic not in OVER_TIME:
        yield (
            "statistic_kind", f"{path}.statistic", f"{endpoint.statistic} for this outcome",
            "an outcome that takes time is ranked by c_index, and not divided at a cut-off",
            f"Choose one of {', '.join(OVER_TIME)}",
        )  # fmt: skip
    elif not over_time and endpoint.statistic == "c_index":
        yield (
            "statistic_kind", f"{path}.statistic", "c_index for this outcome",
            "an outcome that is there or not is ranked by auroc",
            "Choose auroc, or give reference.time and horizon",
        )  # fmt: skip
