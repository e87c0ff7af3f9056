"""What today asks of earlier visits, as data."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from .vocabulary.load import read_toml


@cache
def settings() -> Mapping[str, Any]:
    """Return ``earlier_visits.toml``."""
    return read_toml("laennec.engine.guidelines", "earlier_visits.toml")
