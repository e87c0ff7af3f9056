"""Answers that may not be read as the visit's refuse the record, and what they declare speaks."""

import copy
from datetime import UTC, datetime

import pytest
from fhir_support import bundle, of, sent
from laennec.engine import Models, load_guidelines
from laennec.serving.fhir.visit_in import read_visit
from laennec.serving.screening import Engine, SiteKnows, screen_visit

NOW = datetime(2026, 12, 1, tzinfo=UTC)
ADDRESS = "urn:laennec:questionnaire:visit"


def draft_of(document):
    read = read_visit(sent(document))
    engine = Engine(Models(()), load_guidelines())
    knows = SiteKnows(unused=read.problems)
    return screen_visit(sent(read.document), engine, now=NOW, knows=knows).draft


def response_of(document):
    return of(document, "QuestionnaireResponse")[0]


def again(document):
    document["entry"].append({"resource": copy.deepcopy(response_of(document))})


CHANGES = [
    (lambda d: response_of(d).update(questionnaire=ADDRESS), "questionnaire_unknown"),
    (lambda d: response_of(d).update(questionnaire=f"{ADDRESS}|0"), "questionnaire_unknown"),
    (lambda d: response_of(d).pop("questionnaire"), "questionnaire_unknown"),
    (lambda d: response_of(d).update(status="in-progress"), "response_not_usable"),
    (lambda d: response_of(d).update(status="stopped"), "response_not_usable"),
    (lambda d: response_of(d).pop("status"), "response_not_usable"),
    (again, "responses_several"),
]


@pytest.mark.parametrize(("change", "code"), CHANGES)
def test_what_is_urgent_stands_beside_answers_that_do_not_hold(change, code):
    """Pinned: 235/135 and a chest pain got a word about the questionnaire, and none about them."""
    document = bundle("03-urgent")
    before = draft_of(document)
    change(document)
    draft = draft_of(document)
    assert code in {item.code for item in draft.refused_items}
    assert {f.state or f.band for f in draft.findings} == {"not_assessable"}
    rules = {item.rule_id for item in draft.urgent}
    assert "declared_chest_pain" in rules
    assert {item.rule_id for item in before.urgent} <= rules
    assert draft.symptoms.asked == "partly"


@pytest.mark.parametrize("status", ["entered-in-error", "completed"])
def test_a_response_that_declares_nothing_or_was_taken_back_asks_for_the_symptoms(status):
    document = bundle("03-urgent")
    response = response_of(document)
    response |= {"questionnaire": f"{ADDRESS}|0", "status": status}
    if status == "completed":
        none = {"valueCoding": {"code": "none"}}
        (listed,) = [i for i in response["item"] if i["linkId"] == "symptom"]
        listed["answer"] = [none]
    draft = draft_of(document)
    rules = {item.rule_id for item in draft.urgent}
    assert "declared_chest_pain" not in rules
    assert "symptoms_perhaps_lost" in rules
    assert draft.symptoms.asked == "not_asked"


def test_nothing_counts_as_denied_by_answers_that_do_not_hold():
    """A list of an old version that names one symptom denies none of the others."""
    document = bundle("03-urgent")
    response_of(document)["questionnaire"] = f"{ADDRESS}|0"
    draft = draft_of(document)
    assert [s.name for s in draft.symptoms.declared] == ["symptom.chest_pain"]
    assert draft.symptoms.asked == "partly"


def test_a_symptom_that_only_an_earlier_version_knew_is_asked_again_now():
    document = bundle("03-urgent")
    response = response_of(document)
    response["questionnaire"] = f"{ADDRESS}|0"
    (listed,) = [i for i in response["item"] if i["linkId"] == "symptom"]
    listed["answer"] = [{"valueCoding": {"code": "oppression"}}]
    assert "symptoms_unreadable" in {item.rule_id for item in draft_of(document).urgent}
