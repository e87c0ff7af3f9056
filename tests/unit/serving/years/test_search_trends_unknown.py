"""Searches on trends: who was never tested, whose last value is a bound, whose is not known."""

import json

import pyarrow.parquet as pq
import pytest
from laennec.cli import app
from laennec.serving.batch import BatchOptions, SilentReporter, run_batch
from typer.testing import CliRunner
from years_support import found_in_store, stored

HEAD = "person_id,visit_date,age_years,sex,hba1c_percent,systolic_bp_mmhg\n"
BORN = 1970
KINDS = {
    "calm": (20, {2024: ("7.0", "130"), 2026: ("7.0", "130")}),
    "bound": (15, {2024: ("7.0", "130"), 2026: (">14.0", "130")}),
    "always": (13, {2024: (">14.0", "130"), 2026: (">14.0", "130")}),
    "open": (12, {2024: ("7.0", "130"), 2026: (">7.0", "130")}),
    "low": (14, {2024: ("7.0", "130"), 2026: ("<5.0", "130")}),
    "never": (16, {2024: ("", "130"), 2026: ("", "")}),
    "suspect": (17, {2024: ("7.0", "130"), 2026: ("7.0", "262")}),
    "spoilt": (18, {2024: ("", "262"), 2026: ("", "262")}),
    "unread": (11, {2024: ("7.0", "130"), 2026: ("seven", "130")}),
    "torn": (19, {2024: ("7.0", "130"), 2026: ("6.8 & >14.0", "130")}),
}
"""Kind -> how many people, and of each year HbA1c (two of one day) and systolic pressure."""
ALL = sum(n for n, _ in KINDS.values())


def table():
    rows = (
        f"{kind}{i},{year}-01-10,{year - BORN},male,{result},{pressure}"
        for kind, (n, years) in KINDS.items()
        for i in range(n)
        for year, (hba1c, pressure) in years.items()
        for result in hba1c.split(" & ")
    )
    return HEAD + "\n".join(rows) + "\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return a folder with the table, its result and its trajectories."""
    folder = tmp_path_factory.mktemp("trends")
    path = folder / "visits.csv"
    path.write_text(table())
    run_batch(BatchOptions(inputs=(path,), out=folder / "result", workers=1), SilentReporter())
    asked = ["trajectories", str(path), "--out", str(folder), "--on", "2026-11-30"]
    assert CliRunner().invoke(app, asked).exit_code == 0
    return folder


