"""What is of another visit or another day is not read as of this one, and never without a word."""

from datetime import UTC, datetime

import pytest
from fhir_observations import loinc, observation, quantity
from fhir_support import bundle, of, sent
from laennec.engine import Models, load_guidelines
from laennec.serving.fhir.visit_in import read_visit
from laennec.serving.screening import Engine, SiteKnows, screen_visit

NOW = datetime(2026, 12, 1, tzinfo=UTC)
OTHER = {"reference": "Encounter/OTHER"}


def draft_of(document):
    read = read_visit(sent(document))
    engine = Engine(Models(()), load_guidelines())
    knows = SiteKnows(unused=read.problems)
    return screen_visit(sent(read.document), engine, now=NOW, knows=knows).draft


def told(document):
    return [(p.severity, p.code) for p in read_visit(sent(document)).problems]


def visit(*added, name="01-raised-risk"):
    document = bundle(name)
    document["entry"] = [
        e for e in document["entry"] if e["resource"]["resourceType"] != "Observation"
    ]
    document["entry"] += [{"fullUrl": f"urn:uuid:{i}", "resource": o} for i, o in enumerate(added)]
    of(document, "Encounter")[0]["period"]["start"] = "2026-11-03T09:20:00+01:00"
    of(document, "Encounter")[0]["id"] = "v1"
    return document


def response_of(document):
    return of(document, "QuestionnaireResponse")[0]


def undated(**parts):
    said = observation(**parts)
    if "effectiveDateTime" not in parts:
        said.pop("effectiveDateTime")
    return said


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"encounter": OTHER}, "response_of_other_visit"),
        ({"encounter": {"display": "last year"}}, "response_of_other_visit"),
        ({"authored": "2024-01-01T00:00:00Z"}, "response_of_other_day"),
        ({"authored": "2026-11-01T12:00:00+01:00"}, "response_of_other_day"),
        ({"authored": "2026-11-05"}, "response_of_other_day"),
        ({"authored": "2026-10"}, "response_of_other_day"),
        ({"authored": "hier"}, "response_of_other_day"),
    ],
)
def test_answers_of_another_visit_deny_nothing_and_what_they_declare_is_urgent(said, code):
    """Pinned: a "none" of two years ago became "none of the list is declared" today."""
    document = visit(name="03-urgent")
    response_of(document).update(said)
    assert told(document) == [("refused_record", code)]
    draft = draft_of(document)
    assert draft.symptoms.asked == "partly"
    assert "declared_chest_pain" in {item.rule_id for item in draft.urgent}
    (listed,) = [i for i in response_of(document)["item"] if i["linkId"] == "symptom"]
    listed["answer"] = [{"valueCoding": {"code": "none"}}]
    draft = draft_of(document)
    assert draft.symptoms.asked == "not_asked"
    assert "symptoms_perhaps_lost" in {item.rule_id for item in draft.urgent}


@pytest.mark.parametrize(
    "said",
    [
        {"encounter": {"reference": "Encounter/v1"}},
        {"authored": "2026-11-02T00:00:00+01:00"},
        {"authored": "2026-11-04T23:59:00+01:00"},
        {"authored": "2026-11-04T22:59:00Z"},
        {"authored": "2026-11"},
    ],
)
def test_answers_of_the_visit_and_the_days_around_it_hold(said):
    document = visit()
    response_of(document).update(said)
    assert told(document) == []


def test_answers_without_a_day_and_a_visit_are_told():
    document = visit()
    response_of(document).pop("authored")
    assert told(document) == [("note", "response_undated")]
    response_of(document)["encounter"] = {"reference": "Encounter/v1"}
    assert told(document) == []


def test_a_result_of_another_visit_is_refused_and_the_urgent_rules_read_it():
    high = {**loinc("8480-6"), **quantity(205, "mm[Hg]")}
    document = visit(observation(**high, encounter=OTHER))
    assert told(document) == [("refused_item", "result_of_other_visit")]
    draft = draft_of(document)
    assert all(f.state != "present" for f in draft.findings)
    assert any(i.message.id.startswith("urgent.remeasure") for i in draft.urgent)
    document = visit(observation(**high, encounter={"reference": "Encounter/v1"}))
    assert told(document) == []


