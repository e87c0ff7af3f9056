"""What readers did: agreement, time, and how often they followed an output that was wrong."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from ..errors import StudyError
from ..statistics.agreement import cross_table, kappa
from ..statistics.estimate import BoolArray, FloatArray, as_data
from ..statistics.resampling import bootstrap_of, person_factors
from .plan import ARMS, SCHEMA, plan_sha256, settings

ANSWERS = "laennec.reader_answers/1"
_METHOD = "percentile bootstrap of cases"


def joined(plan: Mapping[str, Any], answers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Put answers beside the plan's key, as columns.

    Parameters
    ----------
    plan : from `plan.make_plan`
    answers : files that the readers' pages gave

    Raises
    ------
    StudyError  if a file is of another form or of another plan, or answers a task that is not
        planned or stands twice
    """
    tasks = {t["id"]: t for t in plan["tasks"]} if plan.get("schema") == SCHEMA else None
    if tasks is None:
        raise _broken("a plan of another form", "Give the plan.json that the study was made with")
    rows: dict[str, dict[str, Any]] = {}
    sha256 = plan_sha256(plan)
    for file in answers:
        if not _is_form(file):
            raise _broken("answers of another form", "Give the files that the pages wrote")
        if file["plan"] != sha256:
            raise _broken(
                "answers to another plan, or to one that was changed since",
                "Give the plan.json that was written with the pages, as it was written",
            )
        for answer in file["answers"]:
            task = answer["task"]
            if task not in tasks or task in rows:
                why = "twice" if task in rows else "that is not planned"
                raise _broken(f"the task {task} {why}", "Give each reader's file once")
            rows[task] = {**tasks[task], "refer": answer["refer"], "seconds": answer["seconds"]}
    if not rows:
        raise _broken("no answer", "Give the files that the pages wrote")
    return _columns(list(rows.values()), plan)


def _is_form(file: object) -> bool:
    """Say whether a file is one that a page wrote, with every answer whole."""
    if not isinstance(file, Mapping) or file.get("schema") != ANSWERS:
        return False
    given = file.get("answers")
    return (
        isinstance(given, list)
        and isinstance(file.get("plan"), str)
        and all(
            isinstance(a, Mapping)
            and isinstance(a.get("task"), str)
            and isinstance(a.get("refer"), bool)
            and isinstance(a.get("seconds"), int | float)
            and np.isfinite(a["seconds"])
            and a["seconds"] >= 0
            for a in given
        )
    )


def _broken(found: str, remedy: str) -> StudyError:
    return StudyError(
        found=found, why="what is not planned can't be judged", remedy=remedy, path="answers"
    )


def _columns(rows: list[dict[str, Any]], plan: Mapping[str, Any]) -> dict[str, Any]:
    truth = [plan["cases"][r["case"]]["truth"] for r in rows]
    return {
        "reader": np.array([r["reader"] for r in rows]),
        "case": np.unique([r["case"] for r in rows], return_inverse=True)[1],
        "aided": np.array([r["arm"] == "aided" for r in rows]),
        "wrong": np.array([r["is_wrong"] for r in rows]),
        "shown_high": np.array([r["shown_band"] == "high" for r in rows]),
        "refers": np.array([bool(r["refer"]) for r in rows]),
        "seconds": np.array([float(r["seconds"]) for r in rows]),
        "truth": np.array([np.nan if t is None else float(t) for t in truth]),
        "turned_case": np.isin(
            [r["case"] for r in rows], [t["case"] for t in plan["tasks"] if t["is_wrong"]]
        ),
    }


def analyse(plan: Mapping[str, Any], answers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the results of a reader study as plain data, readers and cases by pseudonym.

    Automation bias: among readings whose output was turned, the share that followed it, beside the
    share of the very same cases answered that way without any output.
    """
    c = joined(plan, answers)
    told: dict[str, Any] = {
        "schema": "laennec.reader_study/1",
        "planned": len(plan["tasks"]),
        "read": len(c["refers"]),
        "readers": len(set(c["reader"].tolist())),
        "cases": int(c["case"].max()) + 1,
        "arms": {},
    }
    for arm in ARMS:
        rows = c["aided"] == (arm == "aided")
        told["arms"][arm] = _arm(c, rows)
    told["time_aided_minus_unaided"] = _difference(c, c["seconds"])
    told["automation_bias"] = _bias(c)
    told["agreement"] = {arm: _agreement(c, arm == "aided") for arm in ARMS}
    return told


def _share(of: BoolArray, among: BoolArray, case: Any) -> dict[str, Any]:  # noqa: ANN401 - numbers
    """Share of readings, interval by drawing cases."""
    s = settings()

    def statistic(weight: FloatArray) -> float:
        total = float(weight[among].sum())
        return float(weight[among & of].sum()) / total if total > 0 else float("nan")

    factors = person_factors(case, s["bootstraps"], 1)
    weight = among.astype(np.float64)
    return as_data(bootstrap_of(statistic, weight, factors, _METHOD))


def _arm(c: Mapping[str, Any], rows: BoolArray) -> dict[str, Any]:
    sick, well = rows & (c["truth"] == 1), rows & (c["truth"] == 0)
    return {
        "readings": int(rows.sum()),
        "referred": _share(c["refers"], rows, c["case"]),
        "sensitivity": _share(c["refers"], sick, c["case"]),
        "specificity": _share(~c["refers"], well, c["case"]),
        "seconds_median": float(np.median(c["seconds"][rows])) if rows.any() else None,
    }


def _difference(c: Mapping[str, Any], values: FloatArray) -> dict[str, Any]:
    """Mean of the aided readings minus that of the unaided ones, interval by drawing cases."""
    aided = c["aided"]

    def statistic(weight: FloatArray) -> float:
        if not (weight[aided].sum() > 0 and weight[~aided].sum() > 0):
            return float("nan")
        with_it = np.average(values[aided], weights=weight[aided])
        return float(with_it - np.average(values[~aided], weights=weight[~aided]))

    factors = person_factors(c["case"], settings()["bootstraps"], 1)
    return as_data(bootstrap_of(statistic, np.ones(len(values)), factors, _METHOD))


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
        "followed_the_wrong_output": _share(followed, turned, c["case"]),
        "answered_that_way_without_it": _share(same_way, unaided, c["case"]),
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
