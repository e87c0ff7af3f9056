"""Random fuzzy systems and inputs, and the two other forms of a system, for tests."""

import numpy as np
import onnxruntime as ort
from hypothesis import strategies as st
from laennec.engine.fuzzy.completion import ConditionalCompletion
from laennec.engine.fuzzy.membership import PIECEWISE_LINEAR, SHAPES
from laennec.engine.fuzzy.rules import And, Concludes, Is, Or, Points, Rule
from laennec.engine.fuzzy.system import MamdaniSystem, TskSystem, _has_area
from laennec.engine.fuzzy.variables import LinguisticVariable, Term, Universe, membership_range
from laennec.training.export import mamdani_graph, model_bytes, tsk_graph

TSK_EXTRAS = ("status", "risk_low", "risk_high")
MAMDANI_EXTRAS = ("status", "score_low", "score_high")
FINE = st.floats(0.0, 10.0).map(lambda v: round(v, 6))
GRID = st.integers(0, 20).map(lambda v: v / 2)


@st.composite
def terms(draw, name, universe, shapes=tuple(SHAPES)):
    """A term that is true somewhere in 0..10; steps and shared corners are frequent."""
    spec = SHAPES[shape := draw(st.sampled_from(shapes))]
    axis = sorted(draw(st.lists(GRID | FINE, min_size=spec.ordered, max_size=spec.ordered)))
    scale = [draw(st.floats(0.05, 4.0))] if spec.has_scale else []
    term = Term(name, shape, tuple(axis + scale), "a source")
    flat = spec.direction == 0 and not spec.has_scale and axis[0] == axis[-1]
    if flat or membership_range(term, universe)[1] == 0.0:
        term = Term(name, "triangular", (0.0, 5.0, 10.0), "a source")
    return term


@st.composite
def variables(draw, name, shapes=tuple(SHAPES)):
    universe = Universe(0.0, 10.0)
    words = draw(st.integers(1, 3))
    return LinguisticVariable(
        name,
        "1",
        universe,
        tuple(draw(terms(f"t{i}", universe, shapes)) for i in range(words)),
        "s",
    )


@st.composite
def antecedents(draw, inputs):
    """One to three literals, joined in any way."""

    def literal():
        variable = draw(st.sampled_from(inputs))
        return Is(variable.name, draw(st.sampled_from(variable.words)), draw(st.booleans()))

    parts = tuple(literal() for _ in range(draw(st.integers(1, 3))))
    if len(parts) == 1:
        return parts[0]
    joins = draw(st.permutations([And, Or]))
    if len(parts) == 3 and draw(st.booleans()):
        return joins[0]((joins[1](parts[:2]), parts[2]))
    return joins[0](parts)


def _optional(draw, inputs):
    return tuple(v.name for v in inputs if draw(st.booleans()))


@st.composite
def tsk_systems(draw, tnorms=("min", "product"), normalised=None):
    inputs = tuple(draw(variables(f"v{i}")) for i in range(draw(st.integers(1, 4))))
    points = st.floats(-3.0, 3.0)
    rules = tuple(
        Rule(f"r{i}", draw(antecedents(inputs)), Points(draw(points)), "s")
        for i in range(draw(st.integers(1, 6)))
    )
    return TskSystem(
        "random",
        inputs,
        _optional(draw, inputs),
        rules,
        draw(st.sampled_from(tnorms)),
        3,
        bias=draw(st.floats(-4.0, 2.0)),
        normalised=draw(st.booleans()) if normalised is None else normalised,
    )


@st.composite
def outputs(draw):
    """An output variable; its universe does not start at 0, and vertical edges are frequent."""
    universe = Universe(2.0, 9.0)
    found = []
    for i in range(draw(st.integers(1, 4))):
        term = draw(terms(f"o{i}", universe, PIECEWISE_LINEAR))
        found.append(term)
    variable = LinguisticVariable("out", "1", universe, tuple(found), "s")
    sound = [
        t if _has_area(t, variable) else Term(t.name, "triangular", (2.0, 4.0, 9.0), "s")
        for t in found
    ]
    return LinguisticVariable("out", "1", universe, tuple(sound), "s")


@st.composite
def mamdani_systems(draw):
    inputs = tuple(draw(variables(f"v{i}")) for i in range(draw(st.integers(1, 4))))
    output = draw(outputs())
    rules = tuple(
        Rule(
            f"r{i}",
            draw(antecedents(inputs)),
            Concludes("out", draw(st.sampled_from(output.words))),
            "s",
            draw(st.sampled_from([1.0, 0.5, 0.8])),
        )
        for i in range(draw(st.integers(1, 8)))
    )
    return MamdaniSystem(
        "random",
        inputs,
        _optional(draw, inputs),
        rules,
        draw(st.sampled_from(["min", "product"])),
        3,
        output=output,
        implication=draw(st.sampled_from(["clip", "scale"])),
    )


def records(system, seed, n=40, faults=True):
    """Values on corners, between them, outside, NaN and infinite; some not observed."""
    rng = np.random.default_rng(seed)
    k = len(system.inputs)
    corners = np.concatenate([t.parameters for v in system.variables for t in v.terms])
    x = np.where(rng.random((n, k)) < 0.4, rng.choice(corners, (n, k)), rng.uniform(0, 10, (n, k)))
    x = np.clip(x, 0.0, 10.0)
    if faults:
        odd = rng.choice([np.nan, np.inf, -np.inf, -0.5, 11.0], (n, k))
        x = np.where(rng.random((n, k)) < 0.05, odd, x)
    return x, rng.random((n, k)) > 0.2


def completion_for(system, seed):
    r, m = len(system.rules), len(system.optional)
    maps = np.random.default_rng(seed).normal(0.1, 0.5, (2**m, r, r + 1))
    return ConditionalCompletion(system.optional, maps)


def session(model):
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return ort.InferenceSession(model_bytes(model), options, providers=["CPUExecutionProvider"])


def run(model, x, observed):
    """Every output of a graph, by name."""
    opened = session(model)
    names = [port.name for port in opened.get_outputs()]
    found = opened.run(None, {"x": x, "observed": observed})
    return dict(zip(names, found, strict=True))


def run_tsk(system, x, observed, completion=None):
    extras = ("status",) if system.normalised else TSK_EXTRAS
    return run(tsk_graph(system, completion, extra_outputs=extras), x, observed)


def run_mamdani(system, x, observed):
    return run(mamdani_graph(system, extra_outputs=MAMDANI_EXTRAS), x, observed)
