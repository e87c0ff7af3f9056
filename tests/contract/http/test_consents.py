"""Four consents, each free and revocable; and which reports are whose (hazard H14)."""

import json

import pytest
from http_support import People, ask_cardiologist, problem, send, signed_in, visit
from laennec.serving.audit.verify import verify
from laennec.serving.decisions.consents import Purpose
from laennec.serving.house_data import consent_notice
from laennec.serving.store.tables import audit_events
from sqlalchemy import select

PERSON = "person-01"


@pytest.fixture
def database_url(tmp_path):
    return f"sqlite:///{tmp_path / 'laennec.db'}"


def answer(client, person=PERSON, **answers):
    return client.post("/v1/consents", json={"person_id": person, "answers": answers})


def bands(sent):
    return {f["id"]: f["band"] for f in sent["findings"] if f["kind"] == "risk"}


def test_each_answer_is_kept_for_itself_and_can_be_taken_back(people):
    nurse = people.as_("nurse")
    said = answer(nurse, ai_screening=True, research=False).json()
    assert {k: v["answer"] for k, v in said["answers"].items()} == {
        "ai_screening": "given",
        "research": "refused",
    }
    answer(nurse, ai_screening=False)
    said = nurse.get(f"/v1/consents/{PERSON}").json()
    assert said["answers"]["ai_screening"]["answer"] == "withdrawn"
    assert said["answers"]["research"]["answer"] == "refused"
    assert said["answers"]["research"]["notice"] == consent_notice().version
    assert nurse.get("/v1/consents/nobody").json()["answers"] == {}
    assert verify(people.store).is_intact


def test_the_same_answer_again_leaves_no_second_row(people):
    nurse = people.as_("nurse")
    for _ in range(3):
        answer(nurse, ai_screening=True)
    with people.store.read() as connection:
        payloads = connection.execute(select(audit_events.c.payload)).scalars().all()
    assert len([p for p in payloads if "record_consents" in p]) == 1


def test_without_the_first_consent_no_model_answers_and_the_visit_goes_on(people):
    """A refusal leaves the visit usable."""
    answer(people.as_("nurse"), ai_screening=False)
    sent = send(people.as_("software")).json()
    assert sent["screening_declined"] is True
    assert set(bands(sent).values()) == {"not_assessable"}
    facts = {f["id"]: f.get("state") for f in sent["findings"] if f["kind"] == "fact"}
    assert "present" in facts.values()
    urgent = send(
        people.as_("software"), visit("03-urgent", person={**json.loads(visit())["person"]})
    )
    assert urgent.json()["urgent"], "an urgent rule never waits for an agreement"


def test_a_recorded_refusal_stands_above_what_a_visit_says(people):
    answer(people.as_("nurse"), ai_screening=False)
    sent = send(people.as_("software"), visit(consent={"ai_screening": True})).json()
    assert sent["screening_declined"] is True
    answer(people.as_("nurse"), ai_screening=True)
    again = send(people.as_("software"), visit(visit_id="later")).json()
    assert again["screening_declined"] is False
    assert not [n for n in again["notes"] if n["item"] == "consent.ai_screening"]


def test_a_refusal_in_the_visit_is_remembered_for_the_next_one(people):
    send(people.as_("software"), visit(consent={"ai_screening": False}))
    later = send(people.as_("software"), visit(visit_id="later")).json()
    assert later["screening_declined"] is True


def test_a_site_may_ask_for_the_agreement_before_anything(tmp_path, database_url):
    with People(tmp_path, database_url, consent_required=True) as people:
        assert send(people.as_("software")).json()["screening_declined"] is True
        answer(people.as_("nurse"), ai_screening=True)
        sent = send(people.as_("software"), visit(visit_id="later")).json()
        assert sent["screening_declined"] is False
        question = {"specialty": "cardiologist", "words": "avis ?"}
        url = f"/v1/prediagnoses/{sent['id']}/question"
        problem(people.as_("martin").post(url, json=question), 403, "consent_missing")


def test_no_question_to_a_specialist_against_the_persons_will(people):
    sent = send(people.as_("software")).json()
    url = f"/v1/prediagnoses/{sent['id']}/question"
    question = {"specialty": "cardiologist", "words": "avis ?"}
    problem(people.as_("martin").post(url, json=question), 403, "consent_missing")
    answer(people.as_("nurse"), specialist_advice=False)
    problem(people.as_("martin").post(url, json=question), 403, "consent_missing")
    answer(people.as_("nurse"), specialist_advice=True)
    assert people.as_("martin").post(url, json=question).status_code == 200


