"""The second visit of a person, the ECG on paper, and the letter drafted from what is confirmed."""

import json

import pytest
from drawings import drawings_of, lacks
from http_support import VISITS, decide, send, signed_in, visit

FIRST = "2025-11-03T09:20:00+01:00"


@pytest.fixture
def database_url(tmp_path):
    return f"sqlite:///{tmp_path / 'laennec.db'}"


def with_pressure(value, **changes):
    document = json.loads(visit())
    for one in document["measurements"]:
        if one["code"] == "systolic_bp":
            one["value"] = value
    return json.dumps({**document, **changes}).encode()


def page_of(people, sent):
    return signed_in(people).get(f"/review/{sent['id']}").text


def test_the_first_visit_of_a_person_has_no_earlier_one_beside_it(people):
    assert "Depuis la visite" not in page_of(people, send(people.as_("software")).json())


def test_what_changed_since_the_last_visit_stands_first(people):
    software = people.as_("software")
    send(software, with_pressure("128", visit_id="earlier", performed_at=FIRST))
    text = page_of(people, send(software, with_pressure("152")).json())
    assert "Depuis la visite du 03/11/2025" in text
    since = text[text.index('class="since"') : text.index("Constats à examiner")]
    assert "128 mmHg → 152 mmHg" in since
    assert "que personne n" in since, "nobody decided the earlier one"


def test_a_later_visit_is_not_an_earlier_one(people):
    software = people.as_("software")
    first = send(software, with_pressure("128", visit_id="earlier", performed_at=FIRST)).json()
    send(software, with_pressure("152"))
    assert "Depuis la visite" not in page_of(people, first)


def test_another_person_is_never_compared(people):
    software = people.as_("software")
    other = {**json.loads(visit())["person"], "id": "another"}
    send(software, with_pressure("128", visit_id="earlier", performed_at=FIRST, person=other))
    assert "Depuis la visite" not in page_of(people, send(software).json())


def test_what_a_physician_confirmed_and_that_did_not_move_is_folded(people):
    software, martin = people.as_("software"), people.as_("martin")
    first = send(software, visit(visit_id="earlier", performed_at=FIRST)).json()
    signed_in(people).get(f"/review/{first['id']}")
    decide(martin, first, {"finding": "waist", "verdict": "confirm"})
    text = page_of(people, send(software).json())
    known = text[text.index("Déjà connu") :]
    assert known.index('data-finding="waist"') < known.index("</details>\n</section>")
    rejected = send(software, visit(visit_id="third", performed_at="2026-11-04T09:00:00+01:00"))
    again = page_of(people, rejected.json())
    assert "Déjà connu" not in again, "the last visit was not decided: nothing is known of it"


def with_ecg(people):
    files = [
        ("visit", ("visit.json", visit("04-with-ecg", ecg=None), "application/json")),
        *(
            ("ecg", (name, (VISITS / name).read_bytes(), "application/octet-stream"))
            for name in ("04-simulated-ecg.hea", "04-simulated-ecg.dat")
        ),
    ]
    return people.as_("software").post("/v1/prediagnoses", files=files)


def test_the_ecg_is_drawn_on_millimetre_paper_with_its_beats(people):
    sent = with_ecg(people).json()
    text = page_of(people, sent)
    assert text.count('class="trace drawn"') == 13
    assert 'class="beat"' in text
    assert "<style" not in text, "the page's policy would not show it"
    report = people.as_("martin").get(f"/v1/prediagnoses/{sent['id']}/report.html").text
    assert 'class="trace drawn"' in report
    assert [fault for one in drawings_of(report + text) for fault in lacks(one)] == []


def test_the_letter_holds_what_was_confirmed_and_nothing_that_was_rejected(people):
    sent = send(people.as_("software")).json()
    martin = people.as_("martin")
    url = f"/review/{sent['id']}/letter"
    answer = martin.get(url)
    assert answer.status_code == 409
    assert "pas encore confirmé" in answer.text
    martin.post(f"/v1/prediagnoses/{sent['id']}/seen")
    waist = {"finding": "waist", "verdict": "reject", "reason": "wrong-value"}
    hostile = "<img src=x onerror=alert(1)>"
    risk = next(f for f in sent["findings"] if f["kind"] == "risk" and f["band"] == "high")
    amended = {
        "finding": risk["id"],
        "verdict": "amend",
        "to": "intermediate",
        "reason": "other",
        "text": hostile,
    }
    decide(martin, sent, waist, amended)
    decide(martin, sent)
    letter = martin.get(url).text
    body = letter[letter.index("<article") : letter.index("</article>")]
    names = {f["id"]: f["text"] for f in sent["findings"]}
    assert names["waist"] not in body
    assert names[risk["id"]] not in body, "an amended finding is told as the physician put it"
    assert "risque intermédiaire" in body or "intermédiaire" in body
    assert hostile not in body
    assert "&lt;img" in body
    assert "Dr Martin" in body
    assert "sans marquage CE" in body
    assert "Dear colleague" in martin.get(f"{url}?lang=en").text


@pytest.mark.parametrize("name", ["nurse", "cardiologist", "software", "statistician"])
def test_the_letter_is_the_physicians(people, name):
    sent = send(people.as_("software")).json()
    decide(people.as_("martin"), sent)
    assert signed_in(people, name).get(f"/review/{sent['id']}/letter").status_code == 403
