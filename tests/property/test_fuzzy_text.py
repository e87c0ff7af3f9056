"""The printed rule is the evaluated rule, and a written system is the system."""

import struct
from dataclasses import replace

from fuzzy_systems import antecedents, mamdani_systems, tsk_systems, variables
from hypothesis import given, settings
from hypothesis import strategies as st
from laennec.engine.fuzzy import parse_system, system_toml
from laennec.engine.fuzzy.parser import Vocabulary, parse_rule_text
from laennec.engine.fuzzy.rules import Points, Rule

INPUTS = st.lists(st.sampled_from(["age", "waist", "bmi"]), min_size=1, unique=True)


@st.composite
def printed_rules(draw):
    inputs = tuple(draw(variables(name)) for name in draw(INPUTS))
    value = draw(st.floats(allow_nan=False, allow_infinity=False))
    return inputs, Rule("r", draw(antecedents(inputs)), Points(value), "s")


@settings(max_examples=150, deadline=None)
@given(printed_rules())
def test_what_is_printed_is_read_back_as_the_same_rule(case):
    inputs, rule = case
    antecedent, consequent = parse_rule_text(rule.text, Vocabulary(inputs))
    assert antecedent == rule.antecedent
    assert struct.pack("d", consequent.value) == struct.pack("d", rule.consequent.value)
    assert Rule("r", antecedent, consequent, "s").text == rule.text


@settings(max_examples=50, deadline=None)
@given(tsk_systems() | mamdani_systems())
def test_a_written_system_is_read_back_exactly(system):
    text = system_toml(system)
    again = parse_system(text)
    assert again == system
    assert system_toml(again) == text


@given(st.text(max_size=40))
def test_any_source_text_survives(source):
    text = TEMPLATE.replace("SOURCE", "x")
    system = parse_system(text)
    rule = replace(system.rules[0], source=source + "x")
    changed = replace(system, rules=(rule,))
    assert parse_system(system_toml(changed)) == changed


TEMPLATE = """
[system]
kind = "tsk"
name = "t"
inputs = ["age"]
tnorm = "min"
bias = 0
[[variable]]
name = "age"
unit = "a"
universe = [0, 100]
source = "s"
[[variable.term]]
name = "old"
shape = "rising_shoulder"
parameters = [40, 60]
source = "s"
[[rule]]
id = "r"
text = "if age is old then logit +1.0"
source = "SOURCE"
"""
