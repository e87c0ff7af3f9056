"""The numbers of ``signal.toml``, read once."""

import tomllib
from importlib.resources import files
from typing import Any, Final

NUMBERS: Final[dict[str, Any]] = tomllib.loads(
    (files(__package__) / "signal.toml").read_text(encoding="utf-8")
)
"""Table -> name -> number: ``prepare``, ``network``, ``segments``, ``beats``, ``spikes``."""
