"""One self-contained printable page: no script, nothing loaded from anywhere."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template
from markupsafe import Markup

from ...engine.prediagnosis import PreDiagnosis
from ...engine.words import Sentences
from ...engine.words.standing import Standing, draft_standing
from .looks import look
from .plots import MembershipPlot
from .view import page_view

TEMPLATE: Final = "report.html"
STYLE: Final = "report.css"
_PRINTED_SPACES: Final = "\n\u00a0\u202f"


def _own_file(name: str) -> str:
    return files(__package__ or "").joinpath(name).read_text(encoding="utf-8")


def printable(value: object) -> object:
    """Keep control and text-direction characters of a visit out of the page."""
    if type(value) is not str:
        return value
    return "".join(c if c.isprintable() or c in _PRINTED_SPACES else "?" for c in value)


@cache
def _template() -> Template:
    """Return the template; everything it prints is escaped, an unknown name is an error."""
    environment = Environment(
        loader=FunctionLoader(_own_file),
        autoescape=True,
        finalize=printable,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["look"] = look
    return environment.get_template(TEMPLATE)


def css_text(text: str) -> str:
    """Return a sentence of the house as a CSS string; never a text of a visit."""
    escaped = "".join(c if c.isalnum() or c in " .,:" else f"\\{ord(c):x} " for c in text)
    return f'"{escaped}"'


def _style(standing: Standing) -> Markup:
    """Return the style sheet with the disclaimer that is printed below every page."""
    sheet = _own_file(STYLE)
    return Markup(sheet.replace('"DISCLAIMER"', css_text(standing.disclaimer)))  # noqa: S704 - own files only, no text of a visit


def render_html(  # noqa: PLR0913 - every part beyond the draft is optional and named
    prediagnosis: PreDiagnosis,
    lang: str | Sentences,
    *,
    membership_plots: Mapping[str, Sequence[MembershipPlot]] | None = None,
    labels: Mapping[str, str] | None = None,
    standing: Standing | None = None,
    ecg_drawing: str = "",
) -> str:
    """Print a draft as one HTML page for A4 and for a screen.

    Parameters
    ----------
    prediagnosis : the draft
    lang : ``fr`` or ``en``, or the sentences themselves
    membership_plots : by finding id, what ``membership_plots`` returned for the model's variables
    labels : what model bundles call their variables and terms (``rule_labels``)
    standing : what it says of itself; a draft where None
    ecg_drawing : SVG of ``ecg_svg``, in which every text is already escaped

    Returns
    -------
    a whole document; it needs no script and no other file

    Raises
    ------
    DataError  if the draft holds a message that no sentence file has
    """
    sentences = Sentences.of(lang, labels)
    standing = standing or draft_standing(sentences)
    view = page_view(prediagnosis, sentences, membership_plots or {})
    drawing = Markup(ecg_drawing)  # noqa: S704 - numbers, and lead names that ecg_svg escaped
    return _template().render(
        page=view, t=sentences.text, standing=standing, css=_style(standing), ecg_drawing=drawing
    )
