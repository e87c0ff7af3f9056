"""The wire reader sees what onnx sees, and refuses what is not plain arithmetic."""

import bundle_maker
import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laennec.engine.bundles.graph import RISK_OPERATORS, Port, read_graph
from laennec.engine.bundles.wire import WireError, fields
from laennec.engine.errors import ContractBroken
from onnx import TensorProto, helper, numpy_helper

PLAIN = bundle_maker.graph().SerializeToString()


def refused(model: onnx.ModelProto | bytes) -> str:
    raw = model if isinstance(model, bytes) else model.SerializeToString()
    with pytest.raises(ContractBroken, match="plain standard arithmetic") as caught:
        read_graph(raw, path="a/model.onnx")
    assert caught.value.path == "a/model.onnx"
    return caught.value.found


@pytest.mark.parametrize("kind", ["tsk", "mamdani"])
def test_the_reader_sees_what_onnx_sees(kind):
    model = bundle_maker.graph(kind)
    seen = read_graph(model.SerializeToString())
    assert seen.ir_version == model.ir_version
    assert seen.opset == model.opset_import[0].version
    assert seen.operators == {n.op_type for n in model.graph.node}
    assert seen.initializers == {t.name for t in model.graph.initializer}
    assert seen.inputs == [Port("x", "float64", (None, 3)), Port("observed", "bool", (None, 3))]
    assert [p.name for p in seen.outputs] == [o.name for o in model.graph.output]


def test_allowed_operators_exist_in_the_standard_domain():
    known = {s.name for s in onnx.defs.get_all_schemas() if s.domain == ""}
    assert known >= RISK_OPERATORS


def test_no_operator_that_is_random_or_holds_a_graph_is_allowed():
    for name in RISK_OPERATORS:
        schema = onnx.defs.get_schema(name)
        assert "Random" not in name
        kinds = {a.type for a in schema.attributes.values()}
        assert onnx.defs.OpSchema.AttrType.GRAPH not in kinds


def with_node(node: onnx.NodeProto) -> onnx.ModelProto:
    model = bundle_maker.graph()
    model.graph.node.append(node)
    return model


def edit(change) -> onnx.ModelProto:
    model = bundle_maker.graph()
    change(model)
    return model


def _text_tensor(model):
    text = TensorProto(data_type=8, name="t", string_data=[b"a"])
    model.graph.initializer.append(text)


def _external(model):
    tensor = model.graph.initializer[0]
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../etc/passwd")


def _sequence(model):
    model.graph.input[0].CopyFrom(
        helper.make_tensor_sequence_value_info("x", TensorProto.DOUBLE, ["n", 3])
    )


def _attribute(name, value):
    return helper.make_node("Identity", ["x"], ["y"], **{name: value})


def _by_reference(model):
    node = helper.make_node("Identity", ["x"], ["y"])
    node.attribute.add(name="axis", ref_attr_name="a", type=2)
    model.graph.node.append(node)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (with_node(helper.make_node("RandomNormal", [], ["y"], shape=[1])),
         "operators outside the allowed list: RandomNormal"),
        (with_node(helper.make_node("Loop", ["x"], ["y"], body=bundle_maker.graph().graph)),
         "a subgraph"),
        (with_node(_attribute("graphs", [bundle_maker.graph().graph])), "a subgraph"),
        (with_node(helper.make_node("Gelu", ["x"], ["y"], domain="com.microsoft")),
         "operator domain 'com.microsoft'"),
        (with_node(helper.make_node("Add", ["x", "x"], ["y"], domain="my.own")),
         "operator domain 'my.own'"),
        (with_node(onnx.NodeProto(output=["y"])), "operators outside the allowed list: (unnamed)"),
        (with_node(onnx.NodeProto(op_type="Add", overload="other")), "an operator overload"),
        (with_node(_attribute("value", onnx.SparseTensorProto())), "a sparse tensor"),
        (with_node(_attribute("value", onnx.TypeProto())), "a type attribute"),
        (with_node(_attribute("value", TensorProto(data_type=8))), "a tensor of element type 8"),
        (edit(_by_reference), "an attribute by reference"),
        (edit(_text_tensor), "a tensor of texts"),
        (edit(_external), "external data"),
        (edit(_sequence), "field 4 of TypeProto (only tensors are allowed)"),
        (edit(lambda m: m.graph.input[0].ClearField("type")), "'x' is not declared as one tensor"),
        (edit(lambda m: m.functions.add(name="f", domain="d")), "a local function"),
        (edit(lambda m: m.training_info.add()), "a training graph"),
        (edit(lambda m: m.graph.sparse_initializer.add()), "a sparse initializer"),
        (edit(lambda m: m.graph.quantization_annotation.add()), "quantization"),
        (edit(lambda m: m.opset_import.add(domain="com.microsoft", version=1)),
         "operator domain 'com.microsoft'"),
        (edit(lambda m: m.opset_import.add(domain="", version=18)), "two opsets"),
        (edit(lambda m: setattr(m.opset_import[0], "version", 7)), "opset 7, known are 13 to 23"),
        (edit(lambda m: setattr(m.opset_import[0], "version", 99)), "opset 99, known are 13 to 23"),
        (edit(lambda m: m.ClearField("opset_import")), "opset 0, known are"),
        (edit(lambda m: setattr(m, "ir_version", 3)), "IR version 3, known are 7 to 13"),
        (edit(lambda m: m.ClearField("graph")), "0 graphs"),
        (edit(lambda m: m.graph.ClearField("node")), "a graph without operators"),
        (PLAIN + PLAIN, "2 graphs"),
        (PLAIN[:-5], "not a readable ONNX file"),
        (b"", "0 graphs"),
        (PLAIN + b"\xfa\x0f\x00", "field 255 of ModelProto is not one that a plain model has"),
        (b"\x3a\x02\x08\x01", "NodeProto is a number"),
        (b"\x0a\x00", "bytes where a number stands"),
        (b"\x3a\x04\x0a\x02\x20\x01", "a number where a text stands"),
    ],
)  # fmt: skip
def test_what_is_not_plain_is_refused_by_name(model, said):
    assert said in refused(model)


