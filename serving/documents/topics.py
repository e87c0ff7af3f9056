"""What documents speak of: the topic of a finding, the step of an action, from ``topics.toml``."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from ...engine.prediagnosis import Finding
from ...engine.words import check_language
from ...engine.words.load import load_folder

OTHER: Final = "other"
_ECG: Final = "ecg"
_KNOWN: Final = "known_diabetes"
_DOCTOR: Final = "doctor"


@cache
def topics() -> Mapping[str, Any]:
    """Return the tables of ``topics.toml``."""
    text = files(__package__ or "").joinpath("topics.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def topic_of(finding: Finding) -> str | None:
    """Return the topic of a finding; None for a score or rank that is for physicians only."""
    if finding.id in topics()["not_told"]["findings"]:
        return None
    if finding.id.startswith(_ECG):
        return _ECG
    topic = str(topics()["topic"].get(finding.id, OTHER))
    is_known = finding.message.id.rpartition(".")[2].startswith("known")
    return _KNOWN if topic == "glucose" and is_known else topic


def step_of(action: str) -> str:
    """Return the step of the plain page for a proposed action.

    >>> step_of("venous_fasting_glucose"), step_of("refer_vascular")
    ('blood_test', 'doctor')
    """
    return str(topics()["step"].get(action, _DOCTOR))


class DocumentWords:
    """The sentences of documents in one language.

    >>> DocumentWords("fr").text("plain.title")
    'Ma visite de prévention'
    """

    def __init__(self, lang: str) -> None:
        self.lang = check_language(lang)
        self._table = _tables()[self.lang]

    def text(self, message_id: str, /, **parameters: object) -> str:
        """Fill one sentence."""
        return self._table[message_id].format_map(parameters)

    def has(self, message_id: str) -> bool:
        """Say whether there is such a sentence."""
        return message_id in self._table


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    found = load_folder(files(f"{__package__}.words"))
    return {str(lang): table for lang, table in found.items()}
