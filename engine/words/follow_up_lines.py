"""The follow-up of a known diabetes in words and as JSON: text, page and JSON print the same."""

import dataclasses
from collections.abc import Callable
from typing import Any, Final

from ..prediagnosis import DueItem, FollowUp, Parameter, Reason
from .numbers import number
from .paper import Page
from .reason_phrases import reason_phrase
from .sentences import Sentences
from .trajectory_lines import day_phrase

_DECIMALS: Final = 1
MARKS: Final = {"due": "!", "waiting": "?", "unknown": "?", "up_to_date": "✓"}
"""State of what is done again -> its mark; what is overdue is printed first."""
_TOP: Final = 5


def head_lines(follow_up: FollowUp, sentences: Sentences) -> list[str]:
    """Word the index with its target, the direction, the risk of hypoglycaemia, and the limits.

    Of a type of diabetes that the rules are not written for, only what does not depend on it.
    """
    lang = sentences.lang
    said = [sentences.render(limit) for limit in follow_up.limits]
    if follow_up.hypoglycaemia:
        said.insert(0, sentences.text(f"follow_up.hypoglycaemia.{follow_up.hypoglycaemia}"))
    if not follow_up.is_meant:
        return said
    target = f"{number(follow_up.target_percent, lang)} %"
    index = "" if follow_up.index is None else number(follow_up.index, lang, _DECIMALS)
    return [
        sentences.text(f"follow_up.index.{follow_up.band}", index=index, target=target),
        sentences.text(f"follow_up.direction.{follow_up.direction}"),
        *said,
    ]


def rule_lines(follow_up: FollowUp, sentences: Sentences) -> list[str]:
    """Word the rules that made the index, the largest share first."""
    lines = []
    for reason in follow_up.reasons[:_TOP]:
        share = number(reason.share_percent or 0.0, sentences.lang, 0)
        lines.append(f"{share} %  {reason_phrase(reason, sentences)}")
    return lines


def due_first(follow_up: FollowUp) -> list[DueItem]:
    """Return what is done again: overdue first, then what waits or is asked, what is done last."""
    order = list(MARKS)
    return sorted(follow_up.due, key=lambda item: order.index(item.state))


def brief(follow_up: FollowUp, sentences: Sentences) -> tuple[str, str]:
    """Return the follow-up as one row of a table: the index, and what is overdue (may be empty).

    Both are empty for a type of diabetes that the rules are not written for.
    """
    if not follow_up.is_meant:
        return "", ""
    overdue = [sentences.text(f"follow_up.what.{i.id}") for i in follow_up.due if i.state == "due"]
    index = "" if follow_up.index is None else number(follow_up.index, sentences.lang, _DECIMALS)
    said = sentences.text(f"follow_up.brief.{follow_up.band}", index=index)
    what = ", ".join(overdue)
    return said, sentences.text("follow_up.brief.due", what=what) if overdue else ""


def due_line(item: DueItem, sentences: Sentences) -> str:
    """Word one thing that is done again."""
    line = _due_today(item, sentences)
    if not item.answer:
        return line
    on, answer = day_phrase(item.said_on, sentences), f"answer:{item.answer}"
    return sentences.text("follow_up.due.said", line=line, on=on, answer=answer)


def _due_today(item: DueItem, sentences: Sentences) -> str:
    """Word the state itself; what an earlier visit answered is asked again, not "not known"."""
    what = sentences.text(f"follow_up.what.{item.id}")
    state = "asked_before" if item.answer and item.state == "unknown" else item.state
    if not item.months:
        return sentences.text(f"follow_up.once.{state}", what=what)
    given: dict[str, Parameter] = {"what": what, "months": item.months}
    if item.state != "unknown":
        last = day_phrase(item.last_on, sentences) if item.last_on else ""
        given["last"] = sentences.text("follow_up.due.last", on=last) if last else ""
    if item.said_on and not item.answer:
        given["sent"] = day_phrase(item.said_on, sentences)
    words = "due_sent" if state == "due" and "sent" in given else state
    return sentences.text(f"follow_up.due.{words}", **given)


def question_lines(follow_up: FollowUp, sentences: Sentences) -> list[str]:
    """Word what the physician is reminded to ask."""
    return [sentences.render(question) for question in follow_up.questions]


def write_follow_up(follow_up: FollowUp | None, sentences: Sentences, page: Page) -> None:
    """Write the whole part; nothing where no diabetes is known."""
    if follow_up is None:
        return
    page.heading(sentences.text("follow_up.title"))
    for line in head_lines(follow_up, sentences):
        page.add(line)
    for line in rule_lines(follow_up, sentences):
        page.add(line, indent=2)
    for item in due_first(follow_up):
        page.add(due_line(item, sentences), lead=f"{MARKS[item.state]} ")
    questions = question_lines(follow_up, sentences)
    if questions:
        page.add(sentences.text("follow_up.questions"))
    for line in questions:
        page.add(line, lead="? ")
    page.add(sentences.text("follow_up.note"))


def follow_up_json(
    follow_up: FollowUp | None,
    sentences: Sentences,
    reason_json: Callable[[Reason, Sentences], dict[str, Any]],
) -> dict[str, Any] | None:
    """Return the part as data, with its sentences; None where no diabetes is known."""
    if follow_up is None:
        return None
    return {
        "index": follow_up.index,
        "band": follow_up.band,
        "direction": follow_up.direction,
        "target_percent": follow_up.target_percent,
        "is_target_set": follow_up.is_target_set,
        "is_meant": follow_up.is_meant,
        "hypoglycaemia": follow_up.hypoglycaemia,
        "text": " ".join(head_lines(follow_up, sentences)),
        "reasons": [reason_json(reason, sentences) for reason in follow_up.reasons],
        "due": [
            {**dataclasses.asdict(item), "text": due_line(item, sentences)}
            for item in follow_up.due
        ],
        "questions": [sentences.coded(question) for question in follow_up.questions],
        "model": dataclasses.asdict(follow_up.model) if follow_up.model else None,
        "note": sentences.text("follow_up.note"),
    }
