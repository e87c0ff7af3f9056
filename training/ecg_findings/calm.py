"""How much is said of a calm ECG: sinus rhythm to which nobody gave another label."""

import numpy as np

from ...engine.ecg.findings.spec import StatementTable
from ..metrics import Estimate
from ..report import Line
from .judge import BoolArray
from .records import Ecgs

REPLICATES = 500
RHYTHM = "sinus_rhythm"
TABLE = "statements beside sinus rhythm on a calm ECG"


def calm_lines(
    row: str, ecgs: Ecgs, table: StatementTable, said: tuple[BoolArray, BoolArray, BoolArray]
) -> list[Line]:
    """Return how many statements a calm ECG gets as present, and as present or borderline.

    Many are true: nobody labels a rate of 58. So it is an upper bound of false statements.

    Parameters
    ----------
    row : name of the row
    said : present, flagged and decided, shape (n, s) each
    """
    rhythm = table.names.index(RHYTHM)
    others = [j for j in range(len(table.names)) if j != rhythm]
    calm = (ecgs.truth[:, rhythm] == 1) & (np.nansum(ecgs.truth[:, others], axis=1) == 0)
    generator = np.random.default_rng(1)
    lines = []
    for what, at in (("present", said[0]), ("present or borderline", said[1])):
        counts = at[calm][:, others].sum(axis=1).astype(np.float64)
        draws = generator.choice(counts, (REPLICATES, len(counts))).mean(axis=1)
        low, high = np.quantile(draws, [0.025, 0.975])
        method = f"percentile bootstrap of records, {REPLICATES} replicates"
        found = Estimate(float(counts.mean()), float(low), float(high), len(counts), method)
        lines.append(Line(TABLE, row, what, found))
    return lines
