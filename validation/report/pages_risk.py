"""The sections on what a risk means: calibration and decision curves."""

from . import figures
from .parts import Document, Section, Table, estimate_head, estimate_rows, test_names
from .words import Words

_CALIBRATION = (
    "observed_to_expected",
    "calibration_intercept",
    "calibration_slope",
    "brier_score",
    "brier_scaled",
)


def calibration(document: Document, words: Words) -> Section:
    """Whether the risk means what it says."""
    tables = []
    for which, found in document["analyses"].items():
        if "calibration" not in found:
            continue
        rows = estimate_rows(words, found["calibration"], _CALIBRATION)
        head = estimate_head(words, "statistic")
        tables.append(Table(f"calibration_{which}", words.say("report", which), head, rows))
    others = document["analyses"]["counted"].get("comparator_calibration", {})
    names = test_names(document, words)
    tables += [
        Table(
            f"calibration_of_{name}",
            names[name],
            estimate_head(words, "statistic"),
            estimate_rows(words, found, _CALIBRATION),
        )
        for name, found in others.items()
    ]
    errors = document["analyses"]["counted"].get("calibration", {}).get("errors", [])
    keys = ("ici", "e50", "e90", "e_max")
    rows = tuple(
        (words.method(e["smoother"]), *(words.number(e[k], 4) for k in keys), words.number(e["n"]))
        for e in errors
        if "ici" in e
    )
    if rows:
        head = tuple(words.say("head", h) for h in ("smoother", *keys))
        head = (*head, words.say("report", "n"))
        caption = words.say("caption", "errors")
        tables.append(Table("calibration_errors", caption, head, rows))
    return Section(
        "calibration",
        words.say("section", "calibration"),
        figures=tuple(figures.calibration(document, words)),
        tables=tuple(tables),
    )


def benefit(document: Document, words: Words) -> Section | None:
    """Decision curves."""
    rows_of = document["analyses"]["counted"].get("benefit") or []
    if not rows_of:
        return None
    names = test_names(document, words)
    head = estimate_head(words, "threshold", "statistic")
    rows = []
    for row in rows_of:
        for key in [k for k in row if k != "threshold"]:
            label = _benefit_label(key, names, words)
            rows.append((words.short(row["threshold"]), label, *words.estimate(row[key], 4)))
    table = Table("net_benefit", words.say("report", "counted"), head, tuple(rows))
    drawn = figures.benefit(document, words)
    return Section("benefit", words.say("section", "benefit"), figures=(drawn,), tables=(table,))


def _benefit_label(key: str, names: dict[str, str], words: Words) -> str:
    kind, _, name = key.partition(":")
    if kind == "test":
        return names[name]
    if kind == "index_minus":
        return words.say("caption", "paired", test=names[name])
    group = "stat" if key in ("tests_avoided", "index_minus_everybody") else "report"
    return words.say(group, key)
