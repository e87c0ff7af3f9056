"""The section on the frozen cut-off: two-by-two tables and what follows from them."""

from collections.abc import Iterator
from typing import Any

from .parts import Document, Section, Table, count_text, estimate_head, estimate_rows, test_names
from .words import Words

_TINY = 1e-4
_SHARES = ("prevalence", "positive_share", "sensitivity", "specificity", "ppv", "npv")
_RATIOS = ("lr_positive", "lr_negative", "number_needed_to_screen", "tests_per_case")


def p_text(test: Any, words: Words) -> str:  # noqa: ANN401 - plain data
    """Write the p of a test."""
    p = test.get("p_value") if test else None
    return (
        words.say("report", "p_tiny")
        if p is not None and p < _TINY and not words.plain
        else words.number(p, 4)
    )


def threshold(document: Document, words: Words) -> Section | None:
    """Two-by-two tables and what follows from them."""
    if "threshold" not in document["analyses"]["counted"]:
        return None
    names, tables = test_names(document, words), []
    counted = document["analyses"]["counted"]["threshold"]
    for name, found in counted.items():
        cut = words.short(found["threshold"])
        tables.append(_counts(name, found, names[name], words))
        rows = [
            (words.say("stat", s), *words.estimate(found["shares"][s][kind]))
            for s in _SHARES
            for kind in ("wilson", "clopper_pearson")
        ]
        rows += estimate_rows(words, found, _RATIOS)
        caption = words.say("caption", "shares", test=names[name], cut=cut)
        head = estimate_head(words, "statistic")
        tables.append(Table(f"threshold_{name}", caption, head, tuple(rows)))
    tables.append(_at_prevalence(counted["index"], words))
    for name, found in counted.items():
        if "paired" in found:
            tables.append(_paired(name, found["paired"], names[name], words))
    tables += _weighted_shares(document, names, words)
    return Section("threshold", words.say("section", "threshold"), tables=tuple(tables))


def _counts(name: str, found: Any, label: str, words: Words) -> Table:  # noqa: ANN401 - plain data
    c = {**found["counts"], "persons": found.get("persons", {})}
    head = ("what", "cases", "others")
    rows = (
        (words.say("head", "positive"), count_text(words, c, "tp"), count_text(words, c, "fp")),
        (words.say("head", "negative"), count_text(words, c, "fn"), count_text(words, c, "tn")),
    )
    caption = words.say("caption", "counts", test=label)
    return Table(f"counts_{name}", caption, tuple(words.say("head", h) for h in head), rows)


def _at_prevalence(found: Any, words: Words) -> Table:  # noqa: ANN401 - plain data
    head = estimate_head(words, "prevalence", "statistic")
    rows = tuple(
        (
            words.percent(words.short(100 * row["prevalence"]), row["prevalence"]),
            words.say("stat", s),
            *words.estimate(row[s]),
        )
        for row in found["at_prevalence"]
        for s in ("ppv", "npv")
    )
    return Table("predictive_values", words.say("caption", "at_prevalence"), head, rows)


def _paired(name: str, found: Any, label: str, words: Words) -> Table:  # noqa: ANN401 - plain data
    head = (*estimate_head(words, "statistic"), f"{words.say('head', 'p_value')} (McNemar)")
    rows = tuple(
        (
            words.say("stat", s),
            *words.estimate(found[s]["difference"]),
            p_text(found[s]["mcnemar"], words),
        )
        for s in ("sensitivity", "specificity")
    )
    return Table(f"paired_{name}", words.say("caption", "paired", test=label), head, rows)


def _weighted_shares(document: Document, names: dict[str, str], words: Words) -> Iterator[Table]:
    for name, found in document["analyses"].get("weighted", {}).get("threshold", {}).items():
        rows = estimate_rows(words, found["shares"], _SHARES)
        cut = words.short(found["threshold"])
        caption = words.say("caption", "shares", test=names[name], cut=cut)
        among = words.say("report", "weighted")
        head = estimate_head(words, "statistic")
        yield Table(f"threshold_weighted_{name}", f"{caption} ({among})", head, rows)
