"""Words: one sentence file a language, and what turns a draft into text and JSON."""

from .bundle_labels import rule_labels
from .load import LANGUAGES, Language, check_language, sentences_sha256
from .sentences import Sentences

__all__ = [
    "LANGUAGES",
    "Language",
    "Sentences",
    "check_language",
    "rule_labels",
    "sentences_sha256",
]
