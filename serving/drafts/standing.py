"""How a stored report is headed: what waits for a decision, and what a physician decided."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ...engine.prediagnosis import URGENCIES, Finding, PreDiagnosis
from ...engine.words import Sentences, phrases
from ...engine.words.common_phrases import is_index, listed
from ...engine.words.order import level_of
from ...engine.words.standing import Standing, draft_standing
from .decision_words import DecisionWords, FindingDecision
from .drafts import SYSTEM
from .history import ReportHistory, StepTaken
from .reports import ConfirmedReport
from .set_aside import set_aside
from .states import NOTES, UNDECIDED, State


def shown_standing(
    history: ReportHistory, prediagnosis: PreDiagnosis, sentences: Sentences
) -> Standing:
    """Return how a stored report is headed when it is shown: its hash, its acts, no release."""
    words, report = DecisionWords(sentences.lang, prediagnosis.performed_at), history.report
    is_open = report.state in UNDECIDED
    state = words.text(f"state.{report.state}")
    lines = [words.text("show.line", id=report.draft_id, version=report.version, state=state)]
    if is_open:
        lines.append(words.text("show.hash", hash=report.content_hash))
    elif report.state in (State.CONFIRMED, State.AMENDED):
        lines.append(words.text("show.not_final", id=report.draft_id))
    heading = words.text("show.heading" if is_open else "show.heading_closed")
    sections = [
        (heading, tuple(lines)),
        (words.text("show.history"), tuple(_step(step, words) for step in history.steps)),
    ]
    if history.decisions:
        decided = _decided(history.decisions, prediagnosis, sentences)
        by, at = words.deciders(history.decisions)
        decided = (words.text("verdict.by", by=by, at=at).strip(), *decided)
        open_ids = [i for i in report.finding_ids() if i not in _by_finding(history.decisions)]
        if open_ids:
            names = listed((sentences.name(i) for i in open_ids), sentences)
            decided = (*decided, words.text("show.undecided", findings=names))
        sections.append((words.text("show.decisions"), decided))
    standing = replace(draft_standing(sentences), sections=tuple(sections))
    return standing if is_open else replace(standing, line=words.text(f"closed.{report.state}"))


def final_standing(
    report: ConfirmedReport, prediagnosis: PreDiagnosis, sentences: Sentences
) -> Standing:
    """Return how a confirmed report is headed: who decided what, and when.

    Parameters
    ----------
    report : the type that only a release makes
    prediagnosis : the whole draft that was decided on
    sentences : of the reader's language
    """
    words = DecisionWords(sentences.lang, prediagnosis.performed_at)
    by, at = words.deciders(report.decisions)
    decided = _decided(report.decisions, prediagnosis, sentences)
    touched = _touched(report.decisions, prediagnosis)
    if touched:
        names = listed((sentences.name(f.id) for f in touched), sentences)
        decided = (*decided, words.text("final.set_aside", findings=names))
    released = words.moment(report.released_at)
    return Standing(
        title=words.text("final.title"),
        word=words.text(f"final.word.{report.state}"),
        line=words.text(f"final.line.{report.state}", by=by, at=at),
        disclaimer=words.text("final.disclaimer"),
        note=words.text("final.note", sequence=report.audit_sequence, at=released),
        is_final=True,
        sections=((words.text("final.heading"), decided),),
        nothing=words.text("final.nothing"),
    )


def confirmed_part(
    prediagnosis: PreDiagnosis, decisions: Sequence[FindingDecision]
) -> PreDiagnosis:
    """Return what of a draft a physician confirmed.

    Amended and rejected findings are left out whole, so that no drafted words stand beside a
    conclusion that the physician changed: the decisions name them. Nothing of what is left stands
    on a value that the physician set aside. The urgency is that of what is left; urgent rules on
    measurements stand, whatever was decided on a finding.
    """
    aside = set_aside(prediagnosis, decisions)
    decided = _by_finding(decisions)
    kept = tuple(aside.cleared(f) for f in prediagnosis.findings if _is_confirmed(f, decided))
    levels = [f.urgency for f in kept] + [item.level for item in prediagnosis.urgent]
    said = [level for level in levels if level is not None]
    urgency = min(said, key=URGENCIES.index, default=None)
    return replace(prediagnosis, findings=kept, urgency=urgency)


def _touched(
    decisions: Sequence[FindingDecision], prediagnosis: PreDiagnosis
) -> tuple[Finding, ...]:
    """Return the confirmed findings that were made with a value that was set aside."""
    aside, verdicts = set_aside(prediagnosis, decisions), _by_finding(decisions)
    confirmed = (f for f in prediagnosis.findings if _is_confirmed(f, verdicts))
    return tuple(f for f in confirmed if aside.touches(f))


def _is_confirmed(finding: Finding, decided: Mapping[str, FindingDecision]) -> bool:
    return finding.id in decided and decided[finding.id].verdict == "confirm"


def _step(step: StepTaken, words: DecisionWords) -> str:
    by = words.text("show.engine") if step.actor_id == SYSTEM else step.actor_id
    said = {"at": words.moment(step.at), "act": words.text(f"act.{step.act}"), "by": by}
    if step.act in NOTES:
        return words.text("show.step_note", **said, words=step.reason_text or "")
    if step.reason is None:
        return words.text("show.step", **said)
    reason = words.reason(step.reason, step.reason_text)
    return words.text("show.step_reason", **said, reason=reason)


def _by_finding(decisions: Iterable[FindingDecision]) -> Mapping[str, FindingDecision]:
    return {decision.finding_id: decision for decision in decisions}


def _decided(
    decisions: Sequence[FindingDecision], prediagnosis: PreDiagnosis, sentences: Sentences
) -> tuple[str, ...]:
    """Word every decision in the order of the findings; who and when where it is not one act."""
    findings = {finding.id: finding for finding in prediagnosis.findings}
    words = DecisionWords(sentences.lang, prediagnosis.performed_at)
    is_one_act = len({_by(decision, words) for decision in decisions}) == 1
    return tuple(
        words.text(
            f"verdict.{decision.verdict}",
            finding=sentences.name(decision.finding_id),
            drafted=_level(findings[decision.finding_id], sentences),
            amended=_amended(findings[decision.finding_id], decision, sentences),
            reason=words.reason(decision.reason, decision.reason_text),
            by="" if is_one_act else _by(decision, words),
        )
        for decision in decisions
    )


def _by(decision: FindingDecision, words: DecisionWords) -> str:
    name = f"{decision.physician_name} ({decision.physician_id})"
    return words.text("verdict.by", by=name, at=words.moment(decision.decided_at))


def _amended(finding: Finding, decision: FindingDecision, sentences: Sentences) -> str:
    if decision.amended_to is None:
        return ""
    if finding.kind == "fact":
        return sentences.text(f"state.{decision.amended_to}")
    return as_chance(finding, decision.amended_to, sentences)


def _level(finding: Finding, sentences: Sentences) -> str:
    """Word the drafted state, a score by its own category, a risk as a chance."""
    words = phrases.level_words(finding, sentences)
    level = level_of(finding)
    own = f"grade.{finding.id}.{finding.grade}"
    is_band = finding.kind == "risk" and not sentences.is_whole(own)
    return as_chance(finding, level, sentences) if is_band else words


def as_chance(finding: Finding, band: str, sentences: Sentences) -> str:
    """Word a band so that it says of what it is one: a low chance, not a low diabetes.

    The band of an index is an index, never a chance.
    """
    if is_index(finding) and band != "not_assessable":
        return sentences.text(f"becomes_index.{band}")
    kind = "not_risk" if band == "not_assessable" else "risk"
    band_words = sentences.text(f"band.{band}")
    return DecisionWords(sentences.lang).text(f"level.{kind}", level=band_words)
