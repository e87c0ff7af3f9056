"""How each part of a drawing looks, as attributes that stand in the drawing itself.

A drawing then looks the same on every page, in a PDF and alone: what makes a PDF takes no style of
the page into a drawing, and the pages of the physician allow no style but that of their files.
"""

from collections.abc import Mapping
from typing import Final

from markupsafe import Markup

INK: Final = "#16232d"
SOFT: Final = "#46565f"
FAMILY: Final = (
    "'Source Sans 3','Segoe UI','Helvetica Neue',Arial,'Liberation Sans',sans-serif"  # as the pages
)
_ALARM: Final = "#a3121d"
_AGAINST: Final = "#22629c"
_FOR: Final = "#a84a08"
_CURVES: Final = ("#0b5567", _FOR, "#6a2c80", "#40630c", SOFT)
_DASHES: Final = ("", "7 3", "2 2.5", "9 3 2 3", "4 4")
_PAPER_INK: Final = "#111"

Look = dict[str, str]


def _line(colour: str, width: str, dashes: str = "") -> Look:
    look = {"stroke": colour, "stroke-width": width}
    return look | ({"stroke-dasharray": dashes} if dashes else {})


def _text(size: str, anchor: str, **more: str) -> Look:
    look = {"font-size": size, "text-anchor": anchor, "fill": INK}
    return look | {name.replace("_", "-"): value for name, value in more.items()}


def _paper_text(size: str, colour: str, **more: str) -> Look:
    look = {"font-size": size, "font-family": "sans-serif", "fill": colour}
    return look | {name.replace("_", "-"): value for name, value in more.items()}


DRAWING: Final[Mapping[str, Look]] = {
    "drawing": {"font-family": FAMILY},
    "bar-for": {"fill": _FOR},
    "bar-against": {"fill": "#fff"} | _line(_AGAINST, "1.6"),
    "zero": _line(INK, "1.2"),
    "band-low": {"fill": "#e4eef2"},
    "band-intermediate": {"fill": "#f4e8c9"},
    "band-high": {"fill": "#efc9b0"},
    "frame": {"fill": "none"} | _line(SOFT, "1"),
    "cut": _line(INK, "1", "3 2"),
    "band-name": _text("11", "middle"),
    "tick": _text("10.5", "middle", fill=SOFT),
    "interval": _line(INK, "2"),
    "interval-halo": _line("#fff", "5"),
    "interval-end": _line(INK, "2"),
    "marker": _line(_ALARM, "2.4"),
    "marker-head": {"fill": _ALARM},
    "marker-label": _text("12", "middle", font_weight="700"),
    "grid-line": _line("#dde4e8", "1"),
    "base": _line(SOFT, "1"),
    "scale": _text("10", "end", fill=SOFT),
    "curve": {"fill": "none"},
    **{
        f"curve-{n}": _line(colour, "2", dashes)
        for n, (colour, dashes) in enumerate(zip(_CURVES, _DASHES, strict=True))
    },
    "here": _line(INK, "1.2"),
    "dot": _line("#fff", "1.2"),
    **{f"dot-{n}": {"fill": colour} for n, colour in enumerate(_CURVES)},
}
"""Ruler, bars and membership plots."""

PAPER: Final[Mapping[str, Look]] = {
    "ecg": {"font-family": "sans-serif"},
    "fine": _line("#f0c9c4", ".1"),
    "bold": _line("#dd9a92", ".22"),
    "trace": {"fill": "none", "stroke-linejoin": "round"} | _line(_PAPER_INK, ".28"),
    "drawn": {"stroke-width": "14"},
    "gap": {"fill": SOFT, "opacity": ".18"},
    "lead": _paper_text("3.4", _PAPER_INK, font_weight="600"),
    "caption": _paper_text("3.1", INK),
    "p": {"fill": _AGAINST},
    "qrs": {"fill": _PAPER_INK},
    "t": {"fill": _FOR},
    "beat": {"fill": _AGAINST, "opacity": ".1"},
    "shade": {"fill": "#e0a800", "opacity": ".16"},
    "lane": {"fill": "#7a4b00"},
    "key": _paper_text("2.6", "#7a4b00", font_weight="700"),
    "mark": _paper_text("2.6", SOFT, font_weight="600", text_anchor="middle"),
}
"""The ECG on millimetre paper; lengths are millimetres."""
WORDS: Final = Markup(f'font-family="{FAMILY}" fill="{INK}"')  # noqa: S704 - own constants
"""Of every word in a drawing that has no table of looks."""


def dressed(looks: Mapping[str, Look], *names: str) -> str:
    """Return class names and what they look like, as attributes of one element.

    Parameters
    ----------
    looks : of the drawing
    names : each has a look; what a later one says goes before

    >>> dressed(PAPER, "beat")
    'class="beat" fill="#22629c" opacity=".1"'
    """
    worn: dict[str, str] = {}
    for name in names:
        worn |= looks[name]
    said = "".join(f' {attribute}="{value}"' for attribute, value in worn.items())
    return f'class="{" ".join(names)}"{said}'


def look(*names: str) -> Markup:
    """Return the look of a part of ruler, bars or plots, for a template."""
    return Markup(dressed(DRAWING, *names))  # noqa: S704 - from the tables above only
