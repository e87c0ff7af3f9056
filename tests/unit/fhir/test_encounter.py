"""When a visit was and whether it took place: nothing of that is guessed without a word."""

from datetime import UTC, datetime

import pytest
from fhir_support import bundle, of, sent
from laennec.engine import Models, load_guidelines
from laennec.serving.fhir.visit_in import read_visit
from laennec.serving.screening import Engine, SiteKnows, screen_visit

NOW = datetime(2026, 12, 1, tzinfo=UTC)
DAY = "2026-11-03T11:40:00+01:00"
LATER = "2026-11-30T08:00:00+01:00"


def told(document):
    return [(p.severity, p.code, p.path) for p in read_visit(sent(document)).problems]


def draft_of(document):
    read = read_visit(sent(document))
    knows = SiteKnows(unused=read.problems)
    engine = Engine(Models(()), load_guidelines())
    return screen_visit(sent(read.document), engine, now=NOW, knows=knows).draft


def encounter_of(document):
    return of(document, "Encounter")[0]


def without_encounter(document):
    subject = encounter_of(document)
    kept = [e for e in document["entry"] if e["resource"] is not subject]
    document |= {"entry": kept, "identifier": {"value": "v1"}}


@pytest.mark.parametrize(
    "change",
    [
        lambda d: encounter_of(d).pop("period"),
        lambda d: encounter_of(d).update(period={"end": DAY}),
        without_encounter,
    ],
)
def test_a_visit_that_is_dated_by_its_bundle_says_so(change):
    """Pinned: a visit of two years ago was dated by the day of its sending, with no word."""
    document = bundle()
    document["timestamp"] = LATER
    of(document, "QuestionnaireResponse")[0]["authored"] = LATER
    change(document)
    read = read_visit(sent(document))
    assert read.document["performed_at"] == LATER
    (note,) = read.problems
    assert (note.severity, note.code) == ("note", "dated_by_bundle")
    assert note.path == "Bundle.timestamp"
    assert "dated_by_bundle" in {n.code for n in draft_of(document).notes}


def test_a_visit_with_its_own_day_is_told_nothing():
    document = bundle()
    document["timestamp"] = LATER
    assert told(document) == []
    encounter_of(document)["actualPeriod"] = dict(encounter_of(document)["period"])
    assert told(document) == []


def test_the_period_of_r5_is_refused_by_name_and_what_is_urgent_stands():
    document = bundle("03-urgent")
    before = {item.rule_id for item in draft_of(document).urgent}
    document["timestamp"] = LATER
    encounter_of(document)["actualPeriod"] = encounter_of(document).pop("period")
    ((severity, code, path),) = told(document)
    assert (severity, code) == ("refused_record", "encounter_of_r5")
    assert path.endswith(".resource.actualPeriod")
    draft = draft_of(document)
    assert before
    assert {item.rule_id for item in draft.urgent} == before
    assert {f.state or f.band for f in draft.findings} == {"not_assessable"}


@pytest.mark.parametrize("period", [{"start": "2024-01-10T08:00:00+01:00"}, {}, None, "2024"])
def test_two_days_or_a_broken_day_of_r5_refuse_the_record(period):
    document = bundle()
    encounter_of(document)["actualPeriod"] = period
    assert [one[:2] for one in told(document)] == [("refused_record", "encounter_of_r5")]


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
def test_a_visit_that_did_not_take_place_is_refused_and_what_is_urgent_stands(status):
    document = bundle("03-urgent")
    before = {item.rule_id for item in draft_of(document).urgent}
    encounter_of(document)["status"] = status
    ((severity, code, path),) = told(document)
    assert (severity, code) == ("refused_record", "encounter_taken_back")
    assert path.endswith(".resource.status")
    draft = draft_of(document)
    assert {item.rule_id for item in draft.urgent} == before
    assert {f.state or f.band for f in draft.findings} == {"not_assessable"}


@pytest.mark.parametrize("status", ["planned", "unknown", "completed", "quatsch", 1, []])
def test_a_status_that_does_not_say_that_the_visit_took_place_is_told(status):
    document = bundle()
    encounter_of(document)["status"] = status
    assert [one[:2] for one in told(document)] == [("note", "encounter_status")]


@pytest.mark.parametrize("status", ["arrived", "triaged", "in-progress", "onleave", "finished"])
def test_a_visit_that_takes_place_is_told_nothing(status):
    document = bundle()
    encounter_of(document)["status"] = status
    assert told(document) == []
