"""What readers did: accuracy, agreement, time, and how often they followed a wrong output."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from ..statistics.agreement import cross_table, kappa
from ..statistics.estimate import BoolArray, as_data
from .answers import joined, sessions
from .intervals import difference, median_of, share
from .plan import ARMS


def analyse(plan: Mapping[str, Any], answers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the results of a reader study as plain data, readers and cases by pseudonym.

    Outputs turned on purpose lower what the aided arm gets right, so accuracy is told twice: of
    all cases, and of those whose output was as the model gave it.

    Automation bias: among readings whose output was turned, the share that followed it, beside the
    share of the very same cases answered that way without any output.
    """
    c = joined(plan, answers)
    read, planned = len(c["refers"]), len(plan["tasks"])
    timed = ~c["interrupted"]
    told: dict[str, Any] = {
        "schema": "laennec.reader_study/1",
        "state": "complete" if read == planned else "partial",
        "planned": planned,
        "read": read,
        "readers": len(set(c["reader"].tolist())),
        "cases": int(c["case"].max()) + 1,
        "cases_with_truth": len(np.unique(c["case"][np.isfinite(c["truth"])])),
        "turned_cases": len(np.unique(c["case"][c["turned_case"]])),
        "reading": sessions(plan, c),
        "arms": {arm: _arm(c, c["aided"] == (arm == "aided")) for arm in ARMS},
        "aided_minus_unaided": _differences(c),
        "time_aided_minus_unaided": _plain(difference(c["seconds"], timed, c)),
    }
    told["automation_bias"] = _bias(c)
    told["agreement"] = {arm: _agreement(c, arm == "aided") for arm in ARMS}
    return told


def _plain(found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: as_data(result) for name, result in found.items()}


def _by_truth(c: Mapping[str, Any]) -> dict[str, tuple[BoolArray, BoolArray]]:
    """Return, of each measure of accuracy, which answers are right and which rows count."""
    return {
        "sensitivity": (c["refers"], c["truth"] == 1),
        "specificity": (~c["refers"], c["truth"] == 0),
    }


def _kept(c: Mapping[str, Any]) -> dict[str, BoolArray]:
    """Return the rows with turned cases, and without them."""
    return {"all_cases": np.ones_like(c["aided"]), "without_turned_cases": ~c["turned_case"]}


def _arm(c: Mapping[str, Any], rows: BoolArray) -> dict[str, Any]:
    accuracy = {
        name: {
            which: as_data(share(right, rows & of & kept, c["case"]))
            for which, kept in _kept(c).items()
        }
        for name, (right, of) in _by_truth(c).items()
    }
    return {
        "readings": int(rows.sum()),
        "readings_of_a_wrong_output": int((rows & c["wrong"]).sum()),
        "referred": as_data(share(c["refers"], rows, c["case"])),
        **accuracy,
        "seconds_median": as_data(median_of(c["seconds"], rows & ~c["interrupted"], c["case"])),
    }


def _differences(c: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: {
            which: _plain(difference(right.astype(np.float64), of & kept, c))
            for which, kept in _kept(c).items()
        }
        for name, (right, of) in _by_truth(c).items()
    }


def _bias(c: Mapping[str, Any]) -> dict[str, Any]:
    turned = c["aided"] & c["wrong"]
    followed = c["refers"] == c["shown_high"]
    shown = {
        int(k): bool(v) for k, v in zip(c["case"][turned], c["shown_high"][turned], strict=True)
    }
    same_way = np.array(
        [shown.get(int(k)) == bool(r) for k, r in zip(c["case"], c["refers"], strict=True)]
    )
    unaided = ~c["aided"] & np.isin(c["case"], list(shown))
    return {
        "turned_readings": int(turned.sum()),
        "followed_the_wrong_output": as_data(share(followed, turned, c["case"])),
        "answered_that_way_without_it": as_data(share(same_way, unaided, c["case"])),
    }


def _agreement(c: Mapping[str, Any], aided: bool) -> list[dict[str, Any]]:  # noqa: FBT001 - an arm
    """Cohen's kappa of each pair of readers, over the cases that both read; turned cases left out.

    A shared wrong output makes readers agree for a bad reason.
    """
    rows = (c["aided"] == aided) & ~c["turned_case"]
    found = []
    for a, b in combinations(sorted(set(c["reader"].tolist())), 2):
        mine, theirs = (_answers(c, rows & (c["reader"] == r)) for r in (a, b))
        both = sorted(mine.keys() & theirs.keys())
        first = np.array([float(mine[k]) for k in both])
        second = np.array([float(theirs[k]) for k in both])
        table = cross_table(first, second, np.array([0.0, 1.0]))
        found.append({"readers": [a, b], "cases": len(both), "kappa": as_data(kappa(table))})
    return found


def _answers(c: Mapping[str, Any], rows: BoolArray) -> dict[int, bool]:
    return {int(k): bool(r) for k, r in zip(c["case"][rows], c["refers"][rows], strict=True)}
