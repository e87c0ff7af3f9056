"""What to print beside a published score: its source, its population, its limits, in words."""

from dataclasses import dataclass
from typing import Final

from .inputs import ScoreInputError
from .tables import Source, Texts, score_table, sentences

SCORE_IDS: Final = (
    "findrisc",
    "ada",
    "desir",
    "cambridge",
    "score2",
    "score2_diabetes",
    "framingham",
)


@dataclass(frozen=True, slots=True)
class About:
    """One score in words: `source` as printed, `texts` ids of population, meaning and limits."""

    score_id: str
    title: str
    source: Source
    texts: Texts
    exclusions: tuple[str, ...]
    is_signed: bool


def about(score_id: str) -> About:
    """Return what is to be printed beside a score.

    Parameters
    ----------
    score_id : one of `SCORE_IDS`

    Raises
    ------
    ScoreInputError  if there is no such score

    >>> about("findrisc").texts.population
    'score.findrisc.population'
    """
    if score_id not in SCORE_IDS:
        raise ScoreInputError(
            found=f"score {score_id!r}",
            why="it is not one of the published scores of this package",
            remedy=f"Use one of {', '.join(SCORE_IDS)}",
            path="score_id",
        )
    table = score_table(score_id)
    exclusions = tuple(exclusion.id for exclusion in table.exclusions)
    signed = bool(table.source.signed_by)
    return About(table.id, table.title, table.source, table.texts, exclusions, signed)


def text(text_id: str, language: str) -> str:
    """Return a sentence of this room in French (``fr``) or English (``en``).

    Raises
    ------
    ScoreInputError  if there is no such sentence in that language
    """
    words = sentences().get(text_id, {}).get(language)
    if words is None:
        raise ScoreInputError(
            found=f"text {text_id!r} in {language!r}",
            why="there is no such sentence, and none is made up",
            remedy="Use an id of texts.toml, in fr or en",
            path="text_id",
        )
    return words


def unverified_ids(exclusions: tuple[str, ...], mask: int) -> tuple[str, ...]:
    """Return which exclusions a person's `unverified` mask names.

    >>> unverified_ids(("known_cvd", "known_diabetes"), 2)
    ('known_diabetes',)
    """
    return tuple(name for bit, name in enumerate(exclusions) if mask >> bit & 1)
