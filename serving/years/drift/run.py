"""What ``laennec drift`` does: count, judge, suppress, write."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow.compute as pc

from ....engine.errors import DataError
from ...store.store import Store, open_store
from ...whole_files import write_json, write_text
from ..files import write_csv
from .control import charts_of, month_of_text
from .from_results import tally_results
from .from_store import Stored, tally_store
from .from_tables import tally_collected, tally_tables
from .judge import ACT, Judge, Period
from .limits import read_limits
from .listing import drift_rows, drift_text
from .page import drift_page
from .report import Report, make_report, published
from .tally import Tally

JSON: Final = "drift.json"
CSV: Final = "drift.csv"


@dataclass(frozen=True, slots=True)
class DriftOptions:
    """What is compared with what, and where the report goes.

    Parameters
    ----------
    results : folders of finished batches
    inputs : the tables that they read, for the distribution of the inputs
    mapping : of those tables
    reference : first and last month of the declared reference, ``2025-01..2025-03``
    limits : limits of the site
    out : folder of the report
    lang : fr or en, of page and text
    database : address of a store; alone, all that it keeps is counted, beside results or tables
        only what physicians decided
    """

    results: Sequence[Path]
    out: Path
    inputs: Sequence[Path] = ()
    mapping: Path | None = None
    reference: str = ""
    limits: Path | None = None
    lang: str = "fr"
    database: str | None = None


def run_drift(options: DriftOptions) -> dict[str, Any]:
    """Write ``drift.json``, ``drift.csv``, ``drift.html`` and ``drift.txt``; return the report.

    Raises
    ------
    DataError  if nothing is named to look at, or limits or period can't be read
    BatchRefused, TableRefused, FragmentUnreadable  if a result or a table can't be used
    StoreUnavailable  if the store can't be read
    """
    judge = Judge(read_limits(options.limits), read_period(options.reference))
    if not options.results and not options.inputs and not options.database:
        raise DataError(
            found="neither a result nor a table nor a store",
            why="there is nothing to look at",
            remedy="Name the folder of a finished batch, or give --input or --database",
            path="drift",
        )
    counted = [_batches(options)] if options.results or options.inputs else []
    if options.database:
        counted.append(_stored(options.database, only_decisions=bool(counted)))
    document = _judged(counted, judge, is_stored=bool(options.database))
    write_report(options.out, document, options.lang)
    return document


def store_report(store: Store, judge: Judge, since: int, most: int | None = None) -> dict[str, Any]:
    """Return the report on a store, as it may leave.

    Parameters
    ----------
    store : an opened store
    judge : the limits and the declared period
    since : first month, months since year 0
    most : only so many drafts, the last that were saved
    """
    return _judged([tally_store(store, since, most)], judge, is_stored=True)


def _batches(options: DriftOptions) -> Stored:
    inputs = (
        tally_tables(tuple(options.inputs), options.mapping, options.results)
        if options.inputs
        else tally_collected(options.results)
    )
    tally = Tally()
    if options.results:
        tally.merge(tally_results(options.results, records=inputs is None))
    if inputs is not None:
        tally.merge(inputs)
    return Stored(tally, (), () if inputs is not None else ("no_inputs",))


def _stored(url: str, *, only_decisions: bool) -> Stored:
    store = open_store(url, create=False)
    try:
        found = tally_store(store)
    finally:
        store.close()
    if not only_decisions:
        return found
    tally = Tally()
    table = found.tally.table()
    tally.keep(table.filter(pc.equal(table["kind"], "decision")))
    return Stored(tally, found.decisions, ())


def _judged(counted: Sequence[Stored], judge: Judge, *, is_stored: bool) -> dict[str, Any]:
    tally = Tally()
    for one in counted:
        tally.merge(one.tally)
    decided = [decision for one in counted for decision in one.decisions]
    report = make_report(tally.table(), charts_of(decided, judge), judge, tally.undated)
    _require_reference(report)
    notices = [notice for one in counted for notice in one.notices]
    notices += [] if is_stored else ["no_decisions"]
    notices += ["undated"] if tally.undated else []
    return published(report) | {"notices": [*report.notices, *notices]}


def _require_reference(report: Report) -> None:
    """Refuse a declared period in which no month has visits enough to compare with.

    Raises
    ------
    DataError  where other months would stand in for it, or nothing be compared
    """
    period, least = report.judge.period, int(report.judge.limits.number("months.least_visits"))
    if period is None or not report.visits:
        return
    enough = [month for month, n in report.visits.items() if n >= least]
    within = [month for month in enough if period.first <= month <= period.last]
    if enough and len(within) == len(enough):
        raise DataError(
            found="a reference period that holds every month which could be judged",
            why="each month would be its own reference, and nothing would be compared",
            remedy="Declare months before the ones that are to be judged, or leave --reference out",
            path="reference",
        )
    if not within:
        raise DataError(
            found=f"a reference period in which no month has {least} visits",
            why="every month would be compared with another period than meant, or with none",
            remedy="Declare months that are among the visits, or leave --reference out",
            path="reference",
        )


def write_report(out: Path, document: dict[str, Any], lang: str) -> None:
    """Write a report in its four forms, each file whole or not there."""
    out.mkdir(parents=True, exist_ok=True)
    write_json(out / JSON, document)
    write_csv(out / CSV, drift_rows(document))
    write_text(out / "drift.html", drift_page(document, lang))
    write_text(out / "drift.txt", drift_text(document, lang))


def must_act(document: dict[str, Any]) -> bool:
    """Say whether something asks for an act: a flag of that level, or a signal of a chart."""
    return bool(document["signals"]) or any(a["level"] == ACT for a in document["alarms"])


def read_period(text: str) -> Period | None:
    """Return a declared period.

    Raises
    ------
    DataError  if it is not two months, the first not after the second

    >>> read_period("2025-01..2025-03").last - read_period("2025-01..2025-03").first
    2
    """
    if not text:
        return None
    first, dots, last = text.partition("..")
    months = [month_of_text(end) if len(end) == len("2025-01") else -1 for end in (first, last)]
    if not dots or min(months) < 0 or months[0] > months[1]:
        raise DataError(
            found="a reference period that is not two months in order",
            why="every month would be compared with another period than meant",
            remedy="Write --reference 2025-01..2025-03",
            path="reference",
        )
    return Period(*months)
