"""The engine on one visit: the whole draft, the model alone, and what a cold start costs."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from laennec.engine import load_guidelines, load_models, parse, screen
from laennec.engine.bundles.manifest import InputSpec
from laennec.engine.features import Feature, features
from laennec.engine.plausibility.check import check_plausibility
from laennec.engine.runtime import RiskModel

ROOT = Path(__file__).resolve().parents[1]
VISIT = ROOT / "examples" / "visits" / "01-raised-risk.json"
SCREEN = "import sys; from laennec.cli import main; main()"
STARTS = 7
KILOBYTES_PER_MEGABYTE = 1024.0
PEAK = """
import atexit, sys
def tell():
    with open("/proc/self/status") as status:
        kilobytes = next(line.split()[1] for line in status if line.startswith("VmHWM"))
    sys.stderr.write("peak" + kilobytes)
atexit.register(tell)
"""


def per_call(function: Callable[[], object], *, seconds: float = 1.0) -> float:
    """Return the median time of one call, in seconds, after a warm-up."""
    for _ in range(20):
        function()
    times: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def start(code: str, *arguments: str) -> tuple[float, float]:
    """Return wall time (s) and peak memory (MB) of a fresh interpreter; the best of several.

    The child tells its own peak: what the system reports of a child includes the memory that its
    parent had when it was forked.
    """
    walls, peaks = [], []
    for _ in range(STARTS):
        begin = time.perf_counter()
        child = subprocess.run(  # noqa: S603 - our own interpreter, our own command
            [sys.executable, "-P", "-c", PEAK + code, *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        walls.append(time.perf_counter() - begin)
        peaks.append(float(child.stderr.rsplit("peak", 1)[1]) / KILOBYTES_PER_MEGABYTE)
    return min(walls), min(peaks)


def _value(made: Mapping[str, Feature], spec: InputSpec) -> float:
    return float(made[spec.name].values[0]) if spec.name in made else spec.reference


def model_rows() -> list[dict[str, Any]]:
    """Time each shipped model on the example, with the firing and contribution of every rule."""
    made = features(check_plausibility(parse(VISIT.read_bytes()).batch))
    rows = []
    for bundle in load_models().loaded:
        model: RiskModel = bundle.model
        # What one visit does not give (a trend, a target) is asked of the reference person.
        x = np.array([[_value(made, spec) for spec in bundle.manifest.inputs]])
        observed = np.array(
            [[s.name not in made or made[s.name].observed[0] for s in bundle.manifest.inputs]]
        )
        if not model.run(x, observed).ok[0]:
            continue
        seconds = per_call(lambda model=model, x=x, observed=observed: model.run(x, observed))
        rows.append(
            {
                "what": f"one answer of {bundle.manifest.id} with its reasons",
                "ours": f"{seconds * 1e3:.3f} ms",
                "peer": f"target 1 ms: {'kept' if seconds < 1e-3 else 'MISSED'}",
                "ratio": 1e-3 / seconds,
                "how": f"checks, ONNX graph, every rule's part, sum verified; "
                f"{bundle.manifest.kind}, median of one second of calls",
            }
        )
    return rows


def draft_row() -> dict[str, Any]:
    """Time the whole draft of one visit."""
    record = parse(VISIT.read_bytes())
    models, guidelines = load_models(), load_guidelines()
    seconds = per_call(lambda: screen(record, models, guidelines), seconds=3.0)
    reading = per_call(lambda: parse(VISIT.read_bytes()))
    return {
        "what": "one visit through screen(): every finding, reason, interval, what would change it",
        "ours": f"{seconds * 1e3:.1f} ms (reading the visit: {reading * 1e3:.1f} ms)",
        "peer": None,
        "ratio": None,
        "how": "examples/visits/01-raised-risk.json, one process, warm, median of three seconds",
    }


def start_rows() -> list[dict[str, Any]]:
    """Compare a cold start up to the printed draft with what only importing a peer costs."""
    wall, peak = start(SCREEN, "screen", str(VISIT))
    rows = []
    for name, code in (
        ("importing scikit-learn's logistic regression", "from sklearn.linear_model import *"),
        ("importing scikit-fuzzy's control", "import skfuzzy.control"),
    ):
        peer_wall, peer_peak = start(code)
        rows += [
            {
                "what": "first answer of the base install, from process start to printed draft",
                "ours": f"{wall:.2f} s (target 1 s: {'kept' if wall < 1 else 'MISSED'})",
                "peer": f"{name} alone: {peer_wall:.2f} s",
                "ratio": peer_wall / wall,
                "how": f"fresh interpreter, best of {STARTS}, warm disk cache",
            },
            {
                "what": "peak memory of that process",
                "ours": f"{peak:.0f} MB",
                "peer": f"{name} alone: {peer_peak:.0f} MB",
                "ratio": peer_peak / peak,
                "how": "VmHWM of the process at its end",
            },
        ]
    return rows


def measure() -> list[dict[str, Any]]:
    """Return the rows of this benchmark."""
    return [draft_row(), *model_rows(), *start_rows()]
