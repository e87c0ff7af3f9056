"""The route of the health of the system: what moved, month by month, over the stored drafts."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal
from weakref import WeakKeyDictionary

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from sqlalchemy import Engine as SqlEngine

from ....engine.errors import DataError
from ...clock import read_clock
from ..answers.page_headers import PAGE_HEADERS
from ..caller import Call, Calling
from ..problems import RequestUnreadable
from ..rights.access import Deed, require

router = APIRouter(prefix="/v1", tags=["drift"])
Months = Annotated[int, Query(ge=1, le=120, description="Of the past, this one too.")]
Reference = Annotated[str, Query(max_length=16, description="Such as 2025-01..2025-03.")]
FRESH: Final = timedelta(minutes=10)
MONTHS: Final = 36
MOST_DRAFTS: Final = 20_000
"""Read for one answer, so that it comes within seconds; the command reads them all."""

_MOST_KEPT: Final = 8
_Kept = dict[tuple[int, str], tuple[datetime, dict[str, Any]]]
_kept: WeakKeyDictionary[SqlEngine, _Kept] = WeakKeyDictionary()
"""The last reports of each open store, by months and reference."""


@router.get("/drift")
def read_drift(call: Calling, months: Months = MONTHS, reference: Reference = "") -> dict[str, Any]:
    """Give what moved since the reference months, by site and device; no count below eleven.

    The form is docs/schema/drift_report.schema.json, that of drift.json of the command.
    """
    return drift_report(call, months, reference)


@router.get("/drift.html", response_class=HTMLResponse)
def read_drift_page(
    call: Calling,
    months: Months = MONTHS,
    reference: Reference = "",
    lang: Literal["fr", "en"] = "fr",
) -> HTMLResponse:
    """Give the same as a page."""
    from ...years.drift.page import drift_page  # noqa: PLC0415 - loads Arrow, as below

    page = drift_page(drift_report(call, months, reference), lang)
    return HTMLResponse(page, headers=PAGE_HEADERS)


def drift_report(call: Call, months: int, reference: str) -> dict[str, Any]:
    """Return the report, made at most every ten minutes: it reads thousands of drafts."""
    require(call.person, Deed.READ_DRIFT)
    # Arrow takes tens of megabytes in every process; a service in which nobody asks needs none.
    from ...years.drift.control import month_of_text  # noqa: PLC0415
    from ...years.drift.judge import Judge  # noqa: PLC0415
    from ...years.drift.limits import house_limits  # noqa: PLC0415
    from ...years.drift.run import read_period, store_report  # noqa: PLC0415

    try:
        judge = Judge(house_limits(), read_period(reference))
    except DataError as error:
        raise RequestUnreadable(error.found, error.remedy) from error
    service = call.service
    now = read_clock(service.clock)
    kept = _kept.setdefault(service.store.engine, {})
    if (months, reference) in kept:
        at, document = kept[months, reference]
        if timedelta(0) <= now - at < FRESH:
            return document
    this_month = month_of_text(now.isoformat())
    try:
        document = store_report(service.store, judge, this_month - months + 1, MOST_DRAFTS)
    except DataError as error:
        raise RequestUnreadable(error.found, error.remedy) from error
    if len(kept) >= _MOST_KEPT:
        kept.clear()
    kept[months, reference] = (now, document)
    return document
