"""What a drawing lacks in itself: a colour, a font, or the rule of a class that it names."""

import re
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring
from laennec.serving.report.looks import DRAWING, PAPER

FILLED = {"rect", "path", "circle", "polygon", "polyline"}
OF_THE_PAGE = {"wide"}
"""Classes that say how wide a drawing stands on a page, not how it looks."""


def drawings_of(page: str) -> list[Element]:
    """Every drawing of a page, as a tree of its own."""
    texts = re.findall(r"<svg\b.*?</svg>", page, flags=re.DOTALL)
    return [fromstring(re.sub(r' xmlns="[^"]*"', "", text)) for text in texts]


def lacks(drawing: Element) -> list[str]:
    """What a program that takes no style of the page into a drawing would not know."""
    found: list[str] = []
    _walk(drawing, {}, found)
    return found


def _walk(element: Element, around: dict[str, str], found: list[str]) -> None:
    said = {**around, **element.attrib}
    unknown = set(element.get("class", "").split()) - {*DRAWING, *PAPER, *OF_THE_PAGE}
    found += [f"no rule for .{name}" for name in sorted(unknown)]
    for name in _needed(element.tag, said):
        if name not in said:
            found.append(f"{element.tag}.{element.get('class', '')} has no {name}")
    for child in element:
        _walk(child, said, found)


def _needed(tag: str, said: dict[str, str]) -> tuple[str, ...]:
    if tag == "text":
        return ("fill", "font-size", "font-family")
    if tag == "line" or said.get("fill") == "none":
        return ("stroke",) if tag in {"line", *FILLED} else ()
    if tag in FILLED:
        # The lines of the paper enclose nothing.
        return ("stroke",) if said.get("class") in {"fine", "bold"} else ("fill",)
    return ()
