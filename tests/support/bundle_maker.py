"""Tiny but complete bundles for tests: three fuzzy memberships, four rules, a real ONNX graph."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
from laennec.engine.bundles import (
    Bands,
    Calibration,
    Change,
    InputSpec,
    Manifest,
    Move,
    Outputs,
    Training,
    read_private_key,
    sign_bundle,
    write_golden,
    write_manifest,
)
from laennec.engine.fuzzy import evaluate_mamdani, parse_system
from laennec.training.export import mamdani_graph
from onnx import TensorProto, helper, numpy_helper

ROOT = Path(__file__).parents[2]
KEY = ROOT / "training" / "keys" / "development.pem"
CENTRES = np.array([50.0, 0.55, 0.5])
SLOPES = np.array([0.1, 20.0, 8.0])
WHEN_MISSING = np.array([0.5, 0.4, 0.3])
WEIGHTS = np.array([1.2, 1.7, 0.6, 0.9])
BIAS = -4.2


def inputs() -> tuple[InputSpec, ...]:
    common = {"code": "local:test", "source": "made up for a test"}
    return (
        InputSpec(
            name="age_years", unit="a", required=True, kind="continuous", universe=(18.0, 110.0),
            training_range=(20.0, 80.0), plausible_low_risk=25.0, plausible_high_risk=75.0,
            modifiable=False, monotone="increasing", reference=40.0, **common,
        ),
        InputSpec(
            name="waist_to_height", unit="1", required=False, kind="continuous",
            universe=(0.2, 1.2), training_range=(0.35, 0.9), plausible_low_risk=0.42,
            plausible_high_risk=0.75, modifiable=True, monotone="increasing", reference=0.5,
            **common,
        ),
        InputSpec(
            name="family_history", unit="1", required=False, kind="binary", universe=(0.0, 1.0),
            training_range=(0.0, 1.0), plausible_low_risk=0.0, plausible_high_risk=1.0,
            modifiable=False, monotone="increasing", reference=0.0, **common,
        ),
    )  # fmt: skip


def manifest(kind: str = "tsk") -> Manifest:
    tsk = kind == "tsk"
    return Manifest(
        schema="laennec.bundle/1",
        id=f"toy_disease/{kind}_form",
        version="0.1.0",
        outcome="toy_disease",
        form=f"{kind}_form",
        kind=kind,
        intended_use="tests",
        not_for="anything else",
        population="nobody",
        reference_standard="reference_standard.toy",
        guideline_topic="diabetes",
        training_prevalence=0.04 if tsk else None,
        outputs=Outputs(
            value="risk" if tsk else "score", range=(0.0, 1.0 if tsk else 100.0), decimals=4
        ),
        bands=Bands(low_below=0.03, high_from=0.12) if tsk else Bands(30.0, 60.0),
        calibration=Calibration(method="none", population="nobody", survey_weighted=False),
        training=Training(
            data={"toy.parquet": "0" * 64} if tsk else {},
            split="none",
            mlflow_run_id="none",
            seed=0,
            date="2026-11-03",
        ),
        inputs=inputs() if tsk else tuple(replace(i, monotone="none") for i in inputs()),
        changes=(
            Change(
                name="waist_cm",
                unit="cm",
                direction="decrease",
                step=1.0,
                decimals=0,
                reach=(60.0, 150.0),
                max_change=20.0,
                source="made up for a test",
                moves=(Move(input="waist_to_height", how="proportional"),),
            ),
        ),
    )


def answers(x: np.ndarray, observed: np.ndarray, kind: str = "tsk") -> dict[str, np.ndarray]:
    """The same model in numpy, apart from the graph."""
    if kind == "mamdani":
        found = evaluate_mamdani(parse_system(rules(kind)), np.where(observed, x, 0.0), observed)
        return {n: getattr(found, n) for n in ("score", "rule_firing", "rule_share")}
    x = np.where(observed, x, 0.0)
    grade = 1.0 / (1.0 + np.exp(-(x - CENTRES) * SLOPES))
    grade = np.where(observed, grade, WHEN_MISSING)
    firing = np.concatenate([grade, grade[:, :1] * grade[:, 1:2]], axis=1)
    weighted = firing * WEIGHTS
    bias = np.full(len(x), BIAS)
    risk = 1.0 / (1.0 + np.exp(-(bias + weighted.sum(axis=1))))
    return {"risk": risk, "rule_firing": firing, "rule_contribution": weighted, "bias": bias}


def graph(kind: str = "tsk") -> onnx.ModelProto:
    """The model as ONNX: the TSK graph by hand, node by node, the Mamdani graph by the exporter."""
    if kind == "mamdani":
        return mamdani_graph(parse_system(rules(kind)))
    node = helper.make_node
    nodes = [
        node("Sub", ["x", "centres"], ["away"]),
        node("Mul", ["away", "slopes"], ["scaled"]),
        node("Sigmoid", ["scaled"], ["seen"]),
        node("Where", ["observed", "seen", "when_missing"], ["grade"]),
        node("Gather", ["grade", "first"], ["grade_0"], axis=1),
        node("Gather", ["grade", "second"], ["grade_1"], axis=1),
        node("Mul", ["grade_0", "grade_1"], ["both"]),
        node("Concat", ["grade", "both"], ["rule_firing"], axis=1),
        node("Mul", ["rule_firing", "weights"], ["rule_contribution"]),
        node("ReduceSum", ["rule_contribution", "axis"], ["total"], keepdims=0),
        node("Mul", ["total", "zero"], ["nothing"]),
        node("Add", ["nothing", "start"], ["bias"]),
        node("Add", ["bias", "total"], ["logit"]),
        node("Sigmoid", ["logit"], ["risk"]),
    ]
    constants = {
        "centres": CENTRES, "slopes": SLOPES, "when_missing": WHEN_MISSING, "weights": WEIGHTS,
        "zero": 0.0, "start": BIAS, "axis": np.array([1]),
        "first": np.array([0]), "second": np.array([1]),
    }  # fmt: skip
    k, r = len(CENTRES), len(WEIGHTS)
    outputs = {"risk": ["n"], "rule_firing": ["n", r], "rule_contribution": ["n", r], "bias": ["n"]}
    body = helper.make_graph(
        nodes,
        "toy",
        [
            helper.make_tensor_value_info("x", TensorProto.DOUBLE, ["n", k]),
            helper.make_tensor_value_info("observed", TensorProto.BOOL, ["n", k]),
        ],
        [helper.make_tensor_value_info(n, TensorProto.DOUBLE, d) for n, d in outputs.items()],
        [numpy_helper.from_array(np.asarray(v), n) for n, v in constants.items()],
    )
    opsets = [helper.make_opsetid("", 18)]
    return helper.make_model(body, opset_imports=opsets, ir_version=10)


def records(n: int = 40, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Records inside every universe, some with optional items missing."""
    rng = np.random.default_rng(seed)
    x = np.column_stack(
        [
            rng.uniform(18, 110, n).round(0),
            rng.uniform(0.2, 1.2, n).round(3),
            rng.integers(0, 2, n).astype(float),
        ]
    )
    observed = rng.random((n, 3)) < 0.75
    observed[:, 0] = True
    return x, observed


