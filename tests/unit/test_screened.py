"""Consent and age: for whom models are asked, and whose numbers stand in the report."""

import json

import jsonschema
import pytest
from house import ROOT
from laennec.engine import load_guidelines, load_models, parse, screen, screen_columns
from laennec.engine.risks import Abstention
from laennec.engine.words.as_json import as_json
from laennec.engine.words.text import render_text

MODELS = load_models()
FR = load_guidelines()
SCHEMA = json.loads((ROOT / "docs/schema/prediagnosis.schema.json").read_text("utf-8"))
VISIT = {
    "schema": "laennec.visit/1",
    "visit_id": "v1",
    "performed_at": "2026-11-03T09:20:00+01:00",
    "person": {"id": "p1", "birth_date": "1974-03-02", "sex": "male"},
    "symptoms": [],
    "measurements": [
        {"code": "height", "value": "175", "unit": "cm"},
        {"code": "weight", "value": "97", "unit": "kg"},
        {"code": "waist", "value": "112", "unit": "cm"},
        {"code": "systolic_bp", "value": "186", "unit": "mm[Hg]", "site": "left_arm"},
    ],
}
YOUNG = {"person": {"id": "p1", "birth_date": "2010-03-02", "sex": "male"}}


def draft_of(**more):
    return screen(parse(VISIT | more), MODELS, FR)


def risks_of(draft):
    return [f for f in draft.findings if f.kind == "risk"]


def test_a_declined_screening_computes_no_risk_and_keeps_facts_and_urgent_rules():
    asked, declined = (draft_of(consent={"ai_screening": said}) for said in (True, False))
    assert any(f.risk is not None for f in risks_of(asked))
    for finding in risks_of(declined):
        assert (finding.band, finding.risk, finding.risk_interval) == ("not_assessable", None, None)
        assert finding.message.id == "finding.screening_declined"
        assert (finding.details, finding.reasons_for, finding.urgency) == ({}, (), None)
    assert [f for f in declined.findings if f.kind == "fact"] == [
        f for f in asked.findings if f.kind == "fact"
    ]
    assert declined.urgent == asked.urgent
    assert declined.screening_declined
    assert not asked.screening_declined


def test_of_a_declined_screening_nothing_is_even_computed():
    record = parse(VISIT | {"consent": {"ai_screening": False}})
    screening = screen_columns(record.batch, MODELS, FR)
    for columns in screening.risks:
        assert columns.answers == ()
        assert columns.abstention.tolist() == [Abstention.DECLINED]
    assert screening.published.findrisc.points_high.tolist() == (
        screening.published.findrisc.points_low.tolist()
    )


@pytest.mark.parametrize(
    ("lang", "words"),
    [("fr", "aucun risque n'est calculé"), ("en", "no risk is computed")],
)
def test_a_declined_screening_is_said_above_the_report(lang, words):
    draft = draft_of(consent={"ai_screening": False})
    document = as_json(draft, lang)
    jsonschema.validate(document, SCHEMA)
    assert document["screening_declined"] is True
    assert any(words in banner for banner in document["banners"])
    assert words in " ".join(render_text(draft, lang).split())


@pytest.mark.parametrize("said", ["oui", 1, "no thanks"])
def test_an_agreement_that_cant_be_read_is_none(said):
    draft = draft_of(consent={"ai_screening": said})
    assert draft.screening_declined
    assert [n.code for n in draft.refused_items] == ["answer_unknown"]


@pytest.mark.parametrize("more", [{}, {"consent": {}}, {"consent": {"ai_screening": None}}])
def test_an_agreement_that_was_not_asked_here_is_not_a_refusal(more):
    assert not draft_of(**more).screening_declined


def test_below_eighteen_no_model_answers_and_facts_say_whose_cut_offs_they_use():
    draft = draft_of(**YOUNG)
    assert draft.is_minor
    for finding in risks_of(draft):
        assert finding.band == "not_assessable"
        assert finding.risk is None
    models = [f for f in risks_of(draft) if f.model is not None]
    assert models
    assert all([m.id for m in f.limits] == ["abstention.minor"] for f in models)
    said = [f for f in draft.findings if f.kind == "fact" and f.state != "not_assessable"]
    assert said
    for finding in said:
        assert finding.limits[-2:][0].id == "limit.adult_thresholds" or (
            finding.limits[-1].id == "limit.adult_thresholds"
        )
    for lang, words in (("fr", "sont ceux de l'adulte"), ("en", "those of adults")):
        assert words in " ".join(render_text(draft, lang).split())
        assert as_json(draft, lang)["is_minor"] is True


@pytest.mark.parametrize(("born", "minor"), [("2008-11-03", False), ("2008-11-04", True)])
def test_eighteen_is_an_adult_on_the_birthday(born, minor):
    assert draft_of(person={"id": "p1", "birth_date": born, "sex": "male"}).is_minor is minor


def test_a_pregnancy_of_a_man_is_doubted_and_still_counts_for_urgency():
    draft = draft_of(conditions=["pregnancy"])
    (notice,) = draft.suspect_items
    assert (notice.code, notice.item) == ("pregnancy_of_a_man", "condition.pregnancy")
    assert "pregnancy_160_110" in {i.rule_id for i in draft.urgent}
    text = " ".join(render_text(draft, "fr").split())
    assert "Une grossesse, et le sexe masculin. L'un des deux est faux" in text
    woman = {"person": {"id": "p1", "birth_date": "1990-03-02", "sex": "female"}}
    assert draft_of(conditions=["pregnancy"], **woman).suspect_items == ()
