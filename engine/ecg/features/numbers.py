"""The numbers of ``guidelines/ecg_features.toml``, read once."""

from typing import Any, Final

from ...vocabulary.load import read_toml

NUMBERS: Final[dict[str, Any]] = dict(read_toml("laennec.engine.guidelines", "ecg_features.toml"))
"""Table -> name -> number."""


def sex_limit(name: str, sex: str | None) -> float:
    """Return the limit for a sex; a value between where it is not known."""
    limits = NUMBERS["sex_limits"][name]
    return float(limits[sex if sex in limits else "unknown"])
