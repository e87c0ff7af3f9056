"""Who may do what: every role at every route, and what never leaves (hazards H14 and H21)."""

import concurrent.futures
import json
import logging

import pytest
from http_support import PEOPLE, ROOT, ask_cardiologist, decide, problem, send, visit
from laennec.serving.audit.verify import verify
from laennec.serving.http.rights.access import ALLOWED, Deed
from laennec.serving.http.settings import PREFIX, HttpSettings
from laennec.serving.people import Role
from laennec.serving.store.store import StoreUnavailable
from laennec.serving.store.tables import audit_events
from sqlalchemy import select

ID = "{id}"
NOTE = {"words": "un mot"}
# route -> roles that may; everyone else gets 403 (401 without a token)
MATRIX = {
    ("GET", "/v1/worklist"): "martin nurse cardiologist software",
    ("GET", f"/v1/prediagnoses/{ID}"): "martin nurse cardiologist software",
    ("GET", f"/v1/prediagnoses/{ID}/report.html"): "martin cardiologist software",
    ("GET", f"/v1/prediagnoses/{ID}/report.json"): "martin cardiologist software",
    ("GET", "/v1/agreement"): "martin statistician",
    ("GET", "/v1/drift"): "martin statistician",
    ("GET", "/v1/drift.html"): "martin statistician",
    ("GET", "/v1/consents/person-01"): "martin nurse software",
    ("POST", f"/v1/prediagnoses/{ID}/seen"): "martin",
    ("POST", f"/v1/prediagnoses/{ID}/acknowledgement"): "martin",
    ("POST", f"/v1/prediagnoses/{ID}/impression"): "martin",
    ("POST", f"/v1/prediagnoses/{ID}/advice"): "cardiologist",
    ("GET", "/review"): "martin nurse cardiologist software",
    ("GET", f"/review/{ID}"): "martin cardiologist software",
    ("GET", "/review/agreement"): "martin statistician",
    ("GET", "/review/drift"): "martin statistician",
    ("GET", "/review/alarms"): "martin nurse cardiologist software",
}
SENDERS = "martin bernard nurse software"
ROLES = [name for name in PEOPLE if name not in {"bernard", "ophthalmologist"}]


@pytest.fixture
def database_url(tmp_path):
    return f"sqlite:///{tmp_path / 'laennec.db'}"


def ask(client, route, draft_id):
    method, path = route
    body = {"json": NOTE} if method == "POST" else {}
    return client.request(method, path.replace(ID, draft_id), **body)


def test_every_role_at_every_route(people):
    """T26: the matrix is written by hand and holds for every person and route."""
    sent = send(people.as_("software")).json()
    ask_cardiologist(people, sent)
    for route, allowed in MATRIX.items():
        for name in ROLES:
            status = ask(people.as_(name), route, sent["id"]).status_code
            assert status == (200 if name in allowed.split() else 403), (route, name)
    for name in ROLES:
        status = send(people.as_(name), visit(visit_id=f"by-{name}")).status_code
        assert status == (201 if name in SENDERS.split() else 403), name
        status = decide(people.as_(name), sent, {"finding": "waist", "verdict": "confirm"})
        assert (status.status_code == 403) is (name != "martin"), name


def test_without_a_token_nothing_of_a_person_is_given(people):
    sent = send(people.as_("software")).json()
    for route in MATRIX:
        answer = ask(people.as_(None), route, sent["id"])
        if route[1].startswith("/review") and route[1] != "/review/alarms":
            assert answer.status_code == 303, route
        elif route[1] != "/review/alarms":
            problem(answer, 401, "not_signed_in")
            assert answer.headers["www-authenticate"].startswith("Bearer")
    for token in ("x", people.tokens["martin"][:-1], people.tokens["martin"].upper()):
        client = people.as_(None)
        client.headers["Authorization"] = f"Bearer {token}"
        problem(client.get("/v1/worklist"), 401, "not_signed_in")


def test_every_deed_has_roles_and_none_is_for_an_employer_or_administrator():
    assert set(ALLOWED) == set(Deed)
    assert all(ALLOWED.values())
    assert not [deed for deed, roles in ALLOWED.items() if Role.ADMINISTRATOR in roles]
    assert "employer" not in set(Role)


def test_a_token_that_was_removed_or_has_ended_is_refused_at_once(people):
    martin = people.as_("martin")
    assert martin.get("/v1/worklist").status_code == 200
    file = people.site / "tokens.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(PEOPLE["martin"], PEOPLE["nurse"]))
    assert martin.get("/v1/agreement").status_code == 403
    file.write_text('schema = "laennec.tokens/1"\n')
    problem(martin.get("/v1/worklist"), 401, "not_signed_in")
    file.write_text("nonsense = 1\n")
    assert "token file" in problem(martin.get("/v1/worklist"), 500, "data_error")["found"]


def test_who_reads_a_report_stands_in_the_audit_trail(people, monkeypatch):
    sent = send(people.as_("software")).json()
    martin, nurse = people.as_("martin"), people.as_("nurse")
    urls = [f"/v1/prediagnoses/{sent['id']}", f"/v1/prediagnoses/{sent['id']}/report.txt"]
    for client, url in ((martin, urls[0]), (nurse, urls[0]), (martin, urls[1])):
        assert client.get(url).status_code == 200
    with people.store.read() as connection:
        said = [json.loads(p) for p in connection.execute(select(audit_events.c.payload)).scalars()]
    read = [(event["actor"], event["draft_id"]) for event in said if event["act"] == "read"]
    assert read == [(PEOPLE[name], sent["id"]) for name in ("martin", "nurse", "martin")]
    assert verify(people.store).is_intact

    def full(*_args, **_options):
        raise StoreUnavailable(found="the store refused (X)", why="y", remedy="z", path="store")

    monkeypatch.setattr(type(people.store), "write", full)
    assert martin.get(urls[0]).status_code == 200
    assert "laennec_reads_not_recorded_total 1" in martin.get("/metrics").text


