"""The public routes do what the contract says, on SQLite and on PostgreSQL."""

import json

import pytest
from http_support import decide, problem, send, visit
from laennec.serving.audit.verify import verify

CANARY = "zebra-canary"


@pytest.fixture
def sent(people):
    answer = send(people.as_("software"))
    assert answer.status_code == 201
    return answer.json()


def test_a_visit_becomes_a_draft_with_its_reasons(people):
    answer = send(people.as_("software"))
    said = answer.json()
    assert (answer.status_code, said["status"], said["state"]) == (201, "draft", "draft")
    assert answer.headers["location"] == f"/v1/prediagnoses/{said['id']}"
    assert answer.headers["etag"] == f'"{said["content_hash"]}"'
    assert said["schema"] == "laennec.prediagnosis/1"
    assert any(finding["reasons_for"] for finding in said["findings"])


def test_what_was_sent_is_read_again_in_either_language(people, sent):
    martin = people.as_("martin")
    french = martin.get(f"/v1/prediagnoses/{sent['id']}").json()
    english = martin.get(f"/v1/prediagnoses/{sent['id']}?lang=en").json()
    assert french["findings"] == sent["findings"]
    assert (french["language"], english["language"]) == ("fr", "en")
    assert french["content_hash"] == english["content_hash"]


def test_the_same_key_with_the_same_body_has_one_effect(people):
    client = people.as_("software")
    answers = [send(client, key="visit-1") for _ in range(3)]
    assert len({answer.content for answer in answers}) == 1
    assert [answer.status_code for answer in answers] == [201] * 3
    assert verify(people.store).events == 1


def test_the_same_key_with_another_body_is_refused(people, sent):
    client = people.as_("software")
    send(client, key="visit-1")
    problem(send(client, visit("03-urgent"), key="visit-1"), 422, "idempotency_key_reused")
    assert send(people.as_("martin"), visit("03-urgent"), key="visit-1").status_code == 201


def test_a_key_whose_content_was_known_already_is_remembered_as_well(people, sent):
    client = people.as_("software")
    assert send(client, key="later").json()["id"] == sent["id"]
    problem(send(client, visit("03-urgent"), key="later"), 422, "idempotency_key_reused")


@pytest.mark.parametrize("key", ["", "x" * 191, "\x07"])
def test_a_key_that_is_no_key_is_refused(people, key):
    headers = {"Content-Type": "application/json", "Idempotency-Key": key}
    answer = people.as_("software").post("/v1/prediagnoses", content=visit(), headers=headers)
    assert "idempotency key that is empty" in problem(answer, 422, "request_unreadable")["found"]


def test_a_correction_supersedes_and_the_earlier_draft_is_kept(people, sent):
    corrected = send(people.as_("software"), visit(medications=[])).json()
    assert (corrected["version"], corrected["state"]) == (2, "draft")
    martin = people.as_("martin")
    assert martin.get(f"/v1/prediagnoses/{sent['id']}").json()["state"] == "superseded"
    problem(decide(martin, sent), 409, "superseded")
    assert [r["id"] for r in martin.get("/v1/worklist").json()["reports"]] == [corrected["id"]]


def test_a_decision_is_taken_on_the_hash_that_was_read(people, sent):
    martin = people.as_("martin")
    problem(decide(martin, sent, match=""), 428, "precondition_missing")
    problem(decide(martin, sent, match="*"), 428, "precondition_missing")
    problem(decide(martin, sent, match=f'"{"0" * 64}"'), 409, "superseded")
    problem(decide(martin, sent, match='"0"'), 422, "not_permitted")
    first, again = decide(martin, sent, key="act"), decide(martin, sent, key="act")
    assert (first.status_code, first.json()["state"]) == (200, "confirmed")
    assert first.json() == again.json()
    problem(decide(people.as_("bernard"), sent), 409, "already_decided")


def test_an_alarm_is_taken_charge_of_before_everything_is_rejected(people):
    urgent = send(people.as_("software"), visit("03-urgent")).json()
    martin, all_of_it = people.as_("martin"), {"verdict": "reject", "reason": "wrong-value"}
    problem(decide(martin, urgent, all_of_it), 409, "not_acknowledged")
    assert martin.get("/v1/worklist").json()["reports"][0]["urgency"] == "U0"
    martin.post(f"/v1/prediagnoses/{urgent['id']}/acknowledgement")
    assert decide(martin, urgent, all_of_it).json()["state"] == "rejected"


