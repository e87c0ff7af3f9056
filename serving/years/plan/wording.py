"""The sentences of plans and searches, beside those of the engine."""

from functools import cache
from importlib.resources import files

from ....engine.words import LANGUAGES, Sentences
from ....engine.words.load import load_folder
from ...batch.result.aggregate import LAST_HIDDEN


@cache
def words(lang: str) -> Sentences:
    """Return the sentences in a language."""
    tables = {str(k): v for k, v in load_folder(files(f"{__package__}.words")).items()}
    return Sentences(lang, kept=tables[lang])


def what_is_hidden(key: str) -> dict[str, str]:
    """Return the sentence that says what is hidden, by language."""
    return {lang: words(lang).text(key, last=LAST_HIDDEN) for lang in LANGUAGES}
