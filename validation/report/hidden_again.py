"""What other parts of a report make of a table that is hidden, or of small cells of their own."""

from collections.abc import Mapping
from typing import Any, Final

from .hidden import HIDDEN, hidden, is_small
from .hidden_tables import is_hidden

_BOUNDS: Final = (
    "sensitivity_worst", "sensitivity_best", "specificity_worst", "specificity_best",
)  # fmt: skip
"""Shares of the index test's table among everybody, those without an answer too."""
_OF_TABLE: Final = ("sensitivity", "specificity", "ppv", "npv", "referred_share")
"""Endpoints that are shares of a two-by-two table."""


def hide_again(found: dict[str, Any], below: int) -> None:
    """Hide, in every part of a document, what a hidden two-by-two table could be counted from.

    A part that is made of small cells of its own is hidden with them.

    Parameters
    ----------
    found : the document; tables of its analyses are hidden already
    below : 0 hides nothing
    """
    tables = found["analyses"]["counted"].get("threshold", {})
    gone = {name for name, table in tables.items() if is_hidden(table)}
    _analyses(found["analyses"], gone)
    _referral(found.get("referral") or {}, gone, below)
    _reclassification(found.get("reclassification") or {}, tables, gone, below)
    verified = found.get("verification") or {}
    if is_small(verified.pop("smallest_cell", 0), below) or "index" in gone:
        verified.update({k: dict(HIDDEN) for k in ("sensitivity", "specificity") if k in verified})
    _own_cells(found, below)
    if below:
        _endpoints(found)


def _analyses(analyses: Mapping[str, Any], gone: set[str]) -> None:
    """Hide bounds of the hidden index table, and shares of hidden tables with survey weights."""
    withheld = analyses["counted"].get("abstention", {})
    if "index" in gone:
        withheld.update({name: dict(HIDDEN) for name in _BOUNDS if name in withheld})
    for name, table in analyses.get("weighted", {}).get("threshold", {}).items():
        if name in gone:
            table["shares"] = {share: dict(HIDDEN) for share in table["shares"]}


def _referral(found: Mapping[str, Any], gone: set[str], below: int) -> None:
    for name, analyses in found.items():
        for results in analyses.values():
            if is_small(results.pop("smallest_cell", 0), below) or name in gone:
                results.update({key: dict(HIDDEN) for key in results})


def _own_cells(found: Mapping[str, Any], below: int) -> None:
    conformal = found.get("conformal") or {}
    if is_small(conformal.pop("smallest_cell", 0), below):
        conformal.update({key: dict(HIDDEN) for key in conformal if key != "planned"})
    for rule in (found.get("explanation") or {"rules": ()})["rules"]:
        if is_small(rule.pop("smallest_cell", 0), below):
            rule["fires"] = None


def _reclassification(
    found: Mapping[str, Any], tables: Mapping[str, Any], gone: set[str], below: int
) -> None:
    """Hide who moves between bands where few do, or where the same pair is hidden at a cut-off."""
    for name, results in found.get("against", {}).items():
        is_few = is_small(results.pop("smallest_cell", 0), below)
        pairs = tables.get(name, {}).get("paired", {}).values()
        if is_few or gone & {"index", name} or any(HIDDEN in pair.values() for pair in pairs):
            results.update(hidden(results))


def _endpoints(document: dict[str, Any]) -> None:
    """Hide an endpoint whose table was hidden, or, of a difference, either table."""
    for endpoint in document["endpoints"]:
        analysis = document["analyses"].get(endpoint["among"], {})
        tables = document["analyses"]["counted"].get("threshold", {})
        sources = [tables.get(name or "index", {}) for name in (None, endpoint["against"])]
        verified = document.get("verification") or {}
        same = [
            part.get(endpoint["statistic"]) for part in (analysis.get("calibration", {}), verified)
        ]
        if (
            (endpoint["statistic"] in _OF_TABLE and any(is_hidden(source) for source in sources))
            or (endpoint["statistic"] == "net_benefit" and _is_benefit_hidden(document, endpoint))
            or HIDDEN in same
        ):
            endpoint["result"], endpoint["verdict"] = dict(HIDDEN), "not_estimable"


def _is_benefit_hidden(document: Mapping[str, Any], endpoint: Mapping[str, Any]) -> bool:
    rows = document["analyses"].get(endpoint["among"], {}).get("benefit") or []
    at = endpoint["result"].get("threshold")
    return any(row["index"] == HIDDEN for row in rows if row["threshold"] == at)
