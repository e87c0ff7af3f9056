"""The output folder: held by one run, with its plan, and the parts that are whole in it."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from ...whole_files import ASIDE, write_json
from ..options import BatchRefused
from ..plan import PLAN_FILE, BatchPlan, check_same_plan, stored_json
from .parts import ANSWERS, COLLECTED, PARTS, Part, parts_there

LOCK_FILE: Final = ".lock"


@contextlib.contextmanager
def output_folder(out: Path, plan: BatchPlan, *, resume: bool) -> Iterator[dict[str, Part]]:
    """Hold the output folder for this run alone, and give the parts that are already there.

    Raises
    ------
    BatchRefused  if it is not empty and no run is resumed, is held by another run, or belongs to
        another plan
    """
    _make(out)
    if not resume and any(p.name not in (LOCK_FILE, COLLECTED) for p in out.iterdir()):
        raise BatchRefused(
            found="a folder that is not empty",
            why="results of two runs are never mixed",
            remedy="Give another --out, or --resume to go on with the run that is in it",
            path=out.name,
        )
    with (out / LOCK_FILE).open("w") as lock:
        _hold(lock, out)
        try:
            yield _prepare(out, plan)
        finally:
            (out / LOCK_FILE).unlink(missing_ok=True)


def _prepare(out: Path, plan: BatchPlan) -> dict[str, Part]:
    for left in out.rglob(f".*{ASIDE}"):
        left.unlink()
    (out / PARTS).mkdir(exist_ok=True)
    if plan.answers:
        (out / ANSWERS).mkdir(exist_ok=True)
    if (out / PLAN_FILE).exists():
        check_same_plan(plan, stored_json(out / PLAN_FILE))
    else:
        write_json(out / PLAN_FILE, plan.as_dict())
    return parts_there(out / PARTS, plan.sha256)


def _make(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BatchRefused(
            found=f"a folder that can't be made ({type(error).__name__})",
            why="the result has to go somewhere",
            remedy="Give another --out",
            path=out.name,
        ) from error


def _hold(lock: IO[str], out: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise BatchRefused(
            found="a folder in which another run is writing",
            why="two runs would overwrite each other's parts",
            remedy="Wait for it, or give another --out",
            path=out.name,
        ) from error
