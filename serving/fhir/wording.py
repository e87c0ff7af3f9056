"""The words of the FHIR adapter: its own, and what the engine calls its findings."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from ...engine.words import Sentences, check_language
from ...engine.words.load import load_folder

Said = tuple[str, Mapping[str, str]]
"""A sentence by its id, with what fills it."""
Words = Mapping[str, "str | Sequence[Said]"]
"""What fills a sentence: texts, and lists of sentences of their own."""


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    folder = files(f"{__package__}.words")
    return {str(lang): table for lang, table in load_folder(folder).items()}


class FhirWords:
    """The sentences of one language.

    Parameters
    ----------
    lang : ``fr`` or ``en``

    >>> FhirWords("fr").text("answer.none")
    'aucun de la liste'
    """

    def __init__(self, lang: str) -> None:
        self.lang = check_language(lang)
        self._table = _tables()[self.lang]

    def knows(self, message_id: str) -> bool:
        """Say whether there is such a sentence."""
        return message_id in self._table

    def text(self, message_id: str, /, **parameters: object) -> str:
        """Fill one sentence."""
        return self._table[message_id].format_map(parameters)

    def filled(self, words: Words) -> dict[str, str]:
        """Return what fills a sentence as texts of this language."""
        between = self.text("issue.between")
        return {
            name: one if isinstance(one, str) else between.join(self.text(i, **p) for i, p in one)
            for name, one in words.items()
        }

    def finding(self, finding_id: str) -> str:
        """Return what the engine calls a finding; its code where it has no name of its own."""
        sentences, name = _sentences(self.lang), f"finding_name.{finding_id}"
        return sentences.text(name) if sentences.is_whole(name) else finding_id

    def disclaimer(self) -> str:
        """Return what every output says."""
        return _sentences(self.lang).text("disclaimer")


@cache
def _sentences(lang: str) -> Sentences:
    return Sentences(lang)