def test_a_decision_is_taken_finding_by_finding_with_coded_reasons(people, sent):
    martin, ids = people.as_("martin"), [f["id"] for f in sent["findings"]]
    problem(decide(martin, sent, {"finding": ids[0], "verdict": "reject"}), 422, "not_permitted")
    amended = {"finding": "t2d_undiagnosed", "verdict": "amend", "to": "low"}
    one = decide(martin, sent, {**amended, "reason": "treated-and-controlled"})
    assert one.json()["decided"] == ["t2d_undiagnosed"]
    assert one.json()["state"] == "seen"
    assert decide(martin, sent).json()["state"] == "amended"
    final = martin.get(f"/v1/prediagnoses/{sent['id']}/report.json").json()["report"]
    said = {f["id"]: f for f in final["findings"]}
    assert said["t2d_undiagnosed"]["band"] == "low"
    assert said["t2d_undiagnosed"]["decision"]["physician"]["name"] == "Dr Martin"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"decisions": []},
        {"decisions": [{"verdict": "maybe"}]},
        {"decisions": [{"verdict": "confirm"}], "by": "Dr X"},
    ],
)
def test_a_decision_of_another_form_is_refused_without_repeating_it(people, sent, body):
    answer = people.as_("martin").post(
        f"/v1/prediagnoses/{sent['id']}/decision",
        json={**body, "note": CANARY},
        headers={"If-Match": sent["content_hash"]},
    )
    assert problem(answer, 422, "request_unreadable")["problems"]
    assert CANARY not in answer.text


def test_a_report_is_a_draft_until_it_is_decided_and_then_final(people, sent):
    martin, url = people.as_("martin"), f"/v1/prediagnoses/{sent['id']}/report"
    assert "Brouillon" in martin.get(f"{url}.html").text
    problem(people.as_("nurse").get(f"{url}.html"), 403, "wrong_role")
    decide(martin, sent)
    page = people.as_("nurse").get(f"{url}.html?lang=en")
    assert "Report confirmed by Dr Martin" in page.text
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "Rapport confirmé par Dr Martin" in " ".join(martin.get(f"{url}.txt").text.split())


def test_a_pdf_needs_its_package_and_says_so(people, sent, monkeypatch):
    monkeypatch.setattr("laennec.serving.http.answers.pdf.find_spec", lambda _: None)
    answer = people.as_("martin").get(f"/v1/prediagnoses/{sent['id']}/report.pdf")
    assert "report.html" in problem(answer, 501, "extra_missing")["remedy"]


def test_a_report_that_is_not_there_is_not_found(people):
    martin = people.as_("martin")
    for url in ("/v1/prediagnoses/none", "/v1/prediagnoses/none/report.html"):
        problem(martin.get(url), 404, "no_such_report")
    nowhere = problem(martin.get("/v1/nothing"), 404, "no_such_route")
    other = problem(martin.delete("/v1/worklist"), 405, "method_not_allowed")
    for said in (nowhere, other):
        assert said["found"]
        assert said["why"]
        assert said["remedy"]
        assert said["path"]


def test_a_body_that_is_no_visit_is_refused_and_one_with_problems_is_kept(people):
    client = people.as_("software")
    problem(send(client, b"[]"), 422, "record_error")
    problem(client.post("/v1/prediagnoses", content=b"<x/>"), 415, "media_type_not_taken")
    refused = send(client, visit(weight=CANARY)).json()
    assert [item["code"] for item in refused["refused_items"]] == ["unknown_key"]
    problem(send(client, b'{"schema": "laennec.visit/1"}'), 422, "identifier_missing")


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"visit_id": None}, "$.visit_id"),
        ({"visit_id": "\ud800x"}, "$.visit_id"),
        ({"visit_id": "v\n1"}, "$.visit_id"),
        ({"visit_id": "v\x001"}, "$.visit_id"),
        ({"person": {}}, "$.person.id"),
        ({"person": "x"}, "$.person.id"),
        ({"person": {"id": "p\x07"}}, "$.person.id"),
    ],
)
def test_a_visit_of_nobody_is_not_kept_and_still_says_what_calls_now(people, change, path):
    """Hazard H1: 190/120 was lost behind a message about the form of a pre-diagnosis."""
    answer = send(people.as_("nurse"), visit("03-urgent", **change))
    said = problem(answer, 422, "identifier_missing")
    assert said["path"] == path
    assert said["urgent"][0]["level"] == "U0"
    assert all(said["urgent"][0][part] for part in ("text", "addressee", "action"))
    assert people.as_("martin").get("/v1/worklist").json()["reports"] == []


