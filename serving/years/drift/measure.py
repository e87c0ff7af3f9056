"""Prints how often the report flags where nothing changes, and how soon where something does.

``python -m laennec.serving.years.drift.measure``: simulated decisions and values with known truth.
"""

import sys
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from .cusum import running_sums
from .index import Counted, raw_index, stability
from .limits import house_limits
from .shares import wilson_interval

SEED: Final = 20261130
RUNS: Final = 400
LATER: Final = 600
SHARES: Final = (0.05, 0.1, 0.2, 0.4)
REFERENCES: Final = (100, 300)
SIZES: Final = ((300, 100), (900, 300), (3000, 1000))
SHIFTS: Final = (0.0, 0.2, 0.4, 0.6)
"""Of a normal variable, in standard deviations."""
_TRUTH: Final = 1_000_000
_LEAST: Final = 1e-3


@dataclass(frozen=True, slots=True)
class SumRow:
    """Decisions of one true share after a reference of one size.

    Attributes
    ----------
    share, reference : the truth, and how many decisions it was learned from
    false_alarm : share of runs of ``LATER`` decisions without a change that signal, and its
        interval
    found : share of runs in which doubled odds are found within ``LATER`` decisions
    delay : median decisions until then, over all runs
    """

    share: float
    reference: int
    false_alarm: tuple[float, float, float]
    found: float
    delay: float


def measure_sums(runs: int = RUNS) -> list[SumRow]:
    """Return the control sums' false alarms and delays over simulated decisions."""
    rng = np.random.default_rng(SEED)
    return [_sums(rng, share, size, runs) for size in REFERENCES for share in SHARES]


def _sums(rng: np.random.Generator, share: float, size: int, runs: int) -> SumRow:
    limits = house_limits()
    ratio, limit = limits.number("cusum.odds_ratio"), limits.number("cusum.limit")
    odds = ratio * share / (1 - share)
    false, delays = 0, []
    for _ in range(runs):
        k = int((rng.random(size) < share).sum())
        ends = wilson_interval(k, size, limits.number("cusum.reference_z"))
        expected = (max(ends[0], _LEAST), max(ends[1], _LEAST))
        still = rng.random(LATER) < share
        false += bool(running_sums(still, expected, ratio, limit).signals)
        risen = rng.random(LATER) < odds / (1 + odds)
        found = running_sums(risen, expected, ratio, limit).signals
        delays.append(found[0][0] + 1 if found else LATER + 1)
    return SumRow(
        share,
        size,
        (false / runs, *wilson_interval(false, runs)),
        float(np.mean(np.array(delays) <= LATER)),
        float(np.median(delays)),
    )


@dataclass(frozen=True, slots=True)
class IndexRow:
    """Values of a month against a reference, moved by a known shift.

    Attributes
    ----------
    reference, month, shift : sizes, and the shift in standard deviations
    truth : the index of endless samples
    mean : of the estimates
    covered : share of the 95 % intervals that hold the truth
    watched, acted : share of runs that are flagged
    """

    reference: int
    month: int
    shift: float
    truth: float
    mean: float
    covered: float
    watched: float
    acted: float


def measure_index(runs: int = RUNS) -> list[IndexRow]:
    """Return the index's coverage, false alarms and power over simulated values."""
    rng = np.random.default_rng(SEED)
    truths = {shift: _truth(rng, shift) for shift in SHIFTS}
    return [_index(rng, sizes, (shift, truths[shift]), runs) for sizes in SIZES for shift in SHIFTS]


def _truth(rng: np.random.Generator, shift: float) -> float:
    """Return the index between two distributions cut at the true tenths of the first."""
    before = rng.normal(size=_TRUTH)
    ends = np.quantile(before, np.linspace(0, 1, 11)[1:-1])
    first = np.bincount(np.searchsorted(ends, before), minlength=10)
    second = np.bincount(np.searchsorted(ends, rng.normal(shift, 1, _TRUTH)), minlength=10)
    return raw_index(first.astype(np.float64), second.astype(np.float64))


def _index(
    rng: np.random.Generator, sizes: tuple[int, int], moved: tuple[float, float], runs: int
) -> IndexRow:
    limits = house_limits()
    shift, truth = moved
    values, covered, watched, acted = [], 0, 0, 0
    for _ in range(runs):
        found = stability(
            _counted(rng.normal(size=sizes[0])), _counted(rng.normal(shift, 1, sizes[1]))
        )
        values.append(found.value)
        covered += found.low <= truth <= found.high
        is_news = found.chance < limits.number("psi.chance")
        watched += is_news and found.value >= limits.number("psi.watch")
        acted += is_news and found.value >= limits.number("psi.act")
    mean = float(np.mean(values))
    return IndexRow(*sizes, shift, truth, mean, covered / runs, watched / runs, acted / runs)


def _counted(values: Any) -> Counted:  # noqa: ANN401 - drawn numbers
    value, count = np.unique(np.round(values, 2), return_counts=True)
    return Counted(value.astype(np.float64), count.astype(np.int64))


def report() -> str:
    """Return both tables as text."""
    lines = [
        f"control sums, {RUNS} runs of {LATER} decisions, seed {SEED}",
        "share  reference  false alarm (95 %)        doubled odds found  median delay",
    ]
    for row in measure_sums():
        value, low, high = row.false_alarm
        lines.append(
            f"{row.share:5.2f}  {row.reference:9d}  {value:.3f} ({low:.3f} to {high:.3f})    "
            f"{row.found:18.3f}  {row.delay:12.0f}"
        )
    lines += [
        f"\nindex of a normal variable, {RUNS} runs",
        "reference  month  shift  truth   mean  covered  watch or act    act",
    ]
    lines += [
        f"{one.reference:9d}  {one.month:5d}  {one.shift:5.1f}  {one.truth:5.3f}  {one.mean:5.3f}"
        f"  {one.covered:7.3f}  {one.watched:12.3f}  {one.acted:5.3f}"
        for one in measure_index()
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(report())
