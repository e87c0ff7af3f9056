"""A page for each reader and session: one file that loads nothing and keeps what is answered."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from ...engine.words.sentences import Sentences
from ..report.write import LANGS, report_css
from .cases import Case
from .plan import plan_sha256, pseudonym

_SESSIONS = (1, 2)
_SCRIPT_WORDS = (
    "begin",
    "elsewhere",
    "next",
    "not_kept",
    "over",
    "progress",
    "refused",
    "resumed",
    "save",
    "save_partial",
    "saved",
    "unread",
)


def write_pages(plan: Mapping[str, Any], cases: Sequence[Case], folder: Path) -> list[Path]:
    """Write the pages of a plan to a folder and return them."""
    folder.mkdir(exist_ok=True)
    made = []
    for lang in LANGS:
        facts = {pseudonym("C", c.id, plan["seed"]): c.facts[lang] for c in cases}
        for reader in plan["readers"].values():
            for session in _SESSIONS:
                path = folder / f"{reader}.session{session}.{lang}.html"
                path.write_text(_page(plan, facts, lang, (reader, session)), encoding="utf-8")
                made.append(path)
    return made


def _page(
    plan: Mapping[str, Any],
    facts: Mapping[str, tuple[tuple[str, str], ...]],
    lang: str,
    whose: tuple[str, int],
) -> str:
    reader, session = whose
    mine = [t for t in plan["tasks"] if t["reader"] == reader and t["session"] == session]
    tasks = [
        {"id": t["id"], "facts": facts[t["case"]], "output": _output(t, plan, lang)} for t in mine
    ]
    words = _words(lang)
    words["title"] = words["title"].format(session=session)
    told = {
        "tasks": tasks,
        "words": {k: words[k] for k in _SCRIPT_WORDS},
        "plan": plan_sha256(plan),
        "name": f"{reader}.session{session}",
    }
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.from_string(_resource("page.html")).render(
        lang=lang,
        words=words,
        css=report_css(),
        session=_inside_script(told),
        script=Markup(_resource("page.js")),  # noqa: S704 - our own file
    )


def _output(task: Mapping[str, Any], plan: Mapping[str, Any], lang: str) -> str:
    """Return the output in the same form for every case: a turned one can't be told by it."""
    if task["arm"] != "aided":
        return ""
    sentences = Sentences(lang)
    return _words(lang)["output"].format(
        sentence=sentences.text(f"finding.{plan['outcome']}.{task['shown_band']}"),
        risk=sentences.risk(task["shown_risk"]),
    )


def _inside_script(value: object) -> Markup:
    """Return JSON that can stand inside a script element: no bracket can close it."""
    text = json.dumps(value, ensure_ascii=True).replace("<", "\\u003c").replace("&", "\\u0026")
    return Markup(text)  # noqa: S704 - brackets are escaped above


def _words(lang: str) -> dict[str, str]:
    return {key: row[lang] for key, row in tomllib.loads(_resource("words.toml")).items()}


def _resource(name: str) -> str:
    return files(__package__ or "").joinpath(name).read_text(encoding="utf-8")
