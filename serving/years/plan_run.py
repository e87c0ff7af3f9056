"""Writes a plan: the call list by pseudonym, the aggregated table, JSON and page."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np

from ...datasets.readers.cohorts import read_cohort
from ...engine.prediagnosis import URGENCIES
from ..batch.parts import disclaimers, write_json, write_text
from .files import write_csv
from .local_codes import read_local_codes
from .people import UNKNOWN_DAY, PlanPeople, read_people
from .plan import CallList, ThresholdRow, call_list, counts, shown_rows, threshold_rows
from .plan_page import plan_page
from .plan_settings import read_settings
from .search import NOTHING_BESIDE, Beside, Sources, search_people

SCHEMA: Final = "laennec.plan/1"
CALLS: Final = "calls.csv"
TESTS: Final = "tests.csv"
JSON: Final = "plan.json"
PAGE: Final = "plan.html"
_RISK_DECIMALS: Final = 4


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What ``laennec plan`` is asked to do.

    Parameters
    ----------
    result : folder of a finished batch
    out : folder for the four files; those in it are replaced
    today : the day from which everything is counted
    settings : the site's own numbers; the defaults where None
    capacity : calls of the year; no limit where None
    lang : of the page
    cohort : a saved search; only those it finds are planned for
    beside : what that search reads beside the result
    thesaurus : the site's own codes
    """

    result: Path
    out: Path
    today: date
    settings: Path | None = None
    capacity: int | None = None
    lang: str = "fr"
    cohort: Path | None = None
    beside: Beside = NOTHING_BESIDE
    thesaurus: Path | None = None


def run_plan(options: PlanOptions) -> dict[str, Any]:
    """Write a plan and return its aggregate, as it stands in ``plan.json``.

    Raises
    ------
    BatchRefused  if the folder holds no finished result
    DataError  if the site's own numbers can't be used
    """
    settings = read_settings(options.settings)
    people, cohort = _people(options)
    calls = call_list(people, settings, options.today, options.capacity)
    rows = threshold_rows(people, settings)
    shown = shown_rows(rows, int(np.isfinite(people.risk).sum()))
    document = {
        "schema": SCHEMA,
        "result": "unconfirmed",
        "disclaimer": disclaimers(),
        "today": options.today.isoformat(),
        "cohort": cohort,
        "counts": counts(people, calls),
        "tests": [dataclasses.asdict(row) for row in shown],
        "rows_hidden": len(rows) - len(shown),
        "settings": [dataclasses.asdict(one) for one in settings.settings.values()],
    }
    options.out.mkdir(parents=True, exist_ok=True)
    write_csv(options.out / CALLS, _calls(people, calls))
    write_csv(options.out / TESTS, _tests(shown))
    write_json(options.out / JSON, document)
    page = plan_page(document, shown, settings, options.lang)
    write_text(options.out / PAGE, page)
    return document


def _people(options: PlanOptions) -> tuple[PlanPeople, dict[str, str] | None]:
    """Return whom the plan is for, and which cohort that is; None for everybody."""
    people = read_people(options.result)
    if options.cohort is None:
        return people, None
    site = read_local_codes(options.thesaurus)
    cohort = read_cohort(options.cohort, site)
    found = search_people(cohort, Sources(options.result, options.beside, site=site)).people
    told = {"title": cohort.title, "where": cohort.criteria.text, "sha256": cohort.sha256}
    return people.only(found["person_id"].combine_chunks()), told


def _calls(people: PlanPeople, calls: CallList) -> Iterator[Sequence[Any]]:
    """Yield the call list, first call first."""
    yield (
        "place", "person_id", "urgency", "band", "cardiovascular_band", "risk", "visit_date",
        "days_overdue", "within_capacity", "status_reason", "row",
    )  # fmt: skip
    names = (*URGENCIES, "")
    for place, row in enumerate(calls.order.tolist(), start=1):
        risk = float(people.risk[row])
        day = int(people.day[row])
        yield (
            place,
            people.person_id[row].as_py() or "",
            names[int(people.urgency[row])],
            people.band[row].as_py(),
            people.cvd_band[row].as_py() or "",
            round(risk, _RISK_DECIMALS) if np.isfinite(risk) else "",
            np.datetime64(day, "D").item().isoformat() if day != UNKNOWN_DAY else "",
            max(int(calls.overdue_days[row]), 0),
            "yes" if calls.is_tested[row] else "no",
            people.status_reason[row].as_py() or "",
            people.row[row].as_py() or "",
        )


def _tests(rows: Sequence[ThresholdRow]) -> Iterator[Sequence[Any]]:
    """Yield the aggregated table."""
    names = [field.name for field in dataclasses.fields(ThresholdRow)]
    yield names
    for row in rows:
        values = [getattr(row, name) for name in names]
        yield ["" if v is None else round(v, _RISK_DECIMALS) for v in values]


def printed(document: dict[str, Any]) -> dict[str, Any]:
    """Return what the command prints: counts and the table, without the numbers' sources."""
    return {name: document[name] for name in ("today", "cohort", "counts", "tests", "rows_hidden")}