def told(made, where):
    done = CliRunner().invoke(
        app, ["search", "--result", str(made / "result"), "--where", where,
              "--trajectories", str(made / "trajectories.parquet")],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def of(*kinds):
    return sum(KINDS[kind][0] for kind in kinds)


TESTED = ("calm", "bound", "always", "open", "low", "suspect")
"""Whose last HbA1c is known, be it as a bound."""
UNTESTED = ALL - of(*TESTED)


@pytest.mark.parametrize(
    ("where", "kinds"),
    [
        ("last.hba1c < 7.5 %", ("calm", "low", "suspect")),
        ("last.hba1c < 5.0 %", ("low",)),
        ("last.hba1c <= 4.9 %", ()),
        ("last.hba1c >= 9 %", ("bound", "always")),
        ("last.hba1c > 14 %", ("bound", "always")),
        ("last.hba1c > 7 %", ("bound", "always", "open")),
        ("last.hba1c >= 54 mmol/mol", ("bound", "always")),
        ("last.hba1c = 7.0 %", ("calm", "suspect")),
        ("last.hba1c is known", TESTED),
        ("last.hba1c is unknown", ("never", "spoilt", "unread", "torn")),
        ("days_since.hba1c is unknown", ("never", "spoilt")),
        ("tests.hba1c is unknown", ("never", "spoilt")),
        ("trend.hba1c is unknown", ("never", "spoilt")),
        ("tests.hba1c = 0", ("never", "spoilt")),
        ("tests.hba1c < 1", ("never", "spoilt")),
        ("tests.hba1c in 0, 1", ("never", "spoilt", "unread", "torn")),
        ("tests.hba1c >= 2", TESTED),
        ("slope.hba1c is unknown", tuple(KINDS)),
        ("days_since.hba1c < 400", TESTED),
        ("days_since.hba1c is unknown and tests.systolic_bp >= 1", ("never",)),
        (
            "last.systolic_bp < 140",
            ("calm", "bound", "always", "open", "low", "never", "unread", "torn"),
        ),
        ("last.systolic_bp is unknown", ("suspect", "spoilt")),
        ("tests.systolic_bp = 0", ("spoilt",)),
        ("tests.systolic_bp is unknown", ()),
    ],
)
def test_who_is_found_by_a_last_value_and_by_what_is_unknown(made, where, kinds):
    """Pinned: ">14.0 %" was found as below 7.5 %, and "is unknown" found nobody."""
    assert told(made, where)["people"]["found"] == of(*kinds)


@pytest.mark.parametrize(
    ("where", "people"),
    [
        ("last.hba1c < 7.5 %", UNTESTED + of("open")),
        ("last.hba1c >= 9 %", UNTESTED + of("open")),
        ("last.hba1c > 7 %", UNTESTED),
        ("last.hba1c < 15 %", UNTESTED + of("open", "bound", "always")),
        ("last.hba1c = 7 %", UNTESTED + of("open", "bound", "always", "low")),
        ("last.hba1c > 7 % and last.hba1c < 15 %", UNTESTED + of("open", "bound", "always")),
        ("last.systolic_bp >= 140", of("suspect", "spoilt")),
        ("slope.hba1c > 0.1", ALL),
    ],
)
def test_of_whom_a_last_value_can_t_be_decided_is_said(made, where, people):
    (unknown,) = told(made, where)["not_known"].values()
    assert unknown["people"] == people


def test_how_often_somebody_was_tested_is_always_known(made):
    assert told(made, "tests.hba1c >= 1")["not_known"] == {}


def test_the_table_has_a_row_of_everybody_who_had_a_value_be_it_unusable(made):
    """Pinned: five visits at 262 mmHg, or at ">14.0 %", left no row and no count."""
    rows = {
        (row["person_id"], row["item"]): row
        for row in pq.read_table(made / "trajectories.parquet").to_pylist()
    }
    always, spoilt = rows["always0", "hba1c"], rows["spoilt0", "systolic_bp"]
    assert (always["tests"], always["not_used"], always["last_value"]) == (2, 2, 14.0)
    assert (always["last_comparator"], always["not_usable_date"]) == (">", None)
    assert (spoilt["tests"], spoilt["not_used"]) == (0, 2)
    empty = ("first_date", "last_date", "days_since_last", "last_value", "share_in_range")
    assert [spoilt[name] for name in empty] == [None] * 5
    assert str(spoilt["not_usable_date"]) == "2026-01-10"
    assert rows["calm0", "hba1c"]["last_comparator"] is None
    assert ("never0", "hba1c") not in rows


def visit(person, year, value):
    return {
        "schema": "laennec.visit/1",
        "visit_id": f"{person}-{year}-{value}",
        "performed_at": f"{year}-02-10T09:00:00+01:00",
        "person": {"id": person, "birth_date": "1970-01-01", "sex": "male"},
        "measurements": [{"code": "hba1c", "value": value, "unit": "%"}] if value else [],
    }


TORN = {"torn-1": ("6.8", ">14.0"), "torn-2": (">14.0", "6.8")}


def torn(name, value, before):
    """Return a visit that an earlier one of its day, sent with it and not stored, contradicts."""
    return {**visit(name, 2026, value), "previous_visits": [visit(name, 2026, before)]}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Return the address of a store with two visits each of some people."""
    folder = tmp_path_factory.mktemp("stored")
    past, doubted = (visit(name, 2024, "7.0") for name in ("sent", "sent-doubt"))
    visits = [
        *(visit("calm", year, "7.0") for year in (2024, 2026)),
        visit("bound", 2024, "7.0"), visit("bound", 2026, ">14.0"),
        *(visit("never", year, "") for year in (2024, 2026)),
        {**visit("sent", 2026, ">14.0"), "previous_visits": [past]},
        visit("doubt", 2024, "7.0"), visit("doubt", 2026, "19.5"),
        {**visit("sent-doubt", 2026, "19.5"), "previous_visits": [doubted]},
        visit("corrected", 2024, "19.5"), visit("corrected", 2026, "7.0"),
        visit("spoilt", 2024, "19.5"), visit("spoilt", 2026, "seven"),
        visit("torn", 2026, ">14.0"), visit("torn", 2026, "6.8"),
        *(torn(name, *values) for name, values in TORN.items()),
    ]  # fmt: skip
    return stored(folder, visits)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("last.hba1c < 7.5 %", ["calm", "corrected"]),
        ("last.hba1c >= 9 %", ["bound", "sent"]),
        ("last.hba1c is unknown", ["doubt", "never", "sent-doubt", "spoilt", "torn", *TORN]),
        ("tests.hba1c = 0", ["never", "spoilt", "torn", *TORN]),
        ("tests.hba1c = 1", ["corrected", "doubt", "sent-doubt"]),
        ("tests.hba1c = 2", ["bound", "calm", "sent"]),
        ("tests.hba1c is unknown", ["never"]),
    ],
)
def test_a_store_finds_the_same(store, where, expected, tmp_path):
    assert found_in_store(store, where, tmp_path)[0] == expected
