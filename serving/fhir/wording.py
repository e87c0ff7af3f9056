"""The words of the FHIR adapter: its own, and what the engine calls its findings."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from ...engine.words import Sentences, check_language
from ...engine.words.load import load_folder


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
        self._sentences = Sentences(lang)

    def text(self, message_id: str, /, **parameters: object) -> str:
        """Fill one sentence."""
        return self._table[message_id].format_map(parameters)

    def finding(self, finding_id: str) -> str:
        """Return what the engine calls a finding; its code where it has no name of its own."""
        name = f"finding_name.{finding_id}"
        return self._sentences.text(name) if self._sentences.is_whole(name) else finding_id

    def disclaimer(self) -> str:
        """Return what every output says."""
        return self._sentences.text("disclaimer")