def test_without_an_encounter_two_that_are_named_leave_each_in_doubt():
    high = {**loinc("8480-6"), **quantity(205, "mm[Hg]")}
    document = visit(observation(**high, encounter={"reference": "Encounter/A"}))
    kept = [e for e in document["entry"] if e["resource"]["resourceType"] != "Encounter"]
    document |= {"entry": kept, "identifier": {"value": "v"}, "timestamp": "2026-11-03T09:20:00Z"}
    assert told(document) == [("note", "dated_by_bundle")]
    response_of(document)["encounter"] = {"reference": "Encounter/B"}
    assert {code for _, code in told(document)} == {
        "dated_by_bundle",
        "response_of_other_visit",
        "result_of_other_visit",
    }


GLUCOSE = {**loinc("1558-6"), **quantity(90, "mg/dL")}
OLD, TODAY = "2019-01-01T00:00:00Z", "2026-11-03T09:00:00Z"


@pytest.mark.parametrize(
    ("said", "notes"),
    [
        ({"effectiveInstant": OLD}, []),
        ({"effectivePeriod": {"start": OLD}}, []),
        ({"effectivePeriod": {"start": OLD, "end": "2026-11-03T09:00:00Z"}}, []),
        ({"effectiveTiming": {"event": ["2026-11-03T09:00:00Z", OLD]}}, []),
        ({"effectiveTiming": {"repeat": {"boundsPeriod": {"start": OLD}}}}, []),
        ({"issued": OLD}, ["results_at_latest"]),
        (
            {"effectivePeriod": {"end": OLD}, "issued": "2026-11-03T09:00:00Z"},
            ["results_at_latest"],
        ),
        ({"effectiveTiming": {"repeat": {"boundsPeriod": {"end": OLD}}}}, ["results_at_latest"]),
        ({"effectiveDateTime": OLD, "issued": "2026-11-03T09:00:00Z"}, []),
    ],
)
def test_a_result_is_of_the_day_that_it_says_in_any_way(said, notes):
    """Pinned: a fasting glucose issued in 2019 gave "diabetes range not reached" today."""
    document = visit(undated(**GLUCOSE, **said))
    assert [code for _, code in told(document)] == notes
    draft = draft_of(document)
    assert "too_old" in {item.code for item in draft.suspect_items}
    assert set(notes) <= {note.code for note in draft.notes}


@pytest.mark.parametrize("said", [{}, {"issued": "2026-11-05T09:00:00Z"}, {"effectiveTiming": {}}])
def test_a_result_without_a_day_is_taken_as_of_the_visit_and_the_report_says_so(said):
    document = visit(*[undated(**GLUCOSE, **said)] * 2)
    assert told(document) == [("note", "results_undated")]
    (note,) = [n for n in draft_of(document).notes if n.code == "results_undated"]
    assert note.parameters["count"] == "2"


def test_an_ecg_of_another_visit_is_read_as_an_earlier_one_or_refused():
    data = {"origin": {"value": 0, "unit": "mV", "code": "mV"}, "period": 2, "dimensions": 1}
    data |= {"factor": 0.005, "data": " ".join(["0"] * 5000)}
    lead = {"code": {"coding": [{"system": "urn:iso:std:iso:11073:10101", "code": "131329"}]}}
    code = {"coding": [{"system": "urn:iso:std:iso:11073:10101", "code": "131328"}]}
    parts = {"code": code, "component": [{**lead, "valueSampledData": data}], "encounter": OTHER}
    assert ("refused_item", "ecg_of_other_visit") in told(visit(undated(**parts)))
    same_day = visit(undated(**parts, effectiveDateTime="2026-11-03T08:00:00+01:00"))
    assert read_visit(sent(same_day)).ecg is None
    earlier = visit(undated(**parts, issued=OLD))
    assert ("note", "ecg_of_earlier_day") in told(earlier)
    undated_ecg = {key: value for key, value in parts.items() if key != "encounter"}
    assert told(visit(undated(**undated_ecg))) == [("note", "results_undated")]


def test_an_old_value_has_one_day_in_the_time_of_the_visit():
    """Pinned: one value was "measured on" one day, and "of" the next."""
    high = {**loinc("8480-6"), **quantity(205, "mm[Hg]")}
    document = visit(undated(**high, effectiveDateTime="2024-11-20T09:00:00+01:00"))
    of(document, "Encounter")[0]["period"]["start"] = "2026-11-03T09:20:00-10:00"
    of(document, "QuestionnaireResponse")[0]["authored"] = "2026-11-03"
    draft = draft_of(document)
    (old,) = [item for item in draft.suspect_items if item.code == "too_old_for_today"]
    assert old.parameters["date"] == "2024-11-19"
    assert "2024-11-20" not in repr(draft.urgent)
