"""Words: one sentence file a language, and what turns a draft into text and JSON."""

from .load import LANGUAGES, Language, check_language, sentences_sha256
from .sentences import Sentences

__all__ = ["LANGUAGES", "Language", "Sentences", "check_language", "sentences_sha256"]
