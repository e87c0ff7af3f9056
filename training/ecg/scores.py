"""What leaderboards print: macro AUROC, Fmax, AAMI sensitivity and +P, mean F1, with intervals."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...engine.fixedpoint import FloatArray
from ..metrics import Estimate, auroc_delong, placements
from ..report import Line

Index = NDArray[np.intp]
FEWEST: Final = 2
LEVELS: Final = np.linspace(0.0, 1.0, 101)
_RHYTHMS: Final = 3


@dataclass(frozen=True, slots=True)
class Draws:
    """How intervals are made.

    Parameters
    ----------
    replicates, seed : of the bootstrap
    """

    replicates: int
    seed: int

    def of(self, n: int) -> Iterator[Index]:
        """Yield the units of every replicate, the same for every statistic of as many units."""
        generator = np.random.default_rng(self.seed)
        for _ in range(self.replicates):
            yield generator.integers(0, n, n)

    def method(self, units: str) -> str:
        """Return how the interval was made, in words."""
        return f"percentile bootstrap of {units}, {self.replicates} replicates"


def label_lines(
    table: str, names: tuple[str, ...], truth: FloatArray, score: FloatArray, draws: Draws
) -> list[Line]:
    """Return macro AUROC and Fmax, and the AUROC of every class that has two of both kinds.

    Parameters
    ----------
    table : of the card
    truth : shape (n, classes), NaN where nobody said
    score : shape (n, classes), 0 to 1
    draws : of the bootstrap
    """
    n = len(truth)
    usable = [j for j in range(len(names)) if _both(truth[:, j])]
    how = draws.method("records")
    lines = []
    if usable:
        value = macro_auroc(truth, score, usable)
        low, high = _interval(lambda at: macro_auroc(truth[at], score[at], usable), n, draws)
        lines.append(Line(table, "macro", "AUROC", Estimate(value, low, high, n, how)))
        lines.append(counted(table, "macro", "classes", len(usable)))
        value, (low, high) = fmax(truth, score, draws)
        lines.append(Line(table, "macro", "Fmax", Estimate(value, low, high, n, how)))
    for j in usable:
        known = np.isfinite(truth[:, j])
        case = truth[known, j] == 1
        found = auroc_delong(case, score[known, j])
        lines.append(Line(table, names[j], "AUROC", found, int(case.sum())))
    return lines


def _both(column: FloatArray) -> bool:
    return bool((column == 1).sum() >= FEWEST and (column == 0).sum() >= FEWEST)


def macro_auroc(truth: FloatArray, score: FloatArray, classes: list[int]) -> float:
    """Return the mean AUROC of the classes that have both kinds here; NaN with none."""
    found = []
    for j in classes:
        known = np.isfinite(truth[:, j])
        case = truth[known, j] == 1
        if case.any() and not case.all():
            found.append(float(placements(case, score[known, j])[0].mean()))
    return float(np.mean(found)) if found else float("nan")


def fmax(truth: FloatArray, score: FloatArray, draws: Draws) -> tuple[float, tuple[float, float]]:
    """Return the greatest F1 over one cut-off for all classes, records averaged, and its interval.

    Precision is averaged over records of which something is said, recall over records of which
    something is true. What nobody labelled counts neither way.

    Source: Strodthoff 2020, doi:10.1109/JBHI.2020.3022989 (Fmax of CAFA); departures: 101 cut-offs,
    unknown labels left out.

    >>> truth = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> fmax(truth, truth, Draws(10, 1))[0]
    1.0
    """
    known = np.isfinite(truth)
    true = np.where(known, truth, 0.0)
    precision, recall = (np.full((len(truth), len(LEVELS)), np.nan) for _ in range(2))
    for k, level in enumerate(LEVELS):
        said = (score >= level) & known
        hits = (said * true).sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            precision[:, k] = hits / said.sum(axis=1)
            recall[:, k] = hits / true.sum(axis=1)

    def best(at: Index) -> float:
        p, r = _mean(precision[at]), _mean(recall[at])
        with np.errstate(invalid="ignore", divide="ignore"):
            f = 2 * p * r / (p + r)
        return float(np.nanmax(np.where(np.isfinite(f), f, 0.0)))

    return best(np.arange(len(truth))), _interval(best, len(truth), draws)


def _mean(values: FloatArray) -> FloatArray:
    told = np.isfinite(values)
    found: FloatArray = np.nan_to_num(values).sum(axis=0) / np.maximum(told.sum(axis=0), 1)
    return found


def f1_lines(
    table: str, names: tuple[str, ...], truth: Index, given: Index, draws: Draws
) -> list[Line]:
    """Return the F1 of every class and the mean of the first three, as the challenge of 2017."""
    n = len(truth)

    def values(at: Index) -> FloatArray:
        confusion = _confusion(truth[at], given[at], len(names))
        sides = confusion.sum(axis=0) + confusion.sum(axis=1)
        f = 2 * np.diag(confusion) / np.maximum(sides, 1)
        return np.r_[f[:_RHYTHMS].mean(), f]

    rows = [f"mean of {', '.join(names[:_RHYTHMS])}", *names]
    return _lines(table, (rows, "F1"), values, (n, "strips"), draws)


def aami_lines(
    table: str,
    names: tuple[str, ...],
    both: tuple[Index, Index],
    record: NDArray[np.str_],
    draws: Draws,
) -> list[Line]:
    """Return sensitivity and positive predictivity of every AAMI class, beats pooled.

    Parameters
    ----------
    both : the true and the given class of every beat
    record : of every beat

    Intervals draw whole records: beats of one person are alike.

    Source: de Chazal 2004, doi:10.1109/TBME.2004.827359 (AAMI EC57); departures: intervals.
    """
    truth, given = both
    people = list(dict.fromkeys(record.tolist()))
    tables = np.array(
        [_confusion(truth[record == r], given[record == r], len(names)) for r in people]
    )

    def sensitivity(at: Index) -> FloatArray:
        found = tables[at].sum(axis=0)
        return _share(np.diag(found), found.sum(axis=1))

    def predictivity(at: Index) -> FloatArray:
        found = tables[at].sum(axis=0)
        return _share(np.diag(found), found.sum(axis=0))

    def share_right(at: Index) -> FloatArray:
        found = tables[at].sum(axis=0)
        return np.array([np.trace(found) / max(found.sum(), 1)])

    n = len(people)
    of = (n, "records; n counts them")
    lines = _lines(table, (list(names), "sensitivity"), sensitivity, of, draws)
    lines += _lines(table, (list(names), "+P"), predictivity, of, draws)
    lines += _lines(table, (["all beats"], "named right"), share_right, of, draws)
    total = tables.sum(axis=0)
    for i, true in enumerate(names):
        lines.append(counted(table, true, "beats", int(total[i].sum())))
    return lines


def _share(hits: FloatArray, of: FloatArray) -> FloatArray:
    return np.where(of > 0, hits / np.maximum(of, 1), np.nan)


def _confusion(truth: Index, given: Index, classes: int) -> FloatArray:
    found = np.bincount(truth * classes + given, minlength=classes * classes)
    return found.reshape(classes, classes).astype(np.float64)


def _lines(
    table: str,
    asked: tuple[list[str], str],
    values: Callable[[Index], FloatArray],
    of: tuple[int, str],
    draws: Draws,
) -> list[Line]:
    """Return one line for each row of one measure, over as many units as `of` says."""
    (rows, measure), (n, units) = asked, of
    many = np.array([values(at) for at in draws.of(n)])
    found, lines = values(np.arange(n)), []
    for k, row in enumerate(rows):
        low, high = _quantiles(many[:, k])
        estimate = Estimate(float(found[k]), low, high, n, draws.method(units))
        lines.append(Line(table, row, measure, estimate))
    return lines


def _interval(statistic: Callable[[Index], float], n: int, draws: Draws) -> tuple[float, float]:
    return _quantiles(np.array([statistic(at) for at in draws.of(n)]))


def _quantiles(draws: FloatArray) -> tuple[float, float]:
    told = draws[np.isfinite(draws)]
    if not len(told):
        return float("nan"), float("nan")
    low, high = np.quantile(told, [0.025, 0.975])
    return float(low), float(high)


def counted(table: str, row: str, measure: str, count: int) -> Line:
    """Return a count as a line."""
    value = float(count)
    return Line(table, row, measure, Estimate(value, value, value, count, "counted"))
