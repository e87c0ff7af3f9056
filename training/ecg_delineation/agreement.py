"""Where nobody marked waves: agreement with a second method, and of the leads with each other."""

import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import numpy as np

from ...datasets.sources.challenge12 import diagnoses
from ...datasets.sources.ecg_files import AnnotatedEcg
from ...engine.ecg.classical import measure_classical
from ...engine.ecg.fiducials import OFFSET, ONSET, Fiducials
from ...engine.ecg.measure import BeatTimes, measure_ecg
from ...engine.ecg.signal import EcgSignal
from ...engine.fixedpoint import FloatArray
from ..metrics import Estimate
from ..report import Line
from .judge import bootstrapped
from .moments import bias, powers, sd

TABLE: Final = "agreement"
GROUPS: Final[dict[str, frozenset[str]]] = {
    "sinus rhythm": frozenset({"NSR", "SB", "STach", "SA"}),
    "fibrillation or flutter": frozenset({"AF", "AFL"}),
    "premature beats": frozenset({"PAC", "BPAC", "PVC", "VEB"}),
    "conduction of the ventricles": frozenset(
        {"LBBB", "CLBBB", "RBBB", "CRBBB", "IRBBB", "LAnFB", "NSIVCB", "WPW"}
    ),
    "atrioventricular conduction": frozenset({"IAVB", "AVB", "IIAVB", "CHB", "AVRT", "LPR"}),
    "paced": frozenset({"PR"}),
    "hypertrophy, infarction, ST or T": frozenset(
        {"LVH", "LVHV", "RVH", "MI", "STD", "STE", "STC", "STIAb", "TAb", "TInv", "NSSTTA"}
    ),
}
_NAN: Final = float("nan")
Find = Callable[[EcgSignal], Fiducials]


def agreement_lines(find: Find, records: Iterable[AnnotatedEcg]) -> Iterator[Line]:
    """Compare with the classical measurement, and lead with lead, by what the records show.

    A record stands in every group that one of its diagnoses belongs to. Differences are those of
    the learned measurement minus the classical one; the spread of the leads is the record's middle
    SD over leads of a boundary of one beat.

    Parameters
    ----------
    find : the shipped network
    records : with diagnoses
    """
    rows = [(diagnoses(r), _compared(find(r.signal), r.signal)) for r in records]
    for group, names in GROUPS.items():
        mine = np.array([values for said, values in rows if said & names])
        if not len(mine):
            continue
        yield Line(TABLE, group, "records", _counted(len(mine)))
        for k, measure in enumerate(MEASURES):
            known = mine[np.isfinite(mine[:, k]), k]
            spread = measure.startswith("spread")
            for suffix, statistic in (("", _median),) if spread else _BIAS_AND_SD:
                name = measure + suffix
                yield Line(TABLE, group, name + _unit(measure), _estimated(known, statistic))


MEASURES: Final = ("rate", "QRS", "QT", "spread of QRS onset", "spread of T offset")


def _unit(measure: str) -> str:
    return " per min" if measure == "rate" else " ms"


def _compared(found: Fiducials, signal: EcgSignal) -> list[float]:
    """Return the five measures of one record; NaN where one of the two withholds it."""
    if found.n_beats < _FEWEST:
        return [_NAN] * len(MEASURES)
    ours, other = measure_ecg(signal, BeatTimes.of(found)), measure_classical(signal)
    gaps = [ours.value(a) - other.value(b) for a, b in _PAIRS]
    return [*gaps, lead_spread_ms(found, "qrs", ONSET), lead_spread_ms(found, "t", OFFSET)]


def lead_spread_ms(found: Fiducials, wave: str, point: int) -> float:
    """Return the middle over beats of the SD over leads, milliseconds; NaN below three leads.

    Parameters
    ----------
    found : waves
    wave, point : of which boundary
    """
    points = found.wave(wave).points[..., point]
    enough = np.isfinite(points).sum(axis=0) >= _FEWEST
    if not enough.any():
        return _NAN
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        spread = np.nanstd(points[:, enough], axis=0)
    return float(np.median(spread)) * 1000.0 / found.sampling_rate_hz


def _estimated(values: FloatArray, statistic: Callable[[FloatArray], FloatArray]) -> Estimate:
    if len(values) < _FEWEST:
        return Estimate(_NAN, _NAN, _NAN, len(values), "fewer than three records")
    return bootstrapped(powers(values), statistic) if statistic is not _median else _middle(values)


def _median(values: FloatArray) -> FloatArray:
    return np.asarray(np.median(values, axis=-1))


def _middle(values: FloatArray) -> Estimate:
    """Return the median and the range of the middle half of the records."""
    low, middle, high = np.percentile(values, [25, 50, 75])
    return Estimate(
        float(middle), float(low), float(high), len(values), "median, with the quartiles"
    )


def _counted(n: int) -> Estimate:
    return Estimate(float(n), float(n), float(n), n, "counted")


_BIAS_AND_SD: Final = ((" bias", bias), (" SD", sd))
_PAIRS: Final = (("rate", "rate"), ("qrs", "qrs"), ("qt", "qt"))
_FEWEST: Final = 3