_SHAPES = {
    "tsk": ("rising_sigmoid", [[50.0, 10.0], [0.55, 0.05], [0.5, 0.125]]),
    "mamdani": ("rising_shoulder", [[45.0, 55.0], [0.525, 0.575], [0.4375, 0.5625]]),
}
_WORDS = (("age_years", "older"), ("waist_to_height", "raised"), ("family_history", "there"))


def rules(kind: str = "tsk") -> str:
    """The same rules as readable text."""
    names = [name for name, _ in _WORDS]
    head = ['name = "toy"', f"inputs = {names}", f"optional = {names[1:]}", 'tnorm = "product"']
    lines = ["[system]", f'kind = "{kind}"', *head]
    lines += [f"bias = {BIAS}"] if kind == "tsk" else [_OUTPUT]
    shape, parameters = _SHAPES[kind]
    for spec, (name, word), numbers in zip(inputs(), _WORDS, parameters, strict=True):
        lines += [
            "[[variable]]",
            f'name = "{name}"\nunit = "{spec.unit}"\nuniverse = {list(spec.universe)}',
            'source = "test"\n[[variable.term]]',
            f'name = "{word}"\nshape = "{shape}"\nparameters = {numbers}\nsource = "test"',
        ]
    parts = [f"{name} is {word}" for name, word in _WORDS]
    parts.append(f"{parts[0]} and {parts[1]}")
    for i, part in enumerate(parts):
        then = f"logit +{WEIGHTS[i]}" if kind == "tsk" else f"danger is {_CONCLUDES[i]}"
        text = f'text = "if {part} then {then}"'
        lines += ["[[rule]]", f'id = "TOY-{i}"', text, 'source = "test"']
        lines += ["weight = 0.8"] if kind == "mamdani" and i == 0 else []
    return "\n".join(lines).replace("'", '"') + "\n"


_OUTPUT = """[output]
name = "danger"
unit = "1"
universe = [0.0, 100.0]
source = "test"
[[output.term]]
name = "some"
shape = "triangular"
parameters = [0.0, 30.0, 60.0]
source = "test"
[[output.term]]
name = "high"
shape = "triangular"
parameters = [40.0, 90.0, 100.0]
source = "test"
"""
_CONCLUDES = ("some", "some", "some", "high")


def make(
    root: Path,
    kind: str = "tsk",
    *,
    model: onnx.ModelProto | bytes | None = None,
    says: Manifest | None = None,
    text: str | None = None,
    golden: str | None = None,
) -> Path:
    """Write and sign a bundle below ``root``; any part may be replaced before signing."""
    says = says or manifest(kind)
    folder = root / says.id.split("/")[0] / "bundles" / says.form
    folder.mkdir(parents=True)
    model = graph(kind) if model is None else model
    raw = model if isinstance(model, bytes) else model.SerializeToString()
    (folder / "model.onnx").write_bytes(raw)
    (folder / "rules.toml").write_text(rules(kind) if text is None else text)
    if golden is None:
        x, observed = records()
        if kind == "mamdani":  # a record in which no rule fires has no known answer
            fires = answers(x, observed, kind)["rule_firing"].any(axis=1)
            x, observed = x[fires], observed[fires]
        golden = write_golden(
            x, observed, answers(x, observed, kind), made_by="numpy, bundle_maker"
        )
    (folder / "golden.json").write_text(golden)
    (folder / "card.md").write_text("# Toy\n")
    (folder / "manifest.toml").write_text(write_manifest(says))
    sign_bundle(folder, read_private_key(KEY), "development")
    return folder


def renamed(form: str, kind: str = "tsk") -> Manifest:
    return replace(manifest(kind), id=f"toy_disease/{form}", form=form)
