"""A made-up table of a site, whose true risk is the shipped model's moved."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from laennec.engine.bundles.load import load_models

MODEL = "cardiovascular/visit"
OLD = next(b for b in load_models().loaded if b.manifest.id == MODEL)


def site_table(path: Path, n: int = 6000, seed: int = 3) -> Path:
    """Write invented people whose true logit is 0.8 + 0.7 times the model's."""
    rng = np.random.default_rng(seed)
    columns = {
        "person_id": [f"p{i}" for i in range(n)],
        "age_years": rng.integers(40, 80, n),
        "sex": np.where(rng.random(n) < 0.5, "male", "female"),
        "systolic_bp_mmhg": rng.normal(135, 18, n).clip(90, 210).round(0),
        "smoker_current": rng.random(n) < 0.25,
        "bp_treated": rng.random(n) < 0.3,
        "known_diabetes": rng.random(n) < 0.1,
        "total_cholesterol_mmol_per_l": rng.normal(5.3, 1, n).clip(2.5, 9).round(1),
    }
    names = OLD.manifest.input_names
    x = np.zeros((n, len(names)))
    observed = np.zeros(x.shape, bool)
    for name in names:
        source = columns.get(name, columns["sex"] == "male" if name == "male" else None)
        if source is not None:
            x[:, names.index(name)] = source
            observed[:, names.index(name)] = True
    risk = OLD.model.run(x, observed).value
    logit = 0.8 + 0.7 * np.log(risk / (1 - risk))
    case = rng.random(n) < 1 / (1 + np.exp(-logit))
    table = {k: pa.array(v) for k, v in columns.items()}
    table["died"] = pa.array(case.astype(float))
    pq.write_table(pa.table(table), path)
    return path
