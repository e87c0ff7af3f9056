"""Where each database draws the line: the measurement behind a statement, of its cases."""

from typing import Final

import numpy as np

from ..metrics import Estimate
from ..report import Line
from .records import Ecgs

TABLE: Final = "what the databases call it"
BEHIND: Final = {
    "left_axis_deviation": "qrs_axis_deg",
    "sinus_bradycardia": "rate_bpm",
    "sinus_tachycardia": "rate_bpm",
    "av_block_1": "pr_ms",
    "nonspecific_intraventricular_delay": "qrs_ms",
    "left_atrial_enlargement": "p_ms",
}
FEWEST: Final = 3
METHOD: Final = "median and quartiles of the cases, not an interval of confidence"


def definition_lines(ecgs: Ecgs) -> list[Line]:
    """Return median and quartiles of the cases of every source that has three."""
    lines = []
    for statement, feature in BEHIND.items():
        j, values = ecgs.statements.index(statement), ecgs.columns((feature,))[:, 0]
        for source in dict.fromkeys(ecgs.source):
            rows = (ecgs.source == source) & (ecgs.truth[:, j] == 1) & np.isfinite(values)
            if rows.sum() < FEWEST:
                continue
            low, middle, high = (float(v) for v in np.quantile(values[rows], [0.25, 0.5, 0.75]))
            found = Estimate(middle, low, high, int(rows.sum()), METHOD)
            lines.append(Line(TABLE, f"{statement}, {feature}", str(source), found))
    return lines
