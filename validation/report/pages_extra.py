"""The sections that only some studies have."""

from collections.abc import Sequence
from typing import Any

from ..study.sample import PEOPLE
from .pages_threshold import p_text
from .parts import Document, Section, Table, count_text, estimate_head, estimate_rows, test_names
from .words import Words

_REFERRAL = ("sensitivity", "index_share", "other_share", "saved")
_COUNTED = ("n", "method")
_CONFORMAL = ("coverage_cases", "coverage_others", "decided", "undecided", "empty")


def missing(document: Document, words: Words) -> Section | None:
    """Missing items, and the headline numbers under each way of treating them."""
    found = document.get("missing")
    if found is None:
        return None
    rows: tuple[tuple[str, ...], ...] = tuple(
        (words.say("input", r["input"]), *(count_text(words, r, name) for name in ("missing", "n")))
        for r in found["inputs"]
    )
    head: tuple[str, ...] = (
        words.say("head", "input"),
        words.say("head", "missing"),
        words.say("report", "n"),
    )
    tables = [Table("missing_inputs", words.say("caption", "missing"), head, rows)]
    results = tuple(
        (_analysis(row, words), words.say("stat", stat), *words.estimate(result))
        for row in found["analyses"]
        for stat, result in row["results"].items()
    )
    head = estimate_head(words, "analysis", "statistic")
    tables.append(Table("missing", words.say("caption", "missing_analyses"), head, results))
    return Section("missing", words.say("section", "missing"), tables=tuple(tables))


def _analysis(row: Any, words: Words) -> str:  # noqa: ANN401 - plain data
    name = words.say("analysis", row["analysis"])
    shift = row.get("shift", 0.0)
    return f"{name}, {words.say('analysis', 'shift', sd=words.short(shift))}" if shift else name


def by_person(document: Document, words: Words) -> Section | None:
    """AUROC with the records of a person taken together."""
    found = document.get("by_person")
    if found is None:
        return None
    said = words.say(
        "report",
        "by_person",
        records=words.number(found["records"]),
        persons=words.number(found["persons"]),
    )
    rows = estimate_rows(words, found, ("auroc",))
    table = Table("by_person", "", estimate_head(words, "statistic"), rows)
    title = words.say("section", "by_person")
    repeats = found["records"] != found["persons"]
    also = (words.say("report", "records_counted"),) if repeats else ()
    return Section("by_person", title, paragraphs=(said, *also), tables=(table,))


def referral(document: Document, words: Words) -> Section | None:
    """Referrals at equal sensitivity."""
    found = document.get("referral")
    if not found:
        return None
    names, tables = test_names(document, words), []
    for name, analyses in found.items():
        for which, results in analyses.items():
            rows = tuple(
                (words.say("referral", key, test=names[name]), *words.estimate(results[key]))
                for key in _REFERRAL
            )
            caption = f"{names[name]} ({words.say('report', which)})"
            head = estimate_head(words, "statistic")
            tables.append(Table(f"referral_{name}_{which}", caption, head, rows))
    return Section(
        "referral",
        words.say("section", "referral"),
        paragraphs=(words.say("referral", "note"),),
        tables=tuple(tables),
    )


def drift(document: Document, words: Words) -> Section | None:
    """Tell the headline numbers by period, and the stability of inputs and risk."""
    found = document.get("periods")
    if found is None:
        return None
    rows = tuple(
        (
            f"{g['label']} ({words.say('report', 'cases_n', n=count_text(words, g, 'cases'))})",
            words.say("stat", stat),
            *words.estimate(result),
        )
        for g in found["groups"]
        for stat, result in g["results"].items()
    )
    head = estimate_head(words, "period", "statistic")
    tables = [Table("periods", words.say("caption", "periods"), head, rows)]
    names = {"index": words.say("report", "index")}
    rows = tuple(
        (names.get(r["input"]) or words.say("input", r["input"]), *words.estimate(r["psi"]))
        for r in found["psi"]
    )
    caption = words.say("caption", "psi", first=found["first"], last=found["last"])
    tables.append(Table("psi", caption, estimate_head(words, "input"), rows))
    if found.get("cusum"):
        tables.append(_cusum(found["cusum"], words))
    return Section("drift", words.say("section", "drift"), tables=tuple(tables))


def _cusum(found: Any, words: Words) -> Table:  # noqa: ANN401 - plain data
    """Tell how high the evidence of a drift climbed, and how often chance alone climbs so high."""
    rows = []
    for row in found:
        what = words.say("report", "cusum_rise" if row["odds_ratio"] > 1 else "cusum_fall")
        test = row["test"]
        if "statistic" in test:
            cells = (words.number(test["statistic"], 2), row["period"], p_text(test, words))
        else:
            cells = (words.say("why", test["not_estimable"]), "–", "–")
        rows.append((what, *cells, words.number(test["n"]), test["method"]))
    head = ("change", "evidence", "highest_in", "p_value")
    titles = (*(words.say("head", h) for h in head), *(words.say("report", c) for c in _COUNTED))
    return Table("cusum", words.say("caption", "cusum"), titles, tuple(rows))


