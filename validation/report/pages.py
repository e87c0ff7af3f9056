"""The sections of a report, one function each, from the document to words."""

from collections.abc import Callable, Mapping
from typing import Any

from . import figures
from . import pages_extra as more
from .checklists import checklist_section
from .pages_plan import deviations, endpoints
from .pages_risk import benefit, calibration
from .pages_threshold import p_text, threshold
from .parts import Document, Section, Table, count_text, estimate_head, estimate_rows, test_names
from .words import Words

Maker = Callable[[Document, Words], Section | None]
_BOUNDS = (
    "abstained",
    "abstained_cases",
    "abstained_others",
    "sensitivity_worst",
    "sensitivity_best",
    "specificity_worst",
    "specificity_best",
)


_LARGE = 10.0
"""From this median on a summary has one decimal; a ratio of 0.6 needs two."""


def question(document: Document, words: Words) -> Section:
    """Tell what is asked, of whom, with which test, against what."""
    plan, model = document["protocol"]["content"], document["model"]
    study, reference, index = plan["study"], plan["reference"], plan["index_test"]
    none = words.say("report", "no_freeze")
    facts = [
        ("id", study["id"]),
        ("authors", ", ".join(study["authors"]) or words.say("report", "authors_missing")),
        ("registration", study["registration"] or words.say("report", "authors")),
        ("ethics", study["ethics"] or words.say("report", "authors")),
        ("funding", study["funding"] or words.say("report", "authors")),
        ("question", words.pick(study, "question")),
        ("design", words.say("role", study["design"])),
        ("data_role", words.say("role", study["data_role"])),
        ("data", words.pick(plan["data"], "description")),
        *([("unseen", words.pick(plan["data"], "unseen"))] if "unseen" in plan["data"] else []),
        ("data_sha256", f"{document['data']['sha256']} ({document['data']['file']})"),
        ("population", words.pick(plan["population"], "description")),
        *_cohort(document.get("cohort"), words),
        ("index_test", f"{model['id']} {model['version']}"),
        ("model_sha256", model["sha256"]),
        ("threshold", f"{words.short(index['threshold'])} – {words.pick(index, 'purpose')}"),
        (
            "reference",
            f"{words.pick(reference, 'name')}. {words.pick(reference, 'description')}",
        ),
        ("protocol_sha256", document["protocol"]["sha256"]),
        ("frozen_on", document["protocol"]["frozen_on"] or none),
    ]
    if document["protocol"]["frozen_sha256"] is not None:
        facts.append(("freeze_sha256", document["protocol"]["freeze_sha256"]))
    if index.get("values"):
        facts.append(("values", words.say("report", "values", column=index["values"])))
    told = [(words.say("fact", key), text) for key, text in facts]
    names = test_names(document, words)
    for comparator in plan.get("comparator", []):
        if comparator["limit"]:
            name = words.say("fact", "limit", test=names[comparator["id"]])
            told.append((name, words.pick(comparator, "limit")))
    return Section("question", words.say("section", "question"), facts=tuple(told))


def _cohort(cohort: Mapping[str, Any] | None, words: Words) -> list[tuple[str, str]]:
    """Return what the population's cohort asks, and of how many it is not known."""
    if not cohort:
        return []
    asked = f"{cohort['title']}: {cohort['where']} (sha256 {cohort['sha256']})"
    unknown = "; ".join(_not_known(row, words) for row in cohort["not_known"])
    return [("cohort", asked), *([("not_known", unknown)] if unknown else [])]


def _not_known(row: Mapping[str, Any], words: Words) -> str:
    said = f"{row['name']}{words.say('report', 'colon')}{words.number(row['n'])}"
    if "not_usable" not in row:
        return said
    spoilt = words.say("report", "not_usable", n=words.number(row["not_usable"]))
    return f"{said} ({spoilt})"


def flow(document: Document, words: Words) -> Section:
    """From all rows to positive, negative and withheld."""
    head = tuple(words.say("head", h) for h in ("step", "left", "stayed"))
    rows = tuple(
        (words.pick(s, "label"), words.number(s["left"]), count_text(words, s, "stayed"))
        for s in document["flow"]
        if "stayed" in s
    )
    return Section(
        "flow",
        words.say("section", "flow"),
        figures=(figures.flow(document, words),),
        tables=(Table("flow", "", head, rows),),
    )


def participants(document: Document, words: Words) -> Section:
    """Tell what the model read of cases and of the others."""
    head = ("input", "cases", "known_cases", "others", "known_others")
    rows = []
    for row in document["participants"]:
        cells = [words.say("input", row["input"])]
        for side in ("cases", "others"):
            cells.append(_summary(row[side], row["is_yes_no"], words))
            cells.append(" / ".join(count_text(words, row[side], name) for name in ("known", "n")))
        rows.append(tuple(cells))
    table = Table("participants", "", tuple(words.say("head", h) for h in head), tuple(rows))
    return Section("participants", words.say("section", "participants"), tables=(table,))


