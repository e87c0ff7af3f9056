"""What a page is made of: sections with facts, paragraphs, tables and figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .words import Words

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; ``id`` names its CSV file, which holds the same numbers as a program reads them."""

    id: str
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing with its caption."""

    id: str
    caption: str
    svg: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report; ``id`` is its anchor."""

    id: str
    title: str
    facts: tuple[tuple[str, str], ...] = ()
    paragraphs: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()


def estimate_head(words: Words, *first: str) -> tuple[str, ...]:
    """Return the head of a table of estimates."""
    ends = ("ci_low", "ci_high") if words.plain else ("ci",)
    columns = ("value", *ends, "n", "method", *(("why_not",) if words.plain else ()))
    return (*(words.say("head", f) for f in first), *(words.say("report", c) for c in columns))


def estimate_rows(
    words: Words, results: Mapping[str, Any], names: Sequence[str]
) -> tuple[tuple[str, ...], ...]:
    """Return one row a named statistic, of those that are there."""
    return tuple(
        (words.say("stat", name), *words.estimate(results[name]))
        for name in names
        if name in results
    )


def test_names(document: Document, words: Words) -> dict[str, str]:
    """Return the name of every test by its id."""
    comparators = document["protocol"]["content"].get("comparator", [])
    names = {c["id"]: words.pick(c, "label") for c in comparators}
    return {"index": words.say("report", "index"), **names}


def count_text(words: Words, row: Mapping[str, Any], name: str) -> str:
    """Write how many records there are, and of how many persons where those are fewer."""
    text, persons = words.number(row[name]), row.get("persons", {}).get(name)
    if words.plain or persons is None or row[name] is None or persons == row[name]:
        return text
    return words.say("report", "of_persons", n=text, persons=words.number(persons))
