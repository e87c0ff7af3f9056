"""From data to a page: the templates of this room beside those of the printed report."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, FunctionLoader, StrictUndefined

from ...engine.words import Sentences, check_language
from ...engine.words.load import load_folder
from ..report.html import printable
from ..report.looks import look

REFUSED: Final = "refused."
ASSETS: Final[Mapping[str, str]] = {
    "report.css": "text/css; charset=utf-8",
    "review.css": "text/css; charset=utf-8",
    "visit.css": "text/css; charset=utf-8",
    "drift.css": "text/css; charset=utf-8",
    "visit_roster.js": "text/javascript; charset=utf-8",
    "review.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "visit.js": "text/javascript; charset=utf-8",
    "letter.js": "text/javascript; charset=utf-8",
}
_SERVING: Final = (__package__ or "").rpartition(".")[0]
_FOLDERS: Final = (__package__ or "", f"{_SERVING}.report", f"{_SERVING}.years.drift")


class PageWords:
    """The sentences of the pages in one language.

    >>> PageWords("fr").text("review.progress", done=2, all=5)
    '2 sur 5 décidés'
    """

    def __init__(self, lang: str) -> None:
        self.lang = check_language(lang)
        self._table = _tables()[self.lang]

    def text(self, message_id: str, /, **parameters: object) -> str:
        """Fill one sentence."""
        return self._table[message_id].format_map(parameters)

    def refusals(self) -> tuple[tuple[str, str], ...]:
        """Return what to do about each refusal of an act, by its code."""
        return tuple(
            (name.removeprefix(REFUSED), said)
            for name, said in self._table.items()
            if name.startswith(REFUSED)
        )


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    found = load_folder(files(f"{__package__}.words"))
    return {str(lang): table for lang, table in found.items()}


def asset(name: str) -> str:
    """Return a style sheet or script of the pages; the name is one of ``ASSETS``."""
    for package in _FOLDERS:
        file = files(package).joinpath(name)
        if file.is_file():
            return file.read_text(encoding="utf-8")
    raise FileNotFoundError(name)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(asset),
        autoescape=True,
        finalize=printable,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["look"] = look
    return environment


def page(template: str, lang: str, *, sentences: Sentences | None = None, **data: Any) -> str:  # noqa: ANN401 - whatever the template prints
    """Return one page.

    Parameters
    ----------
    template : a file of this room
    lang : fr or en
    sentences : of a report that is printed on the page; those of the language where None
    data : what the template prints
    """
    words = PageWords(lang)
    said = (sentences or Sentences(lang)).text
    known = {"lang": lang, "w": words.text, "t": said, "refusals": words.refusals()}
    return _environment().get_template(template).render(**known, **data)