def test_ids_that_are_not_there_tell_nothing(people):
    """T27."""
    martin = people.as_("martin")
    answers = [martin.get(f"/v1/prediagnoses/{i:016x}") for i in range(20)]
    assert {a.status_code for a in answers} == {404}
    assert len({a.json()["found"] for a in answers}) == 1
    for path in ("../../etc/passwd", "%2e%2e%2fx", "x' OR 1=1 --"):
        assert martin.get(f"/v1/prediagnoses/{path}").status_code == 404


def test_another_host_is_refused(people):
    """A page elsewhere could reach this machine under a name of its own (DNS rebinding)."""
    answer = people.as_("martin").get("/v1/worklist", headers={"Host": "elsewhere.example"})
    problem(answer, 421, "wrong_host")


CANARIES = {
    "visit_id": "canary-visit",
    "person": {"id": "canary-person", "birth_date": "1974-03-02", "sex": "female"},
    "canary-key": "canary-value",
}


def test_no_log_error_or_count_holds_anything_of_a_person(people, caplog):
    """T28: canaries in every part of a visit, a decision and an address."""
    caplog.set_level(logging.DEBUG)
    martin = people.as_("martin")
    sent = send(people.as_("software"), visit(**CANARIES)).json()
    refusals = [
        decide(martin, sent, {"finding": "canary-finding", "verdict": "confirm"}),
        decide(martin, sent, {"finding": "waist", "verdict": "canary-verdict"}),
        decide(martin, sent, {"finding": "waist", "verdict": "reject", "reason": "canary-reason"}),
        decide(martin, sent, match='"canary-hash"'),
        send(people.as_("software"), b'{"canary": '),
        martin.get("/v1/prediagnoses/canary-id-" + "x" * 200),
        martin.get("/v1/canary-path"),
        martin.post("/v1/prediagnoses", content=b"x", headers={"Content-Type": "canary/type"}),
    ]
    assert all(answer.status_code >= 400 for answer in refusals)
    for answer in [*refusals[:5], refusals[6]]:
        assert "canary" not in answer.text, answer.text
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("laennec")]
    assert ours
    assert not [line for line in ours if "canary" in line]
    assert "canary" not in people.as_(None).get("/metrics").text


def test_an_unforeseen_error_tells_its_kind_and_not_its_text(people, caplog, monkeypatch):
    def broken(*_args, **_options):
        raise ValueError("the value canary of a person")

    monkeypatch.setattr("laennec.serving.http.routes.documents.worklist_of", broken)
    answer = people.as_("martin").get("/v1/worklist")
    said = problem(answer, 500, "screening_error")
    assert said["found"] == "the service stopped with ValueError"
    assert "canary" not in answer.text + caplog.text
    assert "broken" in caplog.text, "the log says where"


def test_a_store_that_is_gone_is_503_and_the_service_says_not_ready(people, monkeypatch):
    sent = send(people.as_("software")).json()

    def gone(*_args, **_options):
        raise StoreUnavailable(found="the store refused (X)", why="y", remedy="z", path="store")

    monkeypatch.setattr(type(people.store), "write", gone)
    monkeypatch.setattr(type(people.store), "read", gone)
    answer = decide(people.as_("martin"), sent)
    problem(answer, 503, "store_unavailable")
    assert answer.headers["retry-after"] == "5"
    ready = people.as_(None).get("/ready")
    assert (ready.status_code, ready.json()["status"]) == (503, "not_ready")
    assert people.as_(None).get("/health").status_code == 200


def test_two_hundred_decisions_at_once_have_one_winner(people):
    """T17 over HTTP."""
    sent = send(people.as_("software")).json()
    martin, bernard = people.as_("martin"), people.as_("bernard")
    with concurrent.futures.ThreadPoolExecutor(40) as pool:
        acts = [
            pool.submit(decide, (martin, bernard)[n % 2], sent, key=f"act-{n}") for n in range(200)
        ]
        statuses = [act.result().status_code for act in acts]
    assert sorted(statuses) == [200] + [409] * 199


def test_one_act_sent_two_hundred_times_has_one_effect(people):
    """T18 over HTTP."""
    sent = send(people.as_("software")).json()
    martin = people.as_("martin")
    with concurrent.futures.ThreadPoolExecutor(40) as pool:
        acts = [pool.submit(decide, martin, sent, key="the act") for _ in range(200)]
        answers = {json.dumps(act.result().json()) for act in acts}
    assert len(answers) == 1
    assert "confirmed" in answers.pop()


def test_every_answer_has_the_headers_of_the_house(people):
    for url in ("/health", "/v1/worklist", "/review/sign-in", "/none"):
        headers = people.as_("martin").get(url).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["x-frame-options"] == "DENY"
        assert "default-src 'none'" in headers["content-security-policy"]


def test_every_setting_is_documented():
    page = (ROOT / "docs" / "how-to" / "serve.md").read_text(encoding="utf-8")
    for name in HttpSettings.model_fields:
        assert f"`{PREFIX}{name.upper()}`" in page, name
