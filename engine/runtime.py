"""Run one model over columns of records, and never answer where it can't.

The graph gives the answer and its explanation in one pass. A record whose required input is
missing, or whose value the model may not be asked about, never reaches the graph; an answer that is
not finite, not in its range or not the sum of its own explanation never leaves it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as _ort_state

from .bundles.manifest import InputSpec, Manifest
from .errors import ContractBroken
from .fixedpoint import FloatArray
from .model_output import ModelOutput, RecordState
from .record import BoolArray

TSK_OUTPUTS = ("risk", "rule_firing", "rule_contribution", "bias")
MAMDANI_OUTPUTS = ("score", "rule_firing", "rule_share")
CHUNK = 2_048
REFERENCES_KEPT = 4096
SUM_TOLERANCE = 1e-9
FIRING_TOLERANCE = 1e-9
_QUIET = 4

ORT_ERRORS: tuple[type[Exception], ...] = (
    *(e for e in vars(_ort_state).values() if isinstance(e, type) and issubclass(e, Exception)),
    RuntimeError,
    ValueError,
    TypeError,
    MemoryError,
)


class InputColumns:
    """What the manifest says of its ``k`` inputs, as arrays of shape (k,)."""

    def __init__(self, specs: Sequence[InputSpec]) -> None:
        self.low, self.high = np.array([s.universe for s in specs]).T
        self.trained_low, self.trained_high = np.array([s.training_range for s in specs]).T
        self.whole = np.array([s.kind != "continuous" for s in specs])
        self.required = np.array([s.required for s in specs])
        self.reference = np.array([s.reference for s in specs])
        self.low_risk = np.array([s.plausible_low_risk for s in specs])
        self.high_risk = np.array([s.plausible_high_risk for s in specs])
        self.monotone = np.array([s.monotone != "none" for s in specs])


@dataclass(frozen=True, slots=True)
class RiskModel:
    """A verified model, ready to run; made by ``load_models`` only.

    Parameters
    ----------
    manifest : what the bundle says about itself
    rule_ids : ids of ``rules.toml`` in the order of ``rule_firing``
    sha256 : of the manifest, which pins every other file
    session : the onnxruntime session
    columns : the manifest's inputs as arrays
    """

    manifest: Manifest
    rule_ids: tuple[str, ...]
    sha256: str
    session: ort.InferenceSession
    columns: InputColumns = field(init=False, repr=False)
    _references: dict[bytes, tuple[float, FloatArray]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", InputColumns(self.manifest.inputs))

    @property
    def is_tsk(self) -> bool:
        """Whether contributions are parts of a logit."""
        return self.manifest.kind == "tsk"

    def run(self, x: FloatArray, observed: BoolArray, *, chunk: int = CHUNK) -> ModelOutput:
        """Answer records.

        Parameters
        ----------
        x : shape (n, k), units of the manifest; the value where ``observed`` is False has no effect
        observed : shape (n, k)
        chunk : records per call of the graph

        Raises
        ------
        ContractBroken  if the columns are not those of the manifest
        """
        x, observed = self._columns(x, observed)
        output = self._gate(x, observed)
        rows, reference = np.flatnonzero(output.ok), self.columns.reference
        failures: dict[str, None] = {}
        for start in range(0, len(rows), chunk):
            part = rows[start : start + chunk]
            safe = np.where(observed[part], x[part], reference)
            self._answer(output, part, self._call(safe, observed[part]), failures)
        return replace(output, failures=tuple(failures)) if failures else output

    def additive(self, output: ModelOutput) -> FloatArray:
        """Return what is additive, shape (n,): the logit (tsk) or the score (mamdani)."""
        if not self.is_tsk:
            return output.value
        total: FloatArray = output.bias + output.rule_contribution.sum(axis=1)
        return np.where(output.ok, total, np.nan)

    def reference_answer(self, pattern: BoolArray) -> tuple[float, FloatArray]:
        """Return what the reference person gets of whom only some items are known.

        Parameters
        ----------
        pattern : shape (k,), the items that are known

        Returns
        -------
        what is additive (logit or score), and the contribution of each rule, shape (r,); asked of
        the graph once a pattern, however many people have it
        """
        key = pattern.tobytes()
        if key not in self._references:
            output = self.run(self.columns.reference[None], pattern[None])
            if len(self._references) >= REFERENCES_KEPT:
                self._references.clear()
            self._references[key] = float(self.additive(output)[0]), output.rule_contribution[0]
        return self._references[key]

    def rounded(self, value: FloatArray) -> FloatArray:
        """Round answers to the printed precision, the one on which bands are decided."""
        return np.round(value, self.manifest.outputs.decimals)

    def bands(self, value: FloatArray) -> NDArray[np.int8]:
        """Return 0 low, 1 intermediate, 2 high, -1 not assessable, for answers rounded first."""
        return self.manifest.bands.of(self.rounded(value))

    def _columns(self, x: FloatArray, observed: BoolArray) -> tuple[FloatArray, BoolArray]:
        k = len(self.manifest.inputs)
        x, observed = np.asarray(x, np.float64), np.asarray(observed)
        if x.ndim != 2 or x.shape[1] != k or observed.shape != x.shape or observed.dtype != bool:  # noqa: PLR2004  # a table has two axes
            raise ContractBroken(
                found=f"x of shape {x.shape}, observed {observed.dtype} of shape {observed.shape}",
                why=f"the model {self.manifest.id} reads {k} columns: "
                + ", ".join(self.manifest.input_names),
                remedy="Give x as float64 (n, k) and observed as bool (n, k) in that order",
                path=self.manifest.id,
            )
        return x, observed

    def _gate(self, x: FloatArray, observed: BoolArray) -> ModelOutput:
        """Decide which records may be asked, before the graph sees anything."""
        spec, n, r = self.columns, len(x), len(self.rule_ids)
        accepted = (x >= spec.low) & (x <= spec.high) & (~spec.whole | (x == np.round(x)))
        trained = (x >= spec.trained_low) & (x <= spec.trained_high)
        missing, outside = spec.required & ~observed, observed & ~accepted
        state = np.zeros(n, np.uint8)
        state[outside.any(axis=1)] = RecordState.OUTSIDE_UNIVERSE
        state[missing.any(axis=1)] = RecordState.REQUIRED_MISSING
        return ModelOutput(
            value=np.full(n, np.nan),
            rule_firing=np.full((n, r), np.nan),
            rule_contribution=np.full((n, r), np.nan),
            bias=np.full(n, np.nan),
            state=state,
            required_missing=missing,
            outside=outside,
            extrapolated=observed & accepted & ~trained,
        )

    def _call(self, x: FloatArray, observed: BoolArray) -> "list[FloatArray] | str":
        """Call the graph; return its outputs, or what is wrong with them."""
        names = TSK_OUTPUTS if self.is_tsk else MAMDANI_OUTPUTS
        try:
            found = self.session.run(list(names), {"x": x, "observed": observed})
        except ORT_ERRORS as error:
            return f"the graph stopped with {type(error).__name__}"
        n, r = len(x), len(self.rule_ids)
        shapes = [(n,), (n, r), (n, r), (n,)][: len(names)]
        for name, value, shape in zip(names, found, shapes, strict=True):
            if value.shape != shape or value.dtype != np.float64:
                return f"{name} is {value.dtype} {value.shape}, expected float64 {shape}"
        return found if self.is_tsk else [*found, np.zeros(n)]

    def _answer(
        self,
        output: ModelOutput,
        rows: NDArray[np.intp],
        found: "list[FloatArray] | str",
        failures: dict[str, None],
    ) -> None:
        """Keep the answers that hold; set the state of the others."""
        if isinstance(found, str):
            failures[found] = None
            output.state[rows] = RecordState.MODEL_FAILED
            return
        value, firing, contribution, bias = found
        silent = np.zeros(len(rows), bool) if self.is_tsk else (contribution == 0).all(axis=1)
        good = ~silent
        for text, holds in self._checks(value, firing, contribution, bias):
            if not holds.all():
                failures.update({text: None} if (~holds & ~silent).any() else {})
                good &= holds
        if not good.all():
            output.state[rows[~good]] = RecordState.MODEL_FAILED
            output.state[rows[silent]] = RecordState.NO_RULE_FIRED
            rows, value, firing = rows[good], value[good], firing[good]
            contribution, bias = contribution[good], bias[good]
        output.value[rows] = value
        output.rule_firing[rows] = firing
        output.rule_contribution[rows] = contribution
        output.bias[rows] = bias

    def _checks(
        self, value: FloatArray, firing: FloatArray, contribution: FloatArray, bias: FloatArray
    ) -> Sequence[tuple[str, BoolArray]]:
        """Return what must hold for every answer, as (what failed, shape (n,) truth)."""
        low, high = self.manifest.outputs.range
        with np.errstate(over="ignore", invalid="ignore"):
            if self.is_tsk:
                whole = 1.0 / (1.0 + np.exp(-(bias + contribution.sum(axis=1))))
                adds_up = np.abs(whole - value) <= SUM_TOLERANCE
            else:
                adds_up = np.abs(contribution.sum(axis=1) - 1.0) <= SUM_TOLERANCE
            fired = (firing >= -FIRING_TOLERANCE) & (firing <= 1.0 + FIRING_TOLERANCE)
            finite = np.isfinite(value) & np.isfinite(contribution).all(axis=1) & np.isfinite(bias)
            inside = (value >= low) & (value <= high)
        checks = {
            "the answer is not finite": finite,
            f"the answer lies outside {low:g} to {high:g}": inside,
            "a firing strength lies outside 0 to 1": fired.all(axis=1),
            "the explanation does not sum to the answer": adds_up,
        }
        return [(text, np.asarray(holds, dtype=np.bool_)) for text, holds in checks.items()]


def open_session(
    graph: bytes, *, threads: int = 1, path: str = "model.onnx"
) -> ort.InferenceSession:
    """Open a graph on the CPU, one thread, deterministic, without writing to any log.

    Parameters
    ----------
    graph : bytes of a graph that ``read_graph`` has accepted
    threads : threads inside one operator
    path : named in the error

    Raises
    ------
    ContractBroken  if onnxruntime does not accept the graph
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.use_deterministic_compute = True
    options.log_severity_level = _QUIET
    try:
        return ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except ORT_ERRORS as error:
        raise ContractBroken(
            found=f"onnxruntime {ort.__version__} does not accept the graph ({error})",
            why="a graph that does not load can't answer",
            remedy="Export it again as in docs/how-to/bundles.md",
            path=path,
        ) from error
