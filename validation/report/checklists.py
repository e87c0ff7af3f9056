"""Reporting checklists: where each item stands in the report, or that authors complete it."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from .parts import Document, Section, Table
from .words import Words

_STATES = {"from_run": "from_run", "partly": "partly", "authors": "authors"}


@cache
def checklists() -> tuple[dict[str, Any], ...]:
    """Return the checklists of ``checklists.toml``."""
    text = files(__package__ or "").joinpath("checklists.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["checklist"])


def filled(document: Document) -> list[dict[str, Any]]:
    """Return every item of every checklist with where this run fills it, as plain data."""
    sections = _sections_there(document)
    return [
        {
            "id": checklist["id"],
            "name": checklist["name"],
            "items": [_item(item, sections) for item in checklist["items"]],
        }
        for checklist in checklists()
    ]


def _item(item: Mapping[str, str], sections: set[str]) -> dict[str, str]:
    """Return an item's state; one that asks for two sections is partly filled by the first."""
    if item["section"] not in sections:
        return {"id": item["id"], "state": "authors", "section": ""}
    lacks = "also" in item and item["also"] not in sections
    return {
        "id": item["id"],
        "state": "partly" if lacks else item["state"],
        "section": item["section"],
    }


def _sections_there(document: Document) -> set[str]:
    """Return the anchors that the report will have."""
    counted = document["analyses"]["counted"]
    absent = {
        "threshold": "threshold" not in counted,
        "sample_size": document["sample_size"] is None,
        "subgroups": not document["subgroups"],
        "missing": "missing" not in document,
        "benefit": not counted.get("benefit"),
    }
    items = [item for c in checklists() for item in c["items"]]
    anchors = {item[key] for item in items for key in ("section", "also") if key in item}
    return {a for a in anchors if a and not absent.get(a, False)}


def _compared(lang: str) -> tuple[str, ...]:
    """Return of each checklist how far its numbers were compared with what was published."""
    return tuple(f"{c['name']}: {c[f'compared_{lang}']}." for c in checklists())


def checklist_section(document: Document, words: Words) -> Section:
    """Return the checklists as tables."""
    texts = {(c["id"], i["id"]): i[words.lang] for c in checklists() for i in c["items"]}
    head = tuple(words.say("head", h) for h in ("item", "what", "state", "where"))
    tables = []
    for checklist in document["checklists"]:
        rows = tuple(
            (
                item["id"],
                texts[checklist["id"], item["id"]],
                words.say("report", _STATES[item["state"]]),
                words.say("section", item["section"]) if item["section"] else "–",
            )
            for item in checklist["items"]
        )
        tables.append(Table(f"checklist_{checklist['id']}", checklist["name"], head, rows))
    return Section(
        "checklist",
        words.say("section", "checklist"),
        paragraphs=(words.say("report", "checklist_note"), *_compared(words.lang)),
        tables=tuple(tables),
    )
