"""What a printed report says of itself: a draft, or what a physician made of it.

The text and the page print the same findings for both; who may be told "confirmed" is not decided
here but in ``serving/``, by the type that only a release can make.
"""

from dataclasses import dataclass

from .sentences import Sentences


@dataclass(frozen=True, slots=True)
class Standing:
    """How a report is headed and signed.

    Parameters
    ----------
    title : of the document
    word : one word, for the title and the watermark
    line : one sentence below the title
    disclaimer : first and last on the report
    note : how a decision is taken or was taken
    is_final : a physician decided it
    sections : headings with their lines, printed before every finding (decisions, history)
    nothing : what is said where no finding is printed; empty: what the findings' groups say
    """

    title: str
    word: str
    line: str
    disclaimer: str
    note: str
    is_final: bool = False
    sections: tuple[tuple[str, tuple[str, ...]], ...] = ()
    nothing: str = ""


def draft_standing(sentences: Sentences) -> Standing:
    """Return how a draft is headed: not confirmed by anyone.

    >>> draft_standing(Sentences("en")).line
    'Draft: not confirmed by a physician'
    """
    return Standing(
        title=sentences.text("ui.title"),
        word=sentences.text("status.draft"),
        line=sentences.text("status.draft.long"),
        disclaimer=sentences.text("disclaimer"),
        note=sentences.text("ui.decision_note"),
    )
