"""The advice request: what a physician kept of a specialty, with reasons and open questions."""

from collections.abc import Iterator
from dataclasses import dataclass

from ...engine.prediagnosis import Finding, PreDiagnosis
from ...engine.words import Sentences, ecg_lines, phrases
from ...engine.words.common_phrases import capital, listed
from ...engine.words.order import level_of
from ..decisions.letter import LetterPart, letter_part
from ..decisions.urgent_told import UrgentTold, urgent_told
from ..drafts.content import sentences_for
from ..drafts.decision_words import DecisionWords, FindingDecision
from ..drafts.history import ReportHistory
from ..drafts.reports import ConfirmedReport
from ..drafts.set_aside import set_aside
from ..drafts.states import Act
from ..drafts.stored_report import content_of
from ..people import Specialty
from .topics import DocumentWords, topic_of, topics


@dataclass(frozen=True, slots=True)
class AdviceRequest:
    """An advice request in words.

    Parameters
    ----------
    specialist : to whom, in words
    person_id, visit_id, moment : whom and which visit it is about
    physicians, decided_at : who decided, and when
    question : of the physician, in their words; empty where none was written
    parts : what was kept, with its reasons
    open_questions : what stays open of what was kept
    urgent : the urgent items of the visit, where there were any
    ecg : the measurements of the ECG, for who reads one
    """

    specialist: str
    person_id: str
    visit_id: str
    moment: str
    physicians: str
    decided_at: str
    question: str
    parts: tuple[LetterPart, ...]
    open_questions: tuple[str, ...]
    urgent: tuple[UrgentTold, ...]
    ecg: tuple[str, ...]


def advice_request(
    report: ConfirmedReport, history: ReportHistory, specialty: Specialty, lang: str
) -> AdviceRequest:
    """Return the request to a specialist; a draft has none, by its type.

    Parameters
    ----------
    report : from `release`
    history : of the same report, with the question that a physician asked this specialty
    specialty : whom a physician chose
    lang : fr or en

    Raises
    ------
    As `stored_report.final_report`
    """
    content = content_of(report.draft)
    draft = content.prediagnosis
    sentences = sentences_for(content, lang, report.draft.words)
    words = DecisionWords(lang, draft.performed_at)
    decided = {d.finding_id: d for d in report.decisions}
    aside = set_aside(draft, report.decisions)
    kept = [
        (finding, decided[finding.id])
        for finding in draft.findings
        if _concerns(finding, specialty) and decided[finding.id].verdict != "reject"
    ]
    physicians, decided_at = words.deciders(report.decisions)
    parts = (
        letter_part(finding, decision, aside, words=(sentences, words))
        for finding, decision in kept
    )
    return AdviceRequest(
        specialist=DocumentWords(lang).text(f"specialist.{specialty}"),
        person_id=report.draft.person_id,
        visit_id=report.visit_id,
        moment=phrases.moment_phrase(draft.performed_at, sentences),
        physicians=physicians,
        decided_at=decided_at,
        question=question_to(history, specialty),
        parts=tuple(part for part in parts if part is not None),
        open_questions=tuple(_open(kept, sentences, DocumentWords(lang))),
        urgent=tuple(urgent_told(draft, aside, sentences)),
        ecg=tuple(_ecg(draft, specialty, sentences)),
    )


def question_to(history: ReportHistory, specialty: Specialty) -> str:
    """Return the last question that a physician asked a specialty about a report."""
    asked = [
        step.reason_text or ""
        for step in history.steps
        if step.act == Act.ASK_ADVICE and step.reason == specialty
    ]
    return asked[-1] if asked else ""


def _concerns(finding: Finding, specialty: Specialty) -> bool:
    return topic_of(finding) in topics()["specialist"][str(specialty)]


def _open(
    kept: list[tuple[Finding, FindingDecision]], sentences: Sentences, words: DocumentWords
) -> Iterator[str]:
    """Return what the physician left open: at the limit, not assessable, or not known."""
    for finding, decision in kept:
        name = capital(sentences.name(finding.id))
        level = decision.amended_to or level_of(finding)
        missing = (
            [] if decision.amended_to else [sentences.name(one.item) for one in finding.missing]
        )
        if level == "not_assessable":
            yield words.text("advice.open.not_assessable", finding=name)
        elif level == "borderline":
            yield words.text("advice.open.borderline", finding=name)
        elif missing and level in ("present", "high", "intermediate"):
            items = listed(missing, sentences)
            yield words.text("advice.open.missing", finding=name, items=items)


def _ecg(draft: PreDiagnosis, specialty: Specialty, sentences: Sentences) -> Iterator[str]:
    is_read = "ecg" in topics()["specialist"][str(specialty)]
    for one in draft.ecg.measured if draft.ecg and is_read else ():
        if one.value is not None:
            yield f"{ecg_lines.name_of(one, sentences)} {ecg_lines.value_line(one, sentences)}"
