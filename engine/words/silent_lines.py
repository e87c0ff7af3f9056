"""The findings that say nothing for themselves: not assessable, or looked for and not met."""

from ..next_steps import UNUSED
from ..prediagnosis import Finding
from . import phrases
from .common_phrases import capital, coded, listed
from .missing_phrases import missing_interval, next_step
from .paper import Page
from .reason_phrases import input_phrase, reason_phrase
from .sentences import Sentences


def write_not_assessable(findings: list[Finding], sentences: Sentences, page: Page) -> None:
    """Write what is not assessable, and the step that would make it so."""
    if not findings:
        return
    page.heading(sentences.text("ui.not_assessable"))
    if any(f.message.id != phrases.RECORD_REFUSED for f in findings):
        page.add(sentences.text("ui.not_assessable_note"))
    for message, together in phrases.alike(findings):
        names = ", ".join(sentences.name(f.id) for f in together)
        is_said = message.id == phrases.RECORD_REFUSED
        words = "" if is_said else f"{capital(sentences.render(message))} "
        page.add(capital(f"{words}({names})" if words else names), lead="- ")
    for finding in phrases.unlike(findings):
        page.add(phrases.headline(finding, sentences), lead="- ")
        for reason in (*finding.reasons_for, *finding.reasons_against):
            page.add(reason_phrase(reason, sentences), indent=2)
        limits = [sentences.render(limit) for limit in finding.limits]
        for words in (*limits, *_not_used(finding, sentences)):
            page.add(words, indent=2)
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
    for finding in findings:
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
