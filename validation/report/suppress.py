"""Hides small counts of a document, with what would give them away in the same table."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

_HIDDEN = {"suppressed": True}
_SHARE_DIGITS = 3


def suppress(document: Mapping[str, Any], below: int) -> dict[str, Any]:
    """Return a document whose counts from 1 to ``below`` - 1 are hidden.

    A two-by-two table with a small cell loses its counts and its estimates; a step of the flow with
    few people is joined with the next; a small group of a subgroup loses everything; a ROC curve
    keeps points that are at least ``below`` people apart. Where only one of several counts with a
    known total would be hidden, the smallest other one is hidden too: the difference would give it
    back.

    Parameters
    ----------
    document : of a study; it is not changed
    below : 0 hides nothing
    """
    found: dict[str, Any] = copy.deepcopy(dict(document))
    found["suppressed_below"] = below
    _benefit([row for a in found["analyses"].values() for row in a.get("benefit", [])], below)
    if below:
        _flow(found["flow"], below)
        for row in found["participants"]:
            _participants(row, below)
        for analysis in found["analyses"].values():
            _analysis(analysis, below)
        _endpoints(found)
        for subgroup in found["subgroups"]:
            _subgroup(subgroup, below)
        _totals(found, below)
        for row in found.get("missing", {}).get("inputs", []):
            small = (row["missing"], row["n"] - row["missing"])
            if any(_is_small(count, below) for count in small):
                row["missing"] = None
        if "periods" in found:
            _groups(found["periods"]["groups"], below)
        _hide_deviations(found["deviations"], below)
    return found


def _totals(found: Mapping[str, Any], below: int) -> None:
    """Hide how many cases, or verified people, there are in all."""
    totals = [*found["analyses"].values(), found.get("sample_size") or {}]
    for row in totals:
        cases, n = row.get("cases"), row.get("n")
        others = n - cases if isinstance(n, int) and isinstance(cases, int) else None
        if _is_small(cases, below) or _is_small(others, below):
            row["cases"] = None
    verified = found.get("verification")
    if verified and any(
        _is_small(n, below) for n in (verified["verified"], verified["n"] - verified["verified"])
    ):
        verified["verified"] = None


def _also_another(rows: Sequence[Any], key: Any) -> None:  # noqa: ANN401 - a key or a position
    """Hide a second count where one is hidden alone, so that their total does not give it back."""
    hidden = [row for row in rows if row[key] is None]
    rest = [row for row in rows if row[key]]
    if len(hidden) == 1 and rest:
        min(rest, key=lambda row: row[key])[key] = None


def _is_small(count: Any, below: int) -> bool:  # noqa: ANN401 - a count of plain data
    return isinstance(count, int) and 0 < count < below


def _flow(steps: list[dict[str, Any]], below: int) -> None:
    """Join a step that few people leave with the next one, the last with the one before."""
    position = 1
    while position < len(steps) and "left" in steps[position]:
        step = steps[position]
        if not _is_small(step["left"], below):
            position += 1
            continue
        later = position + 1 < len(steps) and "left" in steps[position + 1]
        other = position + 1 if later else position - 1
        if other == 0:
            step["left"] = step["stayed"] = None
            return
        first, second = sorted((position, other))
        steps[first : second + 1] = [_joined(steps[first], steps[second])]
        position = first
    for end in steps:
        if "cases" not in end:
            continue
        is_small = _is_small(end["n"], below)
        if is_small or any(
            _is_small(count, below) for count in (end["cases"], end["n"] - end["cases"])
        ):
            end.update({"cases": None, "n": None if is_small else end["n"]})
    ends = [end for end in steps if "cases" in end]
    _also_another(ends, "cases")
    _also_another(ends, "n")


def _joined(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": f"{a['id']}+{b['id']}",
        "label": f"{a['label']}; {b['label']}",
        "label_fr": f"{a['label_fr']} ; {b['label_fr']}",
        "left": a["left"] + b["left"],
        "stayed": b["stayed"],
    }


def _participants(row: dict[str, Any], below: int) -> None:
    """Hide both sides of a row where one has a small count.

    Where it is only that few values are missing, shares and means stay and counts go, a share
    rounded so that nobody counts back from it.
    """
    sides, small, lacking = (row["cases"], row["others"]), [], []
    for side in sides:
        yes = side.get("yes", 0) if row["is_yes_no"] else 0
        small += [side["n"], side["known"], yes]
        small.append(side["known"] - yes if row["is_yes_no"] else 0)
        lacking.append(side["n"] - side["known"])
    if any(_is_small(count, below) for count in small):
        for side in sides:
            n = side["n"]
            side.clear()
            side.update({"n": None if _is_small(n, below) else n, "known": None})
    elif any(_is_small(count, below) for count in lacking):
        for side in sides:
            side["known"] = side["yes"] = None
            if row["is_yes_no"] and "mean" in side:
                side["mean"] = round(side["mean"], _SHARE_DIGITS)
                side.pop("sd", None)


def _tables(tables: Mapping[str, Any], below: int) -> None:
    """Hide tables with a small cell, and every pair with the index test where its table is."""
    for table in tables.values():
        counts = table.get("counts", {})
        if any(_is_small(count, below) for count in counts.values()):
            _hide_table(table)
    if _is_hidden(tables.get("index", {}).get("counts", {})):
        for table in tables.values():
            if "paired" in table:
                table["paired"] = _hidden(table["paired"])


def _analysis(analysis: dict[str, Any], below: int) -> None:
    _tables(analysis.get("threshold", {}), below)
    for test in analysis.get("discrimination", {}).get("tests", {}).values():
        if "curve" in test:
            test["curve"] = _coarse(test["curve"], test["auroc"].get("n", 0), below)
    _abstention(analysis.get("abstention", {}), below)
    _bands(analysis.get("bands", []), below)
    histogram = analysis.get("calibration", {}).get("histogram", {})
    if histogram:
        bars = [[None if _is_small(c, below) else c] for c in histogram["counts"]]
        _also_another(bars, 0)
        histogram["counts"] = [bar[0] for bar in bars]


def _benefit(rows: Sequence[dict[str, Any]], below: int) -> None:
    """Hide net benefit at a cut-off whose table has a small cell: its digits give the cell back."""
    for row in rows:
        if _is_small(row.pop("smallest_cell", 0), below):
            row.update({key: dict(_HIDDEN) for key in row if key != "threshold"})


def _bands(bands: Sequence[dict[str, Any]], below: int) -> None:
    for band in bands:
        if _is_small(band["cases"], below) or _is_small(band["n"] - band["cases"], below):
            band.update({"n": None, "cases": None})
    _also_another(bands, "cases")
    for band in bands:
        if band["cases"] is None:
            band.update({"n": None, "incidence": dict(_HIDDEN)})


def _hide_table(table: dict[str, Any]) -> None:
    for key, value in table.items():
        if key == "counts":
            table[key] = dict.fromkeys(value)
        elif key != "threshold":
            table[key] = _hidden(value)


def _hidden(value: Any) -> Any:  # noqa: ANN401 - plain data
    """Return plain data with every estimate hidden and its shape kept."""
    if isinstance(value, list):
        return [_hidden(v) for v in value]
    if isinstance(value, dict):
        if "method" in value:
            return dict(_HIDDEN)
        return {
            k: v if k == "prevalence" and isinstance(v, float) else _hidden(v)
            for k, v in value.items()
        }
    return value


def _coarse(curve: list[Any], n: int, below: int) -> list[Any]:
    """Keep points that are far enough apart not to be one person each."""
    if n == 0 or len(curve) < 3:  # noqa: PLR2004 - the two ends
        return curve
    apart, kept = 2 * below / n, [curve[0]]
    for point in curve[1:-1]:
        if abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) >= apart:
            kept.append(point)
    return [*kept, curve[-1]]


def _abstention(found: dict[str, Any], below: int) -> None:
    if not found:
        return
    small = {k: n for k, n in found["reasons"].items() if _is_small(n, below)}
    if small:
        kept = {k: n for k, n in found["reasons"].items() if k not in small}
        rest = sum(small.values())
        while kept and _is_small(rest, below):
            rest += kept.pop(min(kept, key=kept.__getitem__))
        found["reasons"] = {**kept, "other": None if _is_small(rest, below) else rest}
    for side in ("cases", "others"):
        result = found[f"abstained_{side}"]
        if "value" in result and _is_small(round(result["value"] * result["n"]), below):
            for key in [k for k in found if k != "reasons"]:
                found[key] = dict(_HIDDEN)
            return


def _endpoints(document: dict[str, Any]) -> None:
    """Hide an endpoint whose table was hidden, or, of a difference, either table."""
    for endpoint in document["endpoints"]:
        tables = document["analyses"].get(endpoint["among"], {}).get("threshold", {})
        is_share = endpoint["statistic"] in (
            "sensitivity", "specificity", "ppv", "npv", "referred_share",
        )  # fmt: skip
        if endpoint["statistic"] == "net_benefit" and _is_benefit_hidden(document, endpoint):
            endpoint["result"], endpoint["verdict"] = dict(_HIDDEN), "not_estimable"
        sources = [tables.get(name or "index", {}) for name in (None, endpoint["against"])]
        if is_share and any(_is_hidden(source.get("counts", {})) for source in sources):
            endpoint["result"], endpoint["verdict"] = dict(_HIDDEN), "not_estimable"


def _is_benefit_hidden(document: Mapping[str, Any], endpoint: Mapping[str, Any]) -> bool:
    rows = document["analyses"].get(endpoint["among"], {}).get("benefit") or []
    at = endpoint["result"].get("threshold")
    return any(row["index"] == _HIDDEN for row in rows if row["threshold"] == at)


def _is_hidden(counts: Mapping[str, Any]) -> bool:
    return bool(counts) and all(c is None for c in counts.values())


def _subgroup(subgroup: dict[str, Any], below: int) -> None:
    names = _groups(subgroup["groups"], below)
    for name, gap in subgroup["worst_gap"].items():
        if {gap.get("lowest"), gap.get("highest")} & names:
            subgroup["worst_gap"][name] = dict(_HIDDEN)


def _groups(groups: list[dict[str, Any]], below: int) -> set[str]:
    """Hide small groups, and the smallest other one where one alone would be hidden."""
    hidden = [g for g in groups if _has_small(g, below)]
    if len(hidden) == 1 and len(groups) > 1:
        rest = [g for g in groups if g is not hidden[0]]
        hidden.append(min(rest, key=lambda g: g["cases"]))
    for group in hidden:
        group["n"] = group["cases"] = group["abstained"] = None
        group["results"] = {name: dict(_HIDDEN) for name in group["results"]}
    return {g["label"] for g in hidden}


def _has_small(group: Mapping[str, Any], below: int) -> bool:
    counts = (group["cases"], group["n"] - group["cases"], group["abstained"])
    return any(_is_small(c, below) for c in counts)


def _hide_deviations(rows: list[dict[str, Any]], below: int) -> None:
    for row in rows:
        if _is_small(row.get("n"), below):
            row["n"] = f"< {below}"
