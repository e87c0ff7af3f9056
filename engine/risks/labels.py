"""What model bundles call their variables and terms, for the sentences."""

import tomllib

from ..bundles.load import Models
from ..words.bundle_labels import rule_labels
from ..words.load import check_language

RULES = "rules.toml"


def model_labels(models: Models, lang: str) -> dict[str, str]:
    """Return the labels of every loaded bundle: ``variable:waist_cm``, ``term:waist_cm.high``."""
    files = (tomllib.loads(b.files[RULES].decode("utf-8")) for b in models.loaded)
    return rule_labels(files, check_language(lang))
