"""Windows in a row as spans of time."""

from collections.abc import Iterable, Sequence

from .cut import Window


def runs_of(indices: Iterable[int], least: int) -> tuple[tuple[int, ...], ...]:
    """Return indices that follow each other, as far as so many do.

    >>> runs_of([1, 2, 3, 7, 9, 10], 2)
    ((1, 2, 3), (9, 10))
    """
    runs: list[list[int]] = []
    for i in sorted(set(indices)):
        if runs and i == runs[-1][-1] + 1:
            runs[-1].append(i)
        else:
            runs.append([i])
    return tuple(tuple(run) for run in runs if len(run) >= least)


def spans_of(runs: Iterable[Sequence[int]], windows: Sequence[Window]) -> tuple[Window, ...]:
    """Return from where to where each run of windows reaches; runs that overlap are one span."""
    spans: list[Window] = []
    for run in runs:
        start, stop = windows[run[0]].start_s, windows[run[-1]].stop_s
        if spans and start <= spans[-1].stop_s:
            start = spans.pop().start_s
        spans.append(Window(start, stop))
    return tuple(spans)


def written(spans: Sequence[Window], most: int) -> str:
    """Write spans in whole seconds, the first ones of many.

    >>> written([Window(295.0, 335.0), Window(400.0, 412.4)], 5)
    '295-335, 400-412'
    >>> written([Window(10.0 * i, 10.0 * i + 5) for i in range(3)], 2)
    '0-5, 10-15 ... (3)'
    """
    said = ", ".join(f"{span.start_s:.0f}-{span.stop_s:.0f}" for span in spans[:most])
    return said if len(spans) <= most else f"{said} ... ({len(spans)})"
