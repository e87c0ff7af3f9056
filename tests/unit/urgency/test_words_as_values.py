"""A word or a sign sent instead of a number: what it can mean is looked at."""

import pytest
from earlier_visits import GUIDELINES, MODELS, pressure, visit
from laennec.engine import parse, screen
from laennec.engine.intake.document import intake_numbers
from laennec.engine.prediagnosis import URGENCIES
from laennec.engine.vocabulary import load_vocabulary
from laennec.engine.words.text import render_text

UNITS = {
    "glucose": "g/L",
    "ketones": "mmol/L",
    "hba1c": "%",
    "creatinine": "umol/L",
    "egfr": "mL/min/{1.73_m2}",
    "triglycerides": "g/L",
    "heart_rate": "/min",
    "systolic_bp": "mm[Hg]",
}
MORE = {"glucose": {"specimen": "venous_plasma", "fasting_hours": 10}}
MORE |= {"systolic_bp": {"site": "left_arm"}}
HIGH = ("HIGH %", "élevé", ">>", "> max", "Elevated", "HH", "↑↑", "+++", "supérieur", "dépassé")
LOW = ("LO", "effondré", "<<", "faible", "below", "↓", "inférieur")


def draft_of_value(code, text):
    entry = {"code": code, "value": text, "unit": UNITS[code], **MORE.get(code, {})}
    return screen(parse(visit("2026-11-10", *pressure("148", "92"), entry)), MODELS, GUIDELINES)


def level_of(code, text):
    said = draft_of_value(code, text).urgent
    return min((i.level for i in said if any(v.value == text for v in i.inputs)), default=None)


@pytest.mark.parametrize("text", HIGH)
@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("glucose", "U0"), ("ketones", "U0"), ("systolic_bp", "U0"), ("heart_rate", "U1"),
        ("hba1c", "U1"), ("creatinine", "U1"), ("egfr", None),
    ],
)  # fmt: skip
def test_a_word_for_too_high_is_called_as_what_it_says_at_least(code, level, text):
    """Pinned: an HbA1c of ">>" or "elevated" asked for nothing, and one of "HIGH" did."""
    assert level_of(code, text) == level


@pytest.mark.parametrize("text", HIGH)
def test_triglycerides_beyond_the_range_are_the_risk_of_a_pancreatitis(text):
    draft = draft_of_value("triglycerides", text)
    (finding,) = (f for f in draft.findings if f.id == "triglycerides")
    assert (draft.urgency, finding.urgency) == ("U1", "U1")


@pytest.mark.parametrize("text", LOW)
@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("glucose", "U0"),
        ("heart_rate", "U0"),
        ("egfr", "U1"),
        ("hba1c", None),
        ("creatinine", None),
    ],
)
def test_a_word_for_too_low_is_called_where_low_is_urgent(code, level, text):
    assert level_of(code, text) == level


@pytest.mark.parametrize("text", ["supérieur à 0.5", "sup. à 0,5", "plus de 0.5", "≥ 0.5"])
def test_words_before_a_number_are_the_bound_that_they_say(text):
    """Ketones "supérieur à 0.5" may be 3 and more; they were read as 0.5."""
    assert level_of("ketones", text) == "U0"
    assert level_of("ketones", "0.5") is None


@pytest.mark.parametrize("words", ["inférieur à", "moins de", "≤", "inf à"])
@pytest.mark.parametrize(
    ("code", "number", "exact", "less", "more"),
    [
        ("egfr", "20", "U2", "U1", None),
        ("heart_rate", "80", None, "U0", "U1"),
        ("creatinine", "100", None, None, "U1"),
    ],
)
def test_so_are_words_for_less(code, number, exact, less, more, words):  # noqa: PLR0917 - a table
    assert level_of(code, number) == exact
    assert level_of(code, f"{words} {number}") == less
    assert level_of(code, f"plus de {number}") == more


@pytest.mark.parametrize("text", ["E-3", "Err 5", "ERREUR 12"])
def test_the_number_of_an_error_code_is_no_measured_number(text):
    """Ketones "E-3" of a meter were read as 3 mmol/L (U0); that it could not be read is U1."""
    draft = draft_of_value("ketones", text)
    assert draft.urgency == "U1"
    assert {i.rule_id for i in draft.urgent} == {"value_unreadable"}


@pytest.mark.parametrize("text", ["normal", "n.a.", "-", "---", "hors service", "ND"])
def test_a_word_without_a_side_is_asked_again_and_is_no_emergency(text):
    assert draft_of_value("glucose", text).urgency == "U1"


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("text", ["HIGH %", "élevé", ">>"])
def test_what_was_found_is_said_and_the_rest_goes_on(lang, text):
    draft = draft_of_value("hba1c", text)
    said = " ".join(render_text(draft, lang).split())
    assert text in said
    assert "148" in said
    (finding,) = (f for f in draft.findings if f.id == "blood_pressure")
    assert finding.state == "present"


def pressing_thresholds():
    """Return every item with a rule or row of U0 or U1 on it, and on which side it is urgent."""
    rules = [c.threshold for rule in GUIDELINES.urgent if rule.level in URGENCIES[:2]
             for clause in rule.clauses for c in clause]  # fmt: skip
    rows = [row.threshold for f in GUIDELINES.findings for row in f.rows
            if f.grades[row.grade].outcome.urgency in URGENCIES[:2]]  # fmt: skip
    sides = {">": "high", "<": "low"}
    found = {(t.item.partition(".")[0], sides[t.op[0]]) for t in (*rules, *rows) if t is not None}
    return sorted(one for one in found if one[0] in load_vocabulary().items)


@pytest.mark.parametrize(("item", "side"), pressing_thresholds())
def test_every_urgent_side_of_every_item_has_what_a_word_says_at_least(item, side):
    """A filtration rate of "LOW" was advice for the next visit; so would the next new rule be."""
    units = load_vocabulary().items[item].units
    limits = intake_numbers()["meter_words"]["limits"][item]
    assert {unit.ucum for unit in units} >= set(limits)
    assert all(side in limit for limit in limits.values())
