"""Judge an ONNX file before it is run: opset, operators, no way out of the file, inputs, outputs.

Field numbers are those of ``onnx.proto`` (ONNX 1.18 to 1.23, ``ModelProto`` and below). A field
that is not known here is refused, as is everything that could hide code or reach another file:
local functions, subgraphs, training graphs, operators of another domain, external data.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from ..errors import ContractBroken
from .wire import Value, WireError, fields

OPSETS = range(13, 24)
IR_VERSIONS = range(7, 14)
RISK_OPERATORS = frozenset(
    (
        "Abs", "Add", "And", "Cast", "CastLike", "Ceil", "Clip", "Concat", "Constant",
        "ConstantOfShape", "CumSum", "Div", "Einsum", "Equal", "Exp", "Expand", "Flatten",
        "Floor", "Gather", "GatherElements", "GatherND", "Gemm", "Greater", "GreaterOrEqual",
        "Identity", "Less", "LessOrEqual", "Log", "LogSoftmax", "MatMul", "Max", "Mean", "Min",
        "Mod", "Mul", "Neg", "Not", "Or", "Pow", "Range", "Reciprocal", "ReduceLogSumExp",
        "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare",
        "Relu", "Reshape", "Round", "ScatterElements", "ScatterND", "Shape", "Sigmoid", "Sign",
        "Size", "Slice", "Softmax", "Softplus", "Split", "Sqrt", "Squeeze", "Sub", "Sum", "Tanh",
        "Tile", "TopK", "Transpose", "Trilu", "Unsqueeze", "Where", "Xor",
    )
)  # fmt: skip
ELEMENT_TYPES: Mapping[int, str] = {
    1: "float32", 2: "uint8", 3: "int8", 6: "int32", 7: "int64", 9: "bool", 11: "float64",
}  # fmt: skip

Handler = Callable[[Value], None]


@dataclass(frozen=True, slots=True)
class Port:
    """An input or output of the graph.

    ``shape`` holds a length, or None where the length is free (``n``); None where undeclared.
    """

    name: str
    dtype: str
    shape: tuple[int | None, ...] | None

    def __str__(self) -> str:
        if self.shape is None:
            return f"{self.name}: {self.dtype} of undeclared shape"
        sizes = ", ".join("n" if d is None else str(d) for d in self.shape)
        return f"{self.name}: {self.dtype} ({sizes})"


@dataclass(slots=True)
class GraphSummary:
    """What stands in an ONNX file."""

    ir_version: int = 0
    opset: int = 0
    operators: set[str] = field(default_factory=set)
    inputs: list[Port] = field(default_factory=list)
    outputs: list[Port] = field(default_factory=list)
    initializers: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)


def read_graph(
    raw: bytes, *, operators: Iterable[str] = RISK_OPERATORS, path: str = "model.onnx"
) -> GraphSummary:
    """Read and judge an ONNX file.

    Parameters
    ----------
    raw : the bytes of the file
    operators : names allowed, of the standard domain
    path : named in the error

    Raises
    ------
    ContractBroken  naming every problem at once; no other exception, whatever the bytes
    """
    summary = GraphSummary()
    try:
        _model(raw, summary)
    except (WireError, UnicodeDecodeError, TypeError) as error:
        summary.problems.append(f"not a readable ONNX file ({error})")
    foreign = sorted(summary.operators - set(operators))
    if foreign:
        summary.problems.append(f"operators outside the allowed list: {', '.join(foreign)}")
    summary.problems.extend(_version_problems(summary))
    if summary.problems:
        raise ContractBroken(
            found="; ".join(dict.fromkeys(summary.problems)),
            why="a graph is run only if it is plain standard arithmetic that stays inside its file",
            remedy="Export it again as in docs/how-to/bundles.md",
            path=path,
        )
    return summary


def _version_problems(summary: GraphSummary) -> list[str]:
    problems = []
    if summary.opset not in OPSETS:
        problems.append(f"opset {summary.opset}, known are {OPSETS[0]} to {OPSETS[-1]}")
    if summary.ir_version not in IR_VERSIONS:
        known = f"{IR_VERSIONS[0]} to {IR_VERSIONS[-1]}"
        problems.append(f"IR version {summary.ir_version}, known are {known}")
    if not summary.operators:
        problems.append("a graph without operators")
    return problems


def _walk(message: Value, handlers: Mapping[int, Handler], skipped: set[int], what: str) -> None:
    """Give each field to its handler; a field neither handled nor skipped is refused."""
    if not isinstance(message, bytes):
        raise WireError(f"{what} is a number")
    for number, value in fields(message):
        if number in handlers:
            handlers[number](value)
        elif number not in skipped:
            raise WireError(f"field {number} of {what} is not one that a plain model has")


def _text(value: Value) -> str:
    if not isinstance(value, bytes):
        raise WireError("a number where a text stands")
    return value.decode("utf-8")


def _number(value: Value) -> int:
    if not isinstance(value, int):
        raise WireError("bytes where a number stands")
    return value


def _refuse(summary: GraphSummary, text: str) -> Handler:
    def handler(value: Value) -> None:
        summary.problems.append(text)

    return handler


def _model(raw: bytes, summary: GraphSummary) -> None:
    graphs: list[Value] = []

    def set_ir(value: Value) -> None:
        summary.ir_version = _number(value)

    handlers: dict[int, Handler] = {
        1: set_ir,
        7: graphs.append,
        8: lambda value: _opset(value, summary),
        20: _refuse(summary, "a training graph"),
        25: _refuse(summary, "a local function"),
    }
    _walk(raw, handlers, {2, 3, 4, 5, 6, 14}, "ModelProto")
    if len(graphs) != 1:
        raise WireError(f"{len(graphs)} graphs")
    _graph(graphs[0], summary)


def _opset(message: Value, summary: GraphSummary) -> None:
    domain, version = [""], [0]
    handlers: dict[int, Handler] = {
        1: lambda value: domain.append(_text(value)),
        2: lambda value: version.append(_number(value)),
    }
    _walk(message, handlers, set(), "OperatorSetIdProto")
    if domain[-1] not in ("", "ai.onnx"):
        summary.problems.append(f"operator domain {domain[-1]!r}")
    elif summary.opset:
        summary.problems.append("two opsets of the standard domain")
    else:
        summary.opset = version[-1]


def _graph(message: Value, summary: GraphSummary) -> None:
    handlers: dict[int, Handler] = {
        1: lambda value: _node(value, summary),
        5: lambda value: _tensor(value, summary),
        11: lambda value: summary.inputs.append(_port(value, summary)),
        12: lambda value: summary.outputs.append(_port(value, summary)),
        14: _refuse(summary, "quantization"),
        15: _refuse(summary, "a sparse initializer"),
    }
    _walk(message, handlers, {2, 10, 13, 16}, "GraphProto")


def _node(message: Value, summary: GraphSummary) -> None:
    domain = [""]
    operator: list[str] = []
    handlers: dict[int, Handler] = {
        4: lambda value: operator.append(_text(value)),
        5: lambda value: _attribute(value, summary),
        7: lambda value: domain.append(_text(value)),
        8: _refuse(summary, "an operator overload"),
        10: _refuse(summary, "a device configuration"),
    }
    _walk(message, handlers, {1, 2, 3, 6, 9}, "NodeProto")
    if domain[-1] not in ("", "ai.onnx"):
        summary.problems.append(f"operator domain {domain[-1]!r}")
    summary.operators.add(operator[-1] if operator else "(unnamed)")


def _attribute(message: Value, summary: GraphSummary) -> None:
    subgraph = _refuse(summary, "a subgraph")
    handlers: dict[int, Handler] = {
        5: lambda value: _tensor(value, summary),
        6: subgraph,
        10: lambda value: _tensor(value, summary),
        11: subgraph,
        14: _refuse(summary, "a type attribute"),
        15: _refuse(summary, "a type attribute"),
        21: _refuse(summary, "an attribute by reference"),
        22: _refuse(summary, "a sparse tensor"),
        23: _refuse(summary, "a sparse tensor"),
    }
    _walk(message, handlers, {1, 2, 3, 4, 7, 8, 9, 13, 20}, "AttributeProto")


def _tensor(message: Value, summary: GraphSummary) -> None:
    def location(value: Value) -> None:
        if _number(value) != 0:
            summary.problems.append("external data")

    def dtype(value: Value) -> None:
        if _number(value) not in ELEMENT_TYPES:
            summary.problems.append(f"a tensor of element type {_number(value)}")

    handlers: dict[int, Handler] = {
        2: dtype,
        6: _refuse(summary, "a tensor of texts"),
        8: lambda value: summary.initializers.add(_text(value)),
        13: _refuse(summary, "external data"),
        14: location,
    }
    _walk(message, handlers, {1, 3, 4, 5, 7, 9, 10, 11, 12, 16}, "TensorProto")


def _port(message: Value, summary: GraphSummary) -> Port:
    names: list[str] = [""]
    tensors: list[Value] = []
    types: list[Value] = []
    _walk(
        message,
        {1: lambda value: names.append(_text(value)), 2: types.append},
        {3, 4},
        "ValueInfoProto",
    )
    for kind in types:
        _walk(kind, {1: tensors.append}, {6}, "TypeProto (only tensors are allowed)")
    if len(tensors) != 1:
        summary.problems.append(f"{names[-1]!r} is not declared as one tensor")
        return Port(names[-1], "undeclared", None)
    element: list[int] = [0]
    shapes: list[Value] = []
    handlers: dict[int, Handler] = {
        1: lambda value: element.append(_number(value)),
        2: shapes.append,
    }
    _walk(tensors[0], handlers, set(), "TypeProto.Tensor")
    dtype = ELEMENT_TYPES.get(element[-1], f"type {element[-1]}")
    return Port(names[-1], dtype, _shape(shapes[-1]) if shapes else None)


def _shape(message: Value) -> tuple[int | None, ...]:
    sizes: list[int | None] = []

    def dimension(value: Value) -> None:
        length: list[int | None] = [None]
        _walk(
            value,
            {1: lambda v: length.append(_number(v)), 2: lambda v: length.append(None)},
            {3},
            "TensorShapeProto.Dimension",
        )
        sizes.append(length[-1])

    _walk(message, {1: dimension}, set(), "TensorShapeProto")
    return tuple(sizes)
