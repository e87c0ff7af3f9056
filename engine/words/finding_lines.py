"""One finding as lines for a terminal: its level, reasons, what is missing, what would change."""

from typing import Final

from ..prediagnosis import Finding, GuidelineReference, Reason
from . import order, phrases
from .common_phrases import capital, coded, is_statement, listed
from .missing_phrases import change_phrase, missing_phrase
from .numbers import MINUS
from .paper import Page, write_labelled
from .reason_phrases import (
    by_size,
    printed_and_rest,
    reason_figure,
    reason_phrase,
    rest_phrase,
    sum_phrase,
)
from .sentences import Sentences
from .source_phrases import cited, source_phrase

REASONS_SHOWN: Final = 5
MISSING_SHOWN: Final = 4
SIGNS: Final = ("+", MINUS)


def write_finding(finding: Finding, lead: str, sentences: Sentences, page: Page) -> None:
    """Write a finding with everything that it says for and against itself."""
    level = phrases.level_words(finding, sentences)
    badge = "" if order.level_of(finding) == "not_assessable" else f" [{level}]"
    page.add(f"{phrases.headline(finding, sentences)}{badge}", lead=lead)
    for label, text in (
        ("ui.level", phrases.delay_phrase(finding, sentences)),
        ("ui.risk", phrases.risk_phrase(finding, sentences)),
        ("ui.result", phrases.figure_phrase(finding, sentences)),
    ):
        write_labelled(label, text, sentences, page)
    _reasons("ui.for", finding, finding.reasons_for, sentences, page)
    _reasons("ui.against", finding, finding.reasons_against, sentences, page)
    write_labelled("ui.sum_title", sum_phrase(finding, sentences), sentences, page)
    _missing(finding, sentences, page)
    _changes(finding, sentences, page)
    write_labelled("ui.action", _proposal(finding, sentences), sentences, page)
    _origin(finding, sentences, page)


def _proposal(finding: Finding, sentences: Sentences) -> str:
    action = coded(finding.proposed_action, sentences, "action")
    addressee = coded(finding.proposed_addressee, sentences, "addressee")
    return f"{action} ({addressee})" if action and addressee else action or addressee


def _reasons(
    label: str, finding: Finding, reasons: tuple[Reason, ...], sentences: Sentences, page: Page
) -> None:
    printed, rest = printed_and_rest(finding, reasons, REASONS_SHOWN)
    if not printed and not rest:
        return
    page.add(sentences.text(label), indent=4)
    for reason in printed:
        figure = reason_figure(reason, sentences)
        words = _with_source(finding, reason, sentences)
        if figure[:1] in SIGNS:
            page.add(words, indent=6, lead=f"{figure}  ")
        else:
            tail = f"{sentences.text('join.colon')}{figure}" if figure else ""
            page.add(f"{words}{tail}", indent=6, lead="- ")
    if rest:
        page.add(rest_phrase(rest, sentences), indent=6, lead="- ")


def _with_source(finding: Finding, reason: Reason, sentences: Sentences) -> str:
    """Word a reason; one of an ECG statement names its source, which differs from rule to rule."""
    words = reason_phrase(reason, sentences)
    if not is_statement(finding):
        return words
    return f"{words} [{source_phrase(finding, reason, sentences)}]"


def _missing(finding: Finding, sentences: Sentences, page: Page) -> None:
    if not finding.missing:
        return
    page.add(sentences.text("ui.missing"), indent=4)
    for item in finding.missing[:MISSING_SHOWN]:
        page.add(missing_phrase(finding, item, sentences), indent=6, lead="- ")
    rest = [sentences.name(item.item) for item in finding.missing[MISSING_SHOWN:]]
    if rest:
        words = sentences.text("ui.more_missing", items=listed(rest, sentences))
        page.add(words, indent=6, lead="- ")


def _changes(finding: Finding, sentences: Sentences, page: Page) -> None:
    if not finding.what_would_change:
        return
    page.add(sentences.text("ui.changes"), indent=4)
    for change in finding.what_would_change:
        page.add(change_phrase(finding, change, sentences), indent=6, lead="- ")


def _origin(finding: Finding, sentences: Sentences, page: Page) -> None:
    """Write the limits and where the finding comes from."""
    if finding.limits:
        page.add(sentences.text("ui.limits"), indent=4)
    for limit in finding.limits:
        page.add(capital(sentences.render(limit)), indent=6, lead="- ")
    write_labelled("ui.reference", phrases.reference_phrase(finding, sentences), sentences, page)
    if finding.model:
        model = finding.model
        key = f"{sentences.text('ui.key')} {model.key}"
        write_labelled("ui.model", f"{model.id} {model.version}, {key}", sentences, page)
    if finding.guideline:
        write_labelled(
            "ui.guideline", _guideline_line(finding.guideline, sentences), sentences, page
        )


def _guideline_line(guideline: GuidelineReference, sentences: Sentences) -> str:
    """Word which rows of which set spoke, and whether a clinician signed them."""
    signed = sentences.text("ui.signed" if guideline.signed else "ui.not_signed")
    rows = ": ".join(part for part in (guideline.set, ", ".join(guideline.row_ids)) if part)
    return f"{cited(guideline.guideline, sentences)} [{rows}; {signed}]"


def write_scores(findings: list[Finding], sentences: Sentences, page: Page) -> None:
    """Write the published scores, each on a few lines."""
    if not findings:
        return
    page.heading(sentences.text("ui.scores"))
    for finding in findings:
        page.add(phrases.headline(finding, sentences), lead="- ")
        numbers = (
            phrases.risk_phrase(finding, sentences),
            phrases.figure_phrase(finding, sentences),
        )
        page.add(", ".join(n for n in numbers if n), indent=2)
        reasons = by_size((*finding.reasons_for, *finding.reasons_against))
        words = [f"{reason_phrase(r, sentences)} {reason_figure(r, sentences)}" for r in reasons]
        if words:
            page.add(", ".join(words), indent=2)
