"""What a run measures: ranking by source and statement, cut-offs, calibration."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...engine.ecg.findings.settings import statement_settings
from ...engine.ecg.findings.spec import StatementTable
from ...engine.ecg.findings.wide import silenced
from ...engine.errors import DataError
from ...engine.fixedpoint import FloatArray
from ..calibration import calibration_slope, observed_to_expected
from ..metrics import Estimate, auroc_delong, sensitivity, specificity
from ..report import Line
from .records import Ecgs

BoolArray = NDArray[np.bool_]
FEWEST = 5
REPLICATES = 500
NOT_ESTIMABLE = float("nan")
PREVALENCE = 0.05
PPV_NAME = "PPV at a prevalence of 5 %"


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """One statement in one source: who is a case, and which records these are."""

    statement: str
    source: str
    case: BoolArray
    rows: NDArray[np.intp]


def assessable(ecgs: Ecgs, table: StatementTable) -> BoolArray:
    """Say where a statement has a score, shape (n, s), as the engine would.

    ``not_when`` and what the rest of the rules makes up for (``only_adds``) stand apart.
    """
    found = np.zeros(ecgs.truth.shape, dtype=bool)
    for j, spec in enumerate(table.statements):
        known = ecgs.uses[spec.use] & np.isfinite(ecgs.columns(spec.needs)).all(axis=1)
        if spec.not_withheld:
            known &= ~ecgs.withheld
        if spec.name in statement_settings()["in_millivolt"]:
            known &= ~ecgs.own_scale
        if spec.name in statement_settings()["every_p_conducts"]:
            known &= ~ecgs.blocked
        found[:, j] = known & ~_silenced(ecgs, spec.name)
    return found


def _silenced(ecgs: Ecgs, name: str) -> BoolArray:
    """Say where the rhythm may be a ventricular tachycardia, of which nothing of this is said."""
    found = np.zeros(len(ecgs.record), dtype=np.bool_)
    irregular = ecgs.columns(("rr_irregularity",))[:, 0]
    for i in np.flatnonzero(ecgs.wide):
        found[i] = silenced(name, {"rr_irregularity": irregular[i]})
    return found


def cells(ecgs: Ecgs, table: StatementTable, *, fewest: int = FEWEST) -> Iterator[Cell]:
    """Yield every source and statement with enough cases and a control."""
    scored = assessable(ecgs, table)
    for j, name in enumerate(table.names):
        for source in dict.fromkeys(ecgs.source):
            rows = np.flatnonzero(
                (ecgs.source == source) & np.isfinite(ecgs.truth[:, j]) & scored[:, j]
            )
            case = ecgs.truth[rows, j] == 1
            if case.sum() >= fewest and (~case).sum() >= fewest:
                yield Cell(name, str(source), case, rows)


def auroc_lines(title: str, ecgs: Ecgs, table: StatementTable, logit: FloatArray) -> list[Line]:
    """Return the AUROC of every cell, and their mean with a bootstrap over records."""
    lines = []
    for cell in cells(ecgs, table):
        j = table.names.index(cell.statement)
        found = auroc_delong(cell.case, logit[cell.rows, j])
        row = f"{cell.statement}, {cell.source}"
        lines.append(Line(title, row, "AUROC", found, int(cell.case.sum())))
    return lines


def count_lines(ecgs: Ecgs, table: StatementTable) -> list[Line]:
    """Count the cases of every statement by source, and in how many sources there are any."""
    lines = []
    for j, name in enumerate(table.names):
        counts = {
            str(source): int((ecgs.truth[ecgs.source == source, j] == 1).sum())
            for source in dict.fromkeys(ecgs.source)
        }
        counts["sources with a case"] = sum(n > 0 for n in counts.values())
        for measure, n in counts.items():
            found = Estimate(float(n), float(n), float(n), len(ecgs.record), "counted")
            lines.append(Line("cases by source", name, measure, found))
    return lines


def mean_auroc(ecgs: Ecgs, table: StatementTable, logit: FloatArray, *, seed: int) -> Estimate:
    """Mean AUROC over source and statement, interval by resampling people within their source."""
    every = list(cells(ecgs, table))
    scores = [logit[c.rows, table.names.index(c.statement)] for c in every]
    return _mean(ecgs, every, lambda i, at: _auroc(every[i].case[at], scores[i][at]), seed)


def mean_difference(
    ecgs: Ecgs, table: StatementTable, a: FloatArray, b: FloatArray, *, seed: int
) -> Estimate:
    """Paired difference of two mean AUROCs, first minus second."""
    every = list(cells(ecgs, table))
    at_ = [table.names.index(c.statement) for c in every]

    def gap(i: int, at: NDArray[np.intp]) -> float:
        case, rows, j = every[i].case[at], every[i].rows[at], at_[i]
        return _auroc(case, a[rows, j]) - _auroc(case, b[rows, j])

    return _mean(ecgs, every, gap, seed)


_METHOD = f"percentile bootstrap of people within their source, {REPLICATES} replicates"


def _mean(
    ecgs: Ecgs, every: list[Cell], measure: Callable[[int, NDArray[np.intp]], float], seed: int
) -> Estimate:
    """Return the mean over cells of what is measured in each.

    A person who is drawn is drawn in every cell at once: what one ECG adds to several statements
    is not counted as so many people. A cell of which a draw holds no case or no control is left
    out of that draw.
    """
    value = float(np.mean([measure(i, np.arange(len(c.rows))) for i, c in enumerate(every)]))
    generator = np.random.default_rng(seed)
    draws = np.empty(REPLICATES)
    for k in range(REPLICATES):
        times = _drawn(ecgs, generator)
        values = []
        for i, cell in enumerate(every):
            at = np.repeat(np.arange(len(cell.rows)), times[cell.rows])
            if len(at) and 0 < cell.case[at].sum() < len(at):
                values.append(measure(i, at))
        draws[k] = np.mean(values)
    low, high = np.quantile(draws, [0.025, 0.975])
    return Estimate(value, float(low), float(high), len(ecgs.record), _METHOD)


def _drawn(ecgs: Ecgs, generator: np.random.Generator) -> NDArray[np.intp]:
    """Return how often each record is drawn, as many people of each source as it has."""
    times = np.zeros(len(ecgs.record), np.intp)
    for source in dict.fromkeys(ecgs.source):
        rows = np.flatnonzero(ecgs.source == source)
        people, of = np.unique(ecgs.person[rows], return_inverse=True)
        drawn = generator.integers(0, len(people), len(people))
        times[rows] = np.bincount(drawn, minlength=len(people))[of]
    return times


def _auroc(case: BoolArray, score: FloatArray) -> float:
    """Mann-Whitney share of pairs in order, ties half."""
    control = np.sort(score[~case])
    mine = score[case]
    below = np.searchsorted(control, mine, side="left")
    upto = np.searchsorted(control, mine, side="right")
    return float((below + upto).mean() / (2 * len(control)))


def operating_lines(
    title: str, ecgs: Ecgs, table: StatementTable, present: BoolArray, decided: BoolArray
) -> list[Line]:
    """Sensitivity and specificity at frozen cut-offs, all sources together, and their means.

    Parameters
    ----------
    title : of the table
    present : shape (n, s), what is called present
    decided : shape (n, s), where something is said
    """
    lines = []
    for j, spec in enumerate(table.statements):
        rows = np.isfinite(ecgs.truth[:, j]) & decided[:, j]
        case = ecgs.truth[rows, j] == 1
        if not case.any() or case.all():
            continue
        at, n = present[rows, j], int(case.sum())
        lines.append(Line(title, spec.name, "sensitivity", sensitivity(case, at), n))
        lines.append(Line(title, spec.name, "specificity", specificity(case, at), n))
        lines.append(Line(title, spec.name, PPV_NAME, _ppv(*(x.estimate for x in lines[-2:])), n))
    for measure in ("sensitivity", "specificity"):
        many = [
            x.estimate.value for x in lines if x.measure == measure and (x.cases or 0) >= FEWEST
        ]
        mean, n = float(np.mean(many)) if many else NOT_ESTIMABLE, len(many)
        found = Estimate(mean, mean, mean, n, "mean of the statements with five cases or more")
        lines.append(Line(title, "mean", measure, found))
    return lines


def _ppv(sensitive: Estimate, specific: Estimate) -> Estimate:
    """Positive predictive value at the stated prevalence, its limits from those of both."""

    def at(found: float, free: float) -> float:
        true, false = PREVALENCE * found, (1.0 - PREVALENCE) * (1.0 - free)
        return true / (true + false) if true + false > 0 else 0.0

    return Estimate(
        at(sensitive.value, specific.value),
        at(sensitive.ci_low, specific.ci_low),
        at(sensitive.ci_high, specific.ci_high),
        sensitive.n + specific.n,
        "from the limits of sensitivity and specificity",
    )


def calibration_lines(ecgs: Ecgs, table: StatementTable, logit: FloatArray) -> list[Line]:
    """Return slope and O:E of every statement that has a case, all sources together.

    With fewer than five cases there is a ratio, but no slope. A statement without any case has
    neither: it is named, and not estimable.
    """
    lines = []
    scored = assessable(ecgs, table)
    for j, name in enumerate(table.names):
        rows = np.isfinite(ecgs.truth[:, j]) & scored[:, j]
        lines += _calibration(name, ecgs.truth[rows, j] == 1, logit[rows, j])
    return lines


def _calibration(name: str, case: BoolArray, z: FloatArray) -> list[Line]:
    one, n = np.ones(len(case)), int(case.sum())
    generator = np.random.default_rng(1)
    slopes, ratios = [], []
    yes, no = np.flatnonzero(case), np.flatnonzero(~case)
    can_slope = FEWEST <= n < len(case)
    for _ in range(REPLICATES if n else 0):
        if can_slope:
            at = np.r_[generator.choice(yes, n), generator.choice(no, len(no))]
            slopes.append(_slope(case[at], z[at]))
        draw = generator.integers(0, len(case), len(case))
        ratios.append(_ratio(case[draw], z[draw]))
    slope = _slope(case, z) if can_slope else NOT_ESTIMABLE
    ratio = observed_to_expected(case, z, one) if n else NOT_ESTIMABLE
    method = f"percentile bootstrap, {REPLICATES} replicates, those without a mistake left out"
    found = []
    for measure, value, draws in (("calibration slope", slope, slopes), ("O:E", ratio, ratios)):
        known = [x for x in draws if np.isfinite(x)]
        low, high = np.quantile(known, [0.025, 0.975]) if known else (NOT_ESTIMABLE,) * 2
        estimate = Estimate(float(value), float(low), float(high), len(case), method)
        found.append(Line("calibration", name, measure, estimate, n))
    return found


def _ratio(case: BoolArray, z: FloatArray) -> float:
    """Return O:E; 0 where a draw holds no case."""
    return float(observed_to_expected(case, z, np.ones(len(case)))) if case.any() else 0.0


def _slope(case: BoolArray, z: FloatArray) -> float:
    """Return the slope; NaN where a draw tells cases from controls without a mistake."""
    try:
        return float(calibration_slope(case, z, np.ones(len(case))))
    except DataError:
        return float("nan")
