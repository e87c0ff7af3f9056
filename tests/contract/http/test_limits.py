"""How often, how much and in what form something may be sent; and what a statistician gets."""

import json

import pytest
from http_support import PEOPLE, People, decide, problem, send, visit
from laennec.engine.errors import DataError
from laennec.serving.http.load.limits import Bucket
from laennec.serving.store.tables import audit_events
from laennec.serving.studies.pseudonyms import new_project, project_key, pseudonym
from sqlalchemy import select


@pytest.fixture
def database_url(tmp_path):
    return f"sqlite:///{tmp_path / 'laennec.db'}"


def test_a_bucket_fills_again():
    now = [0.0]
    bucket = Bucket(60, lambda: now[0])
    assert [bucket.take("a") for _ in range(61)].count(True) == 60
    assert bucket.take("b"), "another caller has a bucket of its own"
    now[0] = 1.5
    assert bucket.take("a")
    assert not bucket.take("a")
    assert all(Bucket(0).take("a") for _ in range(1000))


def test_one_caller_does_not_keep_the_service_from_another(tmp_path, database_url):
    with People(tmp_path, database_url, requests_per_minute=5) as people:
        martin = people.as_("martin")
        answers = [martin.get("/v1/worklist") for _ in range(7)]
        assert [a.status_code for a in answers].count(200) == 5
        assert "retry-after" in answers[-1].headers
        problem(answers[-1], 429, "too_many_requests")
        assert people.as_("nurse").get("/v1/worklist").status_code == 200
        assert all(people.as_(None).get("/health").status_code == 200 for _ in range(9))


def test_a_visit_that_would_wait_too_long_is_sent_again_and_nothing_else_waits(
    tmp_path, database_url
):
    with People(tmp_path, database_url, screened_at_once=1, most_wait_s=1) as people:
        software, martin = people.as_("software"), people.as_("martin")
        turns = people.app.state.service.turns
        assert send(software).status_code == 201
        turns._inside, turns._took_s = 4, 2.0
        refused = send(software, visit(visit_id="busy-1"))
        assert problem(refused, 503, "busy")["found"].startswith("more visits wait")
        assert refused.headers["retry-after"] == "7"
        assert len(martin.get("/v1/worklist").json()["reports"]) == 1, "nothing of it was kept"
        turns._inside = 0
        assert send(software, visit(visit_id="busy-1")).status_code == 201


def test_who_guesses_tokens_is_slowed_down(tmp_path, database_url):
    with People(tmp_path, database_url, refusals_per_minute=5) as people:
        guess, martin = people.as_(None), people.as_("martin")
        assert martin.get("/v1/worklist").status_code == 200
        said = []
        for n in range(8):
            guess.headers["Authorization"] = f"Bearer guess-{n}"
            guess.get("/review/static/review.css")
            said.append(guess.get("/v1/worklist").status_code)
        assert said[:5] == [401] * 5
        assert said[-1] == 429
        assert martin.get("/v1/worklist").status_code == 200, "who is signed in goes on"
        problem(people.as_("nurse").get("/v1/worklist"), 429, "too_many_requests")


HOSTILE = [
    ("application/xml", b"<visit/>", 415),
    ("text/plain", b"{}", 415),
    ("application/json", b"[1", 422),
    ("application/json", b"\xff\xfe{", 422),
    ("application/json", b'{"a":' * 3000 + b"1" + b"}" * 3000, 422),
    ("application/json", b'{"schema":"laennec.visit/1","schema":"x"}', 422),
    ("application/json", b'{"a": 1e999999}', 422),
    ("multipart/form-data; boundary=x", b"--y\r\n", 422),
    ("multipart/form-data", b"x", 422),
    ("application/json; charset=utf-16", "{}".encode("utf-16"), 422),
]


@pytest.mark.parametrize(("kind", "body", "status"), HOSTILE)
def test_what_is_no_visit_is_refused_and_nothing_is_kept(people, kind, body, status):
    software = people.as_("software")
    answer = software.post("/v1/prediagnoses", content=body, headers={"Content-Type": kind})
    is_refused = answer.status_code == status or (
        answer.status_code == 201 and answer.json()["urgency"] is None
    )
    assert is_refused, answer.text[:500]
    assert answer.status_code != 500


def test_a_body_that_grows_on_the_way_is_cut_off(people):
    def endless():
        yield b'{"schema": "laennec.visit/1", "symptoms": ["'
        for _ in range(200):
            yield b"a" * 1_000_000

    software = people.as_("software")
    headers = {"Content-Type": "application/json"}
    answer = software.post("/v1/prediagnoses", content=endless(), headers=headers)
    assert answer.status_code == 413
    assert people.as_("martin").get("/v1/worklist").json() == {"reports": []}


def research(people, person, agreed=True):
    body = {"person_id": person, "answers": {"research": agreed}}
    assert people.as_("nurse").post("/v1/consents", json=body).status_code == 200


def decided(people, n):
    person = {**json.loads(visit())["person"], "id": f"person-{n}"}
    sent = send(people.as_("software"), visit(visit_id=f"visit-{n}", person=person)).json()
    people.as_("martin").post(f"/v1/prediagnoses/{sent['id']}/seen")
    assert decide(people.as_("martin"), sent).status_code == 200
    return sent


def test_a_statistician_gets_decisions_of_who_agreed_under_pseudonyms(people):
    """Hazard H15."""
    new_project(people.site, "one")
    new_project(people.site, "two")
    statistician = people.as_("statistician")
    for n in range(6):
        decided(people, n)
        research(people, f"person-{n}", agreed=n != 5)
    research(people, "person-4", agreed=False)
    assert statistician.get("/v1/studies/one/records").json()["records"] == [], "fewer than five"
    research(people, "person-4")
    one = statistician.get("/v1/studies/one/records")
    two = statistician.get("/v1/studies/two/records").json()["records"]
    records = one.json()["records"]
    assert len(records) == 5
    for word in ("person-", "visit-", "2026", "Martin", PEOPLE["martin"]):
        assert word not in one.text, word
    assert not {r["pseudonym"] for r in records} & {r["pseudonym"] for r in two}
    key = project_key(people.site, "one")
    assert pseudonym(key, "person-0") in {r["pseudonym"] for r in records}
    assert pseudonym(key, "person-5") not in {r["pseudonym"] for r in records}
    assert {f["verdict"] for f in records[0]["findings"]} == {"confirm"}
    with people.store.read() as connection:
        trail = [
            json.loads(p) for p in connection.execute(select(audit_events.c.payload)).scalars()
        ]
    read = [(e["actor"], e["project"]) for e in trail if e["act"] == "read_study"]
    assert read[-2:] == [(PEOPLE["statistician"], "one"), (PEOPLE["statistician"], "two")]


def test_the_pseudonyms_are_the_statisticians(people):
    new_project(people.site, "one")
    for name in ("martin", "nurse", "software", "administrator", "cardiologist"):
        problem(people.as_(name).get("/v1/studies/one/records"), 403, "wrong_role")
    for name in ("none", "..%2fkeys%2faudit", "A"):
        answer = people.as_("statistician").get(f"/v1/studies/{name}/records")
        assert answer.status_code == 404, name


def test_the_key_of_a_project_is_made_once_and_for_its_owner(people):
    file = new_project(people.site, "one")
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(DataError, match="has a key already"):
        new_project(people.site, "one")
    for name in ("../x", "", "A b", "x" * 41):
        with pytest.raises(DataError, match="name that can't be"):
            new_project(people.site, name)
