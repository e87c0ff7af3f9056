"""Every malformed part of a rules.toml is refused by name, with its place and a way out."""

from pathlib import Path

import numpy as np
import pytest
from laennec.engine.errors import DataError
from laennec.engine.fuzzy import MamdaniSystem, TskSystem, load_system, parse_system, system_toml
from laennec.engine.fuzzy.variables import Term, Universe, membership_range

TSK = """
[system]
kind = "tsk"
name = "little"
inputs = ["waist_cm", "age_years"]
optional = ["waist_cm"]
tnorm = "product"
bias = -3.2

[[variable]]
name = "age_years"
unit = "a"
universe = [18, 100]
source = "visit"
label_fr = "âge"
[[variable.term]]
name = "older"
shape = "rising_sigmoid"
parameters = [55, 4]
bounds = [[45, 65], [1, 10]]
source = "FINDRISC"
label_en = "older"

[[variable]]
name = "waist_cm"
unit = "cm"
universe = [40, 200]
source = "visit"
[[variable.term]]
name = "high"
shape = "rising_shoulder"
parameters = [80, 102]
source = "IDF"

[[rule]]
id = "dm.age"
text = "if age_years is older then logit +0.62"
source = "made up"
[[rule]]
id = "dm.both"
text = "if age_years is older and waist_cm is not high then logit -0.3"
source = "made up"
"""
MAMDANI = (
    TSK.replace('kind = "tsk"', 'kind = "mamdani"')
    .replace("bias = -3.2\n", "")
    .replace("logit +0.62", "concern is strong")
    .replace("logit -0.3", "concern is weak")
    + """
[output]
name = "concern"
unit = "1"
universe = [0, 100]
source = "made up"
[[output.term]]
name = "weak"
shape = "triangular"
parameters = [0, 20, 40]
source = "made up"
[[output.term]]
name = "strong"
shape = "rising_shoulder"
parameters = [40, 80]
source = "made up"
"""
)


def test_reads_a_tsk_system_with_columns_in_the_order_of_inputs():
    system = parse_system(TSK)
    assert isinstance(system, TskSystem)
    assert system.inputs == ("waist_cm", "age_years")
    assert system.optional == ("waist_cm",)
    assert system.required_mask.tolist() == [False, True]
    assert system.points.tolist() == [0.62, -0.3]
    assert system.uses.tolist() == [[False, True], [True, True]]
    assert system.variables[1].label_fr == "âge"
    assert system.rules[1].text.endswith("waist_cm is not high then logit -0.3")


def test_reads_a_mamdani_system_with_its_output():
    system = parse_system(MAMDANI)
    assert isinstance(system, MamdaniSystem)
    assert system.implication == "clip"
    assert system.output_index == (1, 0)
    assert system.weights.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("text", [TSK, MAMDANI])
def test_a_written_file_loads_as_the_same_system(tmp_path, text):
    system = parse_system(text)
    path = tmp_path / "rules.toml"
    path.write_text(system_toml(system), encoding="utf-8")
    assert load_system(path) == system


def test_the_example_of_the_manual_is_a_system():
    manual = Path(__file__).parents[3] / "docs" / "how-to" / "fuzzy-core.md"
    example = manual.read_text(encoding="utf-8").split("```toml")[1].split("```")[0]
    system = parse_system(example)
    assert [rule.id for rule in system.rules] == ["ex.age", "ex.both"]
    assert parse_system(system_toml(system)) == system