def test_a_refused_record_is_never_confirmed(people):
    """Nothing was concluded, so there is nothing to agree with; it was "confirmed" before."""
    martin, refused = people.as_("martin"), send(people.as_("software"), visit(weight=1)).json()
    for finding in ("*", refused["findings"][0]["id"]):
        answer = decide(martin, refused, {"finding": finding, "verdict": "confirm"})
        problem(answer, 422, "nothing_concluded")
    assert martin.get(f"/v1/prediagnoses/{refused['id']}").json()["state"] == "draft"


def test_what_is_too_large_is_refused_announced_or_not(people):
    client = people.as_("software")
    small = people.app.state.service.settings.max_visit_bytes
    problem(send(client, b" " * (small + 1)), 413, "body_too_large")
    stream = (b" " * 1_000_000 for _ in range(75))
    headers = {"Content-Type": "application/json"}
    answer = client.post("/v1/prediagnoses", content=stream, headers=headers)
    problem(answer, 413, "body_too_large")


def test_the_worklist_puts_the_most_urgent_first(people, sent):
    urgent = send(people.as_("software"), visit("03-urgent")).json()
    reports = people.as_("martin").get("/v1/worklist").json()["reports"]
    assert [r["id"] for r in reports] == [urgent["id"], sent["id"]]
    assert reports[0]["urgency"] == "U0"
    assert "undecided" not in people.as_("nurse").get("/v1/worklist").json()["reports"][0]
    assert reports[0]["urgent_text"] == "Douleur thoracique déclarée."
    assert not reports[-1]["urgent_text"]
    for name in ("martin", "nurse"):
        assert "Douleur thoracique déclarée." in people.as_(name).get("/review?lang=fr").text


def test_a_physician_takes_charge_and_takes_back(people, sent):
    martin, url = people.as_("martin"), f"/v1/prediagnoses/{sent['id']}"
    assert martin.post(f"{url}/acknowledgement").json()["state"] == "draft"
    assert martin.post(f"{url}/seen").json()["state"] == "seen"
    withdrawn = martin.post(f"{url}/withdrawal", json={"reason": "wrong-patient"})
    assert withdrawn.json()["state"] == "withdrawn"
    problem(decide(martin, sent), 409, "already_decided")
    problem(martin.post(f"{url}/seen"), 409, "no_such_way")


def test_a_nurse_learns_what_to_do_next_and_no_finding(people):
    """Hazard H21: the nurse must not act alone on a pre-diagnosis."""
    said = send(people.as_("nurse"), visit("03-urgent")).json()
    assert said["schema"] == "laennec.visit_status/1"
    assert said["urgent"]
    assert said["next_steps"]
    whole = people.as_("martin").get(f"/v1/prediagnoses/{said['id']}").json()
    told = json.dumps(said, ensure_ascii=False)
    for finding in whole["findings"]:
        assert finding["text"] not in told, finding["id"]
        assert finding["id"] not in told


def test_the_service_says_that_it_lives_and_whether_it_is_ready(people):
    client = people.as_(None)
    assert client.get("/health").json() == {"status": "alive"}
    said = client.get("/ready")
    body = said.json()
    whole = all(model["state"] == "ready" for model in body["models"])
    assert (said.status_code, body["status"]) == ((200, "ready") if whole else (503, "degraded"))


def test_the_counts_hold_routes_and_nothing_of_a_person(people, sent):
    people.as_("martin").get(f"/v1/prediagnoses/{sent['id']}")
    text = people.as_(None).get("/metrics").text
    assert 'laennec_requests_total{method="POST",route="/v1/prediagnoses",status="201"} 1' in text
    assert "laennec_drafts_saved_total 1" in text
    for secret in (sent["id"], sent["visit_id"], sent["person_id"], sent["content_hash"]):
        assert secret not in text
