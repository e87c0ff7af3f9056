"""Visits whose drift is known: made month by month, at sites, with devices, with one shift."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

SITES = ("north", "south")
DEVICES = ("analyser-1", "analyser-2", "analyser-3", "analyser-4")


@dataclass(frozen=True)
class Shift:
    """What is changed, where and when; nothing by default.

    Parameters
    ----------
    month : 1 for the first
    glucose : added to the glucose of ``device``, mmol/L
    missing : share of visits of ``site`` without a waist
    """

    month: int = 0
    device: str = DEVICES[1]
    glucose: float = 0.0
    site: str = SITES[0]
    missing: float = 0.0


def drifting_table(shift=None, *, months=8, visits=1200, seed=5, empty=()):
    """Return a table of visits in canonical columns, ``visits`` in each month of 2025 and on."""
    shift = shift or Shift()
    rng = np.random.default_rng(seed)
    there = [month for month in range(1, months + 1) if month not in empty]
    return pa.concat_tables([_month(month, visits, rng, shift) for month in there])


def _month(month, n, rng, shift):
    site = rng.choice(SITES, n)
    device = rng.choice(DEVICES, n)
    glucose = rng.normal(5.1, 0.5, n)
    waist = rng.normal(92, 12, n)
    lost = rng.random(n) < 0.02
    if month == shift.month:
        glucose = glucose + shift.glucose * (device == shift.device)
        lost |= (site == shift.site) & (rng.random(n) < shift.missing)
    years, month_of_year = divmod(month - 1, 12)
    days = [f"{2025 + years}-{month_of_year + 1:02d}-{d:02d}" for d in rng.integers(1, 28, n)]
    return pa.table(
        {
            "person_id": [f"p{month}-{i}" for i in range(n)],
            "visit_date": pa.array(days).cast(pa.date32()),
            "age_years": pa.array(rng.integers(30, 64, n), pa.int32()),
            "sex": rng.choice(["female", "male"], n),
            "waist_cm": pa.array(np.where(lost, np.nan, np.round(waist, 1)), from_pandas=True),
            "height_cm": np.round(rng.normal(170, 8, n), 0),
            "weight_kg": np.round(rng.normal(78, 12, n), 0),
            "systolic_bp_mmhg": np.round(rng.normal(128, 14, n), 0),
            "diastolic_bp_mmhg": np.round(rng.normal(78, 8, n), 0),
            "fasting_glucose_mmol_per_l": np.round(glucose, 1),
            "smoker_current": rng.choice(["true", "false"], n, p=[0.25, 0.75]),
            "site": site,
            "device.glucose": device,
        }
    )
