"""Answers of a reader study put beside the plan's key, and what of the plan was read, and when."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from ..errors import StudyError
from .plan import SCHEMA, plan_sha256

ANSWERS = "laennec.reader_answers/1"
_SECONDS_A_DAY = 86_400


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
                raise _broken(
                    f"the task {task} {why}",
                    "Give one file a session, the last that was saved: it holds the earlier ones",
                )
            rows[task] = {**tasks[task], **_given(answer)}
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
        and all(isinstance(a, Mapping) and _is_whole(a) for a in given)
    )


def _is_whole(answer: Mapping[str, Any]) -> bool:
    seconds, displays = answer.get("seconds"), answer.get("displays", 1)
    at = answer.get("answered_at")
    return (
        isinstance(answer.get("task"), str)
        and isinstance(answer.get("refer"), bool)
        and isinstance(seconds, int | float)
        and bool(np.isfinite(seconds))
        and seconds >= 0
        and isinstance(displays, int)
        and displays >= 1
        and (at is None or _moment(at) is not None)
    )


def _moment(text: object) -> datetime | None:
    """Return a moment with its time zone, or None where the text says none."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None


def _given(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an answer says of itself; of its task it says nothing that is believed."""
    return {
        "refer": answer["refer"],
        "seconds": float(answer["seconds"]),
        "displays": answer.get("displays", 1),
        "at": _moment(answer.get("answered_at")),
    }


def _broken(found: str, remedy: str) -> StudyError:
    return StudyError(
        found=found, why="what is not planned can't be judged", remedy=remedy, path="answers"
    )


def _columns(rows: list[dict[str, Any]], plan: Mapping[str, Any]) -> dict[str, Any]:
    truth = [plan["cases"][r["case"]]["truth"] for r in rows]
    return {
        "reader": np.array([r["reader"] for r in rows]),
        "session": np.array([r["session"] for r in rows]),
        "case": np.unique([r["case"] for r in rows], return_inverse=True)[1],
        "aided": np.array([r["arm"] == "aided" for r in rows]),
        "wrong": np.array([r["is_wrong"] for r in rows]),
        "shown_high": np.array([r["shown_band"] == "high" for r in rows]),
        "refers": np.array([bool(r["refer"]) for r in rows]),
        "seconds": np.array([r["seconds"] for r in rows]),
        "interrupted": np.array([r["displays"] > 1 for r in rows]),
        "at": [r["at"] for r in rows],
        "truth": np.array([np.nan if t is None else float(t) for t in truth]),
        "turned_case": np.isin(
            [r["case"] for r in rows], [t["case"] for t in plan["tasks"] if t["is_wrong"]]
        ),
    }


def sessions(plan: Mapping[str, Any], c: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return, for each reader, what was planned and read of each session, and between which days.

    ``washout_days`` is the time from the last answer of the first session to the first of the
    second, null where either has no date; below 0 where they were read in one another.
    """
    found = []
    for reader in sorted(plan["readers"].values()):
        numbers = sorted({t["session"] for t in plan["tasks"]})
        told = [_session(plan, c, reader, number) for number in numbers]
        first, second = (told[0]["last"], told[1]["first"])
        days = None
        if first and second:
            gap = datetime.fromisoformat(second) - datetime.fromisoformat(first)
            days = round(gap.total_seconds() / _SECONDS_A_DAY, 1)
        found.append({"reader": reader, "washout_days": days, "sessions": told})
    return found


def _session(
    plan: Mapping[str, Any], c: Mapping[str, Any], reader: str, number: int
) -> dict[str, Any]:
    rows = np.flatnonzero((c["reader"] == reader) & (c["session"] == number))
    moments = sorted(c["at"][i] for i in rows if c["at"][i] is not None)
    planned = sum(t["reader"] == reader and t["session"] == number for t in plan["tasks"])
    return {
        "session": number,
        "planned": planned,
        "read": len(rows),
        "undated": len(rows) - len(moments),
        "interrupted": int(c["interrupted"][rows].sum()),
        "first": moments[0].isoformat() if moments else None,
        "last": moments[-1].isoformat() if moments else None,
    }
