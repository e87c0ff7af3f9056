"""Small cells of an analysis: two-by-two tables, curves, bands, and what is made of them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from .hidden import HIDDEN, also_another, hidden, is_small, view

SHARES: Final = ("sensitivity", "specificity", "ppv", "npv", "positive_share")
"""Shares of a two-by-two table that give its cells back."""
AT_HORIZON: Final = ("observed_to_expected",)
"""What gives the events by a horizon back, beside mean risks."""


def hide_analysis(analysis: dict[str, Any], below: int) -> None:
    """Hide what is small in an analysis, with what would give it back."""
    _tables(analysis.get("threshold", {}), below)
    for test in analysis.get("discrimination", {}).get("tests", {}).values():
        step = test.pop("person_step", (0.0, 0.0))
        if "curve" in test and below:
            test["curve"] = _coarse(test["curve"], below * step[0], below * step[1])
    _abstention(analysis.get("abstention", {}), below)
    _benefit(analysis.get("benefit", []), analysis.get("threshold", {}).get("index", {}), below)
    _over_time(analysis, below)
    histogram = analysis.get("calibration", {}).get("histogram", {})
    if histogram:
        persons = histogram.pop("persons", histogram["counts"])
        pairs = zip(histogram["counts"], persons, strict=True)
        bars = [[None if is_small(of, below) else n] for n, of in pairs]
        also_another(bars, 0)
        histogram["counts"] = [bar[0] for bar in bars]


def hide_shares(results: dict[str, Any]) -> None:
    """Hide those of some results that would give a small cell back."""
    names = SHARES if "sensitivity" in results else AT_HORIZON
    results.update({name: dict(HIDDEN) for name in names if name in results})


def is_hidden(table: Mapping[str, Any]) -> bool:
    """Say whether a two-by-two table was hidden."""
    counts = table.get("counts", {})
    return bool(counts) and all(c is None for c in counts.values())


def _tables(tables: Mapping[str, Any], below: int) -> None:
    """Hide tables with a small cell, and pairs with the index test where its table is.

    A pair of shares is hidden where few people answered differently in it.
    """
    for table in tables.values():
        counts = table.get("persons", table.get("counts", {}))
        is_few = any(is_small(count, below) for count in counts.values())
        for name, pair in table.get("paired", {}).items():
            if is_small(pair.pop("smallest_cell", 0), below):
                table["paired"][name] = hidden(pair)
        if is_few:
            _hide_table(table)
    if is_hidden(tables.get("index", {})):
        for table in tables.values():
            if "paired" in table:
                table["paired"] = hidden(table["paired"])


def _hide_table(table: dict[str, Any]) -> None:
    table.pop("persons", None)
    for key, value in table.items():
        if key == "counts":
            table[key] = dict.fromkeys(value)
        elif key != "threshold":
            table[key] = hidden(value)


def _benefit(rows: Sequence[dict[str, Any]], frozen: Mapping[str, Any], below: int) -> None:
    """Hide net benefit at a cut-off whose table has a small cell: its digits give the cell back.

    So do two cut-offs of those who lie between them: a row is hidden too where it has few more
    cases, or others, than one that is shown, or than the table at the frozen cut-off.
    """
    counts = frozen.get("counts")
    shown = [] if counts is None or is_hidden(frozen) else [{**frozen, **counts}]
    for row in rows:
        positive = row.pop("positive")
        few = any(_few_between(positive, other, below) for other in shown)
        if is_small(row.pop("smallest_cell"), below) or few:
            row.update({key: dict(HIDDEN) for key in row if key != "threshold"})
        else:
            shown.append(positive)


def _few_between(a: Mapping[str, Any], b: Mapping[str, Any], below: int) -> bool:
    return any(a[k] != b[k] and abs(view(a)[k] - view(b)[k]) < below for k in ("tp", "fp"))


def _over_time(analysis: dict[str, Any], below: int) -> None:
    """Hide incidences at the horizon that give few events, or few others, back.

    One hidden alone would be the difference of the others from all, so another one goes with it;
    and where there are few events in all, observed to expected tells how many.
    """
    if is_small(analysis.pop("smallest_cell", 0), below):
        for found in (
            analysis["calibration"], *analysis.get("comparator_calibration", {}).values(),
        ):  # fmt: skip
            hide_shares(found)
    for rows in (analysis.get("bands", []), analysis.get("calibration", {}).get("tenths", [])):
        small = [row for row in rows if _is_small_step(row, below)]
        rest = [row for row in rows if row not in small]
        if len(small) == 1 and rest:
            small.append(min(rest, key=lambda row: row["n"]))
        for row in small:
            row["incidence"] = dict(HIDDEN)
            row.update({key: None for key in ("n", "cases", "others") if key in row})
        for row in rows:
            row.pop("smallest_cell", None)


def _is_small_step(row: Mapping[str, Any], below: int) -> bool:
    counts = (*(view(row).get(name, 0) for name in ("cases", "others")), row["smallest_cell"])
    return any(is_small(count, below) for count in counts)


def _coarse(curve: list[Any], right: float, up: float) -> list[Any]:
    """Keep points of a curve that are so far apart, both ways, from each other and the end."""
    if len(curve) < 3:  # noqa: PLR2004 - the two ends
        return curve
    end, kept = curve[-1], [curve[0]]
    for point in curve[1:-1]:
        if all(
            step >= least
            for a, b in ((kept[-1], point), (point, end))
            for step, least in ((b[0] - a[0], right), (b[1] - a[1], up))
        ):
            kept.append(point)
    return [*kept, end]


def _abstention(found: dict[str, Any], below: int) -> None:
    if not found:
        return
    small = is_small(found.pop("smallest_cell", 0), below)
    _reasons(found, below)
    if small:
        for key in [k for k in found if k not in ("reasons", "persons")]:
            found[key] = dict(HIDDEN)


def _reasons(found: dict[str, Any], below: int) -> None:
    """Join small reasons with the smallest others until enough people are behind them.

    A person may be in several, so together they are no fewer than the largest of them.
    """
    counts = view(found) if "persons" in found else {}
    kept, joined = dict(found["reasons"]), {}
    together = max if counts else sum

    def people(reasons: Mapping[str, int]) -> int:
        return together(counts.get(k, n) for k, n in reasons.items())

    for reason, n in found["reasons"].items():
        if is_small(counts.get(reason, n), below):
            joined[reason] = kept.pop(reason)
    if not joined:
        return
    while kept and is_small(people(joined), below):
        reason = min(kept, key=kept.__getitem__)
        joined[reason] = kept.pop(reason)
    found.pop("persons", None)
    rest = None if is_small(people(joined), below) else sum(joined.values())
    found["reasons"] = {**kept, "other": rest}
