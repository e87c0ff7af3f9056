"""Protocols that somebody got wrong: each is refused by name, before any data are read."""

import pytest
import study_examples as study
from laennec.validation.errors import ProtocolRefused
from laennec.validation.protocol import parse_protocol, read_protocol

SURVIVAL = (
    ('case = { column = "outcome"', 'time = "followed"\nhorizon = 3.0\ncase = { column = "died"'),
    ('statistic = "auroc"', 'statistic = "c_index"'),
)
SURVEY = '[data.survey]\nweight = "w"\nstratum = "s"\npsu = "u"\n[population]'
GROUP = study.EXTRA[study.EXTRA.index("group = ") :]


def codes(*edits):
    """Return the problems of the example with texts replaced, by code."""
    text = study.protocol_text()
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    with pytest.raises(ProtocolRefused) as caught:
        parse_protocol(text, "p.toml")
    for problem in caught.value.problems:
        assert all((problem.found, problem.why, problem.remedy, problem.path)), problem
    return {p.code: p for p in caught.value.problems}


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("bootstraps = 20", "bootstraps = 0", "analysis.bootstraps"),
        ("bootstraps = 20", "bootstraps = 100000000", "analysis.bootstraps"),
        ("seed = 1", "seed = -1", "analysis.seed"),
        ("seed = 1", "seed = 99999999999999999999", "analysis.seed"),
        ("seed = 1", "seed = 9007199254740993", "analysis.seed"),
        ("benefit_step = 0.01", "benefit_step = 0.00000001", "analysis.benefit_step"),
        ("benefit_step = 0.01", "benefit_step = 0.0", "analysis.benefit_step"),
        ("prevalences = [0.01, 0.05, 0.10]", "prevalences = [1]", "analysis.prevalences"),
        ("minimum_events = 5", "minimum_events = 0", "analysis.minimum_events"),
        ("shapley_people = 20", "shapley_people = 100000", "analysis.shapley_people"),
        ("suppress_below = 11", "suppress_below = -1", "reporting.suppress_below"),
        ("suppress_below = 11", f"suppress_below = {2**60 + 1}", "reporting.suppress_below"),
        ("cases_at_least = 100", f"cases_at_least = {2**60 + 1}", "sample_size.cases_at_least"),
        ("minimum_events = 5", f"minimum_events = {2**60 + 1}", "analysis.minimum_events"),
        ("imputations = 2", "imputations = 100000", "missing_data.imputations"),
        ('"complete_case"', '"as_in_use"', "missing_data.plan"),
        ("\nprevalence = 0.05", "\nprevalence = 0.0", "sample_size.prevalence"),
        ("\nauroc = 0.80", "\nauroc = 1.2", "sample_size.auroc"),
        ("oe_width = 0.2", "oe_width = 0.0", "sample_size.oe_width"),
        ("auroc_width = 0.1", "auroc_width = 0.0000001", "sample_size.auroc_width"),
        ("cases_at_least = 100", "cases_at_least = -1", "sample_size.cases_at_least"),
        ("# slope_width = 0.2 ", "slope_width = 0.2 ", "sample_size.slope_width"),
        ("# parameters = 15", "parameters = 15", "sample_size.parameters"),
        ("# competing", "competing", "reference.competing"),
    ],
)
def test_a_number_outside_its_range_is_refused_with_the_range(old, new, path):
    problem = codes((old, new))["number"]
    assert problem.path == f"p.toml: {path}"
    assert problem.why.startswith("it must be ")


@pytest.mark.parametrize(
    ("edits", "code", "why"),
    [
        ([("margin = 0.015", "margin = -0.015")], "margin", "how much worse"),
        ([("margin = 0.015", "margin = 5.0")], "margin", "how much worse"),
        ([('"non_inferior"', '"superior"')], "endpoint_unused", "nothing would be held against it"),
        ([('"non_inferior"', '"estimate"')], "endpoint_unused", "a reader would think so"),
        ([('role = "secondary"', 'role = "primary"')], "several_primary", "about one number"),
        ([('statistic = "auroc"', 'statistic = "auprc"')], "no_difference", "own number"),
        ([('statistic = "auroc"', 'statistic = "ppv"')], "no_difference", "own number"),
        ([('statistic = "auroc"', 'statistic = "calibration_slope"')], "no_difference", "own num"),
        (
            [('statistic = "auroc"', 'statistic = "sensitivity"'), ("threshold = 5.0\n", "\n")],
            "no_threshold", "positive or negative",
        ),
        (
            [*SURVIVAL, ('statistic = "c_index"', 'statistic = "sensitivity"')],
            "statistic_kind", "ranked by c_index",
        ),
        (
            [*SURVIVAL, ('statistic = "calibration_slope"', 'statistic = "net_benefit"')],
            "statistic_kind", "not divided at a cut-off",
        ),
        (
            [
                ("[population]", SURVEY),
                ('statistic = "auroc"', 'statistic = "sensitivity"'),
                ('among = "counted"', 'among = "weighted"'),
            ],
            "not_weighted", "counted one by one",
        ),
        ([('id = "marker"', 'id = "../../marker"')], "id_form", "files are named by it"),
        ([('id = "our-id"', 'id = ""')], "id_form", "files are named by it"),
        ([('title = "our-title"', 'title = " "')], "text_empty", "what was studied"),
        ([(GROUP, "group = []\n")], "group_none", "nothing to tell"),
        ([(GROUP, 'group = [{ label = "All", when = [] }]\n')], "group_open", "everybody"),
        ([('label = "South"', 'label = "North"')], "label_twice", "tell them apart"),
        ([('# sha256 = "..." ', 'sha256 = "abc" ')], "hash_form", "the very ones"),
        (
            [('op = "==", value = 1.0 }\n# For', 'op = "missing" }\n# For')],
            "case_op", "makes nobody a case",
        ),
    ],
)  # fmt: skip
def test_what_can_not_be_judged_is_refused_before_the_data(edits, code, why):
    assert why in codes(*edits)[code].why


def test_competing_ends_that_are_the_event_itself_are_refused():
    same = 'competing = { column = "died", op = "==", value = 1.0 }\n'
    edits = [
        SURVIVAL[0],
        ('case = { column = "died"', same + 'case = { column = "died"'),
        SURVIVAL[1],
    ]
    assert codes(*edits)["number"].path == "p.toml: reference.competing"
    far = [*SURVIVAL, ("horizon = 3.0", "horizon = 0.0")]
    assert codes(*far)["number"].path == "p.toml: reference.horizon"


def test_a_byte_order_mark_and_other_line_ends_are_read(tmp_path):
    path = tmp_path / "p.toml"
    path.write_bytes(b"\xef\xbb\xbf" + study.protocol_text().replace("\n", "\r\n").encode())
    assert read_protocol(path) == parse_protocol(study.protocol_text())
