"""The referral letter: drafted from what a physician confirmed, for the physician to finish."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ...engine.prediagnosis import Finding, Reason
from ...engine.words import Sentences, ecg_lines, phrases
from ...engine.words.common_phrases import capital, coded, is_statement
from ...engine.words.order import level_of
from ...engine.words.reason_phrases import printed_and_rest, reason_phrase
from ..drafts.content import sentences_for
from ..drafts.decision_words import DecisionWords, FindingDecision
from ..drafts.reports import ConfirmedReport
from ..drafts.set_aside import SetAside, set_aside
from ..drafts.standing import as_chance
from ..drafts.stored_report import content_of
from .urgent_told import UrgentTold, urgent_told

_TO_TELL: Final = frozenset({"present", "borderline", "intermediate", "high"})
_REASONS: Final = 3


@dataclass(frozen=True, slots=True)
class LetterPart:
    """One conclusion of the letter.

    Parameters
    ----------
    headline : the finding in words
    because : its heaviest reasons in words
    action, addressee : what is proposed, and to whom it is addressed
    is_amended : the physician put another conclusion in place; ``because`` is their reason
    is_partly_set_aside : it was made with a value that the physician set aside since
    """

    headline: str
    because: tuple[str, ...]
    action: str
    addressee: str
    is_amended: bool = False
    is_partly_set_aside: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """A referral letter before the physician finishes it.

    Parameters
    ----------
    person_id, visit_id, performed_at : whom and which visit it is about
    physicians, decided_at : who confirmed, and when
    urgent : the urgent items of the visit, where there were any
    parts : confirmed and amended conclusions that somebody else should know
    ecg : the measurements of the ECG, where there was one
    """

    person_id: str
    visit_id: str
    performed_at: str
    physicians: str
    decided_at: str
    urgent: tuple[UrgentTold, ...]
    parts: tuple[LetterPart, ...]
    ecg: tuple[str, ...]


def referral_letter(report: ConfirmedReport, lang: str) -> Letter:
    """Draft a letter from a confirmed report; a draft has no letter, by its type.

    Parameters
    ----------
    report : from `release`
    lang : fr or en

    Raises
    ------
    As `stored_report.final_report`
    """
    content = content_of(report.draft)
    sentences = sentences_for(content, lang, report.draft.words)
    prediagnosis = content.prediagnosis
    words = DecisionWords(lang, prediagnosis.performed_at)
    physicians, decided_at = words.deciders(report.decisions)
    decided = {d.finding_id: d for d in report.decisions}
    aside = set_aside(prediagnosis, report.decisions)
    parts = (
        letter_part(f, decided[f.id], aside, words=(sentences, words))
        for f in prediagnosis.findings
    )
    return Letter(
        person_id=report.draft.person_id,
        visit_id=report.visit_id,
        performed_at=phrases.moment_phrase(prediagnosis.performed_at, sentences),
        physicians=physicians,
        decided_at=decided_at,
        urgent=tuple(urgent_told(prediagnosis, aside, sentences)),
        parts=tuple(part for part in parts if part is not None),
        ecg=tuple(_ecg(report, sentences)),
    )


def letter_part(
    finding: Finding,
    decision: FindingDecision,
    aside: SetAside,
    *,
    words: tuple[Sentences, DecisionWords],
) -> LetterPart | None:
    """Return what a letter says of a finding: nothing of one that was rejected or found absent.

    An amended finding is told as the physician put it, whatever they put, without a word of what
    was drafted. No reason stands on a value that they set aside.

    Parameters
    ----------
    finding : as it was drafted
    decision : of the physician on it
    aside : the values that the physician set aside
    words : of the reader's language
    """
    sentences, of_decisions = words
    level = decision.amended_to or level_of(finding)
    if decision.verdict == "reject":
        return None
    if decision.amended_to is None:
        if level not in _TO_TELL:
            return None
        return LetterPart(
            headline=phrases.headline(finding, sentences),
            because=tuple(_because(finding, aside, sentences)),
            action=coded(finding.proposed_action, sentences, "action"),
            addressee=coded(finding.proposed_addressee, sentences, "addressee"),
            is_partly_set_aside=aside.touches(finding),
        )
    is_fact = finding.kind == "fact"
    put = sentences.text(f"state.{level}") if is_fact else as_chance(finding, level, sentences)
    named = sentences.text("join.colon").join((capital(sentences.name(finding.id)), put))
    because = (of_decisions.reason(decision.reason, decision.reason_text),)
    return LetterPart(named, because, "", "", is_amended=True)


def _because(finding: Finding, aside: SetAside, sentences: Sentences) -> Iterator[str]:
    left: Sequence[Reason] = aside.left(finding.reasons_for)
    if is_statement(finding):
        left = printed_and_rest(finding, left)[0]
    for reason in left[:_REASONS]:
        yield reason_phrase(reason, sentences).rstrip(".")


def _ecg(report: ConfirmedReport, sentences: Sentences) -> Iterator[str]:

    section = content_of(report.draft).prediagnosis.ecg
    for one in section.measured if section else ():
        if one.value is not None:
            yield f"{ecg_lines.name_of(one, sentences)} {ecg_lines.value_line(one, sentences)}"
