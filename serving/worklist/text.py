"""The worklist as lines that a physician reads in a terminal."""

from collections.abc import Sequence
from typing import Final

from ...engine.words import Sentences
from ..drafts.decision_words import DecisionWords
from .worklist import WorklistItem

MINUTE_S: Final = 60
HOUR_S: Final = 3600
DAY_S: Final = 86400


def worklist_text(items: Sequence[WorklistItem], lang: str) -> str:
    """Print the reports that wait, in the order of the list.

    Parameters
    ----------
    items : what ``worklist`` returned
    lang : ``fr`` or ``en``
    """
    words, sentences = DecisionWords(lang), Sentences.of(lang)
    if not items:
        return words.text("worklist.none")
    return "\n\n".join(_report(item, words, sentences) for item in items)


def _report(item: WorklistItem, words: DecisionWords, sentences: Sentences) -> str:
    lines = [
        _urgency(item, words, sentences)
        + words.text("worklist.visit", visit=item.visit_id, person=item.person_id)
        + (f"  ! {words.text('worklist.realert')}" if item.realert else ""),
        words.text(
            "worklist.state",
            state=words.text(f"state.{item.state}"),
            waiting=_waiting(item.waiting_s, words),
            count=len(item.undecided),
        ),
    ]
    if item.is_refused and not item.is_not_assessed:
        lines.append(words.text("worklist.refused"))
    if item.superseded_urgency:
        lines.append(words.text("worklist.earlier", level=item.superseded_urgency))
    lines.append(words.text("worklist.report", id=item.draft_id, hash=item.content_hash))
    first, *rest = ("".join(c if c.isprintable() else "?" for c in line) for line in lines)
    return "\n    ".join([first, *rest])


def _urgency(item: WorklistItem, words: DecisionWords, sentences: Sentences) -> str:
    if item.is_not_assessed:
        return f"{words.text('worklist.not_assessed').upper()}  "
    level = item.urgency
    if level is None:
        return f"{words.text('worklist.no_urgency').upper()}  "
    return f"{level} {sentences.text(f'urgency.{level}').upper()}  "


def _waiting(seconds: float, words: DecisionWords) -> str:
    """Word how long a report waits, in the largest unit of which two have passed."""
    for unit, size in (("days", DAY_S), ("hours", HOUR_S)):
        if seconds >= 2 * size:
            return words.text(f"worklist.{unit}", n=int(seconds // size))
    return words.text("worklist.minutes", n=max(0, int(seconds // MINUTE_S)))
