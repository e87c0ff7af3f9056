"""Writes a report: one JSON, one HTML a language, one CSV a table."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import jinja2

from ...datasets.readers.tables.formulas import no_formula
from ..errors import StudyError
from .checklists import filled
from .folder import JSON_NAME, remove_earlier
from .pages import sections
from .parts import Section
from .seal import sealed
from .suppress import suppress
from .words import Lang, Words

LONG_TABLE: Final = 30
DIGITS: Final = 10
LANGS: Final[tuple[Lang, ...]] = ("fr", "en")


def write_report(
    document: Mapping[str, Any], out: Path, langs: Sequence[Lang] = LANGS
) -> tuple[Path, ...]:
    """Write a study's report into a folder.

    Parameters
    ----------
    document : from ``run_study``
    out : folder, made where it is not there; what an earlier run left in it is removed
    langs : of the HTML; words of the tables are of the first one, their numbers of none

    Returns
    -------
    the files, JSON first

    Raises
    ------
    StudyError  if a file can't be written, or one of an earlier run can't be removed
    """
    told = told_document(document)
    texts = {JSON_NAME: as_json(told)}
    for position, lang in enumerate(langs):
        made = sections(told, Words(lang))
        texts[f"report.{lang}.html"] = as_html(told, made, Words(lang))
        if position == 0:
            texts |= _tables(told, lang)
    written = tuple(_write(out / name, text) for name, text in texts.items())
    remove_earlier(out, written)
    return written


def told_document(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what leaves: checklists filled, small counts hidden, numbers cut, and its hash."""
    below = document["protocol"]["content"]["reporting"]["suppress_below"]
    told = suppress(document, below)
    told["checklists"] = filled(told)
    return sealed({key: told[key] if key == "protocol" else _rounded(told[key]) for key in told})


def _rounded(value: Any) -> Any:  # noqa: ANN401 - plain data
    """Return plain data with every number to the digits that every processor agrees on."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, Mapping):
        return {key: _rounded(of) for key, of in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(of) for of in value]
    return value


def as_json(told: Mapping[str, Any]) -> str:
    """Return the document as JSON; a number that is not finite can't stand in it."""
    return json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _tables(told: Mapping[str, Any], lang: Lang) -> dict[str, str]:
    """Return the tables of a report as a program reads them, by file."""
    made = sections(told, Words(lang, plain=True))
    return {f"tables/{t.id}.csv": as_csv(t.head, t.rows) for s in made for t in s.tables}


def as_csv(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table as CSV; a text that a spreadsheet would take for a formula is none in it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([no_formula(cell) for cell in row] for row in rows)
    return text.getvalue()


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    return environment.from_string(_resource("report.html"))


def _resource(name: str) -> str:
    return files(__package__ or "").joinpath(name).read_text(encoding="utf-8")


def as_html(told: Mapping[str, Any], made: Sequence[Section], words: Words) -> str:
    """Return the report as one file that needs no other."""
    title = words.pick(told["protocol"]["content"]["study"], "title")
    return page(words, title, made, warnings(told, words))


def page(words: Words, title: str, made: Sequence[Section], warned: Sequence[str] = ()) -> str:
    """Return sections as one HTML file that needs no other."""
    return _template().render(
        lang=words.lang,
        title=title,
        banner=words.say("report", "banner"),
        warnings=warned,
        sections=made,
        css=_resource("report.css"),
        long_table=LONG_TABLE,
    )


def report_css() -> str:
    """Return the style of the pages of this room."""
    return _resource("report.css")


def warnings(told: Mapping[str, Any], words: Words) -> list[str]:
    """Return what a reader must know before the first number."""
    role, found = told["protocol"]["content"]["study"]["data_role"], []
    saw = told["model"]["saw_these_data"]
    if role == "development":
        found.append(words.say("report", "development_data"))
        found += [words.say("report", "saw_data")] if saw else []
    elif saw:
        said = words.say("role", role)
        found.append(words.say("report", "role_hidden", role=said))
    if told["model"]["key"] == "development":
        found.append(words.say("report", "development_key"))
    return found


def _write(path: Path, text: str) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StudyError(
            found=f"a file that can't be written ({error.strerror})",
            why="the report would be lost",
            remedy="Check the folder and its permissions",
            path=path.name,
        ) from error
    return path
