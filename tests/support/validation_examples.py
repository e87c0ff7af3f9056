"""The public example of decision curve analysis, and a small table of visits with an outcome."""

import csv
import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np

GOLDEN = Path(__file__).parents[1] / "golden"
DCA = GOLDEN / "validation_dca.csv"


def dca() -> dict[str, np.ndarray]:
    """Return the columns of the public example."""
    rows = list(csv.DictReader(DCA.read_text(encoding="utf-8").splitlines()))
    column = {k: np.array([r[k] for r in rows]) for k in rows[0]}
    return {
        "case": column["cancer"] == "1",
        "risk": column["risk"].astype(float),
        "time": column["surv_time"].astype(float),
        "event": column["surv_event"] == "1",
        "competing": column["surv_end"] == "dead other causes",
    }


def oracles() -> dict[str, Any]:
    """Return what R said of it."""
    return json.loads((GOLDEN / "validation_oracles.json").read_text(encoding="utf-8"))


def published() -> dict[str, Any]:
    """Return published numbers."""
    return tomllib.loads((GOLDEN / "validation_published.toml").read_text(encoding="utf-8"))


def miscalibrated(risk: np.ndarray) -> np.ndarray:
    """Return the example's risk made wrong on the logit: .5 + .7 logit."""
    return 1 / (1 + np.exp(-(0.5 + 0.7 * np.log(risk / (1 - risk)))))


def write_visits(path: Path, n: int = 600, seed: int = 3) -> Path:
    """Write a table of made-up visits in canonical columns, with an outcome and a design."""
    rng = np.random.default_rng(seed)
    age = rng.integers(25, 80, n)
    sex = rng.choice(["female", "male"], n)
    height = np.round(rng.normal(168, 9, n), 1)
    waist = np.round(np.clip(rng.normal(92, 14, n) + (age - 50) * 0.2, 60, 150), 1)
    bmi = np.round(waist / 3.4, 1)
    logit = -6.4 + 0.035 * age + 0.05 * (waist - 90) + rng.normal(0, 0.5, n)
    case = rng.random(n) < 1 / (1 + np.exp(-logit - 2))
    time = np.round(rng.exponential(10 / np.exp((logit + 4) / 2), n) + 0.05, 2)
    head = (
        "person_id,visit_date,age_years,sex,waist_cm,height_cm,bmi_kg_per_m2,systolic_bp_mmhg,"
        "bp_treated,family_history_diabetes,physically_active,smoker_current,"
        "outcome,verified,followed,died,other_death,w,s,u,year,marker,site"
    )
    lines = [head]
    for i in range(n):
        missing = rng.random(4) < 0.05
        cells = [
            f"p{i // 2 if i < 40 else i}", "2020-03-02", age[i], sex[i],
            "" if missing[0] else waist[i], "" if missing[1] else height[i],
            "" if missing[2] else bmi[i], "" if missing[3] else int(rng.normal(128, 15)),
            int(rng.random() < 0.25), rng.choice(["none", "first_degree"]),
            int(rng.random() < 0.5), int(rng.random() < 0.2),
            int(case[i]), int(rng.random() < 0.8), time[i], int(case[i]),
            int(not case[i] and rng.random() < 0.1),
            round(float(rng.uniform(0.5, 2)), 3), i % 6, i // 6 % 2, 2010 + i % 3,
            round(float(1 / (1 + np.exp(-logit[i]))), 5), rng.choice(["north", "south"]),
        ]  # fmt: skip
        lines.append(",".join(str(c) for c in cells))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
