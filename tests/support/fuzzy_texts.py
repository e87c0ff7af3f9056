"""Small fuzzy systems whose answers are calculated by hand in the tests."""

from laennec.engine.fuzzy import parse_system

TSK_TEXT = """
[system]
kind = "tsk"
name = "hand"
inputs = ["age", "waist", "family"]
optional = ["waist", "family"]
tnorm = "product"
bias = -2.0
[[variable]]
name = "age"
unit = "a"
universe = [0, 100]
source = "s"
[[variable.term]]
name = "older"
shape = "rising_shoulder"
parameters = [40, 60]
source = "s"
[[variable]]
name = "waist"
unit = "cm"
universe = [50, 150]
source = "s"
[[variable.term]]
name = "high"
shape = "rising_shoulder"
parameters = [80, 100]
source = "s"
[[variable]]
name = "family"
unit = "1"
universe = [0, 1]
source = "s"
[[variable.term]]
name = "present"
shape = "rising_shoulder"
parameters = [0, 1]
source = "s"
[[rule]]
id = "age"
text = "if age is older then logit +1.0"
source = "s"
[[rule]]
id = "waist"
text = "if age is older and waist is high then logit +2.0"
source = "s"
[[rule]]
id = "none"
text = "if family is not present or waist is not high then logit -0.5"
source = "s"
"""
TSK = parse_system(TSK_TEXT)
HEAD = """
[system]
kind = "mamdani"
name = "hand"
inputs = ["a", "b"]
optional = ["b"]
tnorm = "min"
implication = "clip"
"""
INPUT = """
[[variable]]
name = "{name}"
unit = "1"
universe = [0, 10]
source = "s"
[[variable.term]]
name = "low"
shape = "falling_shoulder"
parameters = [2, 6]
source = "s"
[[variable.term]]
name = "high"
shape = "rising_shoulder"
parameters = [4, 8]
source = "s"
"""
OUTPUT = """
[output]
name = "out"
unit = "1"
universe = [0, 100]
source = "s"
[[output.term]]
name = "weak"
shape = "falling_shoulder"
parameters = [20, 60]
source = "s"
[[output.term]]
name = "strong"
shape = "rising_shoulder"
parameters = [40, 80]
source = "s"
"""


def rule(rule_id, text, weight=1.0):
    return f'[[rule]]\nid = "{rule_id}"\ntext = "{text}"\nweight = {weight}\nsource = "s"\n'


def system(*rules, output=OUTPUT, **changes):
    head = HEAD
    for key, value in changes.items():
        was = {"tnorm": "min", "implication": "clip"}[key]
        head = head.replace(f'{key} = "{was}"', f'{key} = "{value}"')
    inputs = INPUT.format(name="a") + INPUT.format(name="b")
    return parse_system(head + output + inputs + "".join(rules))


ONE = rule("one", "if a is high then out is strong")
LOW = rule("low", "if a is low then out is weak")
