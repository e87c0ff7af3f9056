"""Fields on the millimetre paper: pale over the lead, with a bar and a letter for each statement.

Colour alone tells no statement from another, in print least of all: each has a letter, its own
height above the lead, and a line of the legend.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Final

from markupsafe import escape

from .looks import PAPER, dressed

LANE_MM: Final = 1.1
PITCH_MM: Final = 2.9
LETTER_MM: Final = 2.6
LINE_MM: Final = 3.6
LINE_CHARACTERS: Final = 150


@dataclass(frozen=True, slots=True)
class Shade:
    """A field behind some leads, in seconds from the start, and what it stands for."""

    leads: tuple[str, ...]
    onset_s: float
    offset_s: float
    title: str


@dataclass(frozen=True, slots=True)
class Field:
    """A field of one piece of a lead, in millimetres, with the titles that share it."""

    x_mm: float
    width_mm: float
    titles: tuple[str, ...]


def letters_of(shades: Iterable[Shade]) -> dict[str, str]:
    """Return title -> letter, in the order in which statements appear.

    >>> letters_of([Shade(("I",), 0, 1, "b"), Shade(("V1",), 0, 1, "a"), Shade(("I",), 2, 3, "b")])
    {'b': 'A', 'a': 'B'}
    """
    titles = dict.fromkeys(shade.title for shade in shades)
    return {title: ascii_uppercase[k % len(ascii_uppercase)] for k, title in enumerate(titles)}


def fields_svg(
    fields: Sequence[Field], letters: Mapping[str, str], top_mm: float, height_mm: float
) -> str:
    """Draw the fields of one piece of a lead.

    Parameters
    ----------
    fields : in the order of their places
    letters : as of `letters_of`
    top_mm, height_mm : of the row of the lead
    """
    pale = "".join(
        f'<rect {dressed(PAPER, "shade")} x="{f.x_mm:.2f}" y="{top_mm:.1f}" '
        f'width="{f.width_mm:.2f}" height="{height_mm:g}">'
        f"<title>{escape('; '.join(f.titles))}</title></rect>"
        for f in fields
    )
    return pale + "".join(_lanes(fields, letters, top_mm))


def _lanes(fields: Sequence[Field], letters: Mapping[str, str], top_mm: float) -> Iterator[str]:
    """Draw the bars of every statement at its own height, its letter before the first of them."""
    order = list(letters)
    for title in order:
        mine = [f for f in fields if title in f.titles]
        if not mine:
            continue
        y = top_mm + 0.4 + order.index(title) * PITCH_MM
        for f in mine:
            yield (
                f'<rect {dressed(PAPER, "lane")} x="{f.x_mm:.2f}" y="{y:.2f}" '
                f'width="{f.width_mm:.2f}" height="{LANE_MM}"/>'
            )
        yield (
            f'<text {dressed(PAPER, "key")} x="{mine[0].x_mm:.2f}" '
            f'y="{y + LANE_MM + LETTER_MM * 0.75:.2f}">{letters[title]}</text>'
        )


def legend_lines(letters: Mapping[str, str]) -> list[str]:
    """Word what each letter stands for, several on a line as far as they fit.

    >>> legend_lines({"left bundle branch block": "A", "ST elevation": "B"})
    ['A = left bundle branch block · B = ST elevation']
    """
    lines: list[str] = []
    for title, letter in letters.items():
        word = f"{letter} = {title}"
        joined = f"{lines[-1]} · {word}" if lines else word
        if lines and len(joined) <= LINE_CHARACTERS:
            lines[-1] = joined
        else:
            lines.append(word)
    return lines
