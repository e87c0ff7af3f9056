"""The follow-up of a known diabetes as a page needs it: one row for the table at the top, parts."""

from dataclasses import dataclass

from ...engine.prediagnosis import FollowUp
from ...engine.words import follow_up_lines
from ...engine.words.sentences import Sentences


@dataclass(frozen=True, slots=True)
class DueView:
    """One thing that is done again: its state, the mark of that, and its words."""

    state: str
    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class FollowUpView:
    """The lines of the follow-up by part.

    ``brief`` is what the table at the top says of it and ``overdue`` what it asks for; both are
    empty where the rules are not written for this diabetes.
    """

    brief: str
    overdue: str
    head: tuple[str, ...]
    rules: tuple[str, ...]
    due: tuple[DueView, ...]
    questions: tuple[str, ...]


def follow_up_view(follow_up: FollowUp | None, sentences: Sentences) -> FollowUpView | None:
    """Return the follow-up, what is overdue first; None where no diabetes is known."""
    if follow_up is None:
        return None
    brief, overdue = follow_up_lines.brief(follow_up, sentences)
    return FollowUpView(
        brief=brief,
        overdue=overdue,
        head=tuple(follow_up_lines.head_lines(follow_up, sentences)),
        rules=tuple(follow_up_lines.rule_lines(follow_up, sentences)),
        due=tuple(
            DueView(
                item.state,
                follow_up_lines.MARKS[item.state],
                follow_up_lines.due_line(item, sentences),
            )
            for item in follow_up_lines.due_first(follow_up)
        ),
        questions=tuple(follow_up_lines.question_lines(follow_up, sentences)),
    )
