"""How a stored report is headed: what waits for a decision, and what a physician decided."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..engine.prediagnosis import URGENCIES, Finding, PreDiagnosis
from ..engine.words import Sentences, phrases
from ..engine.words.standing import Standing, draft_standing
from .decision_words import DecisionWords, FindingDecision
from .drafts import SYSTEM
from .history import ReportHistory, StepTaken
from .reports import ConfirmedReport
from .states import UNDECIDED, State

_STATE_TABLES = {"fact": "state", "risk": "band"}


def shown_standing(
    history: ReportHistory, prediagnosis: PreDiagnosis, sentences: Sentences
) -> Standing:
    """Return how a stored report is headed when it is shown: its hash, its acts, no release."""
    words, report = DecisionWords(sentences.lang), history.report
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
        open_ids = [i for i in report.finding_ids() if i not in _by_finding(history.decisions)]
        if open_ids:
            names = phrases.listed((sentences.name(i) for i in open_ids), sentences)
            decided = (*decided, words.text("show.undecided", findings=names))
        sections.append((words.text("show.decisions"), decided))
    return replace(draft_standing(sentences), sections=tuple(sections))


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
    words = DecisionWords(sentences.lang)
    by, at = words.deciders(report.decisions)
    decided = _decided(report.decisions, prediagnosis, sentences)
    released = words.moment(report.released_at)
    return Standing(
        word=words.text(f"final.word.{report.state}"),
        line=words.text(f"final.line.{report.state}", by=by, at=at),
        disclaimer=words.text("final.disclaimer"),
        note=words.text("final.note", sequence=report.audit_sequence, at=released),
        is_final=True,
        sections=((words.text("final.heading"), decided),),
        nothing=words.text("final.nothing"),
    )


def confirmed_part(
    prediagnosis: PreDiagnosis, decisions: Iterable[FindingDecision]
) -> PreDiagnosis:
    """Return what of a draft a physician confirmed.

    Amended and rejected findings are left out whole, so that no drafted words stand beside a
    conclusion that the physician changed: the decisions name them. The urgency is that of what is
    left; urgent rules on measurements stand, whatever was decided on a finding.
    """
    verdicts = {d.finding_id: d.verdict for d in decisions}
    kept = tuple(f for f in prediagnosis.findings if verdicts.get(f.id) == "confirm")
    levels = [f.urgency for f in kept] + [item.level for item in prediagnosis.urgent]
    said = [level for level in levels if level is not None]
    urgency = min(said, key=URGENCIES.index, default=None)
    return replace(prediagnosis, findings=kept, urgency=urgency)


def _step(step: StepTaken, words: DecisionWords) -> str:
    by = words.text("show.engine") if step.actor_id == SYSTEM else step.actor_id
    said = {"at": words.moment(step.at), "act": words.text(f"act.{step.act}"), "by": by}
    if step.reason is None:
        return words.text("show.step", **said)
    reason = words.reason(step.reason, step.reason_text)
    return words.text("show.step_reason", **said, reason=reason)


def _by_finding(decisions: Iterable[FindingDecision]) -> Mapping[str, FindingDecision]:
    return {decision.finding_id: decision for decision in decisions}


def _decided(
    decisions: Iterable[FindingDecision], prediagnosis: PreDiagnosis, sentences: Sentences
) -> tuple[str, ...]:
    """Word every decision, in the order of the findings."""
    findings = {finding.id: finding for finding in prediagnosis.findings}
    words = DecisionWords(sentences.lang)
    return tuple(
        words.text(
            f"verdict.{decision.verdict}",
            finding=sentences.name(decision.finding_id),
            drafted=phrases.level_words(findings[decision.finding_id], sentences),
            amended=_amended(findings[decision.finding_id], decision, sentences),
            reason=words.reason(decision.reason, decision.reason_text),
            by=f"{decision.physician_name} ({decision.physician_id})",
            at=words.moment(decision.decided_at),
        )
        for decision in decisions
    )


def _amended(finding: Finding, decision: FindingDecision, sentences: Sentences) -> str:
    if decision.amended_to is None:
        return ""
    return sentences.text(f"{_STATE_TABLES[finding.kind]}.{decision.amended_to}")
