"""The letter as it was finished: kept with the decided visit, its hash in the audit trail."""

import hashlib
import json

import pytest
from http_support import decide, problem, send, visit
from laennec.engine.errors import NotPermitted
from laennec.serving.audit.verify import verify
from laennec.serving.clock import utc_now
from laennec.serving.decisions.letters import FinishedLetter, keep_letter
from laennec.serving.people import Person, Role, WrongRole
from laennec.serving.store.guards import drop_guard
from laennec.serving.store.tables import audit_events
from sqlalchemy import select

TEXT = "Cher confrère,\n\nje vous adresse cette personne (tension élevée).\n\nDr Martin"


@pytest.fixture
def sent(people):
    return send(people.as_("software")).json()


def keep(client, sent, text=TEXT, tag=None):
    return client.post(
        f"/v1/prediagnoses/{sent['id']}/letters",
        json={"text": text},
        headers={"If-Match": f'"{tag or sent["content_hash"]}"'},
    )


def test_a_letter_is_kept_word_for_word_and_its_hash_stands_in_the_audit(people, sent):
    martin = people.as_("martin")
    decide(martin, sent)
    kept = keep(martin, sent)
    assert kept.status_code == 201
    said = kept.json()
    assert said["text"] == TEXT
    assert said["sha256"] == hashlib.sha256(TEXT.encode()).hexdigest()
    assert keep(martin, sent).json() == said, "the same letter is not kept twice"
    assert keep(martin, sent, TEXT + " bis").json()["step"] == said["step"] + 1
    url = f"/v1/prediagnoses/{sent['id']}"
    letters = martin.get(f"{url}/letters").json()["letters"]
    assert [one["text"] for one in letters] == [TEXT, TEXT + " bis"]
    with people.store.read() as connection:
        payloads = [json.loads(row.payload) for row in connection.execute(select(audit_events))]
    events = [p for p in payloads if p["act"] == "write_letter"]
    assert events[0]["letter_sha256"] == said["sha256"]
    assert "confrère" not in json.dumps(payloads, ensure_ascii=False), "the text is not in it"
    assert not verify(people.store).problems
    page = martin.get(f"/review/{sent['id']}/letter?lang=fr").text
    assert "Lettres gardées" in page
    assert said["sha256"][:12] in page
    assert martin.get(url).json()["state"] == "confirmed"


def test_a_letter_that_was_changed_in_the_store_is_not_shown(people, sent):
    martin = people.as_("martin")
    decide(martin, sent)
    keep(martin, sent)
    with people.store.write() as connection:
        drop_guard(connection, "steps_no_update")
        connection.exec_driver_sql(
            "UPDATE steps SET reason_text = 'une autre' WHERE act = 'write_letter'"
        )
    problem(martin.get(f"/v1/prediagnoses/{sent['id']}/letters"), 500, "audit_error")


def test_a_letter_is_of_a_decided_visit_by_a_physician_who_read_this_version(people, sent):
    martin = people.as_("martin")
    problem(keep(martin, sent), 409, "no_such_way")
    decide(martin, sent)
    problem(keep(martin, sent, tag="0" * 64), 409, "superseded")
    problem(keep(people.as_("nurse"), sent), 403, "wrong_role")
    problem(people.as_("nurse").get(f"/v1/prediagnoses/{sent['id']}/letters"), 403, "wrong_role")
    problem(keep(martin, sent, ""), 422, "request_unreadable")
    problem(keep(martin, sent, "x" * 20_001), 422, "request_unreadable")
    send(people.as_("software"), visit(symptoms=["dyspnoea"]))
    problem(keep(martin, sent), 409, "superseded")


def test_the_room_itself_refuses_a_nurse_and_an_empty_letter(people, sent):
    nurse = Person("SITE:nurse-1", "Infirmière Petit", Role.NURSE)
    martin = Person("RPPS:10001234567", "Dr Martin", Role.PHYSICIAN)
    with pytest.raises(WrongRole, match="write_letter"):
        keep_letter(people.store, letter(sent, TEXT), physician=nurse, clock=utc_now)
    with pytest.raises(NotPermitted, match="a letter without words"):
        keep_letter(people.store, letter(sent, " "), physician=martin, clock=utc_now)


def letter(sent, text):
    return FinishedLetter(sent["id"], text, sent["content_hash"])