def _summary(side: Any, is_yes_no: bool, words: Words) -> str:  # noqa: ANN401, FBT001 - plain data
    if is_yes_no:
        if "mean" not in side:
            return words.number(None)
        share = words.percent(words.number(100 * side["mean"], 1), side["mean"])
        if side.get("yes") is None:
            return share
        return f"{words.number(side['yes'])} ({share})"
    if "quartiles" not in side:
        return words.number(None)
    decimals = 1 if abs(side["quartiles"][1]) >= _LARGE else 2
    low, middle, high = (words.number(q, decimals) for q in side["quartiles"])
    return f"{middle} ({low} – {high})"


def discrimination(document: Document, words: Words) -> Section:
    """AUROC and average precision, and differences."""
    names, tables = test_names(document, words), []
    for which, found in document["analyses"].items():
        if "discrimination" not in found:
            continue
        tests, gaps = found["discrimination"]["tests"], found["discrimination"]["differences"]
        head = estimate_head(words, "test", "statistic")
        rows = tuple(
            (names[name], words.say("stat", stat), *words.estimate(results[stat]))
            for name, results in tests.items()
            for stat in ("auroc", "auprc", "c_index", "auroc_at")
            if stat in results
        )
        among = words.say("report", which)
        caption = f"{words.say('caption', 'discrimination')} ({among})"
        tables.append(Table(f"discrimination_{which}", caption, head, rows))
        head = (*estimate_head(words, "test"), words.say("head", "p_value"))
        rows = tuple(
            (names[n], *words.estimate(g["difference"]), p_text(g.get("test"), words))
            for n, g in gaps.items()
        )
        caption = f"{words.say('caption', 'differences')} ({among})"
        tables.append(Table(f"differences_{which}", caption, head, rows))
    drawn = figures.roc(document, words)
    return Section(
        "discrimination",
        words.say("section", "discrimination"),
        figures=(drawn,) if drawn else (),
        tables=tuple(t for t in tables if t.rows),
    )


def abstention(document: Document, words: Words) -> Section:
    """Who got no answer, and what that could hide."""
    found = document["analyses"]["counted"]["abstention"]
    reasons = {**found["reasons"], "persons": found.get("persons", {})}
    facts = tuple(
        (words.say("abstained", why), count_text(words, reasons, why)) for why in found["reasons"]
    )
    rows = estimate_rows(words, found, _BOUNDS)
    table = Table("abstention", "", estimate_head(words, "statistic"), rows)
    return Section("abstention", words.say("section", "abstention"), facts=facts, tables=(table,))


def subgroups(document: Document, words: Words) -> Section | None:
    """Tell the headline numbers again, group by group."""
    if not document["subgroups"]:
        return None
    tables = []
    for subgroup in document["subgroups"]:
        name, rows = words.pick(subgroup, "label"), []
        for group in subgroup["groups"]:
            label = words.pick(group, "label")
            said = (
                f"{label} ({words.say('report', 'cases_n', n=count_text(words, group, 'cases'))})"
            )
            for stat, result in group["results"].items():
                rows.append((said, words.say("stat", stat), *words.estimate(result)))
        caption = words.say("caption", "subgroup", name=name)
        head = estimate_head(words, "group", "statistic")
        tables.append(Table(f"subgroup_{subgroup['id']}", caption, head, tuple(rows)))
        gaps = tuple(
            (
                words.say("stat", stat),
                words.pick(gap, "lowest"),
                words.pick(gap, "highest"),
                *words.estimate(gap),
            )
            for stat, gap in subgroup["worst_gap"].items()
            if "lowest" in gap
        )
        head = estimate_head(words, "statistic", "lowest", "highest")
        caption = words.say("caption", "worst_gap", name=name)
        tables.append(Table(f"worst_gap_{subgroup['id']}", caption, head, gaps))
    return Section(
        "subgroups",
        words.say("section", "subgroups"),
        figures=(figures.forest(document, words),),
        tables=tuple(tables),
    )


def how(document: Document, words: Words) -> Section:
    """Software, seed, blinding, suppression."""
    plan = document["protocol"]["content"]
    software = ", ".join(f"{k} {v}" for k, v in document["software"].items())
    facts = ((words.say("fact", "software"), software),
             (words.say("fact", "seed"), str(plan["analysis"]["seed"])))  # fmt: skip
    said = [words.say("how", key) for key in ("blind", "survey", "intervals", "multiplicity")]
    said.append(words.say("report", "same_data"))
    if document["suppressed_below"]:
        last = document["suppressed_below"] - 1
        said.append(words.say("report", "suppressed_note", last=last))
    return Section("how", words.say("section", "how"), facts=facts, paragraphs=tuple(said))


MAKERS: tuple[Maker, ...] = (
    question,
    deviations,
    endpoints,
    flow,
    participants,
    discrimination,
    more.by_person,
    threshold,
    more.referral,
    abstention,
    calibration,
    more.survival,
    benefit,
    more.reclassification,
    subgroups,
    more.drift,
    more.missing,
    more.verification,
    more.conformal,
    more.explanation,
    more.sample_size,
    how,
    checklist_section,
)


def sections(document: Document, words: Words) -> tuple[Section, ...]:
    """Return the sections that this study has."""
    made = (make(document, words) for make in MAKERS)
    return tuple(section for section in made if section is not None)
