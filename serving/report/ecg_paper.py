"""The twelve leads on millimetre paper: 25 mm/s and 10 mm/mV, as one SVG, without a library.

Coordinates are millimetres, so that a print at full size can be measured with a ruler.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Final

import numpy as np
from scipy.signal import resample_poly

from ...engine.ecg.leads import TWELVE_LEADS
from ...engine.ecg.signal import EcgSignal
from ...engine.fixedpoint import FloatArray
from .ecg_fields import LINE_MM, Field, Shade, fields_svg, legend_lines, letters_of
from .looks import PAPER, dressed

MM_PER_S: Final = 25.0
MM_PER_MV: Final = 10.0
COLUMN_S: Final = 2.5
LONGEST_STRIP_S: Final = 10.0
ROW_MM: Final = 30.0
MARGIN_MM: Final = 6.0
EDGE_MM: Final = 1.0
MORE_MM: Final = 20.0  # so that the drawing stays on one sheet: up to 4 mV in the first row
PULSE_MM: Final = 9.0
MARKS_MM: Final = 9.0
DRAWN_RATE_HZ: Final = 250.0
STEPS_PER_MM: Final = 50
STANDARD_COLUMNS: Final = tuple(TWELVE_LEADS[first : first + 3] for first in (0, 3, 6, 9))
RHYTHM_LEAD: Final = "II"
BEAT: Final = "qrs"


@dataclass(frozen=True, slots=True)
class Mark:
    """One wave of the global delineation: ``p``, ``qrs`` or ``t``, in seconds from the start."""

    wave: str
    onset_s: float
    offset_s: float


@dataclass(frozen=True, slots=True)
class _Trace:
    """One piece of one lead, and where its zero line lies."""

    lead: str
    samples: FloatArray
    x_mm: float
    y_mm: float
    start_s: float = 0.0


def ecg_svg(
    signal: EcgSignal,
    *,
    marks: Sequence[Mark | Shade] = (),
    caption: str = "",
    description: str = "ECG",
    start_s: float = 0.0,
) -> str:
    """Draw an ECG.

    Twelve leads stand in four columns of 2.5 s over a rhythm strip of lead II; fewer or other
    leads stand one below the other. At most ten seconds are drawn. Missing samples are a grey
    field, never a line.

    Parameters
    ----------
    signal : one lead or more, millivolt
    marks : global waves, drawn below the lowest strip, and fields behind beats and leads
    caption : a line of text under the drawing, e.g. speed, gain and filters
    description : what a screen reader says
    start_s : where the drawing begins

    Returns
    -------
    SVG text, ``viewBox`` in millimetres; how it looks stands in it
    """
    shown = _cut(signal, start_s)
    waves = [mark for mark in marks if isinstance(mark, Mark)]
    shades = [mark for mark in marks if isinstance(mark, Shade)]
    traces, below = _within(_standard(shown) if shown.has_twelve else _stacked(shown))
    strip_s = min(shown.duration_s, LONGEST_STRIP_S)
    width = 2 * MARGIN_MM + PULSE_MM + strip_s * MM_PER_S
    rows = max(trace.y_mm for trace in traces) + ROW_MM / 2 + below
    letters = letters_of(shades)
    legend = legend_lines(letters)
    height = rows + (MARKS_MM if waves else 0.0) + len(legend) * LINE_MM + MARGIN_MM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {_look("ecg")} role="img" '
        f'aria-label="{escape(description)}" viewBox="0 0 {width:.1f} {height:.1f}" '
        f'width="{width:.1f}mm" height="{height:.1f}mm">',
        _paper(width, height),
        *(_fields(trace, shown.sampling_rate_hz, shades, start_s, letters) for trace in traces),
        *(_pulse(y) for y in sorted({trace.y_mm for trace in traces})),
        *(_trace(trace, shown.sampling_rate_hz) for trace in traces),
        _marks(waves, rows, start_s, strip_s),
        *_lines([*legend, caption], height - 1.6),
        "</svg>",
    ]
    return "".join(parts)


def _lines(lines: Sequence[str], last_mm: float) -> Iterator[str]:
    """Write lines of text below the drawing, the last one at its place."""
    for k, line in enumerate(lines, 1):
        y = last_mm - (len(lines) - k) * LINE_MM
        yield f'<text {_look("caption")} x="{MARGIN_MM}" y="{y:.1f}">{escape(line)}</text>'


def _cut(signal: EcgSignal, start_s: float) -> EcgSignal:
    first = round(start_s * signal.sampling_rate_hz)
    last = first + round(LONGEST_STRIP_S * signal.sampling_rate_hz)
    return EcgSignal(
        leads=signal.leads,
        signal_mv=signal.signal_mv[:, first:last],
        sampling_rate_hz=signal.sampling_rate_hz,
        derived=signal.derived,
        resolution_uv=signal.resolution_uv,
    )


def _standard(signal: EcgSignal) -> list[_Trace]:
    """Lay out four columns of three leads, a rhythm strip, and other leads below it."""
    fs, left = signal.sampling_rate_hz, MARGIN_MM + PULSE_MM
    traces = []
    for k, column in enumerate(STANDARD_COLUMNS):
        first, last = round(k * COLUMN_S * fs), round((k + 1) * COLUMN_S * fs)
        for row, lead in enumerate(column):
            samples = signal.lead_mv(lead)[first:last]
            x = left + k * COLUMN_S * MM_PER_S
            y = MARGIN_MM + ROW_MM * (row + 0.5)
            traces.append(_Trace(lead, samples, x, y, k * COLUMN_S))
    others = [name for name in signal.leads if name not in TWELVE_LEADS]
    for row, lead in enumerate([RHYTHM_LEAD, *others], start=len(STANDARD_COLUMNS[0])):
        y = MARGIN_MM + ROW_MM * (row + 0.5)
        traces.append(_Trace(lead, signal.lead_mv(lead), left, y))
    return [trace for trace in traces if len(trace.samples)]


def _stacked(signal: EcgSignal) -> list[_Trace]:
    """Lay out every lead over the whole width."""
    return [
        _Trace(lead, signal.lead_mv(lead), MARGIN_MM + PULSE_MM, MARGIN_MM + ROW_MM * (row + 0.5))
        for row, lead in enumerate(signal.leads)
    ]


def _within(traces: Sequence[_Trace]) -> tuple[list[_Trace], float]:
    """Move all traces down by what one reaches beyond the upper edge, so that nothing is cut.

    Returns
    -------
    the traces, and how many millimetres more the lowest of them needs below itself
    """
    reach = [(trace.y_mm, *_reach_mm(trace)) for trace in traces]
    above = max((up - y + EDGE_MM for y, up, _ in reach), default=0.0)
    edge = max((y for y, _, _ in reach), default=0.0) + ROW_MM / 2
    below = max((y + down - edge + EDGE_MM for y, _, down in reach), default=0.0)
    above = float(np.ceil(np.clip(above, 0.0, MORE_MM)))
    below = float(np.ceil(np.clip(below, 0.0, MORE_MM - above)))
    return [replace(trace, y_mm=trace.y_mm + above) for trace in traces], below


def _reach_mm(trace: _Trace) -> tuple[float, float]:
    """Return how far a trace is drawn above and below its level."""
    known = trace.samples[~np.isnan(trace.samples)]
    if not len(known):
        return 0.0, 0.0
    level = float(np.median(known))
    up, down = float(known.max()) - level, level - float(known.min())
    return up * MM_PER_MV, down * MM_PER_MV


def _look(*names: str) -> str:
    return dressed(PAPER, *names)


def _paper(width: float, height: float) -> str:
    """Rule one and five millimetres, each as one path."""
    paths = []
    for name, step in (("fine", 1), ("bold", 5)):
        across = "".join(f"M0 {y}H{width:.1f}" for y in range(0, int(height) + 1, step))
        down = "".join(f"M{x} 0V{height:.1f}" for x in range(0, int(width) + 1, step))
        paths.append(f'<path {_look(name)} d="{across}{down}"/>')
    return "".join(paths)


def _pulse(y_mm: float) -> str:
    """Draw the calibration pulse: 1 mV for 0.2 s."""
    x, top = MARGIN_MM, y_mm - MM_PER_MV
    return f'<path {_look("trace")} d="M{x} {y_mm}h1V{top}h5V{y_mm}h2"/>'


def _fields(
    trace: _Trace, fs: float, shades: Sequence[Shade], start_s: float, letters: Mapping[str, str]
) -> str:
    """Draw the fields of one piece of a lead; fields of one place are one, with every title."""
    length = len(trace.samples) / fs
    places: dict[tuple[float, float], dict[str, None]] = {}
    for shade in shades:
        first = max(shade.onset_s - start_s - trace.start_s, 0.0)
        last = min(shade.offset_s - start_s - trace.start_s, length)
        if trace.lead in shade.leads and first < last:
            places.setdefault((first, last), {})[shade.title] = None
    fields = [
        Field(trace.x_mm + first * MM_PER_S, (last - first) * MM_PER_S, tuple(titles))
        for (first, last), titles in sorted(places.items())
    ]
    return fields_svg(fields, letters, trace.y_mm - ROW_MM / 2, ROW_MM)


def _trace(trace: _Trace, fs: float) -> str:
    """Draw one piece of a lead around its median; where samples are missing, a grey field."""
    missing = np.isnan(trace.samples)
    level = float(np.median(trace.samples[~missing])) if not missing.all() else 0.0
    path = "".join(
        _steps(trace.samples[start:stop] - level, start, fs) for start, stop in _spans(~missing)
    )
    place = f"translate({trace.x_mm:.2f} {trace.y_mm:.2f})"
    gaps = "".join(
        f'<rect {_look("gap")} x="{start * MM_PER_S / fs:.2f}" y="{-ROW_MM / 2}" '
        f'width="{(stop - start) * MM_PER_S / fs:.2f}" height="{ROW_MM}"/>'
        for start, stop in _spans(missing)
    )
    return (
        f'<g transform="{place}"><g transform="scale({1 / STEPS_PER_MM})">'
        f'<path {_look("trace", "drawn")} d="{path}"/></g>'
        f'{gaps}<text {_look("lead")} x="1" y="-{ROW_MM / 2 - 5:.1f}">'
        f"{escape(trace.lead)}</text></g>"
    )


def _steps(samples: FloatArray, start: int, fs: float) -> str:
    """Write a run of samples as relative integer steps, the shortest form that SVG has."""
    drawn, rate = thinned(samples, fs)
    at_s = start / fs + np.arange(len(drawn)) / rate
    x = np.round(at_s * STEPS_PER_MM * MM_PER_S).astype(np.int64)
    y = np.round(-drawn * STEPS_PER_MM * MM_PER_MV).astype(np.int64)
    steps = np.stack([np.diff(x), np.diff(y)], axis=1)
    return f"M{x[0]} {y[0]}l" + " ".join(map(str, steps.ravel().tolist()))


def thinned(samples: FloatArray, fs: float) -> tuple[FloatArray, float]:
    """Bring a fast recording to the rate that a printed line can show.

    Parameters
    ----------
    samples : shape (n,), without NaN
    fs : sampling rate in hertz

    Returns
    -------
    the samples, shape (ceil(n / whole factor),), and their rate
    """
    factor = int(fs // DRAWN_RATE_HZ)
    if factor <= 1 or len(samples) <= factor:
        return samples, fs
    padded = np.pad(samples, (factor * 8, factor * 8), mode="edge")
    return resample_poly(padded, 1, factor)[8 : 8 + -(-len(samples) // factor)], fs / factor


def _spans(mask: np.ndarray) -> list[tuple[int, int]]:
    """List the runs of True as start and stop."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _marks(marks: Sequence[Mark], top_mm: float, start_s: float, strip_s: float) -> str:
    """Draw a bar under each wave, a field over each beat of the strip, and the names once."""
    left, parts, named = MARGIN_MM + PULSE_MM, [], set()
    for mark in marks:
        on, off = mark.onset_s - start_s, mark.offset_s - start_s
        if on < 0 or off > strip_s:
            continue
        x = left + on * MM_PER_S
        width = max((off - on) * MM_PER_S, 0.2)
        parts.append(
            f'<rect {_look(mark.wave)} x="{x:.2f}" y="{top_mm + 1:.1f}" '
            f'width="{width:.2f}" height="1.6"/>'
        )
        if mark.wave == BEAT:
            parts.append(
                f'<rect {_look("beat")} x="{x:.2f}" y="{top_mm - ROW_MM:.1f}" '
                f'width="{width:.2f}" height="{ROW_MM}"/>'
            )
        if mark.wave not in named:
            named.add(mark.wave)
            label, centre = escape(mark.wave.upper()), x + width / 2
            parts.append(
                f'<text {_look("mark")} x="{centre:.2f}" y="{top_mm + 5.4:.1f}">{label}</text>'
            )
    return "".join(parts)