def test_an_agreement_taken_back_closes_the_report_to_the_specialist_who_was_asked(people):
    """The bug it pins: the cardiologist read and advised on, after the person had said no."""
    sent = send(people.as_("software")).json()
    ask_cardiologist(people, sent)
    leroy, page = people.as_("cardiologist"), signed_in(people, "cardiologist")
    url = f"/v1/prediagnoses/{sent['id']}"
    read = [url, *(f"{url}/report.{form}" for form in ("html", "json", "txt"))]
    read.append(f"/fhir/Bundle/{sent['id']}")
    assert {leroy.get(path).status_code for path in read} == {200}
    assert page.get(f"/review/{sent['id']}").status_code == 200
    answer(people.as_("nurse"), specialist_advice=False)
    assert {leroy.get(path).status_code for path in read} == {404}
    assert page.get(f"/review/{sent['id']}").status_code == 404
    assert leroy.get("/v1/worklist").json() == {"reports": []}
    problem(leroy.post(f"{url}/advice", json={"words": "x"}), 404, "no_such_report")
    answer(people.as_("nurse"), specialist_advice=True)
    assert leroy.get(url).status_code == 200
    assert leroy.post(f"{url}/advice", json={"words": "x"}).status_code == 200


@pytest.mark.parametrize("name", ["statistician", "administrator", "cardiologist"])
def test_who_refused_is_told_to_nobody_else(people, name):
    """The employer has no role; whoever runs or studies the service does not learn it either."""
    answer(people.as_("nurse"), ai_screening=False)
    sent = send(people.as_("software")).json()
    client = people.as_(name)
    problem(client.get(f"/v1/consents/{PERSON}"), 403, "wrong_role")
    problem(answer(client, ai_screening=True), 403, "wrong_role")
    assert "declined" not in people.as_("nurse").get("/metrics").text
    worklist = people.as_("nurse").get("/v1/worklist").json()["reports"]
    # `is_refused` is of a record that can't be read; the refusal of a person is not among the keys.
    assert not any(entry.pop("is_refused") for entry in worklist)
    assert "refused" not in json.dumps(worklist)
    with people.store.read() as connection:
        trail = " ".join(connection.execute(select(audit_events.c.payload)).scalars())
    assert PERSON not in trail
    assert "ai_screening" not in trail
    assert sent["id"]


@pytest.mark.parametrize(
    "body",
    [
        {"person_id": "", "answers": {"research": True}},
        {"person_id": "p" * 201, "answers": {"research": True}},
        {"person_id": " ", "answers": {"research": True}},
        {"person_id": "p", "answers": {"employer": True}},
        {"person_id": "p", "answers": {}},
        {"person_id": "p", "answers": {"research": True}, "by": "x"},
    ],
)
def test_an_answer_that_can_not_be_understood_is_refused(people, body):
    problem(people.as_("nurse").post("/v1/consents", json=body), 422, "request_unreadable")


def test_every_purpose_has_its_words_in_both_languages():
    notice = consent_notice()
    assert list(notice.purposes) == [str(p) for p in Purpose]
    for words in notice.purposes.values():
        assert all(
            words[lang][part] for lang in ("fr", "en") for part in ("title", "what", "without")
        )


def test_a_specialist_sees_what_was_asked_about_and_a_software_what_it_sent(people):
    """Hazard H14: an id that is not one's own is as if it did not exist (BOLA)."""
    sent = send(people.as_("nurse")).json()
    url = f"/v1/prediagnoses/{sent['id']}"
    software, cardiologist = people.as_("software"), people.as_("cardiologist")
    for client in (software, cardiologist):
        for path in ("", "/report.html", "/report.json", "/report.txt"):
            assert problem(client.get(f"{url}{path}"), 404, "no_such_report")["path"]
        assert client.get("/v1/worklist").json() == {"reports": []}
        assert client.get(f"/review/{sent['id']}").status_code == 404
    problem(cardiologist.post(f"{url}/advice", json={"words": "x"}), 404, "no_such_report")
    problem(cardiologist.get("/v1/prediagnoses/none"), 404, "no_such_report")
    ask_cardiologist(people, sent)
    assert cardiologist.get(url).status_code == 200
    assert len(cardiologist.get("/v1/worklist").json()["reports"]) == 1
    eyes = people.as_("ophthalmologist")
    problem(eyes.get(url), 404, "no_such_report")
    problem(eyes.post(f"{url}/advice", json={"words": "x"}), 404, "no_such_report")
    assert eyes.get("/v1/worklist").json() == {"reports": []}, "only the specialty that was asked"
    mine = send(software, visit(visit_id="mine")).json()
    assert software.get(f"/v1/prediagnoses/{mine['id']}").status_code == 200
    assert software.get(url).status_code == 404
    assert {r["id"] for r in software.get("/v1/worklist").json()["reports"]} == {mine["id"]}
