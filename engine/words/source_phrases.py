"""The source of a reason, short and in the reader's language.

Rules of ECG statements cite in sentences of their own ("A premature beat and its pause (from
memory, not re-read); number ENG"); the rule already says what the sentence says, so that what is
printed is what it cites and how far that was read again.
"""

import re
from functools import cache
from typing import Final

from ..prediagnosis import HOUSE, Finding, Reason
from ..vocabulary.load import read_toml
from .common_phrases import is_statement, listed
from .sentences import Sentences

OWN_NUMBER: Final = "source.own_number"


def cited(source: str, sentences: Sentences) -> str:
    """Return the guideline of a source, without the note on where it was read.

    A guideline keeps the title that it has; a rule of the house is named in the reader's language.

    >>> cited("ESH 2023, office categories [clinit.app (2023 categories)]", Sentences("fr"))
    'ESH 2023, office categories'
    """
    guideline = source.partition(" [")[0]
    return sentences.text("source.house") if guideline == HOUSE else guideline


def statement_source(source: str, sentences: Sentences) -> str:
    """Word what a rule of an ECG statement cites; as it is written where nothing of it is known.

    >>> statement_source("AHA/ACCF/HRS 2009 part V, doi:10.1161/X", Sentences("fr"))
    'AHA/ACCF/HRS 2009, partie V'
    >>> statement_source("A pause (from memory, not re-read); number ENG", Sentences("en"))
    "from memory, not re-read; the software's own number"
    """
    found = [words for holds, words in _parts() if holds.search(source)]
    if found == [OWN_NUMBER]:
        return sentences.text("source.house")
    return listed(map(sentences.text, found), sentences) if found else cited(source, sentences)


def source_phrase(finding: Finding | None, reason: Reason, sentences: Sentences) -> str:
    """Word the source of a reason of a finding."""
    word = statement_source if finding is not None and is_statement(finding) else cited
    return word(reason.source, sentences)


@cache
def _parts() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return what a source may hold, as whole words, with its sentence."""
    rows = read_toml("laennec.engine.guidelines", "ecg_sources.toml")["part"]
    return tuple(
        (re.compile(rf"\b{re.escape(row['holds'])}(?!\w)", _flags(row["holds"])), row["words"])
        for row in rows
    )


def _flags(holds: str) -> re.RegexFlag:
    """Return whether capitals count: those of an abbreviation do."""
    return re.NOFLAG if holds.isupper() else re.IGNORECASE
