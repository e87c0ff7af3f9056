"""A small document of a study, to hide counts of."""

import copy
from typing import Any

ESTIMATE = {"value": 0.5, "ci_low": 0.4, "ci_high": 0.6, "n": 50, "method": "Wilson"}
CURVE = ((0.0, 0.0), (0.0, 0.02), (0.5, 0.8), (0.7, 0.85), (1.0, 1.0))


def document(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - functions that change it
    """Return the document, after changes."""
    group = {
        "n": 100,
        "cases": 30,
        "others": 70,
        "abstained": 0,
        "results": {"auroc": dict(ESTIMATE)},
    }
    groups = [{"label": name, "label_fr": name, **copy.deepcopy(group)} for name in ("a", "b", "c")]
    counts = {"tp": 20, "fp": 30, "fn": 40, "tn": 50}
    table = {"threshold": 0.1, "counts": counts, "shares": {"ppv": {"wilson": dict(ESTIMATE)}}}
    abstained = {
        "reasons": {"required_missing": 40},
        **{k: {**ESTIMATE, "n": 1000} for k in ("abstained_cases", "abstained_others")},
    }
    whole = {
        "flow": [
            {"id": "all", "label": "all", "label_fr": "tous", "left": 0, "stayed": 200},
            {"id": "x", "label": "x", "label_fr": "x", "left": 40, "stayed": 160},
            {"id": "y", "label": "y", "label_fr": "y", "left": 20, "stayed": 140},
            {"id": "positive", "n": 50, "cases": 20, "others": 30},
        ],
        "participants": [
            {
                "input": "age_years",
                "is_yes_no": True,
                "cases": {"n": 60, "known": 60, "lacking": 0, "mean": 0.5, "yes": 30, "no": 30},
                "others": {"n": 80, "known": 80, "lacking": 0, "mean": 0.5, "yes": 40, "no": 40},
            }
        ],
        "analyses": {
            "counted": {
                "threshold": {"index": table},
                "discrimination": {"tests": {"index": {
                    "auroc": ESTIMATE, "person_step": [0.01, 0.01], "curve": list(CURVE)}}},
                "abstention": abstained,
                "calibration": {"histogram": {"edges": [0, 1, 2], "counts": [100, 4]}},
                "bands": [{"band": "low", "n": 90, "cases": 40, "others": 50,
                    "smallest_cell": 40, "incidence": dict(ESTIMATE)}],
            }
        },
        "endpoints": [
            {"statistic": "ppv", "against": None, "among": "counted", "result": ESTIMATE,
             "verdict": "shown"}
        ],
        "subgroups": [
            {
                "groups": groups,
                "rest": None,
                "worst_gap": {"auroc": {**ESTIMATE, "lowest": "a", "highest": "b"}},
            }
        ],
        "periods": {"groups": copy.deepcopy(groups)},
        "deviations": [{"code": "comparator_missing", "comparator": "ada", "n": 40}],
    }  # fmt: skip
    for change in changes.values():
        change(whole)
    return whole
