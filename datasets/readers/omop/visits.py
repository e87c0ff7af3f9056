"""What visit_occurrence says: on which day a visit began, so that its results are of one day."""

from collections import Counter
from typing import Any, Final

import numpy as np
import pyarrow as pa

from ....engine.fixedpoint import Int64Array
from ....engine.record import BoolArray
from ..tables.dates import read_dates
from .events import whole_numbers

NO_SITE: Final = -1
VISIT: Final = pa.schema(
    [("person", pa.int64()), ("visit", pa.int64()), ("day", pa.int32()), ("site", pa.int64())]
)
VISIT_COLUMNS: Final = (
    "visit_occurrence_id", "person_id", "visit_start_date", "visit_end_date", "care_site_id",
)  # fmt: skip

LONGEST_DAYS: Final = 1
"""A visit that ends later than so many days after it began is a stay: its days stay apart."""

JOINED: Final = ("day_of_visit", "far_from_visit")
"""How many measurements have the day of their visit, and how many lie too far from it."""

FARTHEST_DAYS: Final = 7
"""A result that is farther than this from the visit that it names keeps its own day."""


def visit_events(batch: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return the visits of a batch of visit_occurrence that are visits of one day.

    Parameters
    ----------
    batch : with the columns of ``VISIT_COLUMNS``
    """
    visit, has_visit = whole_numbers(batch.column("visit_occurrence_id"))
    person, has_person = whole_numbers(batch.column("person_id"))
    start, end = (read_dates(batch.column(f"visit_{name}_date")) for name in ("start", "end"))
    first = start.days.astype(np.int64)
    last = np.where(end.present, end.days.astype(np.int64), first)
    is_short = (last >= first) & (last - first <= LONGEST_DAYS)
    kept = has_visit & has_person & start.present & is_short
    site, has_site = whole_numbers(batch.column("care_site_id"))
    site = np.where(has_site & (site >= 0), site, NO_SITE)
    arrays = (person[kept], visit[kept], first[kept], site[kept])
    fields = [pa.array(a).cast(f.type) for a, f in zip(arrays, VISIT, strict=True)]
    return pa.record_batch(fields, schema=VISIT)


def days_of_visits(events: Any, visits: Any, counts: Counter[str]) -> tuple[Int64Array, Int64Array]:  # noqa: ANN401
    """Return the day of each measurement: that on which its visit began, else its own; and where.

    The second array is the care site of its visit, ``NO_SITE`` where it names none.

    A visit of another person is not one of the measurement.

    Parameters
    ----------
    events : measurements of some people
    visits : their visits of one day
    counts : ``JOINED`` is counted here
    """
    own = events.column("day").to_numpy().astype(np.int64)
    counts.update(dict.fromkeys(JOINED, 0))
    nowhere = np.full(len(own), NO_SITE, dtype=np.int64)
    if not visits.num_rows or not events.num_rows:
        return own, nowhere
    ids, first = np.unique(visits.column("visit").to_numpy(), return_index=True)
    whose = visits.column("person").to_numpy()[first]
    began = visits.column("day").to_numpy()[first].astype(np.int64)
    named = events.column("visit").to_numpy()
    at = np.minimum(np.searchsorted(ids, named), len(ids) - 1)
    is_its = (ids[at] == named) & (whose[at] == events.column("person").to_numpy())
    is_near = np.abs(own - began[at]) <= FARTHEST_DAYS
    found = (int((is_its & is_near).sum()), int((is_its & ~is_near).sum()))
    counts.update(dict(zip(JOINED, found, strict=True)))
    site = visits.column("site").to_numpy()[first]
    of_visit = is_its & is_near
    return np.where(of_visit, began[at], own), np.where(of_visit, site[at], nowhere)


def sites_of_people(at: Int64Array, site: Int64Array, is_last: BoolArray, n: int) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return the care site of each person's latest day; null where it names none, or two.

    Parameters
    ----------
    at : the person of each measurement
    site : its care site, ``NO_SITE`` where there is none
    is_last : it is of that person's latest day
    n : people
    """
    said = is_last & (site != NO_SITE)
    lowest, highest = np.full(n, np.iinfo(np.int64).max), np.full(n, NO_SITE, dtype=np.int64)
    np.minimum.at(lowest, at[said], site[said])
    np.maximum.at(highest, at[said], site[said])
    return pa.array(highest, mask=lowest != highest).cast(pa.string())
