"""Small drawings: axes, curves, bands, dots and bars as SVG text.

Colour is never the only sign: every curve has its own dash and stands in the legend by name.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

Point = tuple[float, float]
WIDTH: Final = 520.0
HEIGHT: Final = 380.0
LEFT: Final = 64.0
RIGHT: Final = 16.0
TOP: Final = 14.0
BOTTOM: Final = 50.0
LEGEND_ROW: Final = 18.0
DASHES: Final = ("", "7 4", "2 3", "10 3 2 3", "1 5", "12 6", "4 2", "1 3")
_LINE: Final = 17.0
_PAD: Final = 9.0
COLOURS: Final = (
    "#0b5394", "#b45f06", "#38761d", "#741b47", "#444444", "#7f6000", "#134f5c", "#777777",
)  # fmt: skip
REFERENCE: Final = 7
LABEL_WIDTH: Final = 150.0
LABEL_HEIGHT: Final = 14.0
_AXIS: Final = 'stroke="#444" stroke-width="1"'
_WORDS: Final = 'font-family="system-ui,sans-serif" font-size="12" fill="#1b1b1b"'
"""Of every word in a drawing; it stands in the drawing, where each page and each print finds it."""


@dataclass(slots=True)
class Plot:
    """A plot that grows by its methods; ``svg`` gives the text.

    Parameters
    ----------
    x, y : ranges of the axes
    x_label, y_label : what they are
    number : how a number of an axis is written
    """

    x: tuple[float, float]
    y: tuple[float, float]
    x_label: str
    y_label: str
    number: Callable[[float], str]
    height: float = HEIGHT
    _parts: list[str] = field(default_factory=list)
    _labelled: list[Point] = field(default_factory=list)
    _legend: list[tuple[str, int]] = field(default_factory=list)

    def across(self, value: float) -> float:
        """Return the horizontal place of a value."""
        part = (value - self.x[0]) / ((self.x[1] - self.x[0]) or 1.0)
        return round(LEFT + part * (WIDTH - LEFT - RIGHT), 1)

    def up(self, value: float) -> float:
        """Return the vertical place of a value."""
        part = (value - self.y[0]) / ((self.y[1] - self.y[0]) or 1.0)
        return round(self.height - BOTTOM - part * (self.height - TOP - BOTTOM), 1)

    def _inside(self, point: Point) -> str:
        x = min(max(point[0], self.x[0]), self.x[1])
        y = min(max(point[1], self.y[0]), self.y[1])
        return f"{self.across(x)},{self.up(y)}"

    def line(self, points: Sequence[Point], style: int = 0, label: str = "") -> None:
        """Draw a curve, a dot where it is one point, with its name, if any, in the legend once."""
        inside = self._clipped(points)
        if not inside:
            return
        if len(inside) == 1:
            self.dot(inside[0], style)
        where = " ".join(self._inside(p) for p in inside)
        self._parts.append(f'<polyline points="{where}" {_stroke(style)}/>')
        if label and (label, style) not in self._legend:
            self._legend.append((label, style))

    def _clipped(self, points: Sequence[Point]) -> list[Point]:
        """Return a curve up to where it first leaves the plot, below or above."""
        kept: list[Point] = []
        low, high = self.y
        for point in points:
            if low <= point[1] <= high:
                kept.append(point)
                continue
            if kept:
                edge, (x0, y0) = low if point[1] < low else high, kept[-1]
                part = (edge - y0) / (point[1] - y0)
                kept.append((x0 + part * (point[0] - x0), edge))
                break
        return kept

    def band(self, low: Sequence[Point], high: Sequence[Point], style: int = 0) -> None:
        """Fill between two curves."""
        around = [*low, *reversed(high)]
        where = " ".join(self._inside(p) for p in around)
        colour = COLOURS[style % len(COLOURS)]
        self._parts.append(f'<polygon points="{where}" fill="{colour}" fill-opacity=".14"/>')

    def dot(self, point: Point, style: int = 0, label: str = "") -> None:
        """Draw a dot, with a few words beside it."""
        x, y = self._inside(point).split(",")
        colour = COLOURS[style % len(COLOURS)]
        self._parts.append(f'<circle cx="{x}" cy="{y}" r="4" fill="{colour}"/>')
        if label:
            place = self._free(float(x) + 7, float(y) + 4)
            text = escape(label)
            self._parts.append(f'<text x="{place[0]}" y="{place[1]}">{text}</text>')

    def _free(self, x: float, y: float) -> Point:
        """Return a place for words beside a dot, a line lower while others stand there."""
        while any(
            abs(x - a) < LABEL_WIDTH and abs(y - b) < LABEL_HEIGHT for a, b in self._labelled
        ):
            y = round(y + LABEL_HEIGHT, 1)
        self._labelled.append((x, y))
        return x, y

    def bar(self, left: float, right: float, top: float, bottom: float = 0.0) -> None:
        """Draw a bar in the units of the axes."""
        x, y = self.across(left), self.up(top)
        width, height = round(self.across(right) - x, 1), round(self.up(bottom) - y, 1)
        size = f'width="{max(width, 0.5)}" height="{max(height, 0)}"'
        self._parts.append(f'<rect x="{x}" y="{y}" {size} fill="#999" fill-opacity=".5"/>')

    def interval(self, row: float, low: float, value: float, high: float) -> None:
        """Draw an estimate with its interval on a row."""
        y = self.up(row)
        a, b = (self.across(min(max(v, self.x[0]), self.x[1])) for v in (low, high))
        self._parts.append(f'<line x1="{a}" x2="{b}" y1="{y}" y2="{y}" {_stroke(0)}/>')
        self.dot((value, row))

    def note(self, row: float, text: str) -> None:
        """Write words at the left end of a row."""
        self._parts.append(f'<text x="{LEFT + 4}" y="{self.up(row) + 4}">{escape(text)}</text>')

    def note_at(self, x: float, row: float, text: str) -> None:
        """Write words from a place on."""
        self._parts.append(
            f'<text x="{self.across(x)}" y="{self.up(row) + 4}">{escape(text)}</text>'
        )

    def svg(self, title: str, *, has_y: bool = True) -> str:
        """Return the drawing, with a title for those who can't see it."""
        whole = self.height + LEGEND_ROW * len(self._legend)
        axes = [*self._x_axis(), *(self._y_axis() if has_y else ())]
        legend = [
            part
            for i, (label, style) in enumerate(self._legend)
            for part in _legend_row(self.height + LEGEND_ROW * i + 6, label, style)
        ]
        return (
            f'<svg viewBox="0 0 {WIDTH:g} {whole:g}" {_WORDS} role="img" '
            f'aria-label="{escape(title)}">'
            f"<title>{escape(title)}</title>" + "".join([*axes, *self._parts, *legend]) + "</svg>"
        )

    def _x_axis(self) -> list[str]:
        base = self.height - BOTTOM
        parts = [f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{base}" y2="{base}" {_AXIS}/>']
        for value in ticks(*self.x):
            text = escape(self.number(value))
            if not text:
                continue
            x = self.across(value)
            parts.append(f'<line x1="{x}" x2="{x}" y1="{base}" y2="{base + 4}" {_AXIS}/>')
            parts.append(f'<text x="{x}" y="{base + 17}" text-anchor="middle">{text}</text>')
        middle = (LEFT + WIDTH - RIGHT) / 2
        label = escape(self.x_label)
        return [*parts, f'<text x="{middle}" y="{base + 36}" text-anchor="middle">{label}</text>']

    def _y_axis(self) -> list[str]:
        base = self.height - BOTTOM
        parts = [f'<line x1="{LEFT}" x2="{LEFT}" y1="{TOP}" y2="{base}" {_AXIS}/>']
        for value in ticks(*self.y):
            y = self.up(value)
            parts.append(f'<line x1="{LEFT - 4}" x2="{LEFT}" y1="{y}" y2="{y}" {_AXIS}/>')
            text = escape(self.number(value))
            parts.append(f'<text x="{LEFT - 7}" y="{y + 4}" text-anchor="end">{text}</text>')
        middle = (TOP + base) / 2
        turn = f'transform="rotate(-90 14 {middle})"'
        label = escape(self.y_label)
        return [*parts, f'<text x="14" y="{middle}" text-anchor="middle" {turn}>{label}</text>']


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Return round numbers inside a range, about so many.

    >>> ticks(0.0, 1.0)
    [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    >>> ticks(-0.008, 0.034)
    [0.0, 0.01, 0.02, 0.03]
    """
    rough = (high - low) / about or 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(f * power for f in (1.0, 2.0, 5.0, 10.0) if f * power >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(i * step, 10) for i in range(first, last + 1)]


def _stroke(style: int) -> str:
    colour, dash = COLOURS[style % len(COLOURS)], DASHES[style % len(DASHES)]
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'stroke="{colour}"{dashes} stroke-width="1.8" fill="none"'


def _legend_row(y: float, label: str, style: int) -> list[str]:
    return [
        f'<line x1="{LEFT}" x2="{LEFT + 34}" y1="{y}" y2="{y}" {_stroke(style)}/>',
        f'<text x="{LEFT + 42}" y="{y + 4}">{escape(label)}</text>',
    ]


@dataclass(frozen=True, slots=True)
class Box:
    """A box of a flow diagram, with what left beside it."""

    lines: tuple[str, ...]
    left: tuple[str, ...] = ()


def flow_diagram(boxes: Sequence[Box], ends: Sequence[tuple[str, ...]], title: str) -> str:
    """Draw boxes one below the other, what left at their side, and the ends side by side."""
    width, line, gap, pad = 720.0, _LINE, 20.0, _PAD
    y, parts = 8.0, []
    for i, box in enumerate(boxes):
        if box.left:
            height = pad * 2 + line * len(box.left)
            middle = y + height / 2
            parts += [
                f'<line x1="150" x2="150" y1="{y - gap}" y2="{y + height + gap}" {_AXIS}/>',
                f'<line x1="150" x2="330" y1="{middle}" y2="{middle}" {_AXIS}/>',
                *_box(330, y, 380, box.left),
            ]
            y += height + gap
        height = pad * 2 + line * len(box.lines)
        parts += _box(20, y, 260, box.lines)
        y += height + gap
        if i < len(boxes) - 1 and not boxes[i + 1].left:
            parts.append(f'<line x1="150" x2="150" y1="{y - gap}" y2="{y}" {_AXIS}/>')
    each = (width - 20) / max(len(ends), 1)
    tallest = max((len(e) for e in ends), default=0)
    for i, lines in enumerate(ends):
        x = 10 + i * each
        parts.append(f'<line x1="150" x2="{x + each / 2 - 5}" y1="{y - gap}" y2="{y}" {_AXIS}/>')
        parts += _box(x, y, each - 10, lines)
    y += pad * 2 + line * tallest + 8
    body = "".join(parts)
    name = escape(title)
    return (
        f'<svg viewBox="0 0 {width:g} {y:g}" {_WORDS} role="img" aria-label="{name}" class="wide">'
        f"<title>{name}</title>{body}</svg>"
    )


def _box(x: float, y: float, width: float, lines: Sequence[str]) -> list[str]:
    height = _PAD * 2 + _LINE * len(lines)
    parts = [
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="#f6f6f6" stroke="#444"/>'
    ]
    parts += [
        f'<text x="{x + 9}" y="{y + _PAD + _LINE * i + 12}">{escape(text)}</text>'
        for i, text in enumerate(lines)
    ]
    return parts
