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
DELAY, EARLY = "nonspecific_intraventricular_delay", "premature_atrial_complex"
DELAY_TABLE: Final = "what intraventricular delay is in each database"
WIDE_MS: Final = 110.0
METHOD: Final = "median and quartiles of the cases, not an interval of confidence"


def definition_lines(ecgs: Ecgs) -> list[Line]:
    """Return median and quartiles of the cases of every source that has three, and the delays."""
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
    return lines + _delay_lines(ecgs)


def _delay_lines(ecgs: Ecgs) -> list[Line]:
    """Count delays, those with premature atrial beats, and those whose usual QRS is wide."""
    case = ecgs.truth[:, ecgs.statements.index(DELAY)] == 1
    early = ecgs.truth[:, ecgs.statements.index(EARLY)] == 1
    wide = ecgs.columns(("qrs_ms",))[:, 0] >= WIDE_MS
    kinds = {"cases": case, "with premature atrial beats": case & early,
             f"with a usual QRS of {WIDE_MS:.0f} ms or more": case & wide}  # fmt: skip
    lines = []
    for source in dict.fromkeys(ecgs.source[case]):
        for kind, rows in kinds.items():
            n = float((rows & (ecgs.source == source)).sum())
            found = Estimate(n, n, n, len(case), "counted")
            lines.append(Line(DELAY_TABLE, str(source), kind, found))
    return lines
