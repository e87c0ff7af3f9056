"""A stored report as text, JSON or one page: shown to decide on it, or released as final."""

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ...engine import Models, PreDiagnosis
from ...engine.ecg.signal import EcgSignal
from ...engine.errors import ConfirmationError
from ...engine.words import Sentences
from ...engine.words.as_json import as_json
from ...engine.words.standing import Standing
from ...engine.words.text import render_text
from .content import Content, read_content, sentences_for
from .history import ReportHistory
from .reports import ConfirmedReport, DraftReport, export_final, final_document
from .set_aside import SetAside, set_aside
from .standing import confirmed_part, final_standing, shown_standing

Format = Literal["text", "json", "html"]
ModelSource = Callable[[], Models]
EcgSource = Callable[[], EcgSignal | None]


@dataclass(frozen=True, slots=True)
class ReportForm:
    """How a stored report is asked for.

    Parameters
    ----------
    format : text, json or html
    lang : fr or en; the language in which it was kept where None
    models : gives the loaded models, for the drawings of a page; a model that is no longer there
        has no drawing
    ecg : gives the drawn ECG of the report, for a page
    """

    format: Format
    lang: str | None = None
    models: ModelSource | None = None
    ecg: EcgSource | None = None


def show_report(history: ReportHistory, form: ReportForm) -> str:
    """Return a stored report as it was drafted, with its hash, its acts and its decisions.

    Raises
    ------
    ConfirmationError : it was kept without its content and is asked for in another form
    AuditError : its content does not give its hash
    DataError : the sentence files were changed since, and its own were not kept
    """
    report = history.report
    if form.format == "json":
        return _json(shown_document(history, form))
    content = content_of(report)
    sentences = sentences_for(content, _lang(report, form), report.words)
    standing = shown_standing(history, content.prediagnosis, sentences)
    return _printed(content, content.prediagnosis, standing, (sentences, form), SetAside())


def final_report(report: ConfirmedReport, form: ReportForm) -> str:
    """Return a confirmed report: what the physician confirmed, and every decision by name.

    Raises
    ------
    As `show_report`
    """
    if form.format == "json":
        document = final_document(
            dataclasses.replace(report.draft, document=_document(report.draft, form)),
            report.decisions,
        )
        return _json({"report": export_final(dataclasses.replace(report, document=document))})
    content = content_of(report.draft)
    sentences = sentences_for(content, _lang(report.draft, form), report.draft.words)
    standing = final_standing(report, content.prediagnosis, sentences)
    kept = confirmed_part(content.prediagnosis, report.decisions)
    aside = set_aside(content.prediagnosis, report.decisions)
    return _printed(content, kept, standing, (sentences, form), aside)


def _lang(report: DraftReport, form: ReportForm) -> str:
    return form.lang or report.rendered_language


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2)


def content_of(report: DraftReport) -> Content:
    """Return the content of a report, its hash made again.

    Raises
    ------
    ConfirmationError : it was kept in its words only
    AuditError : its content does not give its hash
    """
    if report.content is None:
        raise ConfirmationError(
            found="a report that was kept in its words only",
            why="another language or form can't be made of it",
            remedy="read it with --format json and without --lang, or screen the visit again",
            path=f"draft {report.draft_id}",
        )
    return read_content(report.content, report.content_hash)


def _document(report: DraftReport, form: ReportForm) -> Mapping[str, Any]:
    """Return the document in the asked language; as it was kept where that is its own."""
    lang = _lang(report, form)
    if lang == report.rendered_language:
        return report.document
    content = content_of(report)
    return as_json(content.prediagnosis, sentences_for(content, lang, report.words))


def shown_document(history: ReportHistory, form: ReportForm) -> dict[str, Any]:
    """Return a stored report as data: the draft, its state, its acts and its decisions.

    Raises
    ------
    As `show_report`
    """
    report = history.report
    return {
        "draft_id": report.draft_id,
        "visit_id": report.visit_id,
        "version": report.version,
        "state": str(report.state),
        "content_hash": report.content_hash,
        "rendered_language": report.rendered_language,
        "saved_at": report.saved_at,
        "history": [dataclasses.asdict(step) for step in history.steps],
        "decisions": [{"finding": d.finding_id, **d.as_dict()} for d in history.decisions],
        "prediagnosis": _document(report, form),
    }


def _printed(
    content: Content,
    prediagnosis: PreDiagnosis,
    standing: Standing,
    asked: tuple[Sentences, ReportForm],
    aside: SetAside,
) -> str:
    sentences, form = asked
    if form.format == "text":
        return render_text(prediagnosis, sentences, standing=standing)
    from ..ecg.visit import draw_ecg  # noqa: PLC0415 - only a page needs the templates
    from ..report import render_html  # noqa: PLC0415
    from ..report.person import kept_plots  # noqa: PLC0415

    plots = kept_plots(prediagnosis, content.values, form.models() if form.models else None)
    plots = {id: tuple(p for p in of if not aside.holds(p.variable)) for id, of in plots.items()}
    signal, section = form.ecg() if form.ecg else None, prediagnosis.ecg
    drawing = draw_ecg(signal, section, sentences.lang) if signal and section else ""
    return render_html(
        prediagnosis, sentences, membership_plots=plots, standing=standing, ecg_drawing=drawing
    )
