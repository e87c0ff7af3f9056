"""The rule language: strict, with positions, and with one way to write each rule."""

import pytest
from laennec.engine.errors import DataError
from laennec.engine.fuzzy.parser import Vocabulary, parse_rule_text
from laennec.engine.fuzzy.rules import And, Concludes, Is, Or, Points, Rule, signed
from laennec.engine.fuzzy.variables import LinguisticVariable, Term, Universe


def variable(name, *words):
    terms = tuple(Term(word, "rising_shoulder", (2.0, 4.0), "s") for word in words)
    return LinguisticVariable(name, "1", Universe(0.0, 10.0), terms, "s")


INPUTS = (variable("age", "older", "young"), variable("waist_to_height", "high", "raised"))
TSK = Vocabulary(INPUTS)
MAMDANI = Vocabulary(INPUTS, variable("concern", "strong", "weak"))


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("if age is older then logit +0.62", TSK, (Is("age", "older"), Points(0.62))),
        ("if age is not older then logit -1e-05", TSK, (Is("age", "older", True), Points(-1e-5))),
        (
            "if age is older and waist_to_height is high then concern is strong",
            MAMDANI,
            (
                And((Is("age", "older"), Is("waist_to_height", "high"))),
                Concludes("concern", "strong"),
            ),
        ),
        (
            "if age is young or (age is older and waist_to_height is raised) then concern is weak",
            MAMDANI,
            (
                Or(
                    (
                        Is("age", "young"),
                        And((Is("age", "older"), Is("waist_to_height", "raised"))),
                    )
                ),
                Concludes("concern", "weak"),
            ),
        ),
    ],
)
def test_reads_what_it_prints(text, words, expected):
    assert parse_rule_text(text, words) == expected
    antecedent, consequent = expected
    rule = Rule("r", antecedent, consequent, "s")
    assert rule.text == text
    assert rule.variables <= {"age", "waist_to_height"}


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("", 1, "the end of the rule at character 1 of '': 'if' is expected here"),
        ("when age is older", 1, "'when' at character 1"),
        (
            "if aeg is older then logit +1.0",
            4,
            "'aeg' at character 4.*not known. Perhaps you meant age",
        ),
        ("if zzz is older then logit +1.0", 4, "Known: age, waist_to_height"),
        ("if age is olde then logit +1.0", 11, r"'olde' at character 11.*Perhaps you meant older"),
        ("if age are older then logit +1.0", 8, "'are' at character 8.*'is' is expected"),
        ("if age is older the logit +1.0", 17, "'the' at character 17.*'then' is expected"),
        ("if (age is older then logit +1.0", 4, r"'\(' without '\)' at character 4.*unbalanced"),
        ("if age is older) then logit +1.0", 16, r"'\)' without '\(' at character 16"),
        (
            "if age is older and then logit +1.0",
            21,
            "'then' at character 21.*a variable is expected",
        ),
        ("if age is then logit +1.0", 11, "a term of age is expected here"),
        ("if age is older then logit 0.62", 28, "points are a number with its sign"),
        ("if age is older then logit +1e999", 28, "too large for a float"),
        ("if age is older then logit +1.0 now", 33, "the rule has already ended"),
        ("if age is older then", 21, "the end of the rule at character 21.*'logit' is expected"),
        ("if age is older then concern is weak", 22, "'logit' is expected here"),
        (
            "if age is older and age is young or age is older then logit +1.0",
            34,
            "'or' after 'and' at character 34.*can be read in two ways",
        ),
    ],
)
def test_a_fault_says_where_it_is(text, position, message):
    with pytest.raises(DataError, match=message) as caught:
        parse_rule_text(text, TSK, "rules.toml, rule x")
    assert f"at character {position} " in caught.value.found
    assert caught.value.path == "rules.toml, rule x"


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("if age  is older then logit +1.0", "if age is older then logit +1.0"),
        ("if (age is older) then logit +1.0", "if age is older then logit +1.0"),
        ("if age is older then logit +1", r"if age is older then logit +1.0"),
        ("if age is older then logit +0.620", r"if age is older then logit +0.62"),
        ("if age is older then logit -0.0 ", "if age is older then logit -0.0"),
    ],
)
def test_another_way_to_write_a_rule_is_refused_with_the_right_one(text, right):
    with pytest.raises(DataError, match="is not written as it would be printed") as caught:
        parse_rule_text(text, TSK)
    assert caught.value.remedy == f"Write {right!r}"


def test_a_rule_reads_at_most_so_many_antecedents():
    text = "if " + " and ".join(["age is older"] * 4) + " then logit +1.0"
    with pytest.raises(DataError, match="4 antecedents.*at most 3. Split the rule"):
        parse_rule_text(text, TSK)
    antecedent, _ = parse_rule_text(text, Vocabulary(INPUTS, max_antecedents=4))
    assert len(antecedent.parts) == 4


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.62, "+0.62"), (-3.0, "-3.0"), (0.0, "+0.0"), (-0.0, "-0.0"), (1e-320, "+1e-320")],
)
def test_a_number_is_printed_with_its_sign_and_all_its_digits(value, text):
    assert signed(value) == text
