"""Hides small counts of a document, with what would give them away in the same table."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from .hidden import also_another, is_small, view
from .hidden_again import hide_again
from .hidden_groups import hide_groups, hide_subgroup
from .hidden_tables import hide_analysis, hide_shares

_SHARE_DIGITS = 3


def suppress(document: Mapping[str, Any], below: int) -> dict[str, Any]:
    """Return a document whose counts from 1 to ``below`` - 1 are hidden.

    Where people have several records, a count is small when few persons are behind it, however many
    records they have. A two-by-two table with a small cell loses its counts and its estimates, and
    so does all that is made of one; a step of the flow with few people is joined with the next; a
    small group of a subgroup loses everything; a ROC curve keeps points that are at least ``below``
    cases and others apart, a decision curve those between which no few people lie. Where only one
    of several counts with a known total would be hidden, the smallest other one is hidden too: the
    difference would give it back.

    Parameters
    ----------
    document : of a study; it is not changed
    below : 0 hides nothing
    """
    found: dict[str, Any] = copy.deepcopy(dict(document))
    found["suppressed_below"] = below
    for analysis in found["analyses"].values():
        hide_analysis(analysis, below)
    if below:
        _not_known(found.get("cohort", {"not_known": ()})["not_known"], below)
        _flow(found["flow"], below)
        for row in found["participants"]:
            _participants(row, below)
        _totals(found, below)
    for subgroup in found["subgroups"]:
        hide_subgroup(subgroup, below)
    if "periods" in found:
        hide_groups(found["periods"]["groups"], below)
    _missing(found, below)
    hide_again(found, below)
    _deviations(found["deviations"], below)
    _not_reached(found)
    _persons(found)
    return found


def _persons(value: Any) -> None:  # noqa: ANN401 - plain data
    """Take counts of persons out where a count of their records is hidden."""
    rows = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for row in rows:
        _persons(row)
    if not isinstance(value, dict) or not isinstance(value.get("persons"), dict):
        return
    for name in ("left", "gone"):  # of steps that were joined, they are no counts of anything
        if "stayed" in value:
            value["persons"].pop(name, None)
    if any(value.get(name, 0) is None for name in value["persons"]):
        del value["persons"]


def _not_known(rows: Sequence[dict[str, Any]], below: int) -> None:
    """Hide of how many a condition is not known where they, or the others, are few."""
    for row in rows:
        if any(is_small(view(row)[name], below) for name in ("n", "known", "outside")):
            row.update({"n": None, "known": None, "outside": None})
        spoilt = row.get("not_usable", 0)
        few = is_small(spoilt, below) or is_small((row["n"] or 0) - spoilt, below)
        if few or ("not_usable" in row and row["n"] is None):
            row["not_usable"] = None


def _totals(found: Mapping[str, Any], below: int) -> None:
    """Hide how many cases, or verified people, there are in all."""
    for row in (*found["analyses"].values(), found.get("sample_size") or {}):
        if any(is_small(view(row).get(name), below) for name in ("cases", "others", "late")):
            row.update({name: None for name in ("cases", "others", "late") if name in row})
    verified = found.get("verification")
    if verified and any(is_small(view(verified)[n], below) for n in ("verified", "others")):
        verified["verified"] = verified["others"] = None


def _flow(steps: list[dict[str, Any]], below: int) -> None:
    """Join a step that few people leave with the next one, the last with the one before."""
    position = 1
    while position < len(steps) and "left" in steps[position]:
        step = steps[position]
        if not _leave_few(step, below):
            position += 1
            continue
        later = position + 1 < len(steps) and "left" in steps[position + 1]
        other = position + 1 if later else position - 1
        if other == 0:
            step["left"] = step["stayed"] = None
            break
        first, second = sorted((position, other))
        steps[first : second + 1] = [_joined(steps[first], steps[second])]
        position = first
    ends = [step for step in steps if "cases" in step]
    for end in ends:
        counts = view(end)
        few = is_small(counts["n"], below)
        if few or is_small(counts["cases"], below) or is_small(counts["others"], below):
            end.update({"cases": None, "n": None if few else end["n"]})
    also_another(ends, "cases")
    also_another(ends, "n")
    for end in ends:
        if end["cases"] is None or end["n"] is None:
            end["others"] = None


def _leave_few(step: Mapping[str, Any], below: int) -> bool:
    counts = view(step)
    return is_small(counts["left"], below) or is_small(counts.get("gone", 0), below)


def _joined(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, Any]:
    """Return two steps as one; of persons who left either, no fewer than the larger number left."""
    joined = {
        "id": f"{a['id']}+{b['id']}",
        "label": f"{a['label']}; {b['label']}",
        "label_fr": f"{a['label_fr']} ; {b['label_fr']}",
        "left": a["left"] + b["left"],
        "stayed": b["stayed"],
    }
    if "persons" in b:
        one, two = a["persons"], b["persons"]
        joined["persons"] = {
            "left": max(one["left"], two["left"]),
            "gone": one["gone"] + two["gone"],
            "stayed": two["stayed"],
        }
    return joined


def _participants(row: dict[str, Any], below: int) -> None:
    """Hide both sides of a row where one has a small count.

    Where it is only that few values are missing, shares and means stay and counts go, a share
    rounded so that nobody counts back from it.
    """
    sides = (row["cases"], row["others"])
    counted = ["n", "known", *(("yes", "no") if row["is_yes_no"] else ())]
    if any(is_small(view(side).get(name, 0), below) for side in sides for name in counted):
        for side in sides:
            n = None if is_small(view(side)["n"], below) else side["n"]
            side.clear()
            side.update({"n": n, "known": None})
    elif any(is_small(view(side)["lacking"], below) for side in sides):
        for side in sides:
            side.update(dict.fromkeys(("known", "lacking", "yes", "no")))
            if row["is_yes_no"] and "mean" in side:
                side["mean"] = round(side["mean"], _SHARE_DIGITS)
                side.pop("sd", None)


def _missing(found: Mapping[str, Any], below: int) -> None:
    """Hide how many lack few items, and shares that have a small cell behind them."""
    missing = found.get("missing", {"inputs": (), "analyses": ()})
    for row in missing["inputs"]:
        if any(is_small(view(row)[name], below) for name in ("missing", "known")):
            row["missing"] = row["known"] = None
    small = [is_small(row.pop("smallest_cell", 0), below) for row in missing["analyses"]]
    if any(small):
        for row in missing["analyses"]:
            hide_shares(row["results"])


def _deviations(rows: list[dict[str, Any]], below: int) -> None:
    """Hide small counts; with a small count of one reason go those of the others."""
    for row in rows:
        reasons = row.get("reasons", {})
        if any(is_small(n, below) for n in reasons.values()):
            row["reasons"] = dict.fromkeys(reasons)
        if is_small(view(row).get("n"), below):
            row["n"] = f"< {below}"
            row.pop("persons", None)


def _not_reached(found: Mapping[str, Any]) -> None:
    """Hide how many cases, or others, there were too few of, where their counts are hidden."""
    if (found.get("sample_size") or {"cases": 0})["cases"] is None:
        for row in found["deviations"]:
            if row["code"] in ("cases_too_few", "others_too_few"):
                row["n"] = None
