"""Small drawings: axes, curves, bands, dots and bars as SVG text.

Colour is never the only sign: every curve has its own dash and stands in the legend by name.
"""

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
DASHES: Final = ("", "7 4", "2 3", "10 3 2 3", "1 5", "12 6")
_LINE: Final = 17.0
_PAD: Final = 9.0
COLOURS: Final = ("#0b5394", "#b45f06", "#38761d", "#741b47", "#444444", "#7f6000")


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
        """Draw a curve, with its name in the legend where one is given."""
        if not points:
            return
        where = " ".join(self._inside(p) for p in points)
        self._parts.append(f'<polyline points="{where}" class="line" {_stroke(style)}/>')
        if label:
            self._legend.append((label, style))

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
            text = escape(label)
            self._parts.append(f'<text x="{float(x) + 7}" y="{float(y) + 4}">{text}</text>')

    def bar(self, left: float, right: float, top: float, bottom: float = 0.0) -> None:
        """Draw a bar in the units of the axes."""
        x, y = self.across(left), self.up(top)
        width, height = round(self.across(right) - x, 1), round(self.up(bottom) - y, 1)
        size = f'width="{max(width, 0.5)}" height="{max(height, 0)}"'
        self._parts.append(f'<rect x="{x}" y="{y}" {size} class="bar"/>')

    def interval(self, row: float, low: float, value: float, high: float) -> None:
        """Draw an estimate with its interval on a row."""
        y = self.up(row)
        a, b = (self.across(min(max(v, self.x[0]), self.x[1])) for v in (low, high))
        self._parts.append(f'<line x1="{a}" x2="{b}" y1="{y}" y2="{y}" {_stroke(0)}/>')
        self.dot((value, row))

    def note(self, row: float, text: str) -> None:
        """Write words at the left end of a row."""
        self._parts.append(
            f'<text x="{LEFT + 4}" y="{self.up(row) + 4}" class="row">{escape(text)}</text>'
        )

    def note_at(self, x: float, row: float, text: str) -> None:
        """Write words from a place on."""
        self._parts.append(
            f'<text x="{self.across(x)}" y="{self.up(row) + 4}" class="row">{escape(text)}</text>'
        )

    def svg(self, title: str, x_ticks: int = 5, y_ticks: int = 5) -> str:
        """Return the drawing, with a title for those who can't see it."""
        whole = self.height + LEGEND_ROW * len(self._legend)
        axes = [*self._x_axis(x_ticks), *(self._y_axis(y_ticks) if y_ticks else ())]
        legend = [
            part
            for i, (label, style) in enumerate(self._legend)
            for part in _legend_row(self.height + LEGEND_ROW * i + 6, label, style)
        ]
        return (
            f'<svg viewBox="0 0 {WIDTH:g} {whole:g}" role="img" aria-label="{escape(title)}">'
            f"<title>{escape(title)}</title>" + "".join([*axes, *self._parts, *legend]) + "</svg>"
        )

    def _x_axis(self, ticks: int) -> list[str]:
        base = self.height - BOTTOM
        parts = [f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{base}" y2="{base}" class="axis"/>']
        for i in range(ticks + 1):
            value = self.x[0] + (self.x[1] - self.x[0]) * i / ticks
            x = self.across(value)
            parts.append(f'<line x1="{x}" x2="{x}" y1="{base}" y2="{base + 4}" class="axis"/>')
            parts.append(
                f'<text x="{x}" y="{base + 17}" class="tick">{escape(self.number(value))}</text>'
            )
        middle = (LEFT + WIDTH - RIGHT) / 2
        label = escape(self.x_label)
        return [*parts, f'<text x="{middle}" y="{base + 36}" class="label">{label}</text>']

    def _y_axis(self, ticks: int) -> list[str]:
        base = self.height - BOTTOM
        parts = [f'<line x1="{LEFT}" x2="{LEFT}" y1="{TOP}" y2="{base}" class="axis"/>']
        for i in range(ticks + 1):
            value = self.y[0] + (self.y[1] - self.y[0]) * i / ticks
            y = self.up(value)
            parts.append(f'<line x1="{LEFT - 4}" x2="{LEFT}" y1="{y}" y2="{y}" class="axis"/>')
            text = escape(self.number(value))
            parts.append(f'<text x="{LEFT - 7}" y="{y + 4}" class="side">{text}</text>')
        middle = (TOP + base) / 2
        turn = f'transform="rotate(-90 14 {middle})"'
        label = escape(self.y_label)
        return [*parts, f'<text x="14" y="{middle}" class="label" {turn}>{label}</text>']


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
                f'<line x1="150" x2="150" y1="{y - gap}" y2="{y + height + gap}" class="axis"/>',
                f'<line x1="150" x2="330" y1="{middle}" y2="{middle}" class="axis"/>',
                *_box(330, y, 380, box.left),
            ]
            y += height + gap
        height = pad * 2 + line * len(box.lines)
        parts += _box(20, y, 260, box.lines)
        y += height + gap
        if i < len(boxes) - 1 and not boxes[i + 1].left:
            parts.append(f'<line x1="150" x2="150" y1="{y - gap}" y2="{y}" class="axis"/>')
    each = (width - 20) / max(len(ends), 1)
    tallest = max((len(e) for e in ends), default=0)
    for i, lines in enumerate(ends):
        x = 10 + i * each
        parts.append(
            f'<line x1="150" x2="{x + each / 2 - 5}" y1="{y - gap}" y2="{y}" class="axis"/>'
        )
        parts += _box(x, y, each - 10, lines)
    y += pad * 2 + line * tallest + 8
    body = "".join(parts)
    name = escape(title)
    return (
        f'<svg viewBox="0 0 {width:g} {y:g}" role="img" aria-label="{name}" class="wide">'
        f"<title>{name}</title>{body}</svg>"
    )


def _box(x: float, y: float, width: float, lines: Sequence[str]) -> list[str]:
    height = _PAD * 2 + _LINE * len(lines)
    parts = [f'<rect x="{x}" y="{y}" width="{width}" height="{height}" class="box"/>']
    parts += [
        f'<text x="{x + 9}" y="{y + _PAD + _LINE * i + 12}">{escape(text)}</text>'
        for i, text in enumerate(lines)
    ]
    return parts
