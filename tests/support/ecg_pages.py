"""ECGs as they stand on paper: each lead is recorded in its column only."""

import numpy as np
from laennec.engine.ecg.signal import EcgSignal

TWELVE = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
CABRERA = ("aVL", "I", "aVR", "II", "aVF", "III", "V1", "V2", "V3", "V4", "V5", "V6")
CHEST_FIRST = (*TWELVE[6:], *TWELVE[:6])
FILLS = ("empty", "zero", "constant", "held")


def page(signal, columns=4, fill="empty", strips=(), *, order=TWELVE, blank_s=0.0):
    """Return what paper would keep of twelve leads; ``blank_s`` is left white between columns."""
    n, rate, leads = signal.n_samples, signal.sampling_rate_hz, {}
    per, white = len(order) // columns, round(blank_s * rate)
    for k, name in enumerate(order):
        raw, column = signal.lead_mv(name), k // per
        start = round(column * n / columns)
        stop = round((column + 1) * n / columns) - white
        kept = np.full(n, {"zero": 0.0, "constant": -32.768}.get(fill, np.nan))
        if fill == "held":
            kept[:start], kept[stop:] = raw[start], raw[stop - 1]
        kept[start:stop] = raw[start:stop]
        leads[name] = raw.copy() if name in strips else kept
    return EcgSignal.of(leads, rate, complete=False)
