"""Framingham 2008 and SCORE2-Diabetes: equations that answer only where every item is known."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from .evaluate import MaskArray, eligibility
from .inputs import CODES, CodeArray, FloatArray, ScoreInputs
from .score2_tables import region_scales
from .tables import SEXES, score_table

Terms = Callable[[ScoreInputs, str], Mapping[str, FloatArray]]
FRAMINGHAM: Final = "framingham"
SCORE2_DIABETES: Final = "score2_diabetes"
_MEASURED: Final = {
    "age": "age_years",
    "systolic_bp": "systolic_bp_mmhg",
    "total_cholesterol": "total_cholesterol_mmol_per_l",
    "hdl_cholesterol": "hdl_cholesterol_mmol_per_l",
    "diabetes_age": "diabetes_age_years",
    "hba1c": "hba1c_mmol_per_mol",
}


@dataclass(frozen=True, slots=True, eq=False)
class EquationScore:
    """A published risk for n people, 0..1.

    `state`, `reason`, `unverified` as in the other scores; `risk` float64 (n,), NaN unless
    assessable; `term` (n, terms): what each of `terms` adds to `linear_predictor` (n,), NaN too.
    """

    score_id: str
    terms: tuple[str, ...]
    exclusions: tuple[str, ...]
    state: CodeArray
    reason: CodeArray
    unverified: MaskArray
    risk: FloatArray
    term: FloatArray
    linear_predictor: FloatArray


def framingham(inputs: ScoreInputs) -> EquationScore:
    """Ten-year risk of a first cardiovascular event, Framingham 2008, 30 to 74 years.

    Parameters
    ----------
    inputs : n people; cholesterols in mmol/L, pressure in mmHg

    Source: D'Agostino et al. 2008, Circulation 117:743-753; departures in ``framingham.toml``.

    >>> woman = {"age_years": [61], "sex": [0], "smoking": [2], "bp_treated": [0]}
    >>> measured = {"systolic_bp_mmhg": [124], "total_cholesterol_mmol_per_l": [180 / 38.67]}
    >>> rest = {"hdl_cholesterol_mmol_per_l": [47 / 38.67], "known_diabetes": [0]}
    >>> round(float(framingham(ScoreInputs.from_columns({**woman, **measured, **rest})).risk[0]), 3)
    0.105
    """
    raw = score_table(FRAMINGHAM).raw
    to_mg = raw["mg_per_dl_in_mmol_per_l"]

    def terms(who: ScoreInputs, sex: str) -> dict[str, FloatArray]:
        row = raw[sex]
        treated = who.coded("bp_treated") == CODES["bp_treated"]["yes"]
        pressure = np.where(treated, row["ln_systolic_bp_treated"], row["ln_systolic_bp_untreated"])
        total = who.total_cholesterol_mmol_per_l * to_mg
        hdl = who.hdl_cholesterol_mmol_per_l * to_mg
        return {
            "constant": np.full(len(who), row["constant"]),
            "age": row["ln_age"] * np.log(who.age_years),
            "smoking": row["smoking"] * _smokes(who, raw),
            "systolic_bp": pressure * np.log(who.systolic_bp_mmhg),
            "total_cholesterol": row["ln_total_cholesterol"] * np.log(total),
            "hdl_cholesterol": row["ln_hdl_cholesterol"] * np.log(hdl),
            "diabetes": row["diabetes"] * (who.coded("known_diabetes") == 1),
        }

    return _score(FRAMINGHAM, inputs, terms, dict.fromkeys(SEXES, (0.0, 1.0)))


def score2_diabetes(inputs: ScoreInputs, *, region: str | None = None) -> EquationScore:
    """SCORE2-Diabetes: ten-year risk of cardiovascular disease with type 2 diabetes, 40 to 69.

    Parameters
    ----------
    inputs : n people; HbA1c in mmol/mol
    region : one of `score2_regions()`; by default the region of France

    Raises
    ------
    ScoreInputError  if the region is none of the four

    Source: Eur Heart J 2023;44:2544-2556; departures in ``score2_diabetes.toml``.
    """
    raw = score_table(SCORE2_DIABETES).raw

    def terms(who: ScoreInputs, sex: str) -> dict[str, FloatArray]:
        z = _standardised(who, raw)
        row = raw[sex]
        found = {
            name: (slope + row["with_age"].get(name, 0.0) * z["age"]) * z[name]
            + row["squared"].get(name, 0.0) * z[name] ** 2
            for name, slope in row["slope"].items()
        }
        return {**found, "diabetes": row["diabetes"] + row["diabetes_with_age"] * z["age"]}

    return _score(SCORE2_DIABETES, inputs, terms, region_scales(region))


def _smokes(inputs: ScoreInputs, raw: Mapping[str, Any]) -> FloatArray:
    codes = [float(raw["smoking"]["codes"][code]) for code in CODES["smoking"]]
    return np.array([*codes, np.nan])[inputs.coded("smoking")]


def _standardised(inputs: ScoreInputs, raw: Mapping[str, Any]) -> dict[str, FloatArray]:
    values = {name: getattr(inputs, column) for name, column in _MEASURED.items()}
    values["ln_filtration"] = np.log(inputs.egfr_ml_per_min_1_73m2)
    values["smoking"] = _smokes(inputs, raw)
    return {name: (v - raw["centre"][name]) / raw["scale"][name] for name, v in values.items()}


def _score(
    score_id: str, inputs: ScoreInputs, terms: Terms, scales: Mapping[str, tuple[float, float]]
) -> EquationScore:
    """Evaluate each sex's equation for the people who may have an answer; NaN for all others."""
    table = score_table(score_id)
    who = eligibility(table, inputs)
    names: tuple[str, ...] = ()
    risk, predictor = np.full(len(inputs), np.nan), np.full(len(inputs), np.nan)
    found: dict[str, FloatArray] = {}
    for sex, code in SEXES.items():
        rows = np.flatnonzero(who.usable & (inputs.coded("sex") == code))
        parts = terms(inputs.take(rows), sex)
        names = tuple(parts)
        for name, values in parts.items():
            found.setdefault(name, np.full(len(inputs), np.nan))[rows] = values
        predictor[rows] = np.sum(list(parts.values()), axis=0)
        log_hazard = math.log(-math.log(table.raw[sex]["baseline_survival"])) + predictor[rows]
        shift, stretch = scales[sex]
        risk[rows] = -np.expm1(-np.exp(shift + stretch * log_hazard))
    return EquationScore(
        score_id=score_id,
        terms=names,
        exclusions=tuple(exclusion.id for exclusion in table.exclusions),
        state=who.state(np.zeros(len(inputs), dtype=bool)),
        reason=who.reason,
        unverified=who.unverified,
        risk=risk,
        term=np.stack([found[name] for name in names], axis=1),
        linear_predictor=predictor,
    )
