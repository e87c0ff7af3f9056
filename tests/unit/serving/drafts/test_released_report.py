"""A released report names who decided what, and holds nothing that was set aside."""

import json

from laennec.engine.words import Sentences
from laennec.serving.drafts.standing import confirmed_part
from prediagnosis_examples import EXAMPLES
from stored_reports import BERNARD, FORMATS, decide, flat, released, shown


def test_a_released_report_says_who_decided_what(kept):
    decide(kept, "reject", finding="waist", reason="other", text="mesuré debout")
    decide(kept, "amend", finding="dysglycaemia", reason="already-known", to="low")
    decide(kept, "confirm")
    text = flat(released(kept))
    assert "Rapport décidé et amendé par Dr Martin (RPPS:10001234567)" in text
    assert "Rejeté : tour de taille (proposé par le logiciel : critère atteint)" in text
    assert "« mesuré debout »" in text
    assert "Amendé : trouble de la glycémie - probabilité basse" in text
    assert "Confirmé : indice de masse corporelle - critère atteint" in text
    assert "Évaluation uniquement. Pas de marquage CE." in text
    for draft_words in ("Brouillon", "à confirmer par un médecin"):
        assert draft_words not in text
    assert "Tour de taille très augmenté" not in text


def test_nothing_of_a_released_report_stands_on_a_value_that_was_set_aside(kept, options):
    drafted = shown(kept, "html")
    assert "148" in drafted
    decide(kept, "reject", finding="blood_pressure", reason="wrong-value")
    decide(kept, "confirm")
    for form in ("text", "html"):
        said = released(kept, form, models=lambda: options.models)
        text = flat(said)
        assert "148" not in text, form
        assert "Conclusions tirées avec une valeur mesurée que le médecin a écartée" in text, form


def test_every_time_of_an_act_is_told_in_the_zone_of_the_visit_and_names_it(kept):
    """The bug it pins: a visit of 09:20 in Paris was decided, in words, at 01:59 UTC."""
    decide(kept, "confirm")
    for said in (shown(kept), released(kept), released(kept, lang="en")):
        acts = [line for line in said.splitlines() if "(UTC" in line]
        assert acts
        assert all("(UTC+01:00)" in line for line in acts)
    assert "(UTC+01:00)" in released(kept, "json")


def test_every_form_and_language_of_a_released_report_has_its_own_banner(kept):
    decide(kept, "confirm")
    for lang, banner in (
        ("fr", "Rapport confirmé par Dr Martin"),
        ("en", "Report confirmed by Dr"),
    ):
        draft_banner = Sentences(lang).text("status.draft.long")
        for form in FORMATS:
            text = released(kept, form, lang)
            assert banner in text, (form, lang)
            assert draft_banner not in text, (form, lang)
            assert Sentences(lang).text("disclaimer") not in flat(text), (form, lang)
        assert 'class="watermark"' not in released(kept, "html", lang)


def test_a_page_has_its_drawings_where_the_same_models_are_there(kept, options):
    decide(kept, "confirm")
    assert "<polyline" in released(kept, "html", models=lambda: options.models)
    assert "<polyline" not in released(kept, "html")


def test_two_physicians_are_both_named_each_beside_what_they_decided(kept):
    decide(kept, "confirm", finding="bmi", by=BERNARD)
    decide(kept, "confirm")
    text = flat(released(kept))
    assert "Dr Bernard (RPPS:10007654321)" in text.partition("DÉCISION DU MÉDECIN")[0]
    assert "indice de masse corporelle - critère atteint. Dr Bernard" in text


def test_a_final_document_has_the_urgency_of_what_the_physician_left(kept, screened):
    urgent = min(f.urgency for f in screened.draft.findings if f.urgency)
    for finding in screened.draft.findings:
        if finding.urgency == urgent:
            decide(kept, "reject", finding=finding.id, reason="wrong-value")
    decide(kept, "confirm")
    document = json.loads(released(kept, "json"))["report"]
    left = [f["urgency"] for f in document["findings"] if f["urgency"]]
    assert urgent < document["urgency"] == min(left)
    rejected = {f["id"] for f in document["rejected_findings"]}
    assert rejected == {f.id for f in screened.draft.findings if f.urgency == urgent}


def test_an_urgent_rule_stands_whatever_is_decided_on_findings():
    draft = next(e() for e in EXAMPLES if e().urgent)
    assert confirmed_part(draft, ()).urgent == draft.urgent
    assert confirmed_part(draft, ()).urgency == min(u.level for u in draft.urgent)
    assert confirmed_part(draft, ()).findings == ()
