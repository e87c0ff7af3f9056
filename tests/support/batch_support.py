"""Generated tables and a small model of undiagnosed diabetes, for tests of the batch."""

import os
from dataclasses import replace
from pathlib import Path

import bundle_maker
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from laennec.engine.bundles.load import load_models
from laennec.serving.batch import BatchOptions, SilentReporter, run_batch

RENAMED = {"waist_to_height": "waist_to_height_ratio", "family_history": "family_history_diabetes"}
UNKNOWN_SHARE = 0.2
ROWS = 1000
CHUNK = 128


def toy_bundle(root: Path, outcome: str = "t2d_undiagnosed") -> Path:
    """A signed bundle that answers a real outcome from real features with made-up rules."""
    inputs = tuple(replace(s, name=RENAMED.get(s.name, s.name)) for s in bundle_maker.inputs())
    says = bundle_maker.manifest()
    changes = tuple(
        replace(c, moves=tuple(replace(m, input=RENAMED.get(m.input, m.input)) for m in c.moves))
        for c in says.changes
    )
    says = replace(
        says, id=f"toy_{outcome}/no_lab", form="no_lab", outcome=outcome, inputs=inputs,
        changes=changes,
    )  # fmt: skip
    text = bundle_maker.rules()
    for old, new in RENAMED.items():
        text = text.replace(old, new)
    bundle_maker.make(root, says=says, text=text)
    return root


def toy_models(root: Path):
    models = load_models([toy_bundle(root)])
    assert [b.manifest.outcome for b in models.loaded] == ["t2d_undiagnosed"], models.refused
    return models


def people(n: int, seed: int = 1) -> pa.Table:
    """Return n visits with the canonical columns: plausible, some items missing, some odd."""
    rng = np.random.default_rng(seed)
    waist, height = rng.normal(95, 14, n), rng.normal(170, 9, n)
    systolic = rng.normal(135, 22, n)
    columns = {
        "waist_cm": waist,
        "height_cm": height,
        "weight_kg": rng.normal(80, 17, n),
        "systolic_bp_mmhg": systolic,
        "diastolic_bp_mmhg": systolic * 0.6 + rng.normal(0, 6, n),
        "total_cholesterol_mmol_per_l": rng.normal(5.3, 1.1, n),
        "hdl_cholesterol_mmol_per_l": rng.normal(1.4, 0.4, n),
        "fasting_glucose_g_per_l": rng.normal(1.0, 0.2, n),
        "hba1c_percent": rng.normal(5.6, 0.8, n),
    }
    arrays = {
        name: pa.array(np.round(values, 2), mask=rng.random(n) < UNKNOWN_SHARE)
        for name, values in columns.items()
    }
    for name in ("bp_treated", "physically_active", "smoker_current", "known_diabetes"):
        arrays[name] = pa.array(rng.random(n) < 0.2, mask=rng.random(n) < UNKNOWN_SHARE)
    family = np.array(["none", "second_degree", "first_degree"])[rng.integers(0, 3, n)]
    arrays["family_history_diabetes"] = pa.array(family, mask=rng.random(n) < UNKNOWN_SHARE)
    return pa.table(
        {
            "person_id": [f"p{i:06d}" for i in range(n)],
            "visit_date": pa.array(np.datetime64("2024-01-01") + rng.integers(0, 900, n)),
            "age_years": rng.integers(18, 90, n),
            "sex": np.array(["female", "male"])[rng.integers(0, 2, n)],
            **arrays,
        }
    )


def write(path: Path, table: pa.Table, **how) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, **how)
    return path


def read_result(out: Path) -> pa.Table:
    """Return every part of a result as one table, in the order of the parts."""
    return pa.concat_tables(pq.read_table(p) for p in sorted((out / "parts").glob("*.parquet")))


def die(*_args) -> None:
    """End a worker process before it did anything."""
    os._exit(1)


def run(source, out, models=(), **how):
    """Run a batch by one worker in small parts, unless told otherwise."""
    inputs = source if isinstance(source, tuple) else (source,)
    how = {"workers": 1, "chunk_rows": CHUNK, **how}
    return run_batch(BatchOptions(inputs, out, models=models, **how), SilentReporter())


def every_file(out: Path) -> dict[str, bytes]:
    """Return the bytes of every file of a folder by name."""
    return {
        p.relative_to(out).as_posix(): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()
    }
