"""A small invented survey in the columns of the development file; no participant stands in it."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

CYCLES = ("1999-2000", "2003-2004", "2007-2008", "2011-2012")


def survey_columns(n: int = 2400, seed: int = 5) -> dict[str, np.ndarray]:
    """Return raw columns; risk rises with age, waist and pressure as in the real survey."""
    rng = np.random.default_rng(seed)
    age = rng.integers(20, 80, n).astype(float)
    male = rng.integers(0, 2, n)
    height = rng.normal(163 + 13 * male, 7, n).round(1)
    bmi = np.clip(rng.normal(28, 5, n), 17, 55).round(2)
    waist = (height * np.clip(0.26 + 0.011 * bmi + rng.normal(0, 0.03, n), 0.38, 0.95)).round(1)
    sbp = np.clip(rng.normal(100 + 0.4 * age, 14, n), 85, 210).round(0)
    family = (rng.random(n) < 0.35).astype(float)
    active = (rng.random(n) < 0.4).astype(float)
    smoker = (rng.random(n) < 0.2).astype(float)
    treated = (rng.random(n) < age / 200).astype(float)
    logit = -5.2 + 0.05 * age + 8 * (waist / height) + 0.5 * family + 0.01 * sbp
    hba1c = 5.1 + 0.16 * logit + rng.normal(0, 0.35, n)
    glucose = 4.9 + 0.3 * logit + rng.normal(0, 0.7, n)
    case = (hba1c >= 6.5) | (glucose >= 6.99)
    columns = {
        "age": age,
        "male": male,
        "waist_cm": waist,
        "height_cm": height,
        "weight_kg": (bmi * (height / 100) ** 2).round(1),
        "bmi": bmi,
        "sbp": sbp,
        "dbp": (sbp * 0.6).round(0),
        "bp_med_now": treated,
        "famhist_diabetes": family,
        "active": active,
        "smoker_now": smoker,
        "hypertension_told": treated,
        "tc_mmol": rng.normal(5.2, 1, n).clip(2.5, 9).round(2),
        "hdl_mmol": rng.normal(1.4, 0.3, n).clip(0.6, 3).round(2),
        "tg_mmol": rng.normal(1.5, 0.4, n).clip(0.4, 4).round(2),
        "egfr": rng.normal(95, 15, n).clip(20, 140).round(0),
        "hba1c_pct": hba1c.clip(4, 14).round(1),
        "fasting_glucose_mmol": glucose.clip(3.5, 20).round(2),
        "undx_diabetes": case.astype(float),
        "dysglycaemia": ((hba1c >= 5.7) | (glucose >= 5.55)).astype(float),
        "eligible_undx": np.ones(n),
        "strata": rng.integers(1, 8, n).astype(float),
        "psu": rng.integers(1, 3, n).astype(float),
        "wt_mec_2y": rng.uniform(2000, 90000, n),
        "wt_fasting_2y": rng.uniform(2000, 90000, n),
    }
    columns |= follow_up_columns(rng, age, male, sbp, smoker)
    for name in ("waist_cm", "sbp", "famhist_diabetes", "active"):
        columns[name] = np.where(rng.random(n) < 0.03, np.nan, columns[name])
    return columns


def follow_up_columns(
    rng: np.random.Generator,
    age: np.ndarray,
    male: np.ndarray,
    sbp: np.ndarray,
    smoker: np.ndarray,
) -> dict[str, np.ndarray]:
    """Return invented deaths: the hazard rises with age, male sex, pressure and smoking."""
    n = len(age)
    hazard = np.exp(-11.2 + 0.075 * age + 0.5 * male + 0.015 * (sbp - 120) + 0.6 * smoker)
    death = rng.exponential(1 / hazard) * 12
    other = rng.exponential(12 / np.exp(-10.5 + 0.08 * age))
    end = rng.uniform(90, 200, n)
    months = np.ceil(np.minimum(np.minimum(death, other), end))
    nothing = np.zeros(n)
    return {
        "permth_exm": months,
        "cvd_death": ((death <= other) & (death <= end)).astype(float),
        "mortstat": (np.minimum(death, other) <= end).astype(float),
        "diagnosed_diabetes": (rng.random(n) < 0.1).astype(float),
        "hx_hf": nothing,
        "hx_chd": (rng.random(n) < 0.03).astype(float),
        "hx_angina": nothing,
        "hx_mi": nothing,
        "hx_stroke": nothing,
        "pregnant": nothing,
    }


def write_survey(folder: Path, n: int = 2400, seed: int = 5, without: str = "") -> Path:
    """Write the study file where the loader looks for it; return its folder."""
    columns = survey_columns(n, seed)
    cycle = np.array(CYCLES)[np.arange(n) % len(CYCLES)]
    columns["strata"] = columns["strata"] + 100 * (np.arange(n) % len(CYCLES))
    arrays = {k: pa.array(v) for k, v in columns.items() if k != without}
    target = folder / "tabular" / "nhanes"
    target.mkdir(parents=True, exist_ok=True)
    table = pa.table({"cycle": pa.array(cycle.tolist()), **arrays})
    pq.write_table(table, target / "dev_1999_2014.parquet")
    return folder
