"""People of a plan, made up: by urgency, band, day and risk."""

from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
from laennec.serving.years.last_visits import NONE, UNKNOWN_DAY
from laennec.serving.years.people import PlanPeople
from laennec.serving.years.plan.settings import ATTENDANCE, SENSITIVITY, read_settings

TODAY = date(2026, 11, 3)
DAY = (TODAY - date(1970, 1, 1)).days
WHOLE = {ATTENDANCE: 1.0, SENSITIVITY: 1.0}
SETTINGS = read_settings(given=WHOLE)
"""Those shipped, but everybody comes and the test finds every case."""


def people(*rows):
    """Return people of (id, urgency, band, days since the visit, risk)."""
    names, urgency, bands, since, risk = zip(*rows, strict=True)
    text = pa.array([""] * len(rows))
    return PlanPeople(
        pa.array(names),
        pa.array(bands),
        text,
        text,
        text,
        np.array([NONE if u is None else u for u in urgency], dtype=np.int8),
        np.array([UNKNOWN_DAY if s is None else DAY - s for s in since]),
        np.array([np.nan if r is None else r for r in risk]),
        pa.nulls(len(rows), pa.string()),
        pa.nulls(len(rows), pa.string()),
        np.zeros(len(rows), dtype=np.bool_),
        pa.nulls(len(rows), pa.string()),
        np.full(len(rows), UNKNOWN_DAY),
        np.zeros(len(rows), dtype=np.bool_),
        np.zeros(len(rows), dtype=np.bool_),
    )


def crowd(risks):
    return people(*((f"p{i:05d}", None, "low", 0, r) for i, r in enumerate(risks)))


def called(found, calls):
    return [found.person_id[i].as_py() for i in calls.order.tolist()]


def with_reasons(found, reasons):
    return replace(found, status_reason=pa.array(reasons))


def measured(found, *names):
    """Return the people, of whom those of these names have a measured sign of diabetes."""
    return replace(found, is_measured=np.isin(found.person_id.to_pylist(), names))
