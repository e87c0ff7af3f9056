"""The people of a batch result as a plan and a search read them: the last visit of each."""

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...engine.risks.columns import Abstention
from ..batch.result.read import require_rows, result_tables
from ..batch.table.status import MEASURED, MEASURED_HIGH, NOT_ASSESSABLE, PREGNANCY
from ..batch.table.withdrawn import WITHDRAWN
from .earlier_signs import READ, SIGN, earlier_signs, speaks_for_diabetes
from .last_visits import (
    UNKNOWN_DAY,
    BoolArray,
    last_visits,
    urgency_codes,
    urgent_rows,
    visit_days,
)
from .two_people import NOT_CHECKED, TwoPeople

OUTCOME: Final = "t2d_undiagnosed"
COLUMNS: Final = (
    *READ, "urgency", f"{OUTCOME}_band", f"{OUTCOME}_risk", "cvd_death_10y_band",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class PlanPeople:
    """n people at their last visit.

    Attributes
    ----------
    person_id, band, cvd_band, status, status_reason : Arrow strings; ``band`` is high,
        intermediate, low, measured, not_assessable, not_screened or earlier_sign
    urgency : int8 (n,), 0 for U0 to 3 for U3, 4 where nothing asks for anyone
    day : int64 (n,), days since 1970-01-01 of the visit that the urgency is of; ``UNKNOWN_DAY``
        where none is known
    risk : float64 (n,), NaN where it was not answered, or an earlier visit speaks instead
    row : Arrow strings, where somebody without a person id, or under one of two people, stands in
        the result; null for others
    elsewhere : Arrow strings, where the urgency is not that of the last visit: ``EARLIER`` or
        ``UNDATED``; null for others
    of_two : bool (n,), the person id is of two people
    sign : Arrow strings, what an earlier visit said (`earlier_signs`); null for others
    sign_day : int64 (n,), of that visit; ``UNKNOWN_DAY`` where none is known
    asks_day : bool (n,), a visit that said so has no day, or one that can't be right
    is_measured : bool (n,), a glucose or HbA1c of the last visit speaks for diabetes, or one that
        waits would
    unnamed : rows without a person id of which nothing is urgent, left out here
    """

    person_id: Any
    band: Any
    cvd_band: Any
    status: Any
    status_reason: Any
    urgency: Any
    day: Any
    risk: Any
    row: Any
    elsewhere: Any
    of_two: BoolArray
    sign: Any
    sign_day: Any
    asks_day: BoolArray
    is_measured: BoolArray
    unnamed: int = 0

    @property
    def n(self) -> int:
        """Number of people."""
        return len(self.person_id)

    def only(self, names: Any) -> "PlanPeople":  # noqa: ANN401 - pyarrow has no types
        """Return the people of these names (Arrow strings), in the order they stand here."""
        kept = pc.is_in(self.person_id, names)
        rows = np.flatnonzero(kept.to_numpy(zero_copy_only=False))
        parts = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "unnamed"}
        taken = {
            n: p[rows] if isinstance(p, np.ndarray) else p.take(rows) for n, p in parts.items()
        }
        return replace(self, unnamed=0, **taken)


NOT_SCREENED: Final = "not_screened"
"""Band of somebody who is not called for screening: ``LEFT_OUT`` says why."""

EARLIER: Final = "earlier_visit"
UNDATED: Final = "undated_visit"
"""Where something urgent is from that is not from the last visit: of a person with both the more
urgent."""

LEFT_OUT: Final = (
    Abstention.EXCLUDED.name.lower(), PREGNANCY, Abstention.MINOR.name.lower(),
    Abstention.DECLINED.name.lower(), WITHDRAWN,
)  # fmt: skip
"""Reasons of a result for which nobody is called: excluded (known diabetes, its treatment),
pregnant, younger than the adults of the models, declined, withdrawn."""


def read_people(out: Path, two: TwoPeople = NOT_CHECKED) -> PlanPeople:
    """Return everybody of a result once, at the last visit.

    Of two rows of one person and day the more urgent counts, and what was urgent shortly before the
    last visit, or at one without a day, is the urgency of that person (`last_visits`). Where an
    earlier visit said what the last one forgot (`earlier_signs`), no risk answers. A row
    without a person id may be anybody's: where something in it is urgent it stands by itself, else
    it is counted only. So does every row under a person id of two people in which something is
    urgent (U0 to U2): the last visit may be the other one's.

    Parameters
    ----------
    out : folder of the result
    two : person ids of two people

    Raises
    ------
    BatchRefused  if the folder holds no finished result, or a part of it can't be read
    """
    tables = [_with_rows(name, part, two) for name, part in result_tables(out, COLUMNS)]
    everything = pa.concat_tables(tables)
    require_rows(everything, out)
    is_named = pc.is_valid(everything["person_id"])
    table = everything.filter(pc.or_(is_named, pa.array(urgent_rows(everything))))
    table = table.combine_chunks()
    who = pc.coalesce(table["row"], table["person_id"])
    at = table.schema.get_field_index("person_id")
    by_name = table.set_column(at, "person_id", who)
    visits = last_visits(by_name)
    signs = earlier_signs(by_name, visits.last)
    most = visits.most_urgent
    day = visit_days(table)[most]
    kept = table.take(pa.array(visits.last))
    return PlanPeople(
        person_id=kept["person_id"],
        band=pc.if_else(pa.array(signs.is_open), SIGN, _band(kept)),
        cvd_band=kept["cvd_death_10y_band"],
        status=kept["status"],
        status_reason=kept["status_reason"],
        urgency=urgency_codes(table["urgency"])[most],
        day=day,
        risk=np.where(signs.is_open, np.nan, kept[f"{OUTCOME}_risk"].to_numpy()),
        row=kept["row"],
        elsewhere=_elsewhere(visits.is_elsewhere, day),
        of_two=two.among(kept["person_id"]),
        sign=signs.sign,
        sign_day=signs.day,
        asks_day=signs.asks_day,
        is_measured=speaks_for_diabetes(kept),
        unnamed=everything.num_rows - table.num_rows,
    )


def _elsewhere(is_elsewhere: Any, day: Any) -> Any:  # noqa: ANN401 - arrays
    word = pc.if_else(pa.array(day == UNKNOWN_DAY), UNDATED, EARLIER)
    return pc.if_else(pa.array(is_elsewhere), word, pa.scalar(None, pa.string()))


def _with_rows(name: str, table: Any, two: TwoPeople) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return the columns of a part; a row that stands by itself says where it stands."""
    rows = np.full(table.num_rows, None, dtype=object)
    is_shared = urgent_rows(table) & two.among(table["person_id"])
    alone = pc.is_null(table["person_id"]).to_numpy() | is_shared
    for row in np.flatnonzero(alone):
        rows[row] = f"{name} row {row + 1}"
    return table.append_column("row", pa.array(rows, pa.string()))


def _band(table: Any) -> Any:  # noqa: ANN401 - as above
    """Return the band, ``measured``, ``not_screened`` or ``not_assessable`` of everybody."""
    band = pc.fill_null(table[f"{OUTCOME}_band"], NOT_ASSESSABLE)
    is_measured = pc.and_(
        pc.is_in(table["status_reason"], pa.array([MEASURED, MEASURED_HIGH])),
        pc.equal(band, NOT_ASSESSABLE),
    )
    known = pc.if_else(is_measured, MEASURED, band)
    is_left_out = pc.is_in(table["status_reason"], pa.array(LEFT_OUT))
    return pc.if_else(is_left_out, NOT_SCREENED, known)
