"""What became of the plan: everything that is not as planned, and the endpoints."""

from collections.abc import Mapping

from .parts import Document, Section, Table, estimate_head, test_names
from .words import Words


def deviations(document: Document, words: Words) -> Section:
    """Everything that is not as planned."""
    names = test_names(document, words)
    said = []
    for row in document["deviations"]:
        values = {k: _shown(v) for k, v in row.items() if k != "code"}
        if "comparator" in values:
            values["comparator"] = names[values["comparator"]]
        if "input" in values:
            values["input"] = words.say("input", row["input"])
        if "reasons" in values:
            values["reasons"] = _reasons(row["reasons"], words)
        if "exclusion" in values:
            values["exclusion"] = _exclusion(document, row["exclusion"], words)
        if row["code"] == "endpoint_not_estimable":
            values["why"] = words.say("why", row["why"])
        said.append(words.say("deviation", row["code"], **values))
    return Section(
        "deviations",
        words.say("section", "deviations"),
        paragraphs=tuple(said) or (words.say("report", "no_deviation"),),
    )


def _reasons(counts: Mapping[str, int | None], words: Words) -> str:
    """Return reasons of refusal with their counts, where these are told."""
    colon = words.say("report", "colon")
    return "; ".join(
        words.say("refused", code) + ("" if n is None else f"{colon}{words.number(n)}")
        for code, n in counts.items()
    )


def _exclusion(document: Document, name: str, words: Words) -> str:
    """Return the label of an exclusion of the protocol."""
    population = document["protocol"]["content"]["population"]
    return next(words.pick(e, "label") for e in population["exclude"] if e["id"] == name)


def _shown(value: object) -> str:
    return "–" if value is None else str(value)


def endpoints(document: Document, words: Words) -> Section:
    """Tell the planned numbers, and what they show."""
    names, rows = test_names(document, words), []
    for e in document["endpoints"]:
        against = names.get(e["against"] or "", "")
        hypothesis = words.say(
            "hypothesis",
            e["hypothesis"],
            against=against,
            margin=words.number(e["margin"]),
            bound=words.number(e["bound"]),
        )
        what = words.say("stat", e["statistic"]) + (f" – {against}" if against else "")
        rows.append(
            (
                f"{what} ({words.say('role', e['role'])}, {words.say('report', e['among'])})",
                hypothesis,
                words.say("verdict", e["verdict"]),
                *words.estimate(e["result"]),
            )
        )
    head = estimate_head(words, "endpoint", "hypothesis", "verdict")
    table = Table("endpoints", "", head, tuple(rows))
    partly = document.get("verification", {"others": 0})["others"] != 0
    said = (words.say("report", "verified_endpoints"),) if partly else ()
    return Section("endpoints", words.say("section", "endpoints"), paragraphs=said, tables=(table,))
