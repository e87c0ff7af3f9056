"""Known answers: what a graph must reproduce each time it is loaded (``laennec.golden/1``).

``golden.json`` holds inputs and the answers expected of them, how these were made (which software
gave them: not the ONNX file itself), and the tolerance. An unobserved value is null.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..errors import ContractBroken
from ..fixedpoint import FloatArray
from ..record import BoolArray

GOLDEN_SCHEMA = "laennec.golden/1"
LARGEST_TOLERANCE = 1e-6
_KEYS = {"schema", "made_by", "tolerance", "cases"}
_CASE_KEYS = {"x", "value", "bias", "firing", "parts"}


@dataclass(frozen=True, slots=True)
class Golden:
    """The known answers of one bundle, ``n`` records, ``k`` inputs, ``r`` rules.

    Parameters
    ----------
    made_by : software and command that gave the answers, other than the ONNX file
    tolerance : largest accepted absolute difference, at most 1e-6
    x : shape (n, k), NaN where not observed
    value : shape (n,), risk or score
    bias : shape (n,), 0 for Mamdani
    firing : shape (n, r)
    parts : shape (n, r), contributions to the logit or shares of the area
    """

    made_by: str
    tolerance: float
    x: FloatArray
    value: FloatArray
    bias: FloatArray
    firing: FloatArray
    parts: FloatArray


def write_golden(
    x: FloatArray,
    observed: BoolArray,
    outputs: Mapping[str, FloatArray],
    *,
    made_by: str,
    tolerance: float = LARGEST_TOLERANCE,
) -> str:
    """Return ``golden.json`` for answers that other software than the ONNX file gave.

    Parameters
    ----------
    x, observed : shape (n, k)
    outputs : ``risk``, ``rule_firing``, ``rule_contribution``, ``bias`` (tsk), or ``score``,
        ``rule_firing``, ``rule_share`` (mamdani)
    made_by : software and command
    tolerance : absolute, at most 1e-6
    """
    value = outputs["risk"] if "risk" in outputs else outputs["score"]
    parts = outputs["rule_contribution"] if "risk" in outputs else outputs["rule_share"]
    bias = outputs.get("bias", np.zeros(len(x)))
    firing = outputs["rule_firing"]
    cases = [
        {
            "x": [float(v) if o else None for v, o in zip(x[i], observed[i], strict=True)],
            "value": float(value[i]),
            "bias": float(bias[i]),
            "firing": [float(f) for f in firing[i]],
            "parts": [float(p) for p in parts[i]],
        }
        for i in range(len(x))
    ]
    head = {"schema": GOLDEN_SCHEMA, "made_by": made_by, "tolerance": tolerance}
    start = json.dumps(head, ensure_ascii=False)[:-1]
    rows = ",\n".join(json.dumps(case, allow_nan=False) for case in cases)
    return f'{start}, "cases": [\n{rows}\n]}}\n'


def read_golden(raw: bytes, inputs: int, rules: int, *, path: str = "golden.json") -> Golden:
    """Read known answers.

    Parameters
    ----------
    raw : bytes of the file
    inputs, rules : expected number of columns

    Raises
    ------
    ContractBroken  if the file is not of its schema, has no case, or a tolerance above 1e-6
    """
    try:
        table = json.loads(raw.decode("utf-8"))
        problem = _shape_problem(table)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        table, problem = {}, f"not readable as JSON ({type(error).__name__})"
    if problem is None:
        try:
            return _columns(table, inputs, rules)
        except (ValueError, TypeError) as error:
            problem = f"a case does not have {inputs} inputs and {rules} rules ({error})"
    raise ContractBroken(
        found=problem,
        why="without known answers nobody knows that this graph computes what was validated",
        remedy=f"Write it again with write_golden ({GOLDEN_SCHEMA}) and sign the bundle again",
        path=path,
    )


def _shape_problem(table: object) -> str | None:
    """Return what is wrong with the frame of the file, or None."""
    if not isinstance(table, dict) or set(table) != _KEYS or table["schema"] != GOLDEN_SCHEMA:
        return f"not a {GOLDEN_SCHEMA} file with the keys {', '.join(sorted(_KEYS))}"
    tolerance = table["tolerance"]
    if not isinstance(tolerance, float) or not 0 < tolerance <= LARGEST_TOLERANCE:
        return f"the tolerance {tolerance!r} is not above 0 and at most {LARGEST_TOLERANCE:g}"
    if not isinstance(table["made_by"], str) or not table["made_by"]:
        return "made_by does not say how the answers were made"
    cases = table["cases"]
    if not isinstance(cases, list) or not cases:
        return "no case"
    if not all(isinstance(c, dict) and set(c) == _CASE_KEYS for c in cases):
        return f"a case does not have exactly the keys {', '.join(sorted(_CASE_KEYS))}"
    return None


def _columns(table: dict[str, object], inputs: int, rules: int) -> Golden:
    cases: list[dict[str, object]] = table["cases"]  # type: ignore[assignment]  # checked above
    n = len(cases)
    shapes = {"x": (n, inputs), "value": (n,), "bias": (n,), "firing": (n, rules)}
    columns = {}
    for key in sorted(_CASE_KEYS):
        column = np.array([c[key] for c in cases], dtype=np.float64)
        shape = shapes.get(key, (n, rules))
        if column.shape != shape:
            raise ValueError(f"{key} has the shape {column.shape}, expected {shape}")
        if key != "x" and not np.isfinite(column).all():
            raise ValueError(f"{key} is not finite")
        columns[key] = column
    return Golden(
        made_by=str(table["made_by"]), tolerance=float(str(table["tolerance"])), **columns
    )
