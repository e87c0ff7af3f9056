"""Writes a plan: the call list by pseudonym, the aggregated table, JSON and page."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np

from ....datasets.readers.cohorts import Cohort, parse_criteria, read_cohort
from ....engine.prediagnosis import URGENCIES
from ...batch.result.parts import disclaimers
from ...batch.result.read import read_manifest
from ...whole_files import write_json, write_text
from ..earlier_signs import SIGN
from ..exposures import said_of_each
from ..files import write_csv
from ..last_visits import UNKNOWN_DAY
from ..local_codes import read_local_codes
from ..people import PlanPeople, read_people
from ..search.find import EXPOSURE, search_people, told_not_known
from ..search.tables import NOTHING_BESIDE, Beside, Sources
from ..two_people import two_people
from ..visits import visits_beside
from .calls import CallList, call_list, counts, later_visits
from .groups import GroupRow, call_rows, exposure_rows
from .hidden_rows import shown_rows
from .page import PlanTables, plan_page
from .settings import PlanSettings, read_settings
from .thresholds import Expected, ThresholdRow, flat, threshold_rows
from .wording import what_is_hidden

SCHEMA: Final = "laennec.plan/1"
CALLS: Final = "calls.csv"
TESTS: Final = "tests.csv"
JSON: Final = "plan.json"
PAGE: Final = "plan.html"
GROUPS: Final = "groups.csv"
_RISK_DECIMALS: Final = 4
_PRINTED: Final = (
    "today", "cohort", "beside", "capacity", "counts", "hidden_why", "groups", "tests",
    "rows_hidden",
    "expected_cases_assume", "not_given",
)  # fmt: skip
_PRICES: Final = "prices."
_TEST_COLUMNS: Final = ("risk", "tests", "fits", *(f.name for f in dataclasses.fields(Expected)))


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What ``laennec plan`` is asked to do.

    Parameters
    ----------
    result : folder of a finished batch
    out : folder for the files; those in it are replaced
    today : the day from which everything is counted
    settings : the site's own numbers; the defaults where None
    capacity : calls of the year; no limit where None
    lang : of the page
    cohort : a saved search; only those it finds are planned for
    beside : what that search, and the groups by exposure, read beside the result
    thesaurus : the site's own codes
    by_exposure : also plan for each exposure by itself
    given : numbers of the plan by name, above ``settings``
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
    by_exposure: bool = False
    given: Mapping[str, float] = field(default_factory=dict)


def run_plan(options: PlanOptions) -> dict[str, Any]:
    """Write a plan and return its aggregate, as it stands in ``plan.json``.

    Raises
    ------
    BatchRefused  if the folder holds no finished result
    DataError  if the site's own numbers can't be used, or exposures are asked for and not given
    """
    settings = read_settings(options.settings, options.given)
    planned = _planned(options)
    people, exposures = planned.people, planned.exposures
    later = later_visits(people, options.today)
    calls = call_list(people, settings, options.today, options.capacity)
    told = counts(people, calls, options.capacity) | {
        "visit_after": {"later": later["later"]},
        "not_in_result": {"malformed_lines": read_manifest(options.result).malformed_lines},
    }
    rows = threshold_rows(people, settings, options.capacity)
    shown = shown_rows(rows, people, calls, {**told["band"], "called": told["calls"]["called"]})
    groups = {"calls": call_rows(people, calls, settings, options.capacity)}
    if exposures is not None:
        groups["exposure"] = exposure_rows(people, calls, exposures, settings)
    document = {
        "schema": SCHEMA,
        "result": "unconfirmed",
        "disclaimer": disclaimers(),
        "today": options.today.isoformat(),
        "cohort": planned.cohort,
        "beside": planned.beside,
        "capacity": options.capacity,
        "counts": told,
        "hidden_why": {"calls": what_is_hidden("plan.calls_hidden")}
        if told["calls"]["called"] == "hidden"
        else {},
        "groups": {
            kind: [dataclasses.asdict(row) for row in found] for kind, found in groups.items()
        },
        "tests": [flat(row) for row in shown],
        "rows_hidden": len(rows) - len(shown),
        "expected_cases_assume": _assumed(settings),
        "not_given": list(settings.not_given),
        "settings": [dataclasses.asdict(one) for one in settings.settings.values()],
    }
    page = plan_page(document, PlanTables(shown, groups), settings, options.lang)
    options.out.mkdir(parents=True, exist_ok=True)
    write_csv(options.out / CALLS, _calls(people, calls, said_of_each(exposures)))
    write_csv(options.out / TESTS, _tests(shown, settings.assumed))
    write_csv(options.out / GROUPS, _groups(groups, settings.assumed))
    write_json(options.out / JSON, document)
    write_text(options.out / PAGE, page)
    return document


@dataclass(frozen=True, slots=True, eq=False)
class _Planned:
    """Whom the plan is for, which cohort that is (None: everybody), and what stands beside them."""

    people: PlanPeople
    cohort: dict[str, Any] | None
    exposures: Any
    beside: dict[str, Any]


def _planned(options: PlanOptions) -> _Planned:
    if options.cohort is None and not options.by_exposure:
        visits = visits_beside(options.beside.visits, options.result)
        two = two_people(visits, read_manifest(options.result))
        people = read_people(options.result, two)
        return _Planned(people, None, None, {"two_people": two.told(people.n)})
    site = read_local_codes(options.thesaurus)
    cohort = None if options.cohort is None else read_cohort(options.cohort, site)
    by = (EXPOSURE,) if options.by_exposure else ()
    found = search_people(
        cohort or Cohort("", parse_criteria(())),
        Sources(options.result, options.beside, site=site),
        by,
    )
    people = read_people(options.result, found.two)
    exposures = found.exposures if options.by_exposure else None
    if cohort is None:
        return _Planned(people, None, exposures, dict(found.beside))
    told = {
        "title": cohort.title,
        "where": cohort.criteria.text,
        "sha256": cohort.sha256,
        "not_known": told_not_known(found),
    }
    people = people.only(found.people["person_id"].combine_chunks())
    return _Planned(people, told, exposures, dict(found.beside))


def _calls(
    people: PlanPeople, calls: CallList, exposures: Mapping[str, str]
) -> Iterator[Sequence[Any]]:
    """Yield the call list, first call first; exposures are context and change no place in it."""
    yield (
        "place", "person_id", "urgency", "band", "cardiovascular_band", "risk", "visit_date",
        "days_overdue", "within_capacity", "status_reason", SIGN, f"{SIGN}_date",
        f"{SIGN}_check_date", "row",
        "urgent_at_another_visit", "two_people", "exposures",
    )  # fmt: skip
    names = (*URGENCIES, "")
    for place, row in enumerate(calls.order.tolist(), start=1):
        risk = float(people.risk[row])
        yield (
            place,
            people.person_id[row].as_py() or "",
            names[int(people.urgency[row])],
            people.band[row].as_py(),
            people.cvd_band[row].as_py() or "",
            round(risk, _RISK_DECIMALS) if np.isfinite(risk) else "",
            _written(int(people.day[row])),
            max(int(calls.overdue_days[row]), 0),
            "yes" if calls.is_tested[row] else "no",
            people.status_reason[row].as_py() or "",
            people.sign[row].as_py() or "",
            _written(int(people.sign_day[row])),
            "yes" if people.asks_day[row] else "",
            people.row[row].as_py() or "",
            people.elsewhere[row].as_py() or "",
            "yes" if people.of_two[row] else "",
            exposures.get(people.person_id[row].as_py() or "", ""),
        )


def _written(day: int) -> str:
    return str(np.datetime64(day, "D")) if day != UNKNOWN_DAY else ""


def _assumed(settings: PlanSettings) -> dict[str, dict[str, Any]]:
    """Return the shares on which expected cases rest, and where each is from."""
    return {
        name: {"share": row.value, "is_own": row.is_own, "source": row.source}
        for name, row in ((name, settings.settings[f"test.{name}"]) for name in settings.assumed)
    }


def _tests(rows: Sequence[ThresholdRow], assumed: Mapping[str, float]) -> Iterator[Sequence[Any]]:
    """Yield the table by threshold, and what its expected cases assume."""
    yield (*_TEST_COLUMNS, *assumed)
    for row in rows:
        yield [*(_cell(flat(row)[name]) for name in _TEST_COLUMNS), *assumed.values()]


def _groups(
    groups: Mapping[str, Sequence[GroupRow]], assumed: Mapping[str, float]
) -> Iterator[Sequence[Any]]:
    """Yield the table by group, and what its expected cases assume."""
    names = [field.name for field in dataclasses.fields(Expected)]
    yield ("by", "group", "people", "called", "tests", *names, *assumed)
    for kind, rows in groups.items():
        for row in rows:
            expected = [_cell(getattr(row.expected, name, None)) for name in names]
            counts = (kind, row.group, row.people, row.called, row.tests)
            yield (*counts, *expected, *assumed.values())


def _cell(value: Any) -> Any:  # noqa: ANN401 - a cell of any type
    if value is None:
        return ""
    return value if isinstance(value, bool) else round(value, _RISK_DECIMALS)


def printed(document: dict[str, Any]) -> dict[str, Any]:
    """Return what the command prints: counts and the table, without the numbers' sources.

    ``prices_shipped`` names the prices that the site did not give.
    """
    shipped = [
        one["name"]
        for one in document["settings"]
        if not one["is_own"] and one["value"] is not None and one["name"].startswith(_PRICES)
    ]
    return {**{name: document[name] for name in _PRINTED}, "prices_shipped": shipped}
