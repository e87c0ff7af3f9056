"""What statements ask for in a visit: ``guidelines/ecg_statements.toml``, read once."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from ...vocabulary.load import read_toml


@cache
def statement_settings() -> Mapping[str, Any]:
    """Return the tables of the file."""
    return read_toml("laennec.engine.guidelines", "ecg_statements.toml")
