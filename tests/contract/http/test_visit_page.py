"""The nurse's page asks everything that the vocabulary knows, and gives no finding (hazard H21)."""

import json
import re

import pytest
from http_support import problem, send, signed_in, visit
from laennec.engine.vocabulary import load_vocabulary
from laennec.serving.pages.visit_form import LISTS, laboratory_items, layout, visit_form


@pytest.fixture
def database_url(tmp_path):
    return f"sqlite:///{tmp_path / 'laennec.db'}"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_item_and_question_of_the_vocabulary_is_asked_once(lang):
    form, vocabulary = visit_form(lang), load_vocabulary()
    items = [f.code for f in (*form.body, *form.laboratory, form.systolic, form.diastolic)]
    assert sorted([*items, *layout()["left_out"]["items"]]) == sorted(vocabulary.items)
    asked = [f"questionnaire.{q.code}" for q in form.questions]
    asked += [f"{name}.{one.code}" for name in LISTS for one in form.lists[name]]
    known = [q for q in vocabulary.questions if not q.startswith(("consent.", "intake."))]
    assert asked == known
    assert len({q.label for q in form.questions}) == len(form.questions)
    hows = {how.key for f in (*form.body, *form.laboratory) for how in f.how}
    hows |= {how.key for how in form.pressure_how} | {"site"}
    assert hows == set(vocabulary.methods)


def test_the_page_is_the_nurses_and_the_physicians(people):
    for name, status in (("nurse", 200), ("martin", 200), ("software", 403), ("statistician", 403)):
        answer = signed_in(people, name).get("/visit")
        assert answer.status_code == status, name
    assert people.as_(None, follow_redirects=False).get("/visit").status_code == 303
    browser = people.as_(None, follow_redirects=False)
    said = browser.post("/review/sign-in", data={"token": people.tokens["nurse"]})
    assert said.headers["location"].startswith("/visit")


def test_the_mandatory_visit_and_the_free_answers_stand_apart(people):
    text = signed_in(people, "nurse").get("/visit").text
    consents = text[text.index("Ce que la personne accepte") : text.index("Symptômes")]
    assert consents.index("La visite est obligatoire") < consents.index("Ce qui suit est libre")
    assert "L&#39;employeur n&#39;apprend rien" in consents
    names = re.findall(r'name="consent\.(\w+)" value=""\s+checked', consents)
    assert names == ["ai_screening", "mon_espace_sante", "specialist_advice", "research"]


def test_what_is_done_at_the_chair_stands_apart_from_the_laboratory(people):
    nurse = people.as_("nurse")
    said = send(nurse, visit("02-items-missing")).json()
    first, *steps = said["to_do_now"]
    assert first.startswith("Symptômes non demandés"), "else nobody at the chair is told (H1)"
    assert sorted(steps + said["at_the_laboratory"]) == sorted(said["next_steps"])
    assert "mesurer la pression aux deux bras" in said["to_do_now"]
    assert "glycémie à jeun veineuse au laboratoire" in said["at_the_laboratory"]
    assert not [step for step in said["to_do_now"] if step.startswith("dosage")]
    assert laboratory_items() >= {"glucose", "hba1c"}


def test_the_status_alone_can_be_asked_for_by_whoever_sends(people):
    url = "/v1/prediagnoses?view=status"
    said = people.as_("software").post(url, json=json.loads(visit())).json()
    assert said["schema"] == "laennec.visit_status/1"
    assert "findings" not in said
    problem(
        people.as_("software").post("/v1/prediagnoses?view=x", json={}), 422, "request_unreadable"
    )
