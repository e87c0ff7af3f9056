"""Impressions, questions, advice and agreement: words beside a report that decide nothing."""

import json

import pytest
from http_support import ask_cardiologist, decide, problem, send, visit
from laennec.engine.errors import DataError
from laennec.serving.audit.verify import verify
from laennec.serving.clock import utc_now
from laennec.serving.decisions.notes import Note, give_advice
from laennec.serving.people import Person, Role, Specialty, WrongRole
from laennec.serving.site import load_site
from laennec.serving.store.tables import audit_events
from laennec.serving.studies.agreement import cohens_kappa
from sqlalchemy import select


@pytest.fixture
def sent(people):
    return send(people.as_("software")).json()


def note(client, sent, kind, **body):
    return client.post(f"/v1/prediagnoses/{sent['id']}/{kind}", json={"words": "QT long ?", **body})


def test_an_impression_is_kept_and_decides_nothing(people, sent):
    martin = people.as_("martin")
    assert note(martin, sent, "impression").json()["state"] == "draft"
    (step,) = [s for s in history(martin, sent) if s["act"] == "note_impression"]
    assert (step["actor_id"], step["reason_text"]) == ("RPPS:10001234567", "QT long ?")


def history(client, sent):
    return client.get(f"/v1/prediagnoses/{sent['id']}").json()["history"]


def test_a_specialist_is_asked_answers_and_the_physician_decides(people, sent):
    martin, leroy = people.as_("martin"), people.as_("cardiologist")
    ask_cardiologist(people, sent)
    problem(note(martin, sent, "advice"), 403, "wrong_role")
    assert note(leroy, sent, "advice", words="Repos, nouvel ECG").json()["state"] == "draft"
    problem(decide(leroy, sent), 403, "wrong_role")
    acts = [step["act"] for step in history(leroy, sent)]
    assert history(leroy, sent)[-1]["reason"] == "cardiologist"
    page = martin.get(f"/review/{sent['id']}?lang=fr").text
    assert "Avis donné, cardiologue" in page
    assert acts == ["save", "ask_advice", "advise"]
    assert decide(martin, sent).json()["state"] == "confirmed"
    problem(note(leroy, sent, "advice"), 409, "no_such_way")
    shown = martin.get(f"/v1/prediagnoses/{sent['id']}/report.txt?lang=fr").text
    assert "Confirmé" in shown


def test_advice_is_of_the_specialty_that_was_asked(people, sent):
    ask_cardiologist(people, sent)
    moreau = Person("RPPS:10000000004", "Dr Moreau", Role.SPECIALIST, Specialty.OPHTHALMOLOGIST)
    with pytest.raises(WrongRole, match="nobody asked of this specialty"):
        give_advice(people.store, Note(sent["id"], "x"), specialist=moreau, clock=utc_now)


@pytest.mark.parametrize(
    ("name", "line"), [("RPPS:10000000003", ""), ("SITE:nurse-1", 'specialty = "cardiologist"')]
)
def test_a_specialist_has_a_specialty_and_nobody_else_has(people, name, line):
    file = people.site / "site.toml"
    text = file.read_text(encoding="utf-8").replace('specialty = "cardiologist"\n', "")
    file.write_text(text.replace(f'id = "{name}"\n', f'id = "{name}"\n{line}\n'), "utf-8")
    with pytest.raises(DataError, match="a specialist has a specialty and nobody else has"):
        load_site(people.site)


def test_a_question_names_a_specialty_and_a_note_has_words(people, sent):
    martin = people.as_("martin")
    problem(note(martin, sent, "question", specialty="dentist"), 422, "request_unreadable")
    problem(note(martin, sent, "impression", words="   "), 422, "request_unreadable")
    problem(note(people.as_("nurse"), sent, "impression"), 403, "wrong_role")


def test_the_words_of_a_note_stay_out_of_the_audit_trail(people, sent):
    """Hazard H14."""
    note(people.as_("martin"), sent, "impression", words="a canary on a person")
    with people.store.read() as connection:
        said = connection.execute(select(audit_events.c.payload)).scalars().all()
    assert "canary" not in json.dumps(said)
    assert verify(people.store).is_intact


def test_agreement_counts_what_physicians_made_of_each_finding(people, sent):
    martin = people.as_("martin")
    amended = {"finding": "t2d_undiagnosed", "verdict": "amend", "to": "low"}
    decide(martin, sent, {**amended, "reason": "treated-and-controlled"})
    decide(martin, sent)
    other = send(people.as_("software"), visit(visit_id="other")).json()
    decide(martin, other)
    rows = {r["finding"]: r for r in martin.get("/v1/agreement").json()["findings"]}
    row = rows["t2d_undiagnosed"]
    assert (row["n"], row["confirmed"], row["amended"], row["rejected"]) == (2, 1, 1, 0)
    assert row["version"].startswith("diabetes_type_2/")
    assert rows["waist"]["version"] == "guideline"


def test_a_statistician_sees_no_small_group_and_no_report(people, sent):
    decide(people.as_("martin"), sent)
    statistician = people.as_("statistician")
    rows = statistician.get("/v1/agreement").json()["findings"]
    assert rows
    assert all(row["n"] is None and row["kappa"] is None for row in rows)
    problem(statistician.get(f"/v1/prediagnoses/{sent['id']}"), 403, "wrong_role")


def test_a_withdrawn_report_does_not_count(people, sent):
    martin = people.as_("martin")
    decide(martin, sent)
    url = f"/v1/prediagnoses/{sent['id']}/withdrawal"
    martin.post(url, json={"reason": "wrong-patient"})
    assert martin.get("/v1/agreement").json()["findings"] == []


@pytest.mark.parametrize(
    ("pairs", "kappa"),
    [
        ([], None),
        ([("a", "a")] * 3, None),
        ([("a", "a"), ("b", "b")], 1.0),
        ([("a", "b"), ("b", "a")], -1.0),
        # Cohen 1960's kind of table, by hand: 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no
        ([("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15, 0.4),
    ],
)
def test_kappa(pairs, kappa):
    assert cohens_kappa(pairs) == (kappa if kappa is None else pytest.approx(kappa, abs=1e-12))
