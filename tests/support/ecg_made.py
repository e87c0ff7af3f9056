"""What the made ECG files have in common: their truth and how it is kept."""

import json
from dataclasses import dataclass, field

import numpy as np

TWELVE = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
EIGHT = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
RATE_HZ = 250
STEP_UV = 5.0
BORN = "19740302"
SCP_CODES = {
    name: code
    for code, name in [
        *((i + 1, n) for i, n in enumerate(EIGHT)),
        (61, "III"),
        (62, "aVR"),
        (63, "aVL"),
        (64, "aVF"),
    ]
}
"""Numbers of the leads in SCP-ECG, which MDC and DICOM count on from."""


@dataclass(frozen=True)
class MadeFile:
    """One file, the files beside it, and what must be read from it."""

    name: str
    data: bytes
    leads: tuple[str, ...]
    counts: np.ndarray  # (n_leads, n_samples), the truth in steps of STEP_UV
    format: str
    companions: dict[str, bytes] = field(default_factory=dict)
    declared: dict[str, object] = field(default_factory=dict)
    step_uv: float = STEP_UV


def made_counts(n_leads=12, n=40, largest=300, seed=1):
    """Whole steps; where there are six limb leads they obey Einthoven and Goldberger."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(-largest // 4, largest // 4, size=(n_leads, n)) * 2
    if n_leads == 12:
        one, two = counts[0], counts[1]
        counts[2:6] = [two - one, -(one + two) // 2, one - two // 2, two - one // 2]
    return counts.astype(np.int64)


def visit_file(folder):
    """Write a visit of the person of every made file, on the day of the recording."""
    path = folder / "v.json"
    visit = {
        "schema": "laennec.visit/1",
        "visit_id": "v",
        "performed_at": "2026-01-02T09:20:00+01:00",
        "person": {"id": "P-7", "birth_date": "1974-03-02", "sex": "female"},
    }
    path.write_text(json.dumps(visit), encoding="utf-8")
    return path
