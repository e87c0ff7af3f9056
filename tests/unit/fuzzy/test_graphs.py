"""ONNX graphs: plain, dynamic, deterministic, and refused when asked for what they do not have."""

import numpy as np
import onnx
import pytest
from fuzzy_systems import completion_for, records, run, run_mamdani, run_tsk, session
from fuzzy_texts import LOW, ONE, OUTPUT, TSK, TSK_TEXT, rule, system
from laennec.engine.bundles.graph import read_graph
from laennec.engine.errors import ContractBroken
from laennec.engine.fuzzy import evaluate_mamdani, evaluate_tsk, parse_system
from laennec.engine.fuzzy.breakpoints import plan_breakpoints
from laennec.engine.fuzzy.centroid import OutputTerms
from laennec.engine.fuzzy.program import compile_rules
from laennec.training.export import mamdani_graph, model_bytes, tsk_graph
from laennec.training.export.builder import OPSET

BOTH = system(ONE, LOW)
STEPPED = system(
    ONE,
    LOW,
    output=OUTPUT.replace(
        '"falling_shoulder"\nparameters = [20, 60]', '"triangular"\nparameters = [20, 20, 80]'
    ),
)
GRAPHS = {
    "tsk": lambda: tsk_graph(TSK),
    "tsk, completed": lambda: tsk_graph(TSK, completion_for(TSK, 1), extra_outputs=("status",)),
    "mamdani": lambda: mamdani_graph(BOTH),
    "mamdani, range": lambda: mamdani_graph(BOTH, extra_outputs=("score_low", "score_high")),
    "mamdani, steps": lambda: mamdani_graph(STEPPED, extra_outputs=()),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_a_graph_is_plain_enough_for_a_bundle(name):
    raw = model_bytes(GRAPHS[name]())
    summary = read_graph(raw)
    assert summary.opset == OPSET
    assert [str(port) for port in summary.inputs][1].startswith("observed: bool (n, ")


@pytest.mark.parametrize("name", GRAPHS)
def test_the_same_system_gives_the_same_bytes(name):
    assert model_bytes(GRAPHS[name]()) == model_bytes(GRAPHS[name]())


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("n", [0, 1, 7])
def test_any_number_of_records_enters_one_graph(name, n):
    model = GRAPHS[name]()
    k = 3 if name.startswith("tsk") else 2
    found = run(model, np.full((n, k), 5.0), np.ones((n, k), dtype=bool))
    assert {len(value) for value in found.values()} == {n}


def test_outputs_are_those_of_the_contract():
    ports = [(p.name, p.type, p.shape) for p in session(tsk_graph(TSK)).get_outputs()]
    assert ports == [
        ("risk", "tensor(double)", ["n"]),
        ("rule_firing", "tensor(double)", ["n", 3]),
        ("rule_contribution", "tensor(double)", ["n", 3]),
        ("bias", "tensor(double)", ["n"]),
    ]
    ports = [(p.name, p.type, p.shape) for p in session(mamdani_graph(BOTH)).get_outputs()]
    assert ports == [
        ("score", "tensor(double)", ["n"]),
        ("rule_firing", "tensor(double)", ["n", 2]),
        ("rule_share", "tensor(double)", ["n", 2]),
        ("status", "tensor(int64)", ["n"]),
    ]


def test_the_file_names_its_columns():
    found = {entry.key: entry.value for entry in tsk_graph(TSK).metadata_props}
    assert found["inputs"] == "age,waist,family"
    assert found["rules"] == "age,waist,none"
    assert found["optional"] == "waist,family"


def test_only_standard_operators_and_no_way_into_a_sub_graph():
    for build in GRAPHS.values():
        model = build()
        assert [entry.domain for entry in model.opset_import] == [""]
        kinds = {a.type for node in model.graph.node for a in node.attribute}
        assert not kinds & {onnx.AttributeProto.GRAPH, onnx.AttributeProto.GRAPHS}


@pytest.mark.parametrize(
    "build",
    [lambda e: tsk_graph(TSK, extra_outputs=e), lambda e: mamdani_graph(BOTH, extra_outputs=e)],
)
def test_an_output_that_does_not_exist_is_refused(build):
    with pytest.raises(ContractBroken, match=r"the extra output 'mood': this graph has no such"):
        build(("mood",))


def test_the_range_of_a_normalised_system_is_refused():
    normalised = parse_system(TSK_TEXT.replace("bias = -2.0", "bias = -2.0\nnormalised = true"))
    with pytest.raises(ContractBroken, match="risk_low, risk_high of a normalised system"):
        tsk_graph(normalised, extra_outputs=("risk_low",))


def test_a_completion_of_another_system_is_refused():
    with pytest.raises(ContractBroken, match="Compute the completion again"):
        tsk_graph(
            parse_system(TSK_TEXT.replace('optional = ["waist", "family"]', "")),
            completion_for(TSK, 1),
        )


def test_a_graph_agrees_with_the_reference_on_hand_made_systems():
    x, observed = records(TSK, 3)
    completion = completion_for(TSK, 3)
    expected = evaluate_tsk(TSK, x, observed, completion=completion)
    assert np.abs(run_tsk(TSK, x, observed, completion)["risk"] - expected.risk).max() < 1e-12
    for each in (BOTH, STEPPED):
        x, observed = records(each, 3)
        expected = evaluate_mamdani(each, x, observed)
        assert np.abs(run_mamdani(each, x, observed)["score"] - expected.score).max() < 1e-9


def test_the_points_of_a_single_rule_keep_their_64_bits():
    """A matrix product after them would take them in, rounded to 32 bits (onnxruntime 1.31)."""
    alone = parse_system(TSK_TEXT[: TSK_TEXT.index('[[rule]]\nid = "waist"')].replace("1.0", "0.7"))
    x, observed = np.full((60, 3), 55.0), np.ones((60, 3), dtype=bool)
    expected = evaluate_tsk(alone, x, observed).risk
    assert np.abs(run_tsk(alone, x, observed)["risk"] - expected).max() < 1e-15


def test_plain_conjunctions_are_one_step_in_order():
    assert len(compile_rules(BOTH).steps) == 1
    assert compile_rules(BOTH).ends_in_order
    assert not compile_rules(TSK).ends_in_order


def test_equal_antecedents_of_two_rules_are_one_column():
    program = compile_rules(system(ONE, rule("again", "if a is high then out is weak")))
    assert program.output[0] == program.output[1]


def test_the_plan_leaves_out_what_cannot_bend_the_union():
    for each in (BOTH, system(ONE, LOW, implication="scale")):
        terms = OutputTerms(each.output, each.implication)
        assert len(plan_breakpoints(each).first) < terms.breakpoints(np.ones((1, 2))).shape[1]
    alone = plan_breakpoints(system(ONE))
    assert alone.used == (1,)
    assert not alone.has_steps(0.0, 100.0)
    assert plan_breakpoints(STEPPED).has_steps(0.0, 100.0)


def test_parallel_edges_never_cross():
    """Two equal shoulders: the crossing of their edges has no place and is left out."""
    twin = OUTPUT + OUTPUT[OUTPUT.rindex("[[output.term]]") :].replace("strong", "twin")
    for implication in ("clip", "scale"):
        pair = system(
            ONE, rule("r", "if b is high then out is twin"), output=twin, implication=implication
        )
        x, observed = records(pair, 5, faults=False)
        found, expected = run_mamdani(pair, x, observed), evaluate_mamdani(pair, x, observed)
        assert np.abs(found["score"] - expected.score).max() < 1e-12
        assert np.abs(found["rule_share"] - expected.rule_share).max() < 1e-12
