"""Each kind of document as one self-contained page: no script, nothing loaded from anywhere."""

from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from ...engine.words import Sentences
from ..decisions.letter import referral_letter
from ..decisions.letters import letters_of
from ..drafts.decision_words import DecisionWords
from ..drafts.history import ReportHistory
from ..drafts.reports import ConfirmedReport
from ..pages.render import PageWords
from ..people import Specialty
from ..report.html import css_text, printable
from .asked import advice_request
from .plain import plain_page
from .topics import DocumentWords

_STYLE: Final = "document.css"


def employee_page(report: ConfirmedReport, lang: str) -> str:
    """Return the page for the person; as `plain_page`."""
    title = DocumentWords(lang).text("plain.title")
    foot = DocumentWords(lang).text("plain.foot")
    return _page("employee.html", lang, (title, foot), page=plain_page(report, lang))


def advice_page(
    report: ConfirmedReport,
    history: ReportHistory,
    specialty: Specialty,
    *,
    organisation: str,
    lang: str,
) -> str:
    """Return an advice request; as `advice_request`."""
    asked = advice_request(report, history, specialty, lang)
    title = DocumentWords(lang).text("advice.title", specialist=asked.specialist)
    heading = (title, DocumentWords(lang).text("foot"))
    return _page("advice.html", lang, heading, page=asked, organisation=organisation)


def letter_page(report: ConfirmedReport, history: ReportHistory, lang: str) -> str:
    """Return the letter to the treating physician: the last one kept, else one that is drafted."""
    kept = letters_of(history)
    last = kept[-1] if kept else None
    heading = (DocumentWords(lang).text("letter.title"), DocumentWords(lang).text("foot"))
    return _page(
        "letter.html",
        lang,
        heading,
        kept=last,
        kept_at=DecisionWords(lang, report.draft.performed_at).moment(last.at) if last else "",
        page=None if last else referral_letter(report, lang),
        p=PageWords(lang).text,
    )


def _own_file(name: str) -> str:
    return files(__package__ or "").joinpath(name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=FunctionLoader(_own_file),
        autoescape=True,
        finalize=printable,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _page(template: str, lang: str, heading: tuple[str, str], **data: Any) -> str:  # noqa: ANN401 - whatever the template prints
    title, foot = heading
    style = _own_file(_STYLE).replace('"FOOT"', css_text(foot))
    return (
        _environment()
        .get_template(template)
        .render(
            lang=lang,
            title=title,
            css=Markup(style),  # noqa: S704 - own file and own sentence only
            w=DocumentWords(lang).text,
            t=Sentences(lang).text,
            **data,
        )
    )
