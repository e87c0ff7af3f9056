"""Examples of a record as a network reads them: of one rate and length, per record or beat."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from ...datasets.sources.ecg_files import AnnotatedEcg
from ...datasets.sources.ecg_sets import SPLIT
from ...engine.ecg.leads import TWELVE_LEADS
from ...engine.fixedpoint import FloatArray
from .config import Recipe

HALF = NDArray[np.float16]
FIELDS: Final = ("x", "extra", "truth", "source", "person", "part")
BEAT_LEADS: Final = 2
BEFORE_SHARE: Final = 0.4
NEAR_BEATS: Final = 5
MOST_MV: Final = 20.0
FOLDS: Final = 10
TRAIN, VALIDATE, TEST, NOWHERE = "train", "validate", "test", ""


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """What a network reads, ``n`` of them.

    Parameters
    ----------
    x : shape (n, leads, width), millivolt, 0 where nothing was recorded
    extra : shape (n, k), numbers beside the signal; k is 0 where there are none
    truth : shape (n, classes), 1, 0 or NaN where nobody said
    source, person, part : length n, set, who it is of, and train, validate or test
    """

    x: HALF
    extra: FloatArray
    truth: FloatArray
    source: NDArray[np.str_]
    person: NDArray[np.str_]
    part: NDArray[np.str_]

    def __len__(self) -> int:
        """Return the number of examples."""
        return len(self.truth)


def together(parts: Sequence[Examples]) -> Examples:
    """Join examples in order."""
    return Examples(**{n: np.concatenate([getattr(e, n) for e in parts]) for n in FIELDS})


def examples_of(
    kind: str, source: str, ecg: AnnotatedEcg, truth: FloatArray, asked: tuple[Recipe, str]
) -> Examples:
    """Return the examples of one record.

    Parameters
    ----------
    kind : labels, strips or beats
    truth : one row for each example
    asked : the recipe, and the part that the record belongs to
    """
    recipe, part = asked
    if kind == "beats":
        x, extra = beats(ecg, recipe)
    else:
        names = TWELVE_LEADS if kind == "labels" else tuple(ecg.signal.leads[:1])
        x, extra = recording(ecg, names, recipe)[None], np.empty((1, 0))
    n = len(truth)
    return Examples(
        x=np.clip(x, -MOST_MV, MOST_MV).astype(np.float16),
        extra=extra,
        truth=truth,
        source=np.full(n, source),
        person=np.full(n, ecg.person),
        part=np.full(n, part),
    )


def part_of(ecg: AnnotatedEcg, split: Mapping[str, Any]) -> str:
    """Return train, validate or test: by the split of the set, else by the person's name.

    A record that the set's own split does not name belongs nowhere.
    """
    if split:
        mine = ecg.labels.get(SPLIT, ecg.record)
        return next((part for part, values in split.items() if mine in values), NOWHERE)
    fold = int(hashlib.sha256(ecg.person.encode()).hexdigest(), 16) % FOLDS
    return VALIDATE if fold == FOLDS - 2 else TEST if fold == FOLDS - 1 else TRAIN


def resampled(signal_mv: FloatArray, fs: float, rate_hz: int) -> FloatArray:
    """Bring leads to another rate; what was not recorded is 0, and each lead's middle is 0.

    >>> resampled(np.ones((1, 500)), 500.0, 100).shape
    (1, 100)
    """
    told = np.asarray(np.isfinite(signal_mv)).any(axis=1, keepdims=True)
    middle = np.nanmedian(np.where(told, signal_mv, 0.0), axis=1, keepdims=True)
    filled = np.nan_to_num(signal_mv - middle)
    ratio = Fraction(rate_hz / fs).limit_denominator(1000)
    found: FloatArray = resample_poly(filled, ratio.numerator, ratio.denominator, axis=1)
    return found


def recording(ecg: AnnotatedEcg, names: tuple[str, ...], recipe: Recipe) -> FloatArray:
    """Return the middle of a recording, padded with 0 where it is shorter, shape (leads, width).

    A single lead is brought to a size of 1: gain and polarity of hand-held recorders vary.
    """
    signal, width = ecg.signal, round(recipe.seconds * recipe.rate_hz)
    rows = [signal.leads.index(n) if n in signal.leads else -1 for n in names]
    blank = np.zeros((1, signal.n_samples))
    chosen = np.concatenate([signal.signal_mv[[r]] if r >= 0 else blank for r in rows])
    x = resampled(chosen, signal.sampling_rate_hz, recipe.rate_hz)
    if len(names) == 1:
        x = x / max(float(np.quantile(np.abs(x), 0.98)), 1e-6)
    start = max((x.shape[1] - width) // 2, 0)
    kept = x[:, start : start + width]
    return np.pad(kept, ((0, 0), (0, width - kept.shape[1])))


def beats(ecg: AnnotatedEcg, recipe: Recipe) -> tuple[FloatArray, FloatArray]:
    """Return a window around every beat, and its RR intervals beside those near it.

    Returns
    -------
    shape (n, 2, width), millivolt; shape (n, 4): RR before and after over the median of the
    nearest, RR before over the record's median, and the record's median in seconds
    """
    fs, width = recipe.rate_hz, round(recipe.seconds * recipe.rate_hz)
    x = resampled(ecg.signal.signal_mv[:BEAT_LEADS], ecg.signal.sampling_rate_hz, fs)
    if len(x) < BEAT_LEADS:
        x = np.concatenate([x, np.zeros((BEAT_LEADS - len(x), x.shape[1]))])
    at_s = ecg.beats / ecg.signal.sampling_rate_hz
    start = np.round(at_s * fs).astype(int) - round(BEFORE_SHARE * width)
    padded = np.pad(x, ((0, 0), (width, width)))
    windows = padded[:, (start + width)[:, None] + np.arange(width)].transpose(1, 0, 2)
    return windows - np.median(windows, axis=2, keepdims=True), intervals(at_s)


def intervals(at_s: FloatArray) -> FloatArray:
    """Return four numbers of the RR intervals of every beat, see `beats`."""
    n = len(at_s)
    if n < 2:  # noqa: PLR2004 - one beat has no interval
        return np.zeros((n, 4))
    rr = np.diff(at_s)
    usual = float(np.median(rr))
    before, after = np.r_[usual, rr], np.r_[rr, usual]
    near = np.array([np.median(before[max(i - NEAR_BEATS, 0) : i + NEAR_BEATS]) for i in range(n)])
    near = np.maximum(near, 1e-3)
    return np.stack([before / near, after / near, before / usual, np.full(n, usual)], axis=1)
