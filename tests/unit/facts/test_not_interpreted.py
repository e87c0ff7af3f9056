"""Accepted values that no finding interprets are printed all the same."""

import pytest
from laennec.engine.facts.columns import evaluate_facts
from laennec.engine.facts.not_interpreted import values_not_interpreted
from laennec.engine.guidelines import load_guidelines
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
