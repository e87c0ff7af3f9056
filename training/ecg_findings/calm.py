"""How much is said of a calm ECG: sinus rhythm to which nobody gave another label."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from ...engine.ecg.findings.spec import StatementTable
from ...engine.fixedpoint import FloatArray
from ..metrics import Estimate, wilson
from ..report import Line
from .judge import BoolArray
from .records import Ecgs

REPLICATES: Final = 500
RHYTHM: Final = "sinus_rhythm"
TABLE: Final = "statements beside sinus rhythm on a calm ECG"
BY_SOURCE: Final = "share of calm ECGs that are not called so, source left out"
UNTOLD: Final = "present, its measured rate apart"
SLOW, FAST = 60.0, 100.0


def is_calm(ecgs: Ecgs) -> BoolArray:
    """Say which ECGs have sinus rhythm and no other label, shape (n,)."""
    rhythm = ecgs.statements.index(RHYTHM)
    others = np.delete(ecgs.truth, rhythm, axis=1)
    return np.asarray((ecgs.truth[:, rhythm] == 1) & (np.nansum(others, axis=1) == 0), np.bool_)


def calm_lines(
    row: str, ecgs: Ecgs, table: StatementTable, said: tuple[BoolArray, BoolArray, BoolArray]
) -> list[Line]:
    """Return how many statements a calm ECG gets.

    Many are true: nobody labels a rate of 58. So they are an upper bound of false statements;
    without bradycardia below 60 and tachycardia above 100 per minute, as measured, a closer one.

    Parameters
    ----------
    row : name of the row
    said : present, flagged and decided, shape (n, s) each
    """
    calm, others = is_calm(ecgs), _others(table)
    untold = said[0] & ~_rate_is_so(ecgs, table)
    lines = []
    for what, at in (("present", said[0]), (UNTOLD, untold), ("present or borderline", said[1])):
        counts = at[calm][:, others].sum(axis=1).astype(np.float64)
        lines.append(Line(TABLE, row, what, _mean(counts)))
    return lines


def calm_by_source(ecgs: Ecgs, table: StatementTable, present: BoolArray) -> list[Line]:
    """Return of every statement the share of calm ECGs of each source that are not called so."""
    calm, lines = is_calm(ecgs), []
    sources = [s for s in dict.fromkeys(ecgs.source) if (calm & (ecgs.source == s)).any()]
    for j in _others(table):
        for source in sources:
            at = present[calm & (ecgs.source == source), j]
            found = wilson(float((~at).sum()), len(at))
            lines.append(Line(BY_SOURCE, table.names[j], str(source), found))
    return lines


def _others(table: StatementTable) -> Sequence[int]:
    return [j for j, name in enumerate(table.names) if name != RHYTHM]


def _rate_is_so(ecgs: Ecgs, table: StatementTable) -> BoolArray:
    """Say where the measured rate is what the statement says, shape (n, s)."""
    rate = ecgs.columns(("rate_bpm",))[:, 0]
    found = np.zeros(ecgs.truth.shape, dtype=np.bool_)
    found[:, table.names.index("sinus_bradycardia")] = rate < SLOW
    found[:, table.names.index("sinus_tachycardia")] = rate > FAST
    return found


def _mean(counts: FloatArray) -> Estimate:
    generator = np.random.default_rng(1)
    draws = generator.choice(counts, (REPLICATES, len(counts))).mean(axis=1)
    low, high = np.quantile(draws, [0.025, 0.975])
    method = f"percentile bootstrap of records, {REPLICATES} replicates"
    return Estimate(float(counts.mean()), float(low), float(high), len(counts), method)
