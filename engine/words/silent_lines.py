"""The findings that say nothing for themselves: not assessable, or looked for and not met."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ..next_steps import UNUSED
from ..prediagnosis import Finding, Message
from . import phrases
from .common_phrases import capital, coded, listed
from .missing_phrases import missing_interval, next_step
from .paper import Page
from .reason_phrases import input_phrase, reason_phrase
from .sentences import Sentences

_ECG_ABSENT: Final = "finding.ecg_statement.absent"
_ECG_NOT_ASSESSABLE: Final = "finding.ecg_statement.not_assessable"


def together(findings: Sequence[Finding], sentences: Sentences) -> list[Finding]:
    """Say the silent statements of an ECG in one sentence where nothing else sets them apart.

    Up to two dozen statements are judged of one ECG: a line for each would bury the others. The
    draft and its JSON keep them one by one.
    """
    alike: dict[object, list[Finding]] = {}
    for finding in findings:
        alike.setdefault(_what_is_printed(finding), []).append(finding)
    return [_as_one(same, sentences) if len(same) > 1 else same[0] for same in alike.values()]


def _what_is_printed(finding: Finding) -> object:
    """Return what the sentence and its lines depend on, but for the statement that it names."""
    if "statement" not in finding.message.parameters:
        return id(finding)
    if finding.message.id == _ECG_ABSENT:
        return _ECG_ABSENT
    if finding.message.id == _ECG_NOT_ASSESSABLE:
        reasons = (*finding.reasons_for, *finding.reasons_against)
        return repr((finding.limits, reasons, finding.missing, finding.proposed_action))
    return id(finding)


def _as_one(findings: list[Finding], sentences: Sentences) -> Finding:
    first = findings[0]
    named = ", ".join(sentences.parameter(f.message.parameters["statement"]) for f in findings)
    message = Message(f"{first.message.id}_together", {"statements": named})
    return replace(first, message=message)


def write_not_assessable(findings: list[Finding], sentences: Sentences, page: Page) -> None:
    """Write what is not assessable, and the step that would make it so."""
    if not findings:
        return
    page.heading(sentences.text("ui.not_assessable"))
    if any(f.message.id != phrases.RECORD_REFUSED for f in findings):
        page.add(sentences.text("ui.not_assessable_note"))
    for message, sharing in phrases.alike(findings):
        names = ", ".join(sentences.name(f.id) for f in sharing)
        is_said = message.id == phrases.RECORD_REFUSED
        words = "" if is_said else f"{capital(sentences.render(message))} "
        page.add(capital(f"{words}({names})" if words else names), lead="- ")
    for finding in together(phrases.unlike(findings), sentences):
        page.add(phrases.headline(finding, sentences), lead="- ")
        for reason in (*finding.reasons_for, *finding.reasons_against):
            page.add(capital(reason_phrase(reason, sentences)), indent=2)
        limits = [sentences.render(limit) for limit in finding.limits]
        for words in (*limits, *_not_used(finding, sentences)):
            page.add(capital(words), indent=2)
        steps = [next_step(item, sentences) for item in finding.missing]
        action = coded(finding.proposed_action, sentences, "action")
        steps = list(dict.fromkeys([*steps, *([action] if action else [])]))
        if steps:
            page.add(
                sentences.text("ui.next", step=listed(steps, sentences)),
                indent=2,
                lead="> ",
            )


def _not_used(finding: Finding, sentences: Sentences) -> list[str]:
    """Name what was sent and is not used: it is not missing."""
    unused = [item for item in finding.missing if item.next_step in UNUSED]
    return [capital(missing_interval(finding, item, sentences)[0]) for item in unused]


def write_absent(findings: list[Finding], sentences: Sentences, page: Page) -> None:
    """Write the criteria that were looked for and not met, with the values that were compared."""
    if not findings:
        return
    page.heading(sentences.text("ui.absent"))
    for finding in together(findings, sentences):
        page.add(absent_line(finding, sentences), lead="- ")
    page.add(sentences.text("ui.absent_note"))


def absent_line(finding: Finding, sentences: Sentences) -> str:
    """Word a criterion that is not met, with the person's values in the unit they were reported in.

    A cut-off in mmol/L beside a laboratory result in g/L could not be checked by its reader.
    """
    words = phrases.headline(finding, sentences)
    if finding.kind != "fact":
        return words
    compared = [reason.inputs[0] for reason in finding.reasons_against if reason.inputs]
    values = [input_phrase(value, sentences) for value in dict.fromkeys(compared)]
    return f"{words} [{listed(values, sentences)}]" if values else words