def test_a_file_that_is_absent_or_not_text_is_named(tmp_path):
    with pytest.raises(DataError, match=r"can't be read \(FileNotFoundError\).*\[rules.toml\]"):
        load_system(tmp_path / "rules.toml")
    (tmp_path / "rules.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match=r"can't be read \(UnicodeDecodeError\)"):
        load_system(tmp_path / "rules.toml")


MALFORMED = [
    ("[system]", "[system", "not TOML"),
    ("[system]", "[sistem]", "'system' is missing"),
    ('kind = "tsk"', 'kind = "tks"', r"kind = 'tks': it is not known. Perhaps you meant tsk"),
    ('kind = "tsk"', "kind = 3", "kind = 3: a text is needed"),
    ('name = "little"', 'name = " "', "name = ' ': a text is needed"),
    ("bias = -3.2", "", "'bias' is missing: it is never guessed"),
    ("bias = -3.2", 'bias = "x"', "bias = 'x': a number is needed"),
    ("bias = -3.2", "bias = true", "bias = True: a number is needed"),
    ("bias = -3.2", "bias = nan", "it is not finite"),
    ("bias = -3.2", "bias = 0\nnormalised = 1", "true or false is needed"),
    ("bias = -3.2", "bias = 0\nbiass = 1", r"key 'biass' is not known.*Perhaps you meant bias"),
    ("bias = -3.2", "bias = 0\nmax_antecedents = 1.5", "it counts antecedents"),
    ("bias = -3.2", "bias = 0\nmax_antecedents = 1", "2 antecedents in .* at most 1"),
    (
        'tnorm = "product"',
        'tnorm = "mean"',
        "tnorm = 'mean': it is not known. Perhaps you meant min",
    ),
    ('["waist_cm", "age_years"]', '["waist_cm"]', r"must name every \[\[variable\]\] once"),
    ('["waist_cm", "age_years"]', "3", "a list of texts is needed"),
    ('optional = ["waist_cm"]', 'optional = ["waist"]', "optional names 'waist': it is no input"),
    ("universe = [18, 100]", "universe = [100, 18]", "it is not a range"),
    ("universe = [18, 100]", "universe = [18]", "it is not a range"),
    ("universe = [18, 100]", "universe = 18", "a list is needed"),
    ('unit = "a"', "", r"'unit' is missing.*\[rules.toml, variable age_years\]"),
    ('source = "IDF"', "", r"'source' is missing.*term high\]"),
    ('name = "high"', 'name = "is"', "'is' can't stand in a rule"),
    ('name = "high"', 'name = "very high"', "'very high' can't stand in a rule"),
    ('"rising_shoulder"', '"risingshoulder"', "Perhaps you meant rising_shoulder"),
    ("[80, 102]", "[102, 80]", "they do not ascend"),
    ("[80, 102]", "[80]", "1 parameters: rising_shoulder has 2. Give zero, full"),
    ("[80, 102]", "[300, 400]", "'high' is nowhere true between 40.0 and 200.0"),
    ("[55, 4]", "[55, 0]", "scale = 0.0: it must be positive"),
    ("[55, 4]", "[70, 4]", r"midpoint = 70.0: it lies outside its bounds \[45.0, 65.0\]"),
    ("[[45, 65], [1, 10]]", "[[45, 65]]", "1 bounds: each parameter has one pair"),
    ("[[45, 65], [1, 10]]", "[45, 65]", "pairs are needed"),
    ("[[45, 65], [1, 10]]", "[[45, 65], [0, 10]]", "scale may reach 0.0: it must stay positive"),
    ("[80, 102]", "[80, 102]\nbounds = [[70, 120], [60, 110]]", "they do not ascend, so training"),
    ("[[variable.term]]", "[variable.term]", r"tables are needed. Write \[\[term\]\]"),
    ('name = "waist_cm"', 'name = "age_years"', "the variable 'age_years' is defined twice"),
    ("dm.both", "dm.age", "the rule id 'dm.age' is defined twice"),
    ("dm.both", "dm both", "ids are letters, digits"),
    ("logit -0.3", "logit -0.3' ", "the rule has already ended"),
    ('source = "made up"', 'source = "m"\nweight = 0.5', "the points of the rule are its weight"),
]


@pytest.mark.parametrize(("good", "bad", "message"), MALFORMED)
def test_a_malformed_tsk_file_says_what_and_where(good, bad, message):
    assert good in TSK
    with pytest.raises(DataError, match=message) as caught:
        parse_system(TSK.replace(good, bad))
    assert caught.value.path.startswith("rules.toml")
    assert caught.value.remedy


MALFORMED_MAMDANI = [
    ("[output]", "[outcome]", "'name' is missing"),
    ('"triangular"', '"gaussian"', "3 parameters: gaussian has 2"),
    ("[0, 20, 40]", "[20, 20, 20]", "they enclose nothing"),
    ("[0, 20, 40]", "[-9, 0, 0]", "the output term 'weak' has no area in the universe"),
    ('source = "made up"\n[[rule]]', 'source = "m"\nweight = 2\n[[rule]]', "a weight is above 0"),
    ('name = "concern"', 'name = "waist_cm"', "the variable 'waist_cm' is defined twice"),
    (
        '"rising_shoulder"\nparameters = [40, 80]',
        '"rising_sigmoid"\nparameters = [40, 8]',
        "straight",
    ),
    ("concern is weak", "concern is week", r"concern has no such term. Perhaps you meant weak"),
    ("concern is weak", "worry is weak", "the variable 'worry' at character"),
    ('name = "little"', 'name = "little"\nimplication = "cut"', "implication = 'cut'"),
]


@pytest.mark.parametrize(("good", "bad", "message"), MALFORMED_MAMDANI)
def test_a_malformed_mamdani_file_says_what_and_where(good, bad, message):
    assert good in MAMDANI
    with pytest.raises(DataError, match=message):
        parse_system(MAMDANI.replace(good, bad, 1))


def test_two_terms_of_one_name_are_refused():
    second = (
        '[[variable.term]]\nname = "high"\nshape = "gaussian"\nparameters = [9, 1]\nsource = "s"'
    )
    with pytest.raises(DataError, match="the term 'high' is defined twice"):
        parse_system(TSK.replace('[[rule]]\nid = "dm.age"', f'{second}\n[[rule]]\nid = "dm.age"'))


def test_a_table_where_a_text_stands_is_refused():
    with pytest.raises(DataError, match=r"system = 3: a table is needed. Write \[system\]"):
        parse_system("system = 3")


def test_an_unknown_term_is_a_programming_error():
    with pytest.raises(KeyError, match="highest"):
        parse_system(TSK).variables[0].term("highest")


def test_the_range_of_a_term_is_that_of_its_universe():
    universe = Universe(0.0, 10.0)
    peak = Term("t", "triangular", (-4.0, -2.0, 6.0), "s")
    assert membership_range(peak, universe) == pytest.approx((0.0, 0.75))
    plateau = Term("t", "trapezoidal", (-4.0, -2.0, 12.0, 14.0), "s")
    assert membership_range(plateau, universe) == (1.0, 1.0)
    bell = Term("t", "gaussian", (12.0, 2.0), "s")
    low, high = membership_range(bell, universe)
    assert high == pytest.approx(np.exp(-0.5))
    assert low == pytest.approx(np.exp(-18.0))