def conformal(document: Document, words: Words) -> Section | None:
    """Coverage of the model's conformal sets."""
    found = document.get("conformal")
    if found is None:
        return None
    rows = tuple((words.say("conformal", k), *words.estimate(found[k])) for k in _CONFORMAL)
    planned = words.say("conformal", "planned", coverage=words.short(100 * found["planned"]))
    table = Table("conformal", "", estimate_head(words, "statistic"), rows)
    title = words.say("section", "conformal")
    return Section("conformal", title, paragraphs=(planned,), tables=(table,))


def reclassification(document: Document, words: Words) -> Section | None:
    """Net reclassification, with its warning."""
    found = document.get("reclassification")
    if found is None:
        return None
    names = test_names(document, words)
    rows = tuple(
        (names[name], words.say("stat", key), *words.estimate(result))
        for name, results in found["against"].items()
        for key, result in results.items()
    )
    table = Table("reclassification", "", estimate_head(words, "test", "statistic"), rows)
    return Section(
        "reclassification",
        words.say("section", "reclassification"),
        paragraphs=(words.say("report", "nri_note"), _cuts(found["cuts"], words)),
        tables=(table,),
    )


def _cuts(cuts: Sequence[float], words: Words) -> str:
    said = ", ".join(words.short(cut) for cut in cuts)
    return words.say("report", "nri_cuts", cuts=said)


def verification(document: Document, words: Words) -> Section | None:
    """Accuracy corrected for partial verification."""
    found = document.get("verification")
    if found is None:
        return None
    said = words.say(
        "report",
        "verification_note",
        verified=words.number(found["verified"]),
        n=words.number(found["n"]),
    )
    rows = estimate_rows(words, found, ("sensitivity", "specificity"))
    table = Table("verification", "", estimate_head(words, "statistic"), rows)
    title = words.say("section", "verification")
    return Section("verification", title, paragraphs=(said,), tables=(table,))


def explanation(document: Document, words: Words) -> Section | None:
    """Which rules carry the answers, with Shapley values beside them."""
    found = document.get("explanation")
    if found is None:
        return None
    head = tuple(words.say("head", h) for h in ("rule", "contribution", "fires"))
    rows = tuple(
        (
            r["text"] or r["id"],
            words.number(r["contribution"]),
            words.number(None)
            if r["fires"] is None
            else words.percent(words.number(100 * r["fires"], 1), r["fires"]),
        )
        for r in found["rules"]
    )
    caption = words.say("caption", "rules", n=words.number(found["n"]))
    tables = [Table("rules", caption, head, rows)]
    head = tuple(words.say("head", h) for h in ("input", "shapley"))
    rows2 = tuple(
        (words.say("input", r["input"]), words.number(r["value"])) for r in found["shapley"]
    )
    caption = words.say("caption", "shapley", n=words.number(found["n_shapley"]))
    tables.append(Table("shapley", caption, head, rows2))
    return Section(
        "explanation",
        words.say("section", "explanation"),
        paragraphs=(words.say("report", "explanation_note"),),
        tables=tuple(tables),
    )


def survival(document: Document, words: Words) -> Section | None:
    """Incidence by band and by tenth of the risk."""
    counted = document["analyses"]["counted"]
    if "horizon" not in counted:
        return None
    head = (*estimate_head(words, "group"), words.say("head", "cases"))
    rows = tuple(
        (
            words.say("band", b["band"]),
            *words.estimate(b["incidence"]),
            count_text(words, b, "cases"),
        )
        for b in counted["bands"]
    )
    tables = [Table("bands", words.say("caption", "bands"), head, rows)]
    head = estimate_head(words, "mean_risk")
    rows = tuple(
        (words.number(t["risk"], 4), *words.estimate(t["incidence"], 4))
        for t in counted["calibration"]["tenths"]
    )
    tables.append(Table("tenths", words.say("caption", "tenths"), head, rows))
    said = words.say("report", "horizon", horizon=words.short(counted["horizon"]))
    title = words.say("section", "survival")
    return Section("survival", title, paragraphs=(said,), tables=tuple(tables))


def sample_size(document: Document, words: Words) -> Section | None:
    """How many were planned, how many there are."""
    found = document["sample_size"]
    if found is None:
        return None
    there = {**dict.fromkeys(PEOPLE, "n"), "cases_at_least": "cases"}
    rows = [
        (words.say("sample", key), words.number(found[key]), count_text(words, found, is_))
        for key, is_ in there.items()
        if key in found
    ]
    rows.append(
        (
            words.say("sample", "others_at_least"),
            words.number(found["others_at_least"]),
            count_text(words, found, "others"),
        )
    )
    head = tuple(words.say("head", h) for h in ("criterion", "needed", "found"))
    table = Table("sample_size", "", head, tuple(rows))
    return Section("sample_size", words.say("section", "sample_size"), tables=(table,))
