"""What model bundles call their variables and terms, for the sentences."""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from ..bundles.load import Models
from ..words.bundle_labels import rule_labels
from ..words.load import check_language

RULES = "rules.toml"
_KEPT: Final = 64


@lru_cache(maxsize=_KEPT)
def _parsed(rules: bytes) -> Mapping[str, Any]:
    """Return a rule file as data; every visit of a run asks for the same few."""
    return tomllib.loads(rules.decode("utf-8"))


def model_labels(models: Models, lang: str) -> dict[str, str]:
    """Return the labels of every loaded bundle: ``variable:waist_cm``, ``term:waist_cm.high``."""
    texts = [b.files[RULES] for b in models.loaded]
    texts += [b.files[RULES] for b in models.statements]
    return rule_labels([_parsed(text) for text in texts], check_language(lang))
