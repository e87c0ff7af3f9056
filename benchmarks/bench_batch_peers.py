"""The rules of one model over many rows: the whole batch beside scikit-fuzzy and a pandas apply.

The peers get the easy part: one model's rules on clean numbers in memory, nothing missing. Ours
reads Parquet, checks every value, applies every guideline row, urgent rule, published score and
model form, keeps the reasons and writes Parquet. Times are processor time of one process.
"""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import skfuzzy
from bench_batch import people
from laennec.engine import load_models
from laennec.engine.fuzzy import TskSystem
from laennec.engine.fuzzy.membership import PIECEWISE_LINEAR, corners
from laennec.engine.fuzzy.rules import And, Is
from laennec.serving.batch import BatchOptions, SilentReporter, run_batch

ROWS = int(os.environ.get("LAENNEC_BENCH_PEER_ROWS", "100000"))
APPLY_ROWS = 2_000
Values = dict[str, np.ndarray]


def measure() -> list[dict[str, Any]]:
    """Return the rows of the benchmark."""
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    bundle = next(
        b
        for b in load_models().loaded
        if isinstance(b.rules, TskSystem) and b.manifest.outcome == "t2d_undiagnosed"
    )
    system = bundle.rules
    values = _values(system, ROWS)
    for spec in bundle.manifest.inputs:
        if spec.kind != "continuous":
            values[spec.name] = np.round(values[spec.name])
    vectorised = ROWS / _cpu(lambda: _rules(system, values))
    frame = pd.DataFrame({name: column[:APPLY_ROWS] for name, column in values.items()})
    applied = APPLY_ROWS / _cpu(lambda: frame.apply(lambda row: _one(system, row), axis=1))
    ours = _ours()
    x = np.column_stack([values[spec.name] for spec in bundle.manifest.inputs])
    known = np.ones(x.shape, dtype=np.bool_)
    if not bundle.model.run(x, known).ok.all():
        raise ValueError("the model did not answer every row, so its time says nothing")
    graph = ROWS / _cpu(lambda: bundle.model.run(x, known))
    how = (
        f"{ROWS:,} generated visits; the peers evaluate {len(system.rules)} rules of {system.name}"
    )
    return [
        {"what": "rows a second of processor time, everything from Parquet to Parquet",
         "ours": f"{ours:,.0f} rows/s",
         "peer": f"scikit-fuzzy memberships on arrays, one model's rules: {vectorised:,.0f} rows/s",
         "ratio": ours / vectorised, "how": how},
        {"what": "the same", "ours": f"{ours:,.0f} rows/s",
         "peer": f"the same rules in a pandas apply: {applied:,.0f} rows/s",
         "ratio": ours / applied, "how": f"{how}; apply on {APPLY_ROWS:,} rows"},
        {"what": "of it: that one model, with the firing and the part of every rule, checked",
         "ours": f"{graph:,.0f} rows/s",
         "peer": f"scikit-fuzzy memberships on arrays, the sum alone: {vectorised:,.0f} rows/s",
         "ratio": graph / vectorised, "how": how},
    ]  # fmt: skip


def _ours() -> float:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pq.write_table(people(ROWS, 1), folder / "visits.parquet", row_group_size=50_000)
        options = BatchOptions((folder / "visits.parquet",), folder / "warm", workers=1)
        run_batch(options, SilentReporter())
        options = BatchOptions((folder / "visits.parquet",), folder / "out", workers=1)
        return ROWS / _cpu(lambda: run_batch(options, SilentReporter()))


def _values(system: TskSystem, n: int) -> Values:
    rng = np.random.default_rng(1)
    return {v.name: rng.uniform(v.universe.low, v.universe.high, n) for v in system.variables}


def _one(system: TskSystem, row: Any) -> float:  # noqa: ANN401 - a pandas Series
    return float(_rules(system, {name: np.array([value]) for name, value in row.items()})[0])


def _rules(system: TskSystem, values: Values) -> np.ndarray:
    """Return the logit of each row by the rules of the model, with scikit-fuzzy's memberships."""
    known: dict[tuple[str, str], np.ndarray] = {}
    logit = np.full(len(next(iter(values.values()))), system.bias)
    for rule, points in zip(system.rules, system.points, strict=True):
        logit += points * _fires(system, rule.antecedent, values, known)
    return logit


def _fires(system: TskSystem, tree: Any, values: Values, known: dict[Any, np.ndarray]) -> Any:  # noqa: ANN401
    if isinstance(tree, Is):
        found = _membership(system, tree, values, known)
        return 1.0 - found if tree.negated else found
    parts = [_fires(system, part, values, known) for part in tree.parts]
    return np.prod(parts, axis=0) if isinstance(tree, And) else np.max(parts, axis=0)


def _membership(system: TskSystem, word: Is, values: Values, known: dict[Any, np.ndarray]) -> Any:  # noqa: ANN401
    key = (word.variable, word.term)
    if key not in known:
        variable = next(v for v in system.variables if v.name == word.variable)
        term = variable.term(word.term)
        low, high = variable.universe.low, variable.universe.high
        x = values[word.variable]
        if term.shape in PIECEWISE_LINEAR:
            box = corners(term.shape, term.parameters, low, high)
            known[key] = skfuzzy.trapmf(x, box)
        else:
            known[key] = term.membership(x)
    return known[key]


def _cpu(call: Callable[[], object]) -> float:
    began = time.process_time()
    call()
    return time.process_time() - began
