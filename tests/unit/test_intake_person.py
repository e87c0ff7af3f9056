"""Whose visit it is: identifiers, sex, birth date and age, and earlier visits of another person."""

from datetime import UTC, datetime
from typing import Any

import pytest
from laennec.engine.intake import parse
from laennec.engine.plausibility.check import check_plausibility
from one_visit import VISIT, codes, visit


@pytest.mark.parametrize("given", ["255081416802538", "2 55 08 14 168 025 38", "2550814168025 38"])
def test_a_national_number_as_an_identifier_is_told_and_never_echoed(given: str) -> None:
    """An identifier is a pseudonym: a NIR or INS in it names the person in every result."""
    document = visit()
    document["person"]["id"] = given
    batch = parse(document).batch
    (told,) = [p for p in batch.problems if p.code == "identifier_national"]
    assert (told.severity, told.path, dict(told.parameters)) == ("note", "$.person.id", {})
    document["person"]["id"] = given[:-1] + "9"
    codes = [p.code for p in parse(document).batch.problems]
    assert "identifier_national" not in codes


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"visit_id": ""}, "identifier_missing"),
        ({"performed_at": "2026-11-03"}, "moment_unreadable"),
        ({"performed_at": "2026-11-03T09:20:00"}, "moment_unreadable"),
        ({"performed_at": "2027-11-03T09:20:00+01:00"}, "moment_in_future"),
        ({"person": None}, "person_missing"),
        ({"person": {"id": "p", "birth_date": "2030-01-01", "sex": "male"}}, "birth_after_visit"),
        ({"schema": "laennec.visit/2"}, "schema_unknown"),
        ({"measurements": {}}, "not_a_list"),
        ({"measurements": [3]}, "not_an_object"),
        ({"questionnaire": []}, "not_an_object"),
        ({"symptoms": "none"}, "not_a_list"),
        ({"previous_visits": [1]}, "previous_visit_unreadable"),
        ({"previous_visits": {}}, "not_a_list"),
    ],
)
def test_what_makes_every_finding_untrustworthy_refuses_the_record(
    change: dict[str, Any], code: str
) -> None:
    record = parse({**visit(), **change}, now=datetime(2026, 12, 1, tzinfo=UTC))
    assert code in codes(record.batch, "refused_record")
    assert record.is_refused


@pytest.mark.parametrize(
    ("person", "code"),
    [
        ({"id": "p-1", "sex": "female"}, "birth_date_missing"),
        ({"id": "p-1", "birth_date": "2.3.1974", "sex": "female"}, "birth_date_unreadable"),
        ({"id": "p-1", "birth_date": "19740302", "sex": "female"}, "birth_date_unreadable"),
        ({"id": "p-1", "birth_date": 19740302, "sex": "female"}, "birth_date_unreadable"),
        ({"id": "p-1", "birth_date": "1974-W09-6", "sex": "female"}, "birth_date_unreadable"),
        ({"id": "p-1", "birth_date": "1974-03-02"}, "sex_missing"),
        ({"id": "p-1", "birth_date": "1974-03-02", "sex": "F"}, "sex_unknown"),
    ],
)
def test_a_missing_sex_or_birth_date_is_said_and_stays_unknown(
    person: dict[str, Any], code: str
) -> None:
    record = parse({**visit(), "person": person})
    assert codes(record.batch) == [code]
    assert not record.is_refused


@pytest.mark.parametrize(
    ("change", "element"),
    [({"id": "p-2"}, "id"), ({"birth_date": "1974-03-03"}, "birth_date"), ({"sex": "male"}, "sex")],
)
def test_an_earlier_visit_of_another_person_refuses_the_record(
    change: dict[str, str], element: str
) -> None:
    """H2: wrong patient. One element of the identity that differs is enough."""
    earlier = {**VISIT, "visit_id": "v-0", "person": {**VISIT["person"], **change}}
    record = parse(visit(previous_visits=[earlier]))
    assert [(p.code, p.parameters["elements"]) for p in record.batch.problems] == [
        ("wrong_patient", element)
    ]
    assert record.previous == ()


def test_an_earlier_visit_of_the_same_person_is_kept() -> None:
    record = parse(visit(previous_visits=[{**VISIT, "visit_id": "v-0"}]))
    assert [p.batch.visit_id[0] for p in record.previous] == ["v-0"]


@pytest.mark.parametrize(
    ("birth_date", "refused"),
    [("1870-01-01", True), ("2012-11-04", True), ("2011-11-03", False), ("1916-11-03", False)],
)
def test_an_age_outside_its_limits_is_refused_and_stays_unknown(
    birth_date: str, refused: bool
) -> None:
    document = {**visit(), "person": {"id": "p-1", "birth_date": birth_date, "sex": "female"}}
    batch = check_plausibility(parse(document).batch)
    assert (batch.age_years[0] == -1) == refused
    assert codes(batch) == (["hard_implausible"] if refused else [])
