"""Tiny things that stand for a delineator in tests: a session that sees spikes, a signed bundle.

The "network" finds a QRS where a lead is far above its own spread, a T wave where it is far below,
and a P wave at a middle height: enough to know what every step after it must answer.
"""

from pathlib import Path

import numpy as np
import onnx
from laennec.engine.bundles import Training, read_private_key, sign_bundle
from laennec.engine.bundles.waves import write_waves_golden
from laennec.engine.bundles.waves_manifest import (
    SignalInput,
    SignalManifest,
    write_signal_manifest,
)
from laennec.engine.ecg.delineation.network import INPUT, MULTIPLE, OUTPUT, OUTPUTS
from laennec.engine.ecg.delineation.rules import parse_rules
from laennec.engine.runtime import open_session
from onnx import TensorProto, helper, numpy_helper

ROOT = Path(__file__).parents[2]
KEY = ROOT / "training" / "keys" / "development.pem"
DECODE = (ROOT / "models" / "ecg_delineation" / "decode.toml").read_bytes()
RULES = parse_rules(DECODE)
RATE_HZ = 250


class SpikeSession:
    """Answers like the network, for signals whose QRS complexes are spikes."""

    def run(self, names, feed):
        assert names == [OUTPUT]
        x = feed[INPUT]
        wave = 1 / (1 + np.exp(-4 * (np.abs(x) - 2)))
        out = np.zeros((*x.shape[:2], len(OUTPUTS), x.shape[2]), np.float32)
        # The peak output never saturates, so that its summit is that of the spike.
        out[:, :, 1], out[:, :, 4] = wave, np.abs(x) / (np.abs(x) + 4)
        return [out]


def triangle(n, at, width, top=1.0):
    """A probability that rises to ``top`` at ``at`` and is 0 from ``width`` away."""
    return np.clip(top * (1 - np.abs(np.arange(n) - at) / width), 0, 1)


def plateau(n, start, end):
    """A probability of 1 between two boundaries, crossing one half exactly there."""
    time = np.arange(n)
    return np.clip(time - start + 0.5, 0, 1) * np.clip(end - time + 0.5, 0, 1)


def probabilities(n, leads=1, **waves):
    """Probabilities of waves given as (onset, peak, offset), the same on every lead."""
    out = np.zeros((leads, 6, n), np.float32)
    for index, name in enumerate(("p", "qrs", "t")):
        for onset, peak, offset in waves.get(name, []):
            out[:, index] = np.maximum(out[:, index], plateau(n, onset, offset))
            out[:, 3 + index] = np.maximum(out[:, 3 + index], triangle(n, peak, 4))
    return out


def graph(gain=0.7, outputs=6):
    """An ONNX graph of the right shape: sigmoid of a lead times a gain for each output."""
    gains = numpy_helper.from_array(
        np.linspace(gain, 1, outputs, dtype=np.float32).reshape(1, 1, outputs, 1), "gains"
    )
    axis = numpy_helper.from_array(np.array([2], np.int64), "axis")
    nodes = [
        helper.make_node("Unsqueeze", [INPUT, "axis"], ["wide"]),
        helper.make_node("Mul", ["wide", "gains"], ["scaled"]),
        helper.make_node("Sigmoid", ["scaled"], [OUTPUT]),
    ]
    made = helper.make_graph(
        nodes,
        "toy",
        [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["n", "leads", "time"])],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["n", "leads", outputs, "time"])],
        [gains, axis],
    )
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def manifest(**changes):
    values = {
        "schema": "laennec.signal/1",
        "id": "toy_waves/waves",
        "version": "0.1.0",
        "form": "waves",
        "kind": "delineation",
        "intended_use": "tests",
        "not_for": "anything else",
        "population": "nobody",
        "reference_standard": "made up",
        "input": SignalInput(INPUT, 250.0, "1", MULTIPLE),
        "outputs": OUTPUTS,
        "training": Training(
            data={"toy": "0" * 64}, split="none", mlflow_run_id="none", seed=0, date="2026-11-22"
        ),
    }
    return SignalManifest(**{**values, **changes})


def make(root, *, model=None, decode=DECODE, golden=None, says=None, extra=None):
    """Write and sign ``toy_waves/bundles/waves`` below a folder; return the bundle's folder."""
    folder = root / "toy_waves" / "bundles" / "waves"
    folder.mkdir(parents=True, exist_ok=True)
    model = graph() if model is None else model
    raw = model if isinstance(model, bytes) else model.SerializeToString()
    signal = np.linspace(-2, 2, 2 * MULTIPLE, dtype=np.float32).reshape(2, MULTIPLE).round(4)
    answer = open_session(graph().SerializeToString()).run([OUTPUT], {INPUT: signal[None]})[0][0]
    known = write_waves_golden(signal, answer, made_by="a test") if golden is None else golden
    files = {
        "model.onnx": raw,
        "decode.toml": decode,
        "golden.json": known.encode(),
        "card.md": b"# toy\n",
        "manifest.toml": write_signal_manifest(says or manifest()).encode(),
        **(extra or {}),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    sign_bundle(folder, read_private_key(KEY), "development")
    return folder


def with_operator(name, **attributes):
    """The same graph with one more node."""
    model = graph()
    model.graph.node.append(helper.make_node(name, [INPUT], ["more"], **attributes))
    return onnx.load_from_string(model.SerializeToString())
