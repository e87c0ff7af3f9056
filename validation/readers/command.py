"""What ``laennec readers`` does, from paths to plain data."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from ...engine.bundles.load import load_models
from ...engine.bundles.signing import load_trust
from ...engine.words.sentences import Sentences
from ..errors import StudyError
from ..report.write import report_css
from .analyse import analyse
from .cases import Case, read_cases
from .plan import make_plan, plan_sha256, pseudonym, settings

_LANGS = ("fr", "en")
_SCRIPT_WORDS = ("progress", "next")


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
    pages = [page for lang in _LANGS for page in _pages(plan, cases, out, lang)]
    return {
        "plan": str(key),
        "cases": len(cases),
        "not_answered_by_the_model": list(unanswered),
        "turned_cases": len({t["case"] for t in plan["tasks"] if t["is_wrong"]}),
        "pages": [str(p) for p in pages],
    }


def _pages(plan: Mapping[str, Any], cases: Sequence[Case], out: Path, lang: str) -> list[Path]:
    facts = {pseudonym("C", c.id, plan["seed"]): c.facts[lang] for c in cases}
    made = []
    for reader in plan["readers"].values():
        for session in (1, 2):
            mine = [t for t in plan["tasks"] if t["reader"] == reader and t["session"] == session]
            tasks = [
                {"id": t["id"], "facts": facts[t["case"]], "output": _output(t, plan, lang)}
                for t in mine
            ]
            path = out / "pages" / f"{reader}.session{session}.{lang}.html"
            path.parent.mkdir(exist_ok=True)
            text = _page(tasks, lang, (reader, session), plan_sha256(plan))
            path.write_text(text, encoding="utf-8")
            made.append(path)
    return made


def _output(task: Mapping[str, Any], plan: Mapping[str, Any], lang: str) -> str:
    """Return the output in the same form for every case: a turned one can't be told by it."""
    if task["arm"] != "aided":
        return ""
    sentences = Sentences(lang)
    return _words(lang)["output"].format(
        sentence=sentences.text(f"finding.{plan['outcome']}.{task['shown_band']}"),
        risk=sentences.risk(task["shown_risk"]),
    )


def _page(
    tasks: Sequence[Mapping[str, Any]], lang: str, whose: tuple[str, int], sha256: str
) -> str:
    reader, session = whose
    words = _words(lang)
    words["title"] = words["title"].format(session=session)
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    template = environment.from_string(_resource("page.html"))
    return template.render(
        lang=lang,
        words=words,
        css=report_css(),
        tasks=_inside_script(tasks),
        script_words=_inside_script({k: words[k] for k in _SCRIPT_WORDS}),
        file=f"{reader}.session{session}.json",
        plan_sha256=sha256,
    )


def _inside_script(value: object) -> Markup:
    """Return JSON that can stand inside a script element: no bracket can close it."""
    text = json.dumps(value, ensure_ascii=True).replace("<", "\\u003c").replace("&", "\\u0026")
    return Markup(text)  # noqa: S704 - brackets are escaped above


def _words(lang: str) -> dict[str, str]:
    return {key: row[lang] for key, row in tomllib.loads(_resource("words.toml")).items()}


def _resource(name: str) -> str:
    return files(__package__ or "").joinpath(name).read_text(encoding="utf-8")


def analyse_command(plan: Path, answers: Sequence[Path], out: Path) -> dict[str, Any]:
    """Judge answers against the key; write the results, pseudonymised, to a file.

    Raises
    ------
    StudyError  if a file is of another form
    """
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
