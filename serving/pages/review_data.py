"""What the review page prints of one report: words and lists, nothing left to decide."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from ...engine import Models
from ...engine.ecg.signal import EcgSignal
from ...engine.prediagnosis import PreDiagnosis
from ...engine.words import Sentences
from ..decisions.decisions import STATES_OF
from ..decisions.notes import impression_needed
from ..drafts.content import sentences_for
from ..drafts.decision_words import DecisionWords, FindingDecision
from ..drafts.history import ReportHistory
from ..drafts.since import Since
from ..drafts.standing import shown_standing
from ..drafts.states import UNDECIDED, Act, State
from ..drafts.stored_report import content_of
from ..ecg.visit import draw_ecg
from ..house_data import override_reasons
from ..people import Person
from ..report.page import FindingView, PageView
from ..report.person import kept_plots
from ..report.view import page_view
from .render import PageWords
from .since_view import since_view

_REASONS_SHOWN: Final = 2
_STATE_OF: Final = {"confirm": "confirmed", "amend": "amended", "reject": "rejected"}
_RISK: Final = "risk"
Choices = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the page, and what the role lets them do.

    Parameters
    ----------
    person : who is signed in
    may_decide, may_advise : by the person's role
    impression_first : the site asks physicians for an impression of their own first
    shadow : the engine runs in the shadow, and findings are shown to nobody
    """

    person: Person
    may_decide: bool
    may_advise: bool
    impression_first: bool
    shadow: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands beside the report.

    Parameters
    ----------
    models : what is loaded, for the drawings
    ecg : the drawn ECG, where there is one
    since : the person's last visit beside this one, where there is one
    earlier_alarm : level and words of an earlier version's alarm that nobody took charge of
    """

    models: Models
    ecg: EcgSignal | None
    since: Since | None
    earlier_alarm: tuple[str, str] | None = None


def review_data(
    history: ReportHistory, lang: str, reader: Reader, shown: Shown
) -> tuple[Sentences, dict[str, Any]]:
    """Return the sentences of a report and what its review page prints.

    Parameters
    ----------
    history : the report with its acts and decisions
    lang : fr or en
    reader : who reads
    shown : what is drawn and compared beside the report

    Raises
    ------
    As `stored_report.show_report`
    """
    report = history.report
    content = content_of(report)
    sentences = sentences_for(content, lang, report.words)
    plots = kept_plots(content.prediagnosis, content.values, shown.models)
    view = page_view(content.prediagnosis, sentences, plots)
    words = DecisionWords(lang, content.prediagnosis.performed_at)
    section, known = content.prediagnosis.ecg, shown.since.known if shown.since else frozenset()
    drawing = draw_ecg(shown.ecg, section, lang) if shown.ecg and section else ""
    return sentences, {
        "page": view,
        "shadow": reader.shadow,
        "judged": any(s.act == Act.JUDGE and s.actor_id == reader.person.id for s in history.steps),
        "to_judge": tuple(_to_judge(content.prediagnosis, sentences)) if reader.shadow else (),
        "to_decide": tuple(f for f in view.main if f.id not in known),
        "known": tuple(f for f in view.main if f.id in known),
        "since": since_view(shown.since, sentences, lang) if shown.since else None,
        "ecg_drawing": Markup(drawing),  # noqa: S704 - numbers, and names that ecg_svg escaped
        "report": report,
        "standing": shown_standing(history, content.prediagnosis, sentences),
        "state": words.text(f"state.{report.state}"),
        "is_open": report.state in UNDECIDED,
        "earlier_alarm": _earlier_alarm(shown, words) if report.state in UNDECIDED else "",
        "is_decided": report.state in (State.CONFIRMED, State.AMENDED),
        "may_decide": reader.may_decide,
        "may_advise": reader.may_advise,
        "impression_needed": _is_first(history, reader),
        "all": len(report.finding_ids()),
        "brief": {f.id: _brief(f, sentences) for f in _every(view)},
        "choices": {f.id: _choices(f, sentences) for f in _every(view)},
        "decisions": {
            d.finding_id: _decision(d, view, (words, sentences)) for d in history.decisions
        },
        "reasons": [(code, r.labels[words.lang]) for code, r in override_reasons().items()],
        "verdicts": {
            verdict: words.text(f"state.{state}").capitalize()
            for verdict, state in _STATE_OF.items()
        },
        "notes": tuple(_notes(history, PageWords(lang))),
    }


def _earlier_alarm(shown: Shown, words: DecisionWords) -> str:
    if not shown.earlier_alarm:
        return ""
    level, why = shown.earlier_alarm
    said = words.text("worklist.earlier", level=level)
    return f"{said[0].upper()}{said[1:]}. {why}".strip()


def _is_first(history: ReportHistory, reader: Reader) -> bool:
    return impression_needed(history, reader.person, is_asked=reader.impression_first)


def _every(view: PageView) -> tuple[FindingView, ...]:
    return (*view.main, *view.scores, *view.not_assessable, *view.absent)


def _brief(finding: FindingView, sentences: Sentences) -> tuple[str, str]:
    """Return the heaviest reasons for and against, in words."""
    weighed = [(r.text, r.bar.is_for) for r in finding.reasons if r.bar is not None]
    for_it = [r.text for r in finding.rows_for] + [text for text, is_for in weighed if is_for]
    against = [r.text for r in finding.rows_against]
    against += [text for text, is_for in weighed if not is_for]
    join = sentences.text("join.semicolon")
    return _some(for_it, join), _some(against, join)


def _to_judge(draft: PreDiagnosis, sentences: Sentences) -> Iterator[tuple[str, str, Choices]]:
    """Yield what a physician judges without seeing what was drafted: names and choices only."""
    for finding in draft.findings:
        prefix = "band" if finding.kind == _RISK else "state"
        choices = [(code, sentences.text(f"{prefix}.{code}")) for code in STATES_OF[finding.kind]]
        yield finding.id, sentences.name(finding.id), choices


def _some(texts: list[str], join: str) -> str:
    return join.join(text.rstrip(".") for text in texts[:_REASONS_SHOWN])


def _choices(finding: FindingView, sentences: Sentences) -> list[tuple[str, str]]:
    """Return what may hold instead of what was drafted."""
    prefix = "band" if finding.kind == _RISK else "state"
    return [
        (code, sentences.text(f"{prefix}.{code}"))
        for code in STATES_OF[finding.kind]
        if code != finding.level
    ]


def _decision(
    decision: FindingDecision, view: PageView, said: tuple[DecisionWords, Sentences]
) -> str:
    words, sentences = said
    parts = [words.text(f"state.{_STATE_OF[decision.verdict]}").capitalize()]
    if decision.amended_to is not None:
        kinds: Mapping[str, str] = {f.id: f.kind for f in _every(view)}
        prefix = "band" if kinds[decision.finding_id] == _RISK else "state"
        parts.append(sentences.text(f"{prefix}.{decision.amended_to}"))
    if decision.reason is not None:
        parts.append(words.reason(decision.reason, decision.reason_text))
    parts += [decision.physician_name, words.moment(decision.decided_at)]
    return " - ".join(parts)


def _notes(history: ReportHistory, words: PageWords) -> Iterable[tuple[str, str]]:
    for step in history.steps:
        who = f"{step.actor_id}"
        if step.act == Act.NOTE_IMPRESSION:
            yield f"{words.text('impression.noted')} ({who})", step.reason_text or ""
        if step.act == Act.ASK_ADVICE:
            specialty = words.text(f"advice.{step.reason}")
            yield (
                f"{words.text('advice.asked', specialty=specialty)} ({who})",
                step.reason_text or "",
            )
        if step.act == Act.ADVISE:
            given = words.text("advice.given")
            if step.reason:
                given = f"{given}, {words.text(f'advice.{step.reason}')}"
            yield f"{given} ({who})", step.reason_text or ""
