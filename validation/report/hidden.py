"""What a hidden number is, and which counts are small."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

HIDDEN: Final = {"suppressed": True}


def is_small(count: Any, below: int) -> bool:  # noqa: ANN401 - a count of plain data
    """Say whether a count is to be hidden."""
    return isinstance(count, int) and 0 < count < below


def view(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the counts by which a row is small: those of persons where it has them."""
    persons = row.get("persons")
    return persons if isinstance(persons, Mapping) else row


def also_another(rows: Sequence[Any], key: Any) -> None:  # noqa: ANN401 - a key or a position
    """Hide a second count where one is hidden alone, so that their total does not give it back."""
    hidden = [row for row in rows if row[key] is None]
    rest = [row for row in rows if row[key]]
    if len(hidden) == 1 and rest:
        min(rest, key=lambda row: row[key])[key] = None


def hidden(value: Any) -> Any:  # noqa: ANN401 - plain data
    """Return plain data with every estimate hidden and its shape kept."""
    if isinstance(value, list):
        return [hidden(v) for v in value]
    if isinstance(value, dict):
        if "method" in value:
            return dict(HIDDEN)
        return {
            k: v if k == "prevalence" and isinstance(v, float) else hidden(v)
            for k, v in value.items()
        }
    return value
