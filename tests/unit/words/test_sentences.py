"""A message becomes one sentence; what is missing is refused by name, what is reported stays so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laennec.engine.errors import DataError
from laennec.engine.prediagnosis import Message
from laennec.engine.words import Sentences, rule_labels
from laennec.engine.words.numbers import number, reported, signed

FR, EN = Sentences("fr"), Sentences("en")


def test_an_unknown_id_is_refused_by_name():
    with pytest.raises(DataError, match=r"the message id 'finding\.nothing'"):
        FR.render(Message("finding.nothing"))


def test_a_parameter_that_is_not_given_is_refused_by_name():
    with pytest.raises(DataError, match=r"'change\.step' without its parameter 'name'"):
        FR.render(Message("change.step", {"from": "1", "to": "2", "unit": "cm"}))


def test_a_code_without_a_label_is_refused_by_name():
    with pytest.raises(DataError, match="the code 'item:nothing'"):
        FR.label("item:nothing")


@pytest.mark.parametrize(
    ("code", "french", "english"),
    [
        ("item:waist", "tour de taille", "waist circumference"),
        ("item:systolic_bp.left_arm", "pression systolique (bras gauche)", None),
        ("answer:symptom.chest_pain", "douleur thoracique", "chest pain"),
        ("answer:questionnaire.smoker.current", "fumeur actuel", "current smoker"),
        ("answer:method.waist.waist_site.umbilicus", "à l'ombilic", "at the umbilicus"),
        ("unit:mL/min/{1.73_m2}", "mL/min/1,73 m²", "mL/min/1.73 m²"),
        ("feature:waist_cm", "tour de taille", "waist circumference"),
        (
            "feature:waist_to_height_ratio",
            "rapport du tour de taille à la taille",
            "waist-to-height ratio",
        ),
        ("band:high", "élevée", "high"),
        ("term:waist_cm.high", "tour de taille : niveau élevé", "waist circumference: high"),
    ],
)
def test_codes_are_worded_by_their_labels(code, french, english):
    assert FR.label(code) == french
    assert english is None or EN.label(code) == english


def test_values_keep_their_digits_and_take_the_decimal_mark():
    assert FR.quantity("glucose.fasting_venous", "1.260", "g/L") == "1,260 g/L"
    assert EN.quantity("glucose.fasting_venous", "<0.10", "g/L") == "<0.10 g/L"
    assert FR.quantity("waist_to_height_ratio", "0.634", "1") == "0,634"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("questionnaire.smoker", "current", "fumeur actuel"),
        ("symptom.chest_pain", "yes", "oui"),
        ("sex", "female", "femme"),
        ("bp_treated", "1", "oui"),
        ("physically_active", "0", "non"),
        ("male", "1", "homme"),
        ("age_years", "1", "1"),
        ("waist_cm", "0", "0"),
    ],
)
def test_answers_are_words_and_measurements_are_numbers(name, value, words):
    assert FR.value(name, value) == words


def test_text_that_only_looks_like_a_code_or_a_placeholder_is_printed_as_it_is():
    given_key = Message("intake.unknown_key.found", {"key": "item:nothing {found}"})
    assert "item:nothing {found}" in EN.render(given_key)


def test_a_code_never_pulls_in_a_sentence_with_gaps():
    assert FR.parameter("intake:unit_missing.found") == "intake:unit_missing.found"
    assert not FR.is_whole("change.step")
    assert FR.is_whole("band.high")


def test_a_bare_item_unit_or_condition_is_worded_too():
    assert FR.text("intake.unit_missing.found", item="waist") == "tour de taille : pas d'unité"
    assert "mmHg" in FR.text("intake.unit_proposed.remedy", proposed="140", unit="mm[Hg]")
    # A unit that is to be written is shown as it is to be written.
    assert "mm[Hg], kPa" in FR.text("intake.unit_missing.remedy", accepted="mm[Hg], kPa")
    assert "diabète connu" in FR.text("limit.not_verified", condition="known_diabetes")


@pytest.mark.parametrize(
    ("premise", "words"),
    [
        ("waist_cm is high", "tour de taille : élevé"),
        ("waist_cm is not high", "tour de taille : pas « élevé »"),
        ("bp_treated is yes", "traitement de la pression artérielle : oui"),
        ("bp_treated is not yes", "traitement de la pression artérielle : non"),
        (
            "age_years is older and (waist_cm is high or smoker_current is yes)",
            "âge : plus avancé et (tour de taille : élevé ou fumeur actuel : oui)",
        ),
        ("waist_cm is quite_unheard_of", "tour de taille : quite unheard of"),
        ("unheard_cm is high", "unheard_cm : niveau élevé"),
    ],
)
def test_a_rule_is_read_as_its_author_named_its_terms(premise, words):
    rules = {"variable": [{"name": "waist_cm", "term": [{"name": "high", "label_fr": "élevé"}]}]}
    sentences = Sentences("fr", rule_labels([rules], "fr"))
    message = Message("reason.tsk_rule", {"premise": f"premise:{premise}"})
    assert sentences.render(message) == words


def test_what_is_no_rule_text_is_printed_as_it_is():
    for text in ("premise:waist_cm high", "premise:and", "premise:is", "premise:"):
        assert isinstance(FR.parameter(text), str)
    assert FR.parameter("premise:waist_cm high") == "premise:waist_cm high"


def test_a_bundle_may_name_a_sentence_id_as_its_label():
    rules = {"output": {"name": "risk", "label_fr": "feature.age_years", "term": []}}
    assert Sentences("fr", rule_labels([rules], "fr")).name("risk") == "âge"


@pytest.mark.parametrize(
    ("risk", "french", "english"),
    [
        (0.0, "moins de 1 sur 1000", "fewer than 1 in 1000"),
        (0.0344, "34 sur 1000", "34 in 1000"),
        (0.0999, "100 sur 1000", "100 in 1000"),
        (0.1, "10 sur 100", "10 in 100"),
        (0.344, "34 sur 100", "34 in 100"),
        (1.0, "plus de 99 sur 100", "more than 99 in 100"),
    ],
)
def test_a_risk_is_a_number_of_people(risk, french, english):
    assert (FR.risk(risk), EN.risk(risk)) == (french, english)


def test_both_ends_of_an_interval_are_out_of_the_same_number_as_the_risk_beside_it():
    assert FR.interval((0.02, 0.31)) == "entre 2 et 31 sur 100"
    assert FR.interval((0.02, 0.31), 0.05) == "entre 20 et 310 sur 1000"
    assert FR.interval((0.02, 0.0202)) == "20 sur 1000"


@given(st.floats(-1e6, 1e6), st.integers(0, 4))
def test_a_signed_number_has_its_sign_and_no_negative_zero(value, decimals):
    words = signed(value, "en", decimals)
    plain = float(words.replace("\u2212", "-"))
    assert plain == pytest.approx(value, abs=0.51 * 10**-decimals)
    assert words.startswith("+") == (plain > 0)
    assert not (plain == 0 and words.startswith("\u2212"))


@given(st.from_regex(r"[<>]?[0-9]{1,6}(\.[0-9]{1,4})?", fullmatch=True))
def test_only_the_decimal_mark_of_a_reported_value_changes(text):
    assert reported(text, "fr").replace(",", ".") == text
    assert reported(text, "en") == text


def test_other_text_with_points_is_no_number():
    assert reported("0.1.0", "fr") == "0.1.0"
    assert number(1234.5, "fr") == "1234,5"


@pytest.mark.parametrize("name", ["urgent.ecg_left_bundle.new", "ecg.statement.not_compared"])
def test_an_earlier_ecg_of_no_known_date_is_called_so(name):
    """Pinned: "It was not on the earlier ECG of ." """
    assert "(date inconnue)" in FR.render(Message(name, {"date": ""}))
    assert "(date unknown)" in EN.render(Message(name, {"date": ""}))
    assert "(03/03/2021)" in FR.render(Message(name, {"date": "2021-03-03"}))
