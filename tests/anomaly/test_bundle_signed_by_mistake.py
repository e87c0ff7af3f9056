"""What a trusted signer signed by mistake is refused too."""

import bundle_maker
import numpy as np
import pytest
from bundle_refusal import refusal
from laennec.engine.bundles import read_private_key
from laennec.engine.bundles.load import load_models
from laennec.engine.errors import ContractBroken
from onnx import helper


def test_a_signed_manifest_that_is_wrong_is_called_broken(tmp_path):
    """Signed by somebody trusted, and still not a manifest: the signer made a mistake."""
    bundle_maker.make(tmp_path, "mamdani")
    folder = bundle_maker.make(tmp_path)
    raw = (folder / "manifest.toml").read_bytes().replace(b'version = "0.1.0"', b'version = "1"')
    (folder / "manifest.toml").write_bytes(raw)
    (folder / "signature").write_bytes(read_private_key(bundle_maker.KEY).sign(raw))
    assert "version: '1' is not of the form" in refusal(folder, ContractBroken).found


def renamed_output(kind="tsk"):
    model = bundle_maker.graph(kind)
    model.graph.output[0].name = "probability"
    model.graph.node[-1].output[0] = "probability"
    return model


def reshaped(index, dims):
    model = bundle_maker.graph()
    port = model.graph.output[index]
    kind = port.type.tensor_type.elem_type
    port.CopyFrom(helper.make_tensor_value_info(port.name, kind, dims))
    return model


def retyped():
    model = bundle_maker.graph()
    model.graph.output[0].type.tensor_type.elem_type = 1
    return model


def with_operator(name, **attributes):
    model = bundle_maker.graph()
    model.graph.node.append(helper.make_node(name, ["x"], ["more"], **attributes))
    return model


def opset(version):
    model = bundle_maker.graph()
    model.opset_import[0].version = version
    return model


def external():
    model = bundle_maker.graph()
    tensor = model.graph.initializer[0]
    tensor.data_location = 1
    tensor.external_data.add(key="location", value="model.onnx.data")
    return model


def heavier():
    """The same graph with one weight changed by a thousandth."""
    model = bundle_maker.graph()
    weights = next(t for t in model.graph.initializer if t.name == "weights")
    values = np.frombuffer(weights.raw_data).copy()
    values[0] += 1e-3
    weights.raw_data = values.tobytes()
    return model


def unknown_node_input():
    model = bundle_maker.graph()
    model.graph.node[0].input[0] = "nowhere"
    return model


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (
            renamed_output(),
            "outputs are probability, rule_firing, rule_contribution, bias, expected",
        ),
        (
            bundle_maker.graph("mamdani"),
            "outputs are score, rule_firing, rule_share, expected risk",
        ),
        (reshaped(0, ["n", 1]), "outputs has risk: float64 (n, 1), expected risk: float64 (n)"),
        (reshaped(1, ["n", 7]), "outputs has rule_firing: float64 (n, 7), expected rule_firing"),
        (reshaped(3, [1]), "outputs has bias: float64 (1), expected bias: float64 (n)"),
        (retyped(), "outputs has risk: float32 (n), expected risk: float64 (n)"),
        (with_operator("NonZero"), "operators outside the allowed list: NonZero"),
        (with_operator("Gelu", domain="com.microsoft"), "operator domain 'com.microsoft'"),
        (opset(7), "opset 7, known are 13 to 23"),
        (external(), "external data"),
        (bundle_maker.graph().SerializeToString()[:-40], "not a readable ONNX file"),
        (b"", "0 graphs"),
        (unknown_node_input(), "onnxruntime"),
        (heavier(), "a known answer differs by"),
    ],
)
def test_a_signed_graph_that_breaks_the_contract(tmp_path, model, said):
    bundle_maker.make(tmp_path, "mamdani")
    error = refusal(bundle_maker.make(tmp_path, model=model), ContractBroken)
    assert said in error.found
    assert error.path == "toy_disease/bundles/tsk_form/model.onnx"


def without_input(model, name):
    keep = [i for i in model.graph.input if i.name != name]
    del model.graph.input[:]
    model.graph.input.extend(keep)
    return model


def test_a_graph_without_the_mask(tmp_path):
    bundle_maker.make(tmp_path, "mamdani")
    model = without_input(bundle_maker.graph(), "observed")
    error = refusal(bundle_maker.make(tmp_path, model=model), ContractBroken)
    assert "inputs are x, expected x, observed" in error.found


def test_further_outputs_that_are_known_are_let_be(tmp_path):
    model = bundle_maker.graph()
    model.graph.node.append(helper.make_node("Identity", ["risk"], ["risk_low"]))
    model.graph.output.append(helper.make_tensor_value_info("risk_low", 11, ["n"]))
    assert load_models([bundle_maker.make(tmp_path, model=model)]).refused == ()


def test_known_answers_that_the_graph_does_not_give(tmp_path):
    bundle_maker.make(tmp_path, "mamdani")
    from laennec.engine.bundles import write_golden

    x, observed = bundle_maker.records()
    answers = bundle_maker.answers(x, observed)
    x[5, 0] = 200.0
    golden = write_golden(x, observed, answers, made_by="test")
    error = refusal(bundle_maker.make(tmp_path, golden=golden), ContractBroken)
    assert "known answer 5 is not answered: outside_universe" in error.found


def test_known_answers_that_leave_an_input_out_everywhere(tmp_path):
    bundle_maker.make(tmp_path, "mamdani")
    from laennec.engine.bundles import write_golden

    x, observed = bundle_maker.records()
    observed[:, 1] = False
    golden = write_golden(x, observed, bundle_maker.answers(x, observed), made_by="test")
    error = refusal(bundle_maker.make(tmp_path, golden=golden), ContractBroken)
    assert "no known answer has every input" in error.found


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("logit +1.2", "logit +1.3", "the printed rules and the graph differ by"),
        ("[50.0, 10.0]", "[52.0, 10.0]", "the printed rules and the graph differ by"),
        ("[18.0, 110.0]", "[18.0, 100.0]", "universes are ((18.0, 100.0)"),
        ('unit = "a"', 'unit = "mo"', "units are ('mo', '1', '1'), the manifest says ('a', '1'"),
        ('optional = ["waist_to_height", "family_history"]', 'optional = ["family_history"]',
         "optional inputs are ('family_history',), the manifest says"),
        ('"age_years", "waist_to_height", "family_history"]\noptional',
         '"waist_to_height", "age_years", "family_history"]\noptional', "inputs are ('waist_to"),
        ("[system]", "[system", "the rules can't be read (not TOML"),
        ("if age_years is older then", "if age_years is old then", "the rules can't be read"),
    ],
)  # fmt: skip
def test_signed_rules_that_are_not_those_of_the_graph(tmp_path, old, new, said):
    """What a physician reads is what runs, or nothing is read at all."""
    bundle_maker.make(tmp_path, "mamdani")
    text = bundle_maker.rules()
    assert old in text
    folder = bundle_maker.make(tmp_path, text=text.replace(old, new))
    assert said in refusal(folder, ContractBroken).found


def test_signed_rules_of_the_other_kind(tmp_path):
    bundle_maker.make(tmp_path, "mamdani")
    folder = bundle_maker.make(tmp_path, text=bundle_maker.rules("mamdani"))
    error = refusal(folder, ContractBroken)
    assert "kind are mamdani, the manifest says tsk" in error.found
    assert error.path == "toy_disease/bundles/tsk_form/rules.toml"
