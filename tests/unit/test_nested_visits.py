"""Earlier visits of earlier visits are read as if they stood side by side, and none is lost."""

from datetime import UTC, datetime

import jsonschema
import pytest
from laennec.engine import Models, load_guidelines, screen
from laennec.engine.intake import parse
from laennec.engine.intake.schema import visit_schema
from one_visit import codes, visit

NOW = datetime(2026, 12, 1, tzinfo=UTC)
HIGH = [
    {"code": "systolic_bp", "value": "240", "unit": "mm[Hg]"},
    {"code": "diastolic_bp", "value": "140", "unit": "mm[Hg]"},
]


def nested(within, **earlier):
    outer = {**visit(), "visit_id": "v-0", **earlier, "previous_visits": within}
    return {**visit(), "previous_visits": [outer]}


def asked(given):
    draft = screen(parse(given, now=NOW), Models(), load_guidelines())
    return [i for i in draft.urgent if i.message.id.startswith("urgent.earlier_value")]


@pytest.mark.parametrize("is_inner", [True, False])
def test_an_urgent_value_within_an_earlier_visit_is_told(is_inner):
    """Pinned: the record was refused, and 240/140 of ten days ago stood nowhere."""
    day = "2026-10-25T09:00:00+02:00"
    high = {"measurements": HIGH, "performed_at": day}
    inner = {**visit(), "visit_id": "v-1", **(high if is_inner else {})}
    today = {**nested([inner], **({} if is_inner else high)), "measurements": []}
    record = parse(today, now=NOW)
    assert len(record.previous) == 2
    assert not record.is_refused
    assert {i.inputs[0].value for i in asked(today)} == {"240"}


def test_an_inner_visit_of_another_person_refuses_the_record():
    other = {**visit(), "person": {**visit()["person"], "id": "p-other"}}
    record = parse(nested([other]), now=NOW)
    assert codes(record.batch, "refused_record") == ["wrong_patient"]
    assert record.batch.problems[-1].path.startswith("$.previous_visits[0].previous_visits[0]")


def test_a_year_before_the_birth_hides_no_urgent_value():
    """Pinned: of 1926 for 2026 "only its urgent values are told", and none was."""
    typed = {**visit(), "visit_id": "v-0", "measurements": HIGH,
             "performed_at": "1926-11-20T09:00:00+01:00"}  # fmt: skip
    today = {**visit(), "measurements": [], "previous_visits": [typed]}
    found = asked(today)
    assert {i.inputs[0].value for i in found} == {"240"}
    assert {i.message.id for i in found} == {"urgent.earlier_value_waits_undated"}


@pytest.mark.parametrize(
    ("within", "is_taken"), [([], True), ([visit()], True), (None, False), ({}, False)]
)
def test_the_schema_takes_and_refuses_what_the_gate_does(within, is_taken):
    given = nested(within)
    assert parse(given, now=NOW).is_refused is not is_taken
    errors = list(jsonschema.Draft202012Validator(visit_schema()).iter_errors(given))
    assert (not errors) is is_taken
