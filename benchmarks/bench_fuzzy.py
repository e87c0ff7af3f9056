"""The fuzzy core beside scikit-fuzzy: the same Mamdani rules, one case and many, and the TSK form.

Ours is the ONNX graph with its whole explanation (score, firings, shares, status), exact
centroid. The peer is the control simulation of scikit-fuzzy with the same terms, rules and
weights, which gives the score alone, on a grid.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import skfuzzy
from laennec.engine.fuzzy import (
    MamdaniSystem,
    Status,
    TskSystem,
    evaluate_mamdani,
    evaluate_tsk,
    load_system,
    parse_system,
)
from laennec.engine.fuzzy.membership import PIECEWISE_LINEAR, corners
from laennec.engine.fuzzy.rules import And, Antecedent, Concludes, Is
from laennec.engine.fuzzy.variables import LinguisticVariable
from laennec.training.export import mamdani_graph, model_bytes, tsk_graph
from skfuzzy import control

MODELS = Path(__file__).resolve().parent.parent / "models"
BATCH, PEER_BATCH = 10_000, 60
GRIDS = (101, 1001, 10_001)
FloatArray = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def measure() -> list[dict[str, Any]]:
    """Return the rows of the benchmark."""
    mamdani, tsk = _shipped(MamdaniSystem) or _mamdani(), _shipped(TskSystem) or _tsk()
    return [*_mamdani_rows(mamdani), *_tsk_rows(tsk)]


def _shipped(kind: type) -> Any:  # noqa: ANN401 - the kind asked for, or None
    """Return the system of the first shipped bundle of a kind."""
    for path in sorted(MODELS.glob("*/bundles/*/rules.toml")):
        system = load_system(path)
        if isinstance(system, kind):
            return system
    return None


def _mamdani_rows(system: MamdaniSystem) -> list[dict[str, Any]]:
    ours, (x, observed) = _session(mamdani_graph(system)), _people(system, BATCH)
    peer = Peer(system, 101)
    ask = _asker(ours)
    single = _seconds(lambda i: ask(x[i : i + 1], observed[i : i + 1]), 2000)
    alone = _seconds(lambda i: peer.score(x[i]), 40)
    batch = BATCH / _seconds(lambda _: ask(x, observed), 5)
    many = PEER_BATCH / _seconds(
        lambda i: peer.score(x[PEER_BATCH * i : PEER_BATCH * (i + 1)].T), 5
    )
    about = f"{system.name}: {len(system.rules)} rules, {len(system.inputs)} inputs"
    return [
        {
            "what": "Mamdani, one case with its explanation",
            "ours": f"{single * 1e6:.0f} us",
            "peer": f"scikit-fuzzy control, 101 points: {alone * 1e3:.1f} ms",
            "ratio": alone / single,
            "how": f"{about}; median of single calls, one thread",
        },
        {
            "what": f"Mamdani, batch of {BATCH:,}",
            "ours": f"{batch:,.0f} rows/s",
            "peer": f"scikit-fuzzy control on arrays of {PEER_BATCH}: {many:,.0f} rows/s",
            "ratio": batch / many,
            "how": f"{about}; ours with firings, shares and status",
        },
        _convergence(system, x[:20], observed[:20]),
    ]


def _convergence(system: MamdaniSystem, x: FloatArray, observed: FloatArray) -> dict[str, Any]:
    """Show what the peer converges to as its grid is refined."""
    exact = evaluate_mamdani(system, x, observed)
    errors = []
    for points in GRIDS:
        peer = Peer(system, points)
        errors.append(max(abs(peer.score(x[i]) - exact.score[i]) for i in range(len(x))))
    return {
        "what": "Mamdani, distance to the exact centroid",
        "ours": "exact (no grid)",
        "peer": "scikit-fuzzy, "
        + ", ".join(f"{g} points: {e:.1e}" for g, e in zip(GRIDS, errors, strict=True)),
        "ratio": None,
        "how": f"greatest of {len(x)} cases, output on "
        f"{system.output.universe.low:g} to {system.output.universe.high:g}",
    }


def _tsk_rows(system: TskSystem) -> list[dict[str, Any]]:
    x, observed = _people(system, BATCH)
    ask = _asker(_session(tsk_graph(system)))
    single = _seconds(lambda i: ask(x[i : i + 1], observed[i : i + 1]), 3000)
    plain = _seconds(lambda i: evaluate_tsk(system, x[i : i + 1], observed[i : i + 1]), 300)
    batch = BATCH / _seconds(lambda _: ask(x, observed), 10)
    slow = BATCH / _seconds(lambda _: evaluate_tsk(system, x, observed), 10)
    about = f"{system.name}: {len(system.rules)} rules, nothing missing"
    return [
        {
            "what": "Takagi-Sugeno-Kang, one case with its explanation",
            "ours": f"{single * 1e6:.0f} us",
            "peer": f"plain numpy reference: {plain * 1e6:.0f} us (scikit-fuzzy has no such form)",
            "ratio": plain / single,
            "how": about,
        },
        {
            "what": f"Takagi-Sugeno-Kang, batch of {BATCH:,}",
            "ours": f"{batch:,.0f} rows/s",
            "peer": f"plain numpy reference: {slow:,.0f} rows/s",
            "ratio": batch / slow,
            "how": about,
        },
    ]


class Peer:
    """The same system in scikit-fuzzy.

    Parameters
    ----------
    system : "and" by min, terms of any shape; inputs on 1,001 points and their own corners
    points : of the output grid
    """

    def __init__(self, system: MamdaniSystem, points: int) -> None:
        self.names = system.inputs
        self.inputs = {v.name: self._put(control.Antecedent, v, 1001) for v in system.variables}
        self.output = self._put(control.Consequent, system.output, points, own=False)
        join = np.fmin if system.tnorm == "min" else np.multiply
        rules = []
        for rule in system.rules:
            assert isinstance(rule.consequent, Concludes)  # noqa: S101 - a Mamdani system has no other
            then = self.output[rule.consequent.term] % rule.weight
            rules.append(control.Rule(self._tree(rule.antecedent), then, and_func=join))
        self.simulation = control.ControlSystemSimulation(control.ControlSystem(rules), cache=False)
        self.result = system.output.name

    @staticmethod
    def _put(kind: Any, variable: LinguisticVariable, points: int, *, own: bool = True) -> Any:  # noqa: ANN401 - scikit-fuzzy has no types
        low, high = variable.universe.low, variable.universe.high
        grid = np.linspace(low, high, points)
        boxes = {
            t.name: corners(t.shape, t.parameters, low, high)
            for t in variable.terms
            if t.shape in PIECEWISE_LINEAR
        }
        if own and boxes:
            grid = np.unique(np.concatenate([grid, *boxes.values()]).clip(low, high))
        made = kind(grid, variable.name)
        for term in variable.terms:
            box = boxes.get(term.name)
            made[term.name] = term.membership(grid) if box is None else skfuzzy.trapmf(grid, box)
        return made

    def _tree(self, tree: Antecedent) -> Any:  # noqa: ANN401 - scikit-fuzzy has no types
        if isinstance(tree, Is):
            term = self.inputs[tree.variable][tree.term]
            return ~term if tree.negated else term
        found = self._tree(tree.parts[0])
        for part in tree.parts[1:]:
            found = found & self._tree(part) if isinstance(tree, And) else found | self._tree(part)
        return found

    def score(self, values: FloatArray) -> Any:  # noqa: ANN401 - a number or an array
        """Score one record (k,), or many (k, n)."""
        for name, value in zip(self.names, values, strict=True):
            self.simulation.input[name] = value
        self.simulation.compute()
        return self.simulation.output[self.result]


def _session(model: Any) -> ort.InferenceSession:  # noqa: ANN401 - an ONNX model
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return ort.InferenceSession(model_bytes(model), options, providers=["CPUExecutionProvider"])


def _asker(session: ort.InferenceSession) -> Callable[[FloatArray, FloatArray], Any]:
    return lambda x, observed: session.run(None, {"x": x, "observed": observed})


def _seconds(call: Callable[[int], Any], times: int) -> float:
    """Median duration of a call."""
    call(0)
    found = []
    for i in range(times):
        start = time.perf_counter()
        call(i)
        found.append(time.perf_counter() - start)
    return float(np.median(found))


def _people(system: MamdaniSystem | TskSystem, n: int) -> tuple[FloatArray, Any]:
    """Draw complete records, evenly over the universes, for which some rule fires."""
    low, high = system.universes.T
    x = np.random.default_rng(0).uniform(low, high, (2000, len(low)))
    if isinstance(system, MamdaniSystem):
        fires = (
            evaluate_mamdani(system, x, np.ones(x.shape, dtype=np.bool_)).status == Status.ASSESSED
        )
        x = x[
            fires
        ]  # scikit-fuzzy raises an error for a whole batch if no rule fires for one record
    x = np.resize(x, (n, len(low)))
    return x, np.ones(x.shape, dtype=np.bool_)


WORDS = {
    "low": ("falling_shoulder", [2, 4]),
    "middle": ("triangular", [2, 5, 8]),
    "high": ("rising_shoulder", [6, 8]),
}
OUTPUT = {
    "little": ("falling_shoulder", [10, 30]),
    "some": ("trapezoidal", [10, 30, 40, 60]),
    "clear": ("triangular", [40, 60, 80]),
    "strong": ("rising_shoulder", [60, 80]),
}


def _variable(header: str, name: str, universe: list[int], words: dict[str, Any]) -> str:
    text = f'[{header}]\nname = "{name}"\nunit = "1"\nuniverse = {universe}\nsource = "none"\n'
    inner = header.strip("[]") + ".term"
    for word, (shape, parameters) in words.items():
        text += f'[[{inner}]]\nname = "{word}"\nshape = "{shape}"\n'
        text += f'parameters = {parameters}\nsource = "none"\n'
    return text


def _generated(head: str, consequents: list[str], output: str = "") -> str:
    """Write 20 rules of up to three antecedents over five inputs."""
    rng = np.random.default_rng(1)
    names = [f"v{i}" for i in range(5)]
    text = f'[system]\nname = "generated"\ninputs = {names}\ntnorm = "min"\n{head}\n{output}'
    text += "".join(_variable("[variable]", name, [0, 10], WORDS) for name in names)
    for r in range(20):
        used = rng.choice(names, rng.integers(1, 4), replace=False)
        parts = " and ".join(f"{name} is {rng.choice(list(WORDS))}" for name in used)
        then = consequents[r % len(consequents)]
        text += f'[[rule]]\nid = "r{r}"\ntext = "if {parts} then {then}"\nsource = "none"\n'
    return text


def _mamdani() -> MamdaniSystem:
    output = _variable("output", "concern", [0, 100], OUTPUT)
    system = parse_system(
        _generated('kind = "mamdani"', [f"concern is {word}" for word in OUTPUT], output)
    )
    assert isinstance(system, MamdaniSystem)  # noqa: S101 - written as one just above
    return system


def _tsk() -> TskSystem:
    system = parse_system(_generated('kind = "tsk"\nbias = -2', ["logit +0.5", "logit -0.25"]))
    assert isinstance(system, TskSystem)  # noqa: S101 - written as one just above
    return system


if __name__ == "__main__":
    for row in measure():
        print(row)
