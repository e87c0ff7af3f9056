"""Long recordings: stretches of one length with a margin, so that memory does not grow."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from .numbers import NUMBERS

SEGMENT_S: Final[float] = NUMBERS["segments"]["segment_s"]
MARGIN_S: Final[float] = NUMBERS["segments"]["margin_s"]


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a recording; samples of the file.

    Parameters
    ----------
    start, stop : what is read
    keep_from, keep_to : beats whose peak lies here count; the rest belongs to a neighbour
    """

    start: int
    stop: int
    keep_from: float
    keep_to: float


def segments(n_samples: int, sampling_rate_hz: float) -> Iterator[Segment]:
    """Cut a recording into stretches; one that is not much longer than a stretch stays whole.

    Parameters
    ----------
    n_samples : of the recording
    sampling_rate_hz : of the recording
    """
    length = max(round(SEGMENT_S * sampling_rate_hz), 1)
    margin = round(MARGIN_S * sampling_rate_hz)
    if n_samples <= length + 2 * margin:
        yield Segment(0, n_samples, float("-inf"), float("inf"))
        return
    count = -(-n_samples // length)
    for i in range(count):
        start, stop = i * length, min((i + 1) * length, n_samples)
        yield Segment(
            max(start - margin, 0),
            min(stop + margin, n_samples),
            float("-inf") if i == 0 else float(start),
            float("inf") if i == count - 1 else float(stop),
        )
