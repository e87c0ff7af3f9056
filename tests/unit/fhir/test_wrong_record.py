"""Signs that a Bundle is another person's, or not the whole visit; urgent rules still speak."""

from datetime import UTC, datetime

import pytest
from fhir_support import bundle, of, sent
from laennec.engine import Models, load_guidelines
from laennec.serving.cds_hooks.requests import HookCall
from laennec.serving.fhir.completeness import is_cut
from laennec.serving.fhir.visit_in import read_visit
from laennec.serving.screening import Engine, SiteKnows, screen_visit

NOW = datetime(2026, 12, 1, tzinfo=UTC)
NEXT = [{"relation": "next", "url": "https://his.example/2"}]


def told(document):
    return [(p.severity, p.code) for p in read_visit(sent(document)).problems]


def outcome(severity, code):
    return {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": code}]}


@pytest.mark.parametrize(
    ("said", "is_refused"),
    [
        ({"deceasedBoolean": True}, True),
        ({"deceasedBoolean": False}, False),
        ({"deceasedDateTime": "2026-11-02"}, True),
        ({"deceasedDateTime": "2026-11-03"}, False),
        ({"deceasedDateTime": "2026-11-03T09:19:59+01:00"}, True),
        ({"deceasedDateTime": "2026-11-03T09:20:01+01:00"}, False),
        ({"deceasedDateTime": "2026-11-03T10:00"}, True),
        ({"deceasedDateTime": "2026-11-04"}, False),
        ({"deceasedDateTime": "2026"}, True),
        ({"deceasedDateTime": "2027"}, False),
        ({"deceasedDateTime": "hier"}, True),
    ],
)
def test_a_person_who_died_before_the_visit_refuses_the_record(said, is_refused):
    document = bundle()
    of(document, "Encounter")[0]["period"]["start"] = "2026-11-03T09:20:00+01:00"
    of(document, "Patient")[0].update(said)
    assert told(document) == ([("refused_record", "patient_deceased")] if is_refused else [])


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update(type="searchset", link=NEXT),
        lambda d: d.update(type="searchset", total=99),
        lambda d: d["entry"].append({"resource": outcome("error", "timeout")}),
        lambda d: d["entry"].append({"resource": outcome("warning", "incomplete")}),
        lambda d: d["entry"].append({"resource": {"resourceType": "OperationOutcome"}}),
        lambda d: of(d, "Patient")[0].update(deceasedBoolean=True),
    ],
)
def test_a_visit_in_part_or_of_the_dead_has_no_finding_and_its_alarm_speaks(
    change,
):
    document = bundle("03-urgent")
    change(document)
    read = read_visit(sent(document))
    draft = screen_visit(
        sent(read.document),
        Engine(Models(()), load_guidelines()),
        now=NOW,
        knows=SiteKnows(unused=read.problems),
    ).draft
    assert draft.urgency == "U0"
    assert {f.state or f.band for f in draft.findings} == {"not_assessable"}


def test_a_remark_of_a_server_is_a_note():
    document = bundle()
    document["entry"].append({"resource": outcome("information", "informational")})
    assert told(document) == [("note", "resource_not_read")]


def test_a_searchset_in_whole_is_read_as_it_is():
    document = bundle()
    document |= {"type": "searchset", "total": len(document["entry"])}
    document["entry"][0]["search"] = {"mode": "match"}
    assert not is_cut(document)
    assert told(document) == []
    document["entry"][0]["search"] = {"mode": "include"}
    assert is_cut(document)


def test_a_prefetch_that_goes_on_elsewhere_is_a_visit_in_part():
    whole = {"resourceType": "Bundle", "type": "searchset", "entry": bundle()["entry"]}
    assert "link" not in HookCall("visit-measured", "1", "p", {"observations": whole}).bundle()
    cut = HookCall("visit-measured", "1", "p", {"observations": {**whole, "link": NEXT}}).bundle()
    assert told(cut) == [("refused_record", "sent_in_part")]
