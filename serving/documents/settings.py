"""The codes and numbers of documents, read once."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def document_settings() -> Mapping[str, Any]:
    """Return the tables of ``settings.toml``."""
    text = files(__package__ or "").joinpath("settings.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
