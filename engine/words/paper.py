"""Lines of a terminal page: paragraphs that wrap, headings, rules."""

import textwrap
from typing import Final

from .sentences import Sentences

WIDTH: Final = 80
_GLUE: Final = "\u00a0"
_GLUED: Final = (" :", " ;", " %", " ?", " !", " \u00bb")


class Page:
    """Lines of at most 80 columns."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, text: str, indent: int = 0, lead: str = "") -> None:
        """Write a paragraph; ``lead`` stands before its first line, the rest is aligned to it."""
        for sign in _GLUED:
            text = text.replace(sign, _GLUE + sign[1:])
        first = " " * indent + lead
        wrapped = textwrap.wrap(
            text,
            WIDTH,
            initial_indent=first,
            subsequent_indent=" " * len(first),
            break_on_hyphens=False,
        )
        self.lines += [line.replace(_GLUE, " ").rstrip() for line in wrapped or [first]]

    def heading(self, text: str) -> None:
        """Write a heading with a rule below it."""
        self.lines += ["", text.upper(), "-" * min(len(text), WIDTH)]

    def rule(self, sign: str) -> None:
        """Write a line across the page."""
        self.lines.append(sign * WIDTH)

    def gap(self) -> None:
        """Leave one line free."""
        self.lines.append("")


def write_labelled(label: str, text: str, sentences: Sentences, page: Page) -> None:
    """Write a text behind its label; nothing where there is no text."""
    if text:
        page.add(text, indent=4, lead=f"{sentences.text(label)}{sentences.text('join.colon')}")
