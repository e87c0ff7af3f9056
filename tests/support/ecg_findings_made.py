"""Records of the ECG findings whose truth follows their features."""

import numpy as np
from laennec.training.ecg_findings.beats import WIDTH
from laennec.training.ecg_findings.records import Ecgs


def made(start, n=120, seed=2):
    """Records whose bradycardia and fibrillation follow their features, in two sources."""
    rng = np.random.default_rng(seed)
    low, high = start.system.universes.T
    x = rng.uniform(low, high, (n, len(low)))
    names = start.system.inputs
    x[:, names.index("rate_bpm")] = rng.uniform(40, 110, n)
    truth = np.full((n, len(start.table.names)), np.nan)
    slow = x[:, names.index("rate_bpm")] < 60
    truth[:, start.table.names.index("sinus_bradycardia")] = slow
    return Ecgs(
        source=np.array(["a", "b"])[np.arange(n) % 2],
        record=tuple(str(i) for i in range(n)),
        person=np.array([str(i) for i in range(n)]),
        x=x,
        names=names,
        truth=truth,
        statements=start.table.names,
        uses={use: np.ones(n, bool) for use in ("rhythm", "intervals", "st", "twelve_lead")},
        withheld=np.zeros(n, bool),
        beat=rng.normal(0.0, 0.3, (n, 12, WIDTH)),
        own_scale=np.zeros(n, bool),
        wide=np.zeros(n, bool),
        blocked=np.zeros(n, bool),
    )
