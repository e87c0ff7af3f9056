"""The parts of a draft as phrases: what text, JSON and HTML all print, worded in one place."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from ..prediagnosis import (
    MEASURED_ON,
    Finding,
    ItemNotice,
    Message,
    PreDiagnosis,
    UrgentItem,
)
from .common_phrases import capital, coded, is_statement, listed, short_number
from .missing_phrases import next_step
from .order import FIGURES, is_descriptive, level_of
from .sentences import Sentences
from .symptoms import limits_of_urgent_rules

RECORD_REFUSED: Final = "finding.record_refused"


def level_words(finding: Finding, sentences: Sentences) -> str:
    """Word the state of a fact or the band of a risk; a published score by its own category."""
    own = f"grade.{finding.id}.{finding.grade}"
    if sentences.is_whole(own):
        return sentences.text(own)
    if is_descriptive(finding):
        return sentences.text("state.described")
    table = "state" if finding.kind == "fact" else "band"
    agreeing = f"{table}.{finding.id}.{level_of(finding)}"
    if sentences.is_whole(agreeing):
        return sentences.text(agreeing)
    return sentences.text(f"{table}.{level_of(finding)}")


def delay_phrase(finding: Finding, sentences: Sentences) -> str:
    """Word until when something is to be done; what has no delay of its own has that of the visit.

    Empty where nothing is to be done.
    """
    if finding.urgency:
        return sentences.text(f"urgency.{finding.urgency}")
    return sentences.text("ui.level_of_visit") if finding.proposed_action else ""


def risk_phrase(finding: Finding, sentences: Sentences) -> str:
    """Word the number of a risk and the range that missing items leave; empty without one."""
    if finding.risk is None:
        return sentences.interval(finding.risk_interval) if finding.risk_interval else ""
    words = sentences.risk(finding.risk)
    if finding.risk_interval is None or finding.risk_interval[0] == finding.risk_interval[1]:
        return words
    interval = sentences.interval(finding.risk_interval, finding.risk)
    return f"{words} ({sentences.text('ui.interval', interval=interval)})"


def figure_phrase(finding: Finding, sentences: Sentences) -> str:
    """Word the points or the index of a score; empty where the finding has none.

    The score of an ECG statement stands with its sum.
    """
    if is_statement(finding):
        return ""
    details = finding.details
    words = []
    for key in FIGURES:
        low = details.get(f"{key}_low", details.get(key))
        high = details.get(f"{key}_high", details.get(key))
        if low is None or high is None:
            continue
        if low == high:
            one = f"detail.{key}_one"
            is_one = abs(float(low)) == 1 and sentences.has(one)
            words.append(
                sentences.text(one if is_one else f"detail.{key}", value=short_number(low))
            )
        else:
            ends = {"low": short_number(low), "high": short_number(high)}
            words.append(sentences.text(f"detail.{key}_range", **ends))
    if "region" in details:
        region = coded(str(details["region"]), sentences, "region")
        words.append(sentences.text("detail.region", value=region))
    return ", ".join(words)


def headline(finding: Finding, sentences: Sentences) -> str:
    """Word a finding in one sentence; a score that does not apply says which score it is."""
    words = sentences.render(finding.message)
    if finding.message.id.startswith(f"finding.{finding.id}.") or finding.kind == "fact":
        return capital(words)
    inside = words if words[1:2].isupper() else words[:1].lower() + words[1:]
    return capital(f"{sentences.name(finding.id)}{sentences.text('join.colon')}{inside}")


def urgent_line(item: UrgentItem, sentences: Sentences) -> str:
    """Word what an urgent rule found, and of which day its value is where it is not the visit's."""
    words = capital(sentences.render(item.message))
    day = item.message.parameters.get(MEASURED_ON)
    if day is None:
        return words
    return f"{words.rstrip('.')}. {sentences.text('ui.measured_on', date=day)}"


def moment_phrase(moment: str, sentences: Sentences) -> str:
    """Word the date and time of a visit; what is no date is printed as it is."""
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    return at.strftime("%d/%m/%Y %H:%M" if sentences.lang == "fr" else "%Y-%m-%d %H:%M")


def banners(prediagnosis: PreDiagnosis, sentences: Sentences) -> list[str]:
    """Word what limits the whole report."""
    words = []
    if any(n.severity == "refused_record" for n in _notices(prediagnosis)):
        is_partly = prediagnosis.rules_not_applied or prediagnosis.symptoms.asked != "asked"
        partly = "_partly" if is_partly else ""
        words.append(sentences.text(f"banner.record_refused{partly}"))
    words += limits_of_urgent_rules(prediagnosis, sentences)
    words += [
        sentences.text(
            "banner.model_refused", model=model, why=coded(why, sentences, "model_error")
        )
        for model, why in prediagnosis.models_refused
    ]
    if prediagnosis.rows_unsigned:
        words.append(sentences.text("banner.rows_unsigned", count=prediagnosis.rows_unsigned))
    if prediagnosis.development_model:
        words.append(sentences.text("banner.development_model"))
    return words


def _notices(prediagnosis: PreDiagnosis) -> tuple[ItemNotice, ...]:
    return (*prediagnosis.refused_items, *prediagnosis.suspect_items, *prediagnosis.notes)


def reference_phrase(finding: Finding, sentences: Sentences) -> str:
    """Word what counted as a case where the risk was learned."""
    return coded(finding.reference_standard, sentences, "ref") if finding.reference_standard else ""


def nothing_phrase(groups: Mapping[str, Sequence[Finding]], sentences: Sentences) -> str:
    """Say that nothing stands among the main findings, and never more than was assessed.

    Where nothing at all was measured, what is needed first is said.
    """
    silent = groups["not_assessable"]
    if any(f.message.id == RECORD_REFUSED for f in silent):
        return sentences.text(RECORD_REFUSED)
    facts = [f for findings in groups.values() for f in findings if f.kind == "fact"]
    if facts and all(_was_not_measured(f) for f in facts):
        steps = dict.fromkeys(next_step(m, sentences) for f in facts for m in f.missing)
        return sentences.text("ui.nothing_measured", steps=listed(steps, sentences))
    if not groups["not_assessable"]:
        return sentences.text("ui.nothing_to_see")
    some = groups["absent"] or groups["scores"]
    return sentences.text("ui.nothing_to_see_partly" if some else "ui.nothing_assessed")


def _was_not_measured(fact: Finding) -> bool:
    has_reason = bool(fact.reasons_for or fact.reasons_against)
    return fact.state == "not_assessable" and bool(fact.missing) and not has_reason


def alike(findings: Sequence[Finding]) -> list[tuple[Message, list[Finding]]]:
    """Return the sentences that several findings share and that say all there is to say of them."""
    by_id: dict[str, list[Finding]] = {}
    for finding in findings:
        is_own = finding.message.id.startswith(f"finding.{finding.id}.")
        says_more = finding.limits or finding.missing or finding.proposed_action
        if not is_own and not says_more and not finding.message.parameters:
            by_id.setdefault(finding.message.id, []).append(finding)
    return [(found[0].message, found) for found in by_id.values() if len(found) > 1]


def unlike(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings that keep a sentence of their own."""
    together = [f for _, found in alike(findings) for f in found]
    return [f for f in findings if f not in together]
