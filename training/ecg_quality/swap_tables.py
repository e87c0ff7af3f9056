"""How often the gate suspects a swap: every record swapped, weights from the other sources."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from ...datasets.simulator.artefacts import swap_limbs
from ...engine.ecg.leads import CHEST_LEADS, LIMB_LEADS
from ...engine.ecg.quality import assess_quality
from ...engine.ecg.quality.swap_model import SwapModel, load_swap_model
from ...engine.ecg.signal import EcgSignal
from ...engine.fixedpoint import FloatArray
from .markdown import rate_cell, table
from .records import DevelopmentEcg, SwapBeat
from .swaps import SwapScores, fit_chest, fit_limb

Swap = Callable[[EcgSignal], EcgSignal]
LIMB_ORDERS: dict[str, tuple[str, str, str]] = {
    "LA/RA": ("LA", "RA", "LL"),
    "LA/LL": ("RA", "LL", "LA"),
    "RA/LL": ("LL", "LA", "RA"),
    "rotation RA-LA-LL": ("LA", "LL", "RA"),
    "rotation RA-LL-LA": ("LL", "RA", "LA"),
}


def _changed(signal: EcgSignal, rows: Mapping[str, np.ndarray]) -> EcgSignal:
    x = signal.signal_mv.copy()
    for name, row in rows.items():
        x[signal.leads.index(name)] = row
    return replace(signal, signal_mv=x)


def swap_right_leg(signal: EcgSignal, arm: str) -> EcgSignal:
    """Put the right-leg electrode on an arm; both legs have one potential.

    The chest leads move too, because one of the three electrodes of their reference does.

    Parameters
    ----------
    arm : RA, LA, or both
    """
    one, two = signal.lead_mv("I"), signal.lead_mv("II")
    # Potentials against RA: LA is I, both legs are II.
    right, left, leg = {
        "RA": (two, one, two),
        "LA": (np.zeros_like(one), two, two),
        # Left arm and left leg change places, and so do right arm and right leg.
        "both": (two, two, one),
    }[arm]
    first, second = left - right, leg - right
    names = dict(zip(LIMB_LEADS, _six(first, second), strict=True))
    moved = (right + left + leg) / 3.0 - (one + two) / 3.0
    chest = {name: signal.lead_mv(name) - moved for name in CHEST_LEADS}
    return _changed(signal, {**names, **chest})


def _six(one: np.ndarray, two: np.ndarray) -> tuple[np.ndarray, ...]:
    return one, two, two - one, -(one + two) / 2, one - two / 2, two - one / 2


def _unchanged(signal: EcgSignal) -> EcgSignal:
    return signal


def swaps() -> Iterator[tuple[str, Swap]]:
    """Every swap that the table has, with the function that makes it."""
    for name, order in LIMB_ORDERS.items():
        yield name, partial(swap_limbs, order=order)
    yield "RA/RL", partial(swap_right_leg, arm="RA")
    yield "LA/RL", partial(swap_right_leg, arm="LA")
    yield "arms and legs", partial(swap_right_leg, arm="both")


def model_without(source: str, beats: list[SwapBeat]) -> SwapModel:
    """Return the shipped limits with weights that have not seen one source."""
    shipped = load_swap_model()
    seen = [b for b in beats if b.source != source]
    expected, limb = fit_limb(seen, shipped.windows)
    chest = fit_chest(seen, shipped.windows)
    return replace(shipped, expected=expected, limb_weights=limb, chest_weights=chest)


def swap_table(records: list[DevelopmentEcg], beats: list[SwapBeat]) -> str:
    """Return sensitivity for every swap, and specificity, by source and together."""
    sources = sorted({r.source for r in records})
    models = {source: model_without(source, beats) for source in sources}
    lines: list[tuple[str, Swap]] = [("none (specificity)", _unchanged), *swaps()]
    rows = []
    for name, swap in lines:
        hits = [
            (r.source, bool(assess_quality(swap(r.signal), swap_model=models[r.source]).swaps))
            for r in records
        ]
        found = np.array([hit for _, hit in hits])
        at = np.array([source for source, _ in hits])
        counted = ~found if name.startswith("none") else found
        cells = [rate_cell(int(counted.sum()), len(counted))]
        cells += [rate_cell(int(counted[at == s].sum()), int((at == s).sum())) for s in sources]
        rows.append([name, *cells])
    return table(["swap", "all", *sources], rows)


def beat_level_table(scores: SwapScores, limits: FloatArray) -> str:
    """Return sensitivity for every swap of a cross-validated set, on the median beats."""
    sources = [str(s) for s in np.unique(scores.sources)]
    alarm = np.asarray((scores.log_odds > limits).any(axis=2))
    rows = []
    for k, swap in enumerate(scores.swaps):
        hit = np.asarray(alarm[:, k] if k else ~alarm[:, k])
        cells = [rate_cell(int(hit.sum()), len(hit))]
        for source in sources:
            own = hit[scores.sources == source]
            cells.append(rate_cell(int(own.sum()), len(own)))
        rows.append([swap if k else "none (specificity)", *cells])
    return table(["swap", "all", *sources], rows)


def alarms_on_clean(records: list[DevelopmentEcg], beats: list[SwapBeat]) -> str:
    """List the clean records in which a swap is suspected."""
    models = {s: model_without(s, beats) for s in {r.source for r in records}}
    rows = [
        [r.source, r.record, swap.swap, f"{swap.log_odds:.1f}", r.labels]
        for r in records
        for swap in assess_quality(r.signal, swap_model=models[r.source]).swaps
    ]
    return table(["source", "record", "suspected", "log odds", "labels"], rows)
