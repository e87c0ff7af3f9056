"""Single-lead rhythm: the guideline's rules as shipped, beside what learning would add.

Learned words and points, cross-validated by strip, do no better; so nothing is learned. What is
shipped is judged by what ``laennec ecg rhythm`` answers; the learned rules by their scores alone.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...datasets.sources.cinc2017 import read_cinc2017
from ...engine.ecg.delineation.delineate import Delineator
from ...engine.ecg.features import ecg_features
from ...engine.ecg.findings.find import find_statements
from ...engine.ecg.findings.model import StatementsModel
from ...engine.ecg.findings.strip_rhythm import strip_rhythm
from ...engine.ecg.measure.reference import NOBODY
from ...engine.ecg.strip import analyse_strip
from ...engine.errors import DataError
from ...engine.fixedpoint import FloatArray
from ..metrics import Estimate
from ..report import Line
from .fit import Recipe, Rules, learn
from .graph import as_run
from .records import Ecgs, single_lead

CLASSES: Final = {
    "sinus_rhythm": "N",
    "atrial_fibrillation": "A",
    "other_rhythm": "O",
    "noise": "~",
}
FOLDS: Final = 10
REPLICATES: Final = 1000


def judged_rhythm(
    data: Path, work: Path, network: Delineator, start: Rules, recipe: Recipe
) -> tuple[Rules, list[Line]]:
    """Return the rules that are shipped and every measurement of the card."""
    ecgs = single_lead(data, CLASSES, network, work)
    held = cross_validated(ecgs, start, recipe)
    given = in_order(answered(data, network, as_run(start)), ecgs.record)
    lines = f1_lines("summary", "guideline rules, as shipped", ecgs, given)
    by_score = named(start.logits(ecgs), ecgs)
    lines += f1_lines("summary", "guideline rules, by their scores alone", ecgs, by_score)
    lines += f1_lines(
        "summary", "learned, ten folds, by their scores alone", ecgs, named(held, ecgs)
    )
    lines += _confusion(ecgs, given)
    return start, lines


def answered(data: Path, network: Delineator, rules: StatementsModel) -> dict[str, int]:
    """Return the class that ``laennec ecg rhythm`` names of each strip, by its name."""
    classes, given = list(CLASSES), {}
    for ecg in read_cinc2017(data / "cinc2017"):
        analysis = analyse_strip(ecg.signal, network)
        features = ecg_features(analysis, NOBODY)
        said = find_statements(analysis, features, rules)
        given[ecg.record] = classes.index(strip_rhythm(analysis, features, said).name)
    return given


def in_order(given: Mapping[str, int], records: Sequence[str]) -> NDArray[np.intp]:
    """Return answers in the order of the truth that they are held against.

    Features are kept from an earlier run: a set that was sorted anew, or has more strips since,
    would be judged by the truth of other strips.

    Raises
    ------
    DataError  if the strips are others
    """
    if set(given) != set(records):
        raise DataError(
            found=f"{len(set(given) ^ set(records))} strips of the set or of the kept features",
            why="the answers and the truth are not of the same strips",
            remedy="Remove the kept features of the strips and measure them again",
            path="single_lead",
        )
    return np.array([given[name] for name in records], np.intp)


def folds_of(ecgs: Ecgs, seed: int) -> NDArray[np.intp]:
    """Give every strip a fold, each class spread evenly."""
    generator = np.random.default_rng(seed)
    fold = np.zeros(len(ecgs.record), np.intp)
    kind = np.nan_to_num(ecgs.truth).argmax(axis=1)
    for k in range(ecgs.truth.shape[1]):
        rows = generator.permutation(np.flatnonzero(kind == k))
        fold[rows] = np.arange(len(rows)) % FOLDS
    return fold


def cross_validated(ecgs: Ecgs, start: Rules, recipe: Recipe) -> FloatArray:
    """Return logits of rules that had not seen the strip."""
    fold, held = folds_of(ecgs, recipe.seed), np.empty(ecgs.truth.shape)
    for k in range(FOLDS):
        here = fold == k
        rest = ecgs.only(~here)
        rules = learn(start, rest, recipe)
        held[here] = rules.logits(ecgs.only(here))
    return held


def named(logit: FloatArray, ecgs: Ecgs) -> NDArray[np.intp]:
    """Return the class of the greatest score; noise where the gate refuses or nothing was found."""
    refused = ~ecgs.uses["rhythm"] | ~np.isfinite(ecgs.columns(("rate_bpm",))[:, 0])
    noise = list(CLASSES).index("noise")
    return np.where(refused, noise, logit.argmax(axis=1))


def f1_lines(table: str, row: str, ecgs: Ecgs, given: NDArray[np.intp]) -> list[Line]:
    """F1 of every class and the mean of N, A and O, with a bootstrap over strips."""
    truth = np.nan_to_num(ecgs.truth).argmax(axis=1)
    generator = np.random.default_rng(1)
    draws = generator.integers(0, len(truth), (REPLICATES, len(truth)))
    many = np.array([_f1(truth[d], given[d]) for d in draws])
    value = _f1(truth, given)
    method = f"percentile bootstrap of strips, {REPLICATES} replicates"
    lines = []
    for j, name in enumerate(["mean F1 of N, A, O", *CLASSES]):
        one = value[:3].mean() if j == 0 else value[j - 1]
        spread = many[:, :3].mean(axis=1) if j == 0 else many[:, j - 1]
        low, high = np.quantile(spread, [0.025, 0.975])
        n = Estimate(float(one), float(low), float(high), len(truth), method)
        lines.append(Line(table, row, name if j == 0 else f"F1 {name}", n))
    return lines


def _f1(truth: NDArray[np.intp], given: NDArray[np.intp]) -> FloatArray:
    found = []
    for k in range(len(CLASSES)):
        hits = ((truth == k) & (given == k)).sum()
        found.append(2 * hits / max((truth == k).sum() + (given == k).sum(), 1))
    return np.array(found, np.float64)


def _confusion(ecgs: Ecgs, given: NDArray[np.intp]) -> list[Line]:
    truth = np.nan_to_num(ecgs.truth).argmax(axis=1)
    lines = []
    for i, true in enumerate(CLASSES):
        for j, said in enumerate(CLASSES):
            n = float(((truth == i) & (given == j)).sum())
            count = Estimate(n, n, n, int((truth == i).sum()), "counted")
            lines.append(Line("who is called what", true, f"called {said}", count))
    return lines
