"""Draws months as SVG text: bars of visits, lines of a measure, with limits and new releases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from ...report.looks import WORDS

COLOURS: Final = ("#0b5567", "#a84a08", "#5b3f99", "#22629c", "#6b7a1e", "#a3121d")
DASHES: Final = ("", "6 3", "2 3", "9 3 2 3", "", "6 3")
_LEFT: Final = 46.0
_RIGHT: Final = 860.0
_TOP: Final = 14.0
_HEIGHT: Final = 120.0
_MOST_LABELS: Final = 12
_DOT: Final = 2.6
_NOTHING_TOP: Final = 0.05
"""Of an axis on which nothing is above zero."""

_WHOLE: Final = 20
_WORDS: Final = f'{WORDS} font-size="10"'


@dataclass(frozen=True, slots=True)
class Line:
    """One series of a drawing.

    Parameters
    ----------
    label : of the legend
    values : month -> value; a month that is not there is a gap
    starts : month in which a new release begins; drawn as an upright line
    """

    label: str
    values: Mapping[str, float]
    starts: str = ""


def lines(  # noqa: PLR0913 - what is drawn, and how its axis is written
    months: Sequence[str],
    drawn: Sequence[Line],
    limits: Mapping[str, float],
    *,
    title: str,
    percent: bool,
    mark: str = ".",
) -> str:
    """Return a drawing of lines over months.

    Parameters
    ----------
    months : of the axis, in order
    drawn : the lines; each also has a dash of its own, so that it is told apart without colour
    limits : name -> height of a line across
    title : what a screen reader says
    percent : the axis is a share
    mark : decimal mark of the axis
    """
    top = max([*limits.values(), *(v for one in drawn for v in one.values.values()), 0.0])
    top = top * 1.08 if top > 0 else _NOTHING_TOP
    top = min(top, 1.0) if percent else top
    place = {month: _x(i, len(months)) for i, month in enumerate(months)}
    parts = [_axis(months, _written(top, percent=percent).replace(".", mark))]
    for name, height in limits.items():
        y = _y(height, top)
        parts.append(
            f'<line x1="{_LEFT}" y1="{y}" x2="{_RIGHT}" y2="{y}" stroke="#a3121d" '
            f'stroke-width="1" stroke-dasharray="3 3"/><text x="{_RIGHT}" y="{y - 3:.1f}" '
            f'text-anchor="end">{escape(name)}</text>'
        )
    for style, one in enumerate(drawn):
        parts.append(_line(one, style, place, top))
    height = _TOP + _HEIGHT + 22 + 15 * _rows(drawn)
    return (
        f'<svg viewBox="0 0 {_RIGHT + 10:.0f} {height:.0f}" {_WORDS} role="img" '
        f'aria-label="{escape(title, quote=True)}">{"".join(parts)}{_legend(drawn)}</svg>'
    )


def bars(months: Sequence[str], counts: Sequence[int | str], *, title: str) -> str:
    """Return a drawing of counts by month; a hidden one is a star, none is a gap that is marked."""
    top = max([c for c in counts if isinstance(c, int)], default=0) or 1
    parts = [_axis(months, str(top))]
    width = (_RIGHT - _LEFT) / max(len(months), 1) * 0.7
    for i, count in enumerate(counts):
        x = _x(i, len(months))
        if isinstance(count, int) and count:
            y = _y(count, top)
            parts.append(
                f'<rect x="{x - width / 2:.1f}" y="{y}" width="{width:.1f}" '
                f'height="{_TOP + _HEIGHT - y:.1f}" fill="#0b5567"/>'
            )
        else:
            mark = "*" if isinstance(count, str) else "0"
            parts.append(
                f'<text x="{x}" y="{_TOP + _HEIGHT - 4}" text-anchor="middle">{mark}</text>'
            )
    return (
        f'<svg viewBox="0 0 {_RIGHT + 10:.0f} {_TOP + _HEIGHT + 22:.0f}" {_WORDS} role="img" '
        f'aria-label="{escape(title, quote=True)}">{"".join(parts)}</svg>'
    )


def _x(index: int, n: int) -> float:
    return round(_LEFT + (_RIGHT - _LEFT) * (index + 0.5) / max(n, 1), 1)


def _y(value: float, top: float) -> float:
    return round(_TOP + _HEIGHT * (1 - value / top), 1)


def _written(top: float, *, percent: bool) -> str:
    return f"{top * 100:.3g} %" if percent else f"{top:.2f}" if top < _WHOLE else f"{top:.0f}"


def _axis(months: Sequence[str], high: str) -> str:
    base = _TOP + _HEIGHT
    every = max(1, -(-len(months) // _MOST_LABELS))
    labels = "".join(
        f'<text x="{_x(i, len(months))}" y="{base + 15}" text-anchor="middle">{month}</text>'
        for i, month in enumerate(months)
        if i % every == 0
    )
    return (
        f'<line x1="{_LEFT}" y1="{base}" x2="{_RIGHT}" y2="{base}" stroke="#46565f"/>'
        f'<line x1="{_LEFT}" y1="{_TOP}" x2="{_LEFT}" y2="{base}" stroke="#46565f"/>'
        f'<text x="{_LEFT - 5}" y="{_TOP + 5}" text-anchor="end">{high}</text>'
        f'<text x="{_LEFT - 5}" y="{base}" text-anchor="end">0</text>{labels}'
    )


def _line(one: Line, style: int, place: Mapping[str, float], top: float) -> str:
    colour, dash = COLOURS[style % len(COLOURS)], DASHES[style % len(DASHES)]
    months = [m for m in place if m in one.values]
    order = list(place)
    runs: list[list[str]] = []
    for month in months:
        is_next = runs and order.index(month) == order.index(runs[-1][-1]) + 1
        if is_next:
            runs[-1].append(month)
        else:
            runs.append([month])
    drawn = "".join(
        f'<polyline points="{" ".join(f"{place[m]},{_y(one.values[m], top)}" for m in run)}" '
        f'fill="none" stroke="{colour}" stroke-width="1.8" stroke-dasharray="{dash}"/>'
        for run in runs
    )
    dots = "".join(
        f'<circle cx="{place[m]}" cy="{_y(one.values[m], top)}" r="{_DOT}" fill="{colour}"/>'
        for m in months
    )
    return drawn + dots + _start(one, colour, place)


def _start(one: Line, colour: str, place: Mapping[str, float]) -> str:
    if one.starts not in place:
        return ""
    x = place[one.starts] - 6
    return (
        f'<line x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{_TOP + _HEIGHT}" stroke="{colour}" '
        f'stroke-width="2"/>'
    )


_A_ROW: Final = 2


def _rows(drawn: Sequence[Line]) -> int:
    return -(-len(drawn) // _A_ROW)


def _legend(drawn: Sequence[Line]) -> str:
    """Return what each line is, two in a row under the axis."""
    parts = []
    for i, one in enumerate(drawn):
        x, y = _LEFT + 405 * (i % _A_ROW), _TOP + _HEIGHT + 32 + 15 * (i // _A_ROW)
        parts.append(
            f'<line x1="{x}" y1="{y - 4}" x2="{x + 24}" y2="{y - 4}" '
            f'stroke="{COLOURS[i % len(COLOURS)]}" stroke-width="2" '
            f'stroke-dasharray="{DASHES[i % len(DASHES)]}"/>'
            f'<text x="{x + 29}" y="{y}">{escape(one.label[:70])}</text>'
        )
    return "".join(parts)
