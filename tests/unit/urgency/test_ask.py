"""Conditions and treatments that could not be read, or that nobody asked, never lower urgency."""

import pytest
from laennec.engine import Models, load_guidelines, parse, screen
from laennec.engine.words.as_json import as_json
from laennec.engine.words.text import render_text
from laennec.serving.http.answers.views import status_part

VISIT = {
    "schema": "laennec.visit/1",
    "visit_id": "v1",
    "performed_at": "2026-11-03T09:20:00+01:00",
    "symptoms": [],
    "conditions": [],
    "medications": [],
}
MODELS, GUIDELINES = Models(), load_guidelines()


def pressure(systolic, diastolic):
    pair = (("systolic_bp", systolic), ("diastolic_bp", diastolic))
    return [{"code": c, "value": v, "unit": "mm[Hg]", "site": "left_arm"} for c, v in pair]


def draft_of(measurements, *, born="1996-03-02", sex="female", without=(), **more):
    person = {"id": "p1", "birth_date": born, "sex": sex}
    document = {**VISIT, "person": person, "measurements": measurements, **more}
    kept = {k: v for k, v in document.items() if k not in without}
    return screen(parse(kept), MODELS, GUIDELINES)


def asked(draft):
    return [i.message.parameters["item"] for i in draft.urgent if i.action == "ask_answer_now"]


def not_asked(draft):
    return [note.item for note in draft.notes if note.code == "answer_not_asked"]


@pytest.mark.parametrize(
    ("conditions", "systolic", "rule"),
    [
        (["enceinte"], "165", "pregnancy_160_110"),
        (["enceinte"], "150", "pregnancy_140_90"),
        ("pregnancy", "150", "pregnancy_140_90"),
    ],
)
def test_a_pregnancy_that_could_not_be_read_is_asked_now(conditions, systolic, rule):
    """The bug it pins: ["enceinte"] with 165/100 was U2, and U0 with the code "pregnancy"."""
    draft = draft_of(pressure(systolic, "85"), conditions=conditions)
    assert (draft.urgency, asked(draft)) == ("U1", ["condition.pregnancy"])
    assert draft.urgent[0].rule_id == rule
    assert rule in draft.rules_not_applied
    assert "Grossesse" in render_text(draft, "fr")


@pytest.mark.parametrize(
    ("sex", "born", "systolic"),
    [
        ("male", "1996-03-02", "150"),
        ("female", "1965-03-02", "150"),
        ("female", "1996-03-02", "138"),
    ],
)
def test_nobody_is_asked_whom_it_cannot_concern(sex, born, systolic):
    draft = draft_of(pressure(systolic, "85"), sex=sex, born=born, conditions=["enceinte"])
    assert asked(draft) == []
    assert "pregnancy_140_90" not in draft.rules_not_applied


def test_a_pregnancy_that_was_not_asked_is_missing_where_it_matters():
    """The bug it pins: 158/98 in a woman of 30, no conditions sent: the rules were silent."""
    draft = draft_of(pressure("158", "98"), without=("conditions",))
    assert draft.rules_not_applied == ("pregnancy_140_90",)
    assert not_asked(draft) == ["condition.pregnancy"]
    assert asked(draft) == []
    for other in (
        draft_of(pressure("158", "98")),
        draft_of(pressure("128", "78"), without=("conditions",)),
        draft_of(pressure("158", "98"), sex="male", without=("conditions",)),
        draft_of(pressure("158", "98"), born="1960-03-02", without=("conditions",)),
    ):
        assert (other.rules_not_applied, not_asked(other)) == ((), [])


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_an_unknown_treatment_is_not_called_absent(lang):
    low = [{"code": "glucose", "value": "0.62", "unit": "g/L", "specimen": "capillary"}]
    draft = draft_of(low, without=("conditions", "medications"))
    assert not_asked(draft) == ["medication.glucose_lowering", "condition.diabetes"]
    text = " ".join(render_text(draft, lang).split())
    assert "sans symptôme" not in text
    assert "no known treatment" not in text


def test_the_status_of_a_refused_record_says_what_limits_it():
    draft = draft_of(pressure("150", "95"), conditions=["enceinte"])
    status = status_part(as_json(draft, "fr"))
    assert status["rules_not_applied"] == ["pregnancy_140_90"]
    assert any("Dossier refusé" in banner for banner in status["banners"])
    assert any("liste" in step for step in status["to_do_now"])
    missing = status_part(as_json(draft_of(pressure("150", "95"), without=("conditions",)), "fr"))
    assert any(step.startswith("grossesse : non demandé. ") for step in missing["to_do_now"])
    calm = status_part(as_json(draft_of(pressure("120", "75")), "fr"))
    assert not any("refusé" in banner for banner in calm["banners"])


@pytest.mark.parametrize(("born", "age"), [("1955-01-01", "71"), ("1926-06-01", "100")])
def test_a_pregnancy_at_an_age_is_asked_and_keeps_its_urgent_rules(born, age):
    draft = draft_of(pressure("150", "95"), born=born, conditions=["pregnancy"])
    (notice,) = draft.suspect_items
    assert (notice.code, notice.parameters) == ("pregnancy_at_an_age", {"value": age})
    assert draft.urgency == "U1"
    assert "Une grossesse, à" in render_text(draft, "fr")


def test_a_refused_age_of_a_child_is_said_to_be_one():
    draft = draft_of(pressure("120", "75"), born="2012-06-01", conditions=["pregnancy"])
    assert draft.is_minor
    assert "moins de 18 ans" in " ".join(render_text(draft, "fr").split())
    assert not draft_of(pressure("120", "75"), born="1880-06-01").is_minor
