"""A small writer of ONNX graphs: plain nodes of the standard domain, without sub-graphs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from ...engine.errors import ContractBroken

OPSET = 18
"""Standard operators of ONNX 1.13; onnxruntime reads it since 1.14."""
IR_VERSION = 9

_TYPES = {
    "float64": TensorProto.DOUBLE,
    "int64": TensorProto.INT64,
    "bool": TensorProto.BOOL,
}


@dataclass(frozen=True, slots=True)
class Port:
    """An input or output: its type, and its columns (None: one value per record)."""

    name: str
    dtype: str
    columns: int | None = None


class GraphBuilder:
    """Collects nodes and constants; every method returns the name of a tensor.

    Inside a graph tensors stand as (columns, n): a column is then contiguous, which makes a batch
    several times faster than (n, columns) and costs a single record nothing.
    """

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self._constants: dict[tuple[bytes, str, tuple[int, ...]], str] = {}
        self._initializers: dict[str, onnx.TensorProto] = {}

    def const(self, value: object, dtype: str = "float64") -> str:
        """Add a constant; equal constants are stored once."""
        array = np.array(value, dtype=np.dtype(dtype), order="C")
        key = (array.tobytes(), str(array.dtype), array.shape)
        if key not in self._constants:
            name = f"c{len(self._constants)}"
            self._constants[key] = name
            self._initializers[name] = numpy_helper.from_array(array, name)
        return self._constants[key]

    def op(self, kind: str, *inputs: str, **attributes: object) -> str:
        """Add a node with one output."""
        return self._add(kind, inputs, [f"{kind.lower()}_{len(self.nodes)}"], attributes)[0]

    def _add(
        self, kind: str, inputs: Sequence[str], outputs: list[str], attributes: Mapping[str, object]
    ) -> list[str]:
        name = f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), outputs, name=name, **attributes))
        return outputs

    def _rename(self, old: str, new: str) -> None:
        """Call a tensor by its outside name."""
        for node in self.nodes:
            for names in (node.input, node.output):
                for i, name in enumerate(names):
                    if name == old:
                        names[i] = new

    def gather(self, tensor: str, columns: object, *, axis: int = 0) -> str:
        """Take columns; an index of shape (a, b) gives (a, b, n)."""
        return self.op("Gather", tensor, self.const(columns, "int64"), axis=axis)

    def concat(self, *tensors: str) -> str:
        """Put columns side by side; empty names are left out."""
        kept = [tensor for tensor in tensors if tensor]
        return kept[0] if len(kept) == 1 else self.op("Concat", *kept, axis=0)

    def reduce(self, kind: str, tensor: str) -> str:
        """Reduce axis 0 away.

        Sums over another axis are matrix products inside onnxruntime, and the first product of a
        run costs a single record over ten microseconds (measured; the processor wakes its widest
        registers), so there is none: the last of running sums is used instead.
        """
        return self.op(kind, tensor, self.const([0], "int64"), keepdims=0)

    def sort(self, tensor: str, count: int) -> str:
        """Sort `count` rows along axis 0, ascending."""
        outputs = [f"sorted_{len(self.nodes)}", f"order_{len(self.nodes)}"]
        inputs = (tensor, self.const([count], "int64"))
        return self._add("TopK", inputs, outputs, {"axis": 0, "largest": 0, "sorted": 1})[0]

    def turn(self, tensor: str) -> str:
        """Exchange rows and columns."""
        return self.op("Transpose", tensor, perm=[1, 0])

    def column(self, values: object, dtype: str = "float64") -> str:
        """Add a constant of shape (columns, 1)."""
        return self.const(np.asarray(values)[:, None], dtype)

    def model(
        self, inputs: Sequence[Port], outputs: Mapping[str, Port], metadata: Mapping[str, str]
    ) -> onnx.ModelProto:
        """Write and check the model.

        Parameters
        ----------
        inputs : of the graph
        outputs : name of the tensor, (columns, n) or (n,) -> what it is called outside
        metadata : texts stored beside the graph
        """
        for tensor, port in outputs.items():
            if port.columns is None:
                self._rename(tensor, port.name)
            else:
                self._add("Transpose", (tensor,), [port.name], {"perm": [1, 0]})
        nodes = _needed(self.nodes, {port.name for port in outputs.values()})
        used = {name for node in nodes for name in node.input}
        graph = helper.make_graph(
            nodes,
            "fuzzy",
            [_value_info(port) for port in inputs],
            [_value_info(port) for port in outputs.values()],
            [tensor for name, tensor in self._initializers.items() if name in used],
        )
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            producer_name="laennec",
        )
        helper.set_model_props(model, dict(metadata))
        onnx.checker.check_model(model, full_check=True)
        return model


def refuse_unknown_outputs(asked: Collection[str], known: Collection[str]) -> None:
    """Refuse an output that no graph of this kind has.

    Raises
    ------
    ContractBroken : naming it
    """
    for name in asked:
        if name not in known:
            raise ContractBroken(
                found=f"the extra output {name!r}",
                why="this graph has no such output",
                remedy=f"Ask for any of {', '.join(known)}",
                path="extra_outputs",
            )


def _value_info(port: Port) -> onnx.ValueInfoProto:
    shape = ["n"] if port.columns is None else ["n", port.columns]
    return helper.make_tensor_value_info(port.name, _TYPES[port.dtype], shape)


def _needed(nodes: list[onnx.NodeProto], wanted: set[str]) -> list[onnx.NodeProto]:
    """Keep the nodes that some output depends on, in order."""
    kept = []
    for node in reversed(nodes):
        if wanted & set(node.output):
            kept.append(node)
            wanted |= set(node.input)
    return kept[::-1]


def model_bytes(model: onnx.ModelProto) -> bytes:
    """Serialise; the same system always gives the same bytes."""
    raw: bytes = model.SerializeToString(deterministic=True)
    return raw
