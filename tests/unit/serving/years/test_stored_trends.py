"""Trends over the stored visits of many years: one evaluator, pseudonyms, the search recorded."""

import pytest
from laennec.datasets.readers.cohorts import parse_criteria
from laennec.engine.errors import DataError
from years_support import found_in_store, stored

YEARS = range(2016, 2026)


def visit(person, year, hba1c, **more):
    return {
        "schema": "laennec.visit/1",
        "visit_id": f"{person}-{year}",
        "performed_at": f"{year}-02-10T09:00:00+01:00",
        "person": {"id": person, "birth_date": "1970-01-01", "sex": "male", **more.pop("who", {})},
        "measurements": [
            {"code": "hba1c", "value": str(hba1c), "unit": "%", **more.pop("how", {})}
        ],
        **more,
    }  # fmt: skip


def people():
    """Yield the visits of people whose truth is known: rising, level, a new assay, two people."""
    for i, year in enumerate(YEARS):
        yield visit("rising", year, round(5.4 + 0.1 * i, 1))
        yield visit("level", year, 5.4)
        assay = "laboratory" if i < 5 else "point_of_care"
        yield visit("assay", year, 5.4 if i < 5 else 6.0, how={"assay": assay})
        sex = {"sex": "female"} if i == 5 else {}
        yield visit("two", year, round(5.4 + 0.1 * i, 1), who=sex)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Return the address of a store with ten visits of each of four people."""
    folder = tmp_path_factory.mktemp("trends")
    past = [visit("sent", year, round(5.4 + 0.1 * i, 1)) for i, year in enumerate(YEARS)]
    visits = [*people(), {**past[-1], "previous_visits": past[:-1]}]
    visits.append(visit("rising", 2015, 9.9))
    visits.append(visit("rising", 2015, 5.3))
    return stored(folder, visits)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("trend.hba1c = rises", ["rising", "sent"]),
        ("slope.hba1c > 0.09 %/year", ["rising", "sent"]),
        ("slope.hba1c > 0.99 mmol/mol/year", ["rising", "sent"]),
        ("slope.hba1c > 1.2 mmol/mol/a", []),
        ("trend.hba1c = no_trend_shown", ["assay", "level"]),
        ("tests.hba1c >= 10", ["level", "rising", "sent"]),
        ("tests.hba1c = 11", ["rising"]),
        ("last.hba1c >= 6.0 % and trend.hba1c != rises", ["assay"]),
        ("days_since.hba1c > 365", ["assay", "level", "rising", "sent"]),
    ],
)
def test_trends_are_those_of_all_stored_visits(store, where, expected, tmp_path):
    assert found_in_store(store, where, tmp_path)[0] == expected


def test_visits_that_are_of_two_people_have_no_trend_and_are_counted(store, tmp_path):
    names, told = found_in_store(store, "tests.hba1c >= 1", tmp_path)
    assert "two" not in names
    assert told["visits_of_two_people"] == "<11"
    assert told["people"]["found"] == "<11"


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("trend.hba1c > 0.2 %/year", "Ask for its amount: slope.hba1c > 0.2 %/year"),
        ("slope.hba1c > 0.2 %", "a slope is per year"),
        ("slope.hba1c > 0.2 mg/dL/year", "Use %, mmol/mol"),
        ("slope.ecg.qtc_fridericia > 2 s/year", "Use ms"),
        ("last.hba1c > high %", "a number is asked for"),
        ("tests.hba1c > 3 %", "a number is asked for"),
    ],
)
def test_what_no_trend_can_be_compared_with_is_refused(where, said):
    with pytest.raises(DataError) as refused:
        parse_criteria([where])
    assert said in str(refused.value)


def test_a_trend_of_an_ecg_interval_takes_its_unit():
    assert parse_criteria(["slope.ecg.qtc_fridericia > 2 ms/year"]).values[1] == 2.0


def test_one_test_that_is_stored_with_several_visits_is_one_of_its_day(tmp_path):
    """Pinned: a copy of an old result was a test of the day of every visit that sent it."""
    how = {"at": "2019-05-04T08:00:00+02:00"}
    visits = [visit("copied", year, 8.2, how=dict(how)) for year in (2019, 2020)]
    store = stored(tmp_path, [*visits, visit("twice", 2019, 8.2), visit("twice", 2020, 8.2)])
    assert found_in_store(store, "tests.hba1c = 1", tmp_path)[0] == ["copied"]
    assert found_in_store(store, "tests.hba1c = 2", tmp_path)[0] == ["twice"]
