"""The headline numbers under each way of treating missing items, side by side."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...engine.bundles.verify import Bundle
from ..data.people import NOT_FOR, People
from ..protocol.model import Protocol
from ..statistics.calibration import calibration_fit, observed_to_expected
from ..statistics.discrimination import auroc
from ..statistics.estimate import BoolArray, FloatArray, Result, as_data
from ..statistics.missing import impute, rubin, shifted
from ..statistics.proportions import TwoByTwo, shares

HEADLINE = (
    "auroc",
    "sensitivity",
    "specificity",
    "observed_to_expected",
    "calibration_slope",
)
_ON_LOGIT = ("auroc", "sensitivity", "specificity")


def missing(people: People, protocol: Protocol, bundle: Bundle) -> dict[str, Any]:
    """Return how much is missing of each input, and one row of results an analysis."""
    plan, cut = protocol.missing_data, protocol.index_test.threshold
    rows: list[dict[str, Any]] = []
    for name in plan.plan:
        if name == "as_in_use":
            rows.append({"analysis": name, **_told(_headline(people.case, people.value, cut))})
        elif name == "complete_case":
            whole = people.observed.all(axis=1) & people.answered
            found = _headline(people.case[whole], people.value[whole], cut)
            rows.append({"analysis": name, **_told(found)})
        else:
            rows += _imputed(people, protocol, bundle)
    return {
        "inputs": [
            {"input": name, "missing": int((~people.observed[:, j]).sum()), "n": people.n}
            for j, name in enumerate(bundle.manifest.input_names)
        ],
        "analyses": rows,
    }


def _told(results: Mapping[str, Result]) -> dict[str, Any]:
    return {"results": {name: as_data(r) for name, r in results.items()}}


def _headline(case: BoolArray, value: FloatArray, cut: float) -> dict[str, Result]:
    there = np.isfinite(value)
    case, value = case[there], value[there]
    both = shares(TwoByTwo.of(case, value >= cut))
    return {
        "auroc": auroc(case, value),
        "sensitivity": both["sensitivity"][0],
        "specificity": both["specificity"][0],
        "observed_to_expected": observed_to_expected(case, value),
        "calibration_slope": calibration_fit(case, value)["calibration_slope"],
    }


def _imputed(people: People, protocol: Protocol, bundle: Bundle) -> list[dict[str, Any]]:
    """Return the pooled results, missing at random and shifted."""
    asked = people.why_not != NOT_FOR
    x, observed = people.x[asked], people.observed[asked]
    case = people.case[asked]
    helper = case[:, None].astype(np.float64)
    plan = protocol.missing_data
    offsets = (0.0, *(s for s in plan.shifts if s != 0))
    found: dict[float, list[dict[str, Result]]] = {shift: [] for shift in offsets}
    limits = (bundle.model.columns.low, bundle.model.columns.high)
    for filled in impute(x, observed, helper, plan.imputations, protocol.analysis.seed):
        for shift in offsets:
            moved = shifted(filled, observed, shift, *limits)
            value = bundle.model.rounded(bundle.model.run(moved, np.ones_like(observed)).value)
            found[shift].append(_headline(case, value, protocol.index_test.threshold))
    return [
        {"analysis": "multiple_imputation", "shift": shift, **_told(_pooled(copies))}
        for shift, copies in found.items()
    ]


def _pooled(copies: Sequence[Mapping[str, Result]]) -> dict[str, Result]:
    return {name: rubin([c[name] for c in copies], on_logit=name in _ON_LOGIT) for name in HEADLINE}
