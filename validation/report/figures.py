"""The drawings of a report."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from .hidden import HIDDEN
from .parts import Document, Figure, count_text, test_names
from .svg import REFERENCE, Box, Plot, flow_diagram
from .words import Words, wrap

_LINE = 52
_LOW_TOP = 1e-3
_NARROW = 30
_ROW = 22.0
_FOREST_TOP = 1.0
_FOREST_BOTTOM = 0.5


def flow(document: Document, words: Words) -> Figure:
    """Draw who left, and what the index test said of those who stayed."""
    boxes: list[Box] = []
    ends: list[tuple[str, ...]] = []
    colon = words.say("report", "colon")
    for step in document["flow"]:
        if "stayed" in step:
            stayed = f"{count_text(words, step, 'stayed')} {words.say('report', 'stayed')}"
            if not boxes:
                boxes.append(Box((words.pick(step, "label"), stayed)))
            elif step["left"] != 0:
                said = f"{words.number(step['left'])} {words.say('report', 'left')}{colon}"
                left = wrap(said + words.pick(step, "label"), _LINE)
                boxes.append(Box((stayed,), left))
        else:
            ends.append(_end(step, words))
    title = words.say("caption", "flow")
    return Figure("flow", title, flow_diagram(boxes, ends, title))


def _end(step: Any, words: Words) -> tuple[str, ...]:  # noqa: ANN401 - plain data
    name = words.say("flow", step["id"])
    if step["n"] is None or step["cases"] is None:
        return (name, words.say("why", "suppressed"))
    cases, others = (count_text(words, step, side) for side in ("cases", "others"))
    said = words.say("flow", "cases_others", cases=cases, others=others)
    colon = words.say("report", "colon")
    return (f"{name}{colon}{count_text(words, step, 'n')}", *wrap(said, _NARROW))


def roc(document: Document, words: Words) -> Figure | None:
    """Draw ROC curves with the frozen cut-offs as dots."""
    counted = document["analyses"]["counted"]
    tests = counted["discrimination"]["tests"]
    if not any(t.get("curve") for t in tests.values()):
        return None
    names = test_names(document, words)
    plot = Plot(
        (0.0, 1.0),
        (0.0, 1.0),
        words.say("axis", "false_positive"),
        words.say("axis", "sensitivity"),
        words.short,
    )
    for style, (name, found) in enumerate(tests.items()):
        plot.line([(x, y) for x, y in found["curve"]], style, names[name])
        at = counted.get("threshold", {}).get(name)
        if at is None or at["shares"]["sensitivity"]["wilson"].get("value") is None:
            continue
        x = 1 - at["shares"]["specificity"]["wilson"]["value"]
        y = at["shares"]["sensitivity"]["wilson"]["value"]
        label = words.say("report", "at_cut", cut=words.short(at["threshold"]))
        plot.dot((x, y), style, label)
    plot.line([(0.0, 0.0), (1.0, 1.0)], REFERENCE, words.say("report", "chance"))
    caption = words.say("caption", "roc")
    return Figure("roc", caption, plot.svg(caption))


def calibration(document: Document, words: Words) -> Iterator[Figure]:
    """Draw the calibration curve of each analysis, above the distribution of risks."""
    counted = document["analyses"]["counted"].get("calibration", {})
    counts = [c or 0 for c in counted.get("histogram", {}).get("counts", [])]
    for which, found in document["analyses"].items():
        curve = found.get("calibration", {}).get("curve", {})
        if "risk" not in curve:
            continue
        top = max(*curve["risk"], *curve["observed"], 0.01) * 1.15
        plot = Plot(
            (0.0, top),
            (0.0, top),
            words.say("axis", "risk"),
            words.say("axis", "observed"),
            words.short,
        )
        edges = counted.get("histogram", {}).get("edges", [])
        for left, right, count in zip(edges, edges[1:], counts, strict=False):
            if right <= top and count:
                plot.bar(left, right, 0.2 * top * count / max(counts))
        low, high = (list(zip(curve["risk"], curve[k], strict=True)) for k in ("low", "high"))
        plot.band(low, high)
        observed = list(zip(curve["risk"], curve["observed"], strict=True))
        plot.line(observed, 0, words.method(curve["method"]))
        plot.line([(0.0, 0.0), (top, top)], REFERENCE, words.say("report", "ideal"))
        caption = f"{words.say('caption', 'calibration')} ({words.say('report', which)})"
        yield Figure(f"calibration_{which}", caption, plot.svg(caption))


def _draw_run(plot: Plot, rows: list[Any], curves: Mapping[str, str]) -> None:
    """Draw the curves over cut-offs that follow each other."""
    known = [r for r in rows if "ci_low" in r["index"]]
    low, high = ([(r["threshold"], r["index"][k]) for r in known] for k in ("ci_low", "ci_high"))
    plot.band(low, high)
    for style, (key, label) in enumerate(curves.items()):
        points = [(r["threshold"], r[key]["value"]) for r in rows if "value" in r[key]]
        plot.line(points, style, label)


def benefit(document: Document, words: Words) -> Figure:
    """Draw net benefit along the cut-offs, with the interval of the index test.

    Nothing is drawn across hidden cut-offs: where the curve runs between them is not told.
    """
    rows = document["analyses"]["counted"]["benefit"]
    names = test_names(document, words)
    curves = {"index": names["index"], "everybody": words.say("report", "everybody")}
    curves |= {k: names[k.partition(":")[2]] for k in rows[0] if k.startswith("test:")}
    top = max(_LOW_TOP, *(r[k].get("value", 0.0) for k in curves for r in rows))
    plot = Plot(
        (rows[0]["threshold"], rows[-1]["threshold"]),
        (-0.2 * top, 1.1 * top),
        words.say("axis", "threshold"),
        words.say("axis", "net_benefit"),
        words.short,
    )
    for is_shown, run in groupby(rows, key=lambda row: row["index"] != HIDDEN):
        if is_shown:
            _draw_run(plot, list(run), curves)
    ends_x = (rows[0]["threshold"], rows[-1]["threshold"])
    plot.line([(x, 0.0) for x in ends_x], REFERENCE, words.say("report", "nobody"))
    caption = words.say("caption", "benefit")
    return Figure("benefit", caption, plot.svg(caption))


def forest(document: Document, words: Words) -> Figure:
    """Draw the AUROC of every group, or the C-index where the outcome takes time."""
    rows: list[tuple[str, Any]] = []
    groups = [g for s in document["subgroups"] for g in s["groups"]]
    stat = "auroc" if all("auroc" in g["results"] for g in groups) else "c_index"
    for subgroup in document["subgroups"]:
        rows.append((words.pick(subgroup, "label"), None))
        rows += [(f"   {words.pick(g, 'label')}", g["results"][stat]) for g in subgroup["groups"]]
    lowest = min((r["ci_low"] for _, r in rows if r and r.get("ci_low") is not None), default=0.5)
    left = min(_FOREST_BOTTOM, lowest)
    plot = Plot(
        (left - (_FOREST_TOP - left), _FOREST_TOP),
        (0.0, float(len(rows))),
        words.say("stat", stat),
        "",
        lambda v: words.short(round(v, 2)) if v >= left - 1e-9 else "",
        height=_ROW * len(rows) + 70.0,
    )
    for i, (label, result) in enumerate(rows):
        row = len(rows) - i - 0.5
        plot.note(row, label)
        if result is None:
            continue
        if result.get("value") is None:
            code = "suppressed" if "suppressed" in result else result["not_estimable"]
            plot.note_at(left, row, words.say("why", code))
        else:
            plot.interval(row, result["ci_low"], result["value"], result["ci_high"])
    caption = words.say("caption", f"forest_{stat}")
    return Figure("forest", caption, plot.svg(caption, has_y=False))
