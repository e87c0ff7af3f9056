"""What the labels of a record say of each statement."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ...models import ecg_findings

FOLDER: Final = Path(ecg_findings.__file__).parent
UNKNOWN: Final = float("nan")


def truth_of(
    found: frozenset[str],
    labels: Mapping[str, Mapping[str, list[str]]],
    silent: frozenset[str] = frozenset(),
) -> dict[str, float]:
    """Return 1, 0 or NaN for every statement of the table, from the labels of one record.

    Parameters
    ----------
    found : labels of the record
    labels : table of the set
    silent : labels that describe no ECG; a record with no other is no control
    """
    known = {}
    for name, row in labels.items():
        is_case = bool(found & set(row["any"]))
        is_told = not found <= silent and found & set(row.get("only_with", found))
        is_unclear = not is_told or bool(found & set(row.get("unclear", ())))
        known[name] = 1.0 if is_case else UNKNOWN if is_unclear else 0.0
    return known


def ludb_truth(
    about: Mapping[str, str], labels: Mapping[str, Mapping[str, Any]]
) -> dict[str, float]:
    """Return 1, 0 or NaN for every statement of the table, from the cells of one LUDB record."""
    known = {}
    for name, row in labels.items():
        cells = [cell.strip() for cell in about.get(row["column"], "").split("|")]
        is_case = any(cell.startswith(tuple(row["any"])) for cell in cells)
        is_unclear = any(cell.startswith(tuple(row.get("unclear", ("\0",)))) for cell in cells)
        known[name] = 1.0 if is_case else UNKNOWN if is_unclear else 0.0
    return known
