"""What urgent rules found, on paper and as data: the most urgent first."""

import dataclasses
from collections.abc import Iterable
from typing import Any

from ..prediagnosis import PRESSING, InputValue, UrgentItem
from . import order, phrases
from .common_phrases import coded
from .paper import Page, write_labelled
from .reason_phrases import input_phrase
from .sentences import Sentences
from .source_phrases import cited


def ordered(items: Iterable[UrgentItem]) -> list[UrgentItem]:
    """Return the items, the most urgent first."""
    return sorted(items, key=lambda item: order.urgency_rank(item.level))


def urgent_json(items: Iterable[UrgentItem], sentences: Sentences) -> list[dict[str, Any]]:
    """Return what urgent rules found as data, with the sentences of one language."""
    return [_as_data(item, sentences) for item in ordered(items)]


def _as_data(item: UrgentItem, sentences: Sentences) -> dict[str, Any]:
    return {
        "rule_id": item.rule_id,
        "level": item.level,
        "text": phrases.urgent_line(item, sentences),
        "inputs": inputs_json(item.inputs),
        "action": coded(item.action, sentences, "action"),
        "action_code": item.action,
        "addressee": coded(item.addressee, sentences, "addressee"),
        "addressee_code": item.addressee,
        "source": item.source,
    }


def inputs_json(values: Iterable[InputValue]) -> list[dict[str, Any]]:
    """Return the values behind an item or a reason as data."""
    return [dataclasses.asdict(value) for value in values]


def write_urgent(items: Iterable[UrgentItem], sentences: Sentences, page: Page) -> None:
    """Write what urgent rules found: what can't wait in a box, the rest below."""
    every = ordered(items)
    pressing = [item for item in every if item.level in PRESSING]
    later = [item for item in every if item.level not in PRESSING]
    if pressing:
        is_now = pressing[0].level == PRESSING[0]
        page.gap()
        page.rule("#")
        title = sentences.text("ui.urgent_box" if is_now else "ui.urgent_today").upper()
        page.add(title, lead="#  ")
        page.rule("#")
        for item in pressing:
            write_urgent_item(item, sentences, page)
        page.rule("#")
    if later:
        page.heading(sentences.text("ui.urgent_later"))
        for item in later:
            write_urgent_item(item, sentences, page)


def write_urgent_item(item: UrgentItem, sentences: Sentences, page: Page) -> None:
    """Write one item: what was found, what to do, who, the values and the source."""
    delay = sentences.text(f"urgency.{item.level}").upper()
    page.add(phrases.urgent_line(item, sentences), lead=f"{item.level} {delay}  ")
    action = coded(item.action, sentences, "action")
    addressee = coded(item.addressee, sentences, "addressee")
    write_labelled("ui.action", action, sentences, page)
    write_labelled("ui.addressee", addressee, sentences, page)
    values = ", ".join(input_phrase(v, sentences) for v in item.inputs)
    write_labelled("ui.values", values, sentences, page)
    write_labelled(
        "ui.source",
        f"{cited(item.source, sentences)} [{item.rule_id}]",
        sentences,
        page,
    )
