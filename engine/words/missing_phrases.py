"""What is missing and what would change a finding, as phrases."""

from typing import Final

from ..next_steps import UNUSED
from ..prediagnosis import Change, Finding, MissingItem
from .common_phrases import coded, interval_phrase, is_index, listed, number_phrase
from .sentences import Sentences

FACT_CHANGE: Final = "change.fact."


def missing_phrase(finding: Finding, item: MissingItem, sentences: Sentences) -> str:
    """Word one missing item, the interval that it leaves, and the next step."""
    step = next_step(item, sentences)
    left = missing_interval(finding, item, sentences)
    return listed([*left, sentences.text("ui.next", step=step)], sentences)


def missing_interval(finding: Finding, item: MissingItem, sentences: Sentences) -> list[str]:
    """Word one missing item and the interval that it leaves, in parts."""
    state = "missing.required" if item.required else "missing.optional"
    state = "missing.unused" if item.next_step in UNUSED else state
    words = [sentences.text(state, item=sentences.name(item.item))]
    if item.risk_interval is not None:
        interval = interval_phrase(finding, item.risk_interval, sentences)
        words.append(sentences.text("missing.interval", interval=interval))
    if item.could_change_band is not None:
        same = "missing.could_change" if item.could_change_band else "missing.same_band"
        words.append(sentences.text(same))
    return words


def next_step(item: MissingItem, sentences: Sentences) -> str:
    """Word the cheapest next measurement for a missing item."""
    plain = item.item.rpartition(":")[2]
    if not item.next_step and sentences.has(f"next_step.{plain}"):
        return sentences.text(f"next_step.{plain}")
    if item.next_step:
        return coded(item.next_step, sentences, "next_step", "next", "action")
    return sentences.text("next.measure_or_ask", item=sentences.name(item.item))


def change_phrase(finding: Finding, change: Change, sentences: Sentences) -> str:
    """Word the smallest change that moves a finding."""
    words = sentences.render(change.message)
    if change.message.id.startswith(FACT_CHANGE):
        return _fact_change(change, words, sentences)
    steps = [
        sentences.text(
            "change.step",
            name=sentences.name(name),
            unit=sentences.unit(unit),
            **{"from": sentences.value(name, old), "to": sentences.value(name, new)},
        ).rstrip()
        for name, old, new, unit in change.inputs
    ]
    table = "becomes_index" if is_index(finding) else "becomes"
    becomes = coded(change.becomes, sentences, table) if change.becomes else ""
    risk = "" if change.risk is None else number_phrase(finding, change.risk, sentences)
    result = ", ".join(part for part in (risk, becomes) if part)
    tail = " → ".join(part for part in (", ".join(steps), result) if part)
    return f"{words}{sentences.text('join.colon')}{tail}" if tail else words


def _fact_change(change: Change, words: str, sentences: Sentences) -> str:
    """Word what a new measurement would have to show, or how far away the cut-off is."""
    is_far = change.message.id != f"{FACT_CHANGE}repeat"
    steps = [
        sentences.text(
            f"{FACT_CHANGE}gap" if is_far else f"{FACT_CHANGE}step",
            name=sentences.name(name),
            unit=sentences.unit(unit),
            **{"from": sentences.value(name, old), "to": sentences.value(name, new)},
        )
        for name, old, new, unit in change.inputs
    ]
    becomes = coded(change.becomes, sentences, "becomes")
    if is_far:
        becomes = sentences.text(f"{FACT_CHANGE}beyond", becomes=becomes)
    return f"{words}{sentences.text('join.colon')}{', '.join(steps)} → {becomes}"
