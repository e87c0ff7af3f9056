"""The numbers of ``guidelines/ecg_features.toml``, read once."""

from typing import Any, Final

from ...vocabulary.load import read_toml

NUMBERS: Final[dict[str, Any]] = dict(read_toml("laennec.engine.guidelines", "ecg_features.toml"))
"""Table -> name -> number."""
