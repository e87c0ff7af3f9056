"""The urgent items of a visit as a letter tells them: no decision on a finding takes one away."""

from collections.abc import Iterator
from dataclasses import dataclass

from ...engine.prediagnosis import PreDiagnosis
from ...engine.words import Sentences, phrases
from ...engine.words.common_phrases import coded
from ..drafts.set_aside import SetAside


@dataclass(frozen=True, slots=True)
class UrgentTold:
    """One urgent item in words.

    Parameters
    ----------
    text : what was found
    action : what was proposed
    is_set_aside : it was made with a value that the physician set aside since
    """

    text: str
    action: str
    is_set_aside: bool


def urgent_told(draft: PreDiagnosis, aside: SetAside, sentences: Sentences) -> Iterator[UrgentTold]:
    """Yield every urgent item, whatever its level, in the order of the draft.

    Parameters
    ----------
    draft : of a confirmed report
    aside : the values that the physician set aside
    sentences : of the reader's language
    """
    for item in draft.urgent:
        yield UrgentTold(
            phrases.urgent_line(item, sentences),
            coded(item.action, sentences, "action"),
            aside.has_part(item.inputs),
        )