def test_a_shape_that_is_not_declared_is_seen():
    model = edit(lambda m: m.graph.output[0].type.tensor_type.ClearField("shape"))
    port = read_graph(model.SerializeToString()).outputs[0]
    assert port.shape is None
    assert str(port) == "risk: float64 of undeclared shape"


def test_an_unknown_element_type_is_named():
    model = edit(lambda m: setattr(m.graph.output[0].type.tensor_type, "elem_type", 16))
    assert str(read_graph(model.SerializeToString()).outputs[0]) == "risk: type 16 (n)"


def test_data_said_to_stand_in_the_file_is_let_be():
    model = edit(lambda m: setattr(m.graph.initializer[0], "data_location", TensorProto.DEFAULT))
    assert "centres" in read_graph(model.SerializeToString()).initializers


def test_attributes_with_tensors_are_looked_into():
    node = helper.make_node("Constant", [], ["y"], value=numpy_helper.from_array(np.ones(2)))
    assert "Constant" in read_graph(with_node(node).SerializeToString()).operators


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"\x00\x00", "field number 0"),
        (b"\x0b", "wire type 3"),
        (b"\x08\x80", "does not end"),
        (b"\x08" + b"\xff" * 9 + b"\x7f", "does not end"),
        (b"\x08" + b"\x80" * 11 + b"\x01", "does not end"),
        (b"\x0a\x05ab", "5 bytes announced, 2 there"),
        (b"\x09\x01", "8 bytes announced, 1 there"),
    ],
)
def test_broken_wire_is_named(raw, said):
    with pytest.raises(WireError, match=said):
        list(fields(raw))


def test_fixed_width_numbers_are_read():
    assert list(fields(b"\x0d\x01\x00\x00\x00\x11\x02" + b"\x00" * 7)) == [(1, 1), (2, 2)]


@given(st.binary(max_size=300))
@settings(max_examples=500, deadline=None)
def test_any_bytes_are_read_or_refused_but_nothing_else(raw):
    try:
        read_graph(raw)
    except ContractBroken as error:
        assert error.found


@given(st.integers(0, len(PLAIN) * 8 - 1), st.integers(0, len(PLAIN) * 8 - 1))
@settings(max_examples=1000, deadline=None)
def test_flipped_bits_are_read_or_refused_but_nothing_else(a, b):
    raw = bytearray(PLAIN)
    for bit in (a, b):
        raw[bit // 8] ^= 1 << (bit % 8)
    try:
        assert read_graph(bytes(raw)).operators <= RISK_OPERATORS
    except ContractBroken as error:
        assert error.found


@given(st.integers(0, len(PLAIN) - 1))
@settings(max_examples=200, deadline=None)
def test_a_truncated_file_is_refused(size):
    """The opset stands at the end of the file: nothing that is cut off passes."""
    with pytest.raises(ContractBroken):
        read_graph(PLAIN[:size])
