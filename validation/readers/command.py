"""What ``laennec readers`` does, from paths to plain data."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...engine.bundles.load import load_models
from ...engine.bundles.signing import load_trust
from ..errors import StudyError
from .analyse import analyse
from .cases import read_cases
from .page import write_pages
from .plan import make_plan, settings


@dataclass(frozen=True, slots=True)
class PlanCommand:
    """Options of a plan.

    Parameters
    ----------
    visits : files, or folders of ``*.json``
    outcome : id of the finding under study
    truth : CSV with who was a case, or None
    wrong_share : of turned outputs; None takes that of ``settings.toml``
    """

    visits: tuple[Path, ...]
    readers: tuple[str, ...]
    out: Path
    outcome: str
    seed: int
    truth: Path | None = None
    wrong_share: float | None = None
    models: tuple[Path, ...] | None = None
    trust: Path | None = None


def plan_command(command: PlanCommand) -> dict[str, Any]:
    """Write ``plan.json`` (the key, not for readers) and a page for each reader and session.

    Raises
    ------
    StudyError  if the folder holds a plan already, or there are too few cases or readers
    """
    out, outcome = command.out, command.outcome
    key = out / "plan.json"
    if key.exists():
        raise StudyError(
            found="plan.json exists",
            why="readers may have begun by it",
            remedy="Choose another folder",
            path="plan.json",
        )
    paths = [p for v in command.visits for p in (sorted(v.glob("*.json")) if v.is_dir() else [v])]
    loaded = load_models(command.models, trust=load_trust(command.trust))
    cases, unanswered = read_cases(paths, outcome, command.truth, loaded)
    share = settings()["wrong_share"] if command.wrong_share is None else command.wrong_share
    made = make_plan(cases, command.readers, seed=command.seed, wrong_share=share)
    plan = {**made, "outcome": outcome}
    out.mkdir(parents=True, exist_ok=True)
    key.write_text(_json(plan), encoding="utf-8")
    pages = write_pages(plan, cases, out / "pages")
    return {
        "plan": str(key),
        "cases": len(cases),
        "cases_with_truth": sum(case.truth is not None for case in cases),
        "not_answered_by_the_model": list(unanswered),
        "turned_cases": len({t["case"] for t in plan["tasks"] if t["is_wrong"]}),
        "pages": [str(p) for p in pages],
    }


def analyse_command(plan: Path, answers: Sequence[Path], out: Path) -> dict[str, Any]:
    """Judge answers against the key; write the results, pseudonymised, to a file.

    Raises
    ------
    StudyError  if a file is of another form, or the results stand there already
    """
    if out.exists():
        raise StudyError(
            found=f"{out.name} exists",
            why="the results of an earlier judgement would be lost",
            remedy="Choose another file for --out",
            path=out.name,
        )
    told = analyse(_read(plan), [_read(path) for path in answers])
    out.write_text(_json(told), encoding="utf-8")
    return told


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StudyError(
            found=f"a file that can't be read ({type(error).__name__})",
            why="a plan and its answers are JSON",
            remedy="Give plan.json and the files that the pages wrote",
            path=path.name,
        ) from error
    return found if isinstance(found, dict) else {}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
