"""Accepted values that no finding interprets are printed all the same."""

import pytest
from laennec.engine.facts.columns import evaluate_facts
from laennec.engine.facts.not_interpreted import values_not_interpreted
from laennec.engine.guidelines import load_guidelines
from laennec.engine.prediagnosis import InputValue
from laennec.engine.words.notices import notice_phrases
from laennec.engine.words.sentences import Sentences
from visits import says_yes, visit_batch

FR = load_guidelines()
BODY = {"weight": "80 kg", "height": "180 cm", "waist": "90 cm"}


def printed(visit):
    batch = visit_batch(visit)
    notes = values_not_interpreted(evaluate_facts(batch, FR), batch, 0)
    return {n.item: (n.parameters["value"], n.parameters["unit"]) for n in notes}


@pytest.mark.parametrize(
    ("visit", "notes"),
    [
        ({**BODY, "creatinine": "450 umol/L"}, {"creatinine": ("450", "umol/L")}),
        ({**BODY, "creatinine": "450 umol/L suspect"}, {}),
        ({**BODY, "bmi": "24 kg/m2", "glucose.fasting_venous": "1.00 g/L"}, {}),
        ({"hba1c": "9.0 %"}, {}),
        ({"hba1c": "9.1 %", "answers": says_yes("condition.anaemia")}, {"hba1c": ("9.1", "%")}),
        ({"waist": "90 cm", "answers": says_yes("condition.pregnancy")}, {"waist": ("90", "cm")}),
        ({"glucose.fasting_venous": "1.1 g/L", "answers": says_yes("condition.pregnancy")}, {}),
    ],
)
def test_what_no_finding_reads_is_noted(visit, notes):
    assert printed(visit) == notes


@pytest.mark.parametrize(
    ("person", "code"),
    [
        ({}, "read_as_rate"),
        ({"sex": None}, "rate_unknown_sex"),
        ({"age": -1}, "rate_unknown_age"),
        ({"age": 12}, "rate_unknown_adults"),
    ],
)
def test_a_creatinine_says_which_rate_it_gives_or_why_none(person, code):
    """Pinned: it was "not interpreted here" in the report in which its rate was urgent."""
    batch = visit_batch({"creatinine": "90 umol/L", **person})
    (note,) = values_not_interpreted(evaluate_facts(batch, FR), batch, 0)
    assert (note.item, note.code) == ("creatinine", code)
    assert ("rate" in note.parameters) == (code == "read_as_rate")
    for lang in ("fr", "en"):
        found, why, remedy = notice_phrases(note, Sentences(lang))
        assert "90" in found
        assert why and remedy


def test_what_is_urgent_is_not_said_to_be_read_by_nobody():
    batch = visit_batch({"hba1c": "9.1 %", "answers": says_yes("condition.anaemia")})
    columns = evaluate_facts(batch, FR)
    assert len(list(values_not_interpreted(columns, batch, 0))) == 1
    told = {InputValue("hba1c", "9.1", "%")}
    assert list(values_not_interpreted(columns, batch, 0, told)) == []
