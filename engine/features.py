"""From a record to what models read: the same code for training and for the clinic.

A feature is a number with its unit in its name, or it is missing; nothing is filled in here. What
each feature is made from stands in ``engine/vocabulary/features.toml``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np

from .combine import combine_readings
from .derived import OfficePressure, office_pressure
from .filtration import filtration_rate
from .fixedpoint import FloatArray
from .record import UNKNOWN, BoolArray, Int8Array, QuantityColumn, VisitBatch
from .vocabulary import load as vocabulary_load
from .vocabulary.load import read_toml

CENTIMETRES_PER_METRE: Final = 100.0


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of n people.

    Attributes
    ----------
    values : float64 (n,), in the unit of the name; 0 where not observed
    observed : bool (n,)
    sources : the slots and answers it was made from
    """

    name: str
    unit: str
    values: FloatArray
    observed: BoolArray
    sources: tuple[str, ...]

    def with_nan(self) -> FloatArray:
        """Return (n,) float64 with NaN where not observed, for rooms that say missing that way."""
        return np.where(self.observed, self.values, np.nan)


@cache
def feature_table() -> tuple[Mapping[str, Any], ...]:
    """Return the rows of the feature table."""
    return tuple(read_toml(vocabulary_load.__package__ or "", "features.toml")["feature"])


def features(batch: VisitBatch) -> dict[str, Feature]:
    """Return every feature of every person, by name.

    Parameters
    ----------
    batch : a record after the plausibility check; suspect and refused values are missing here
    """
    pressure = office_pressure(batch)
    return {row["name"]: _feature(row, batch, pressure) for row in feature_table()}


def _feature(row: Mapping[str, Any], batch: VisitBatch, pressure: OfficePressure) -> Feature:
    if "slot" in row:
        return _made(row, combined_values(batch, row["slot"]), (row["slot"],))
    if "arm" in row:
        column = pressure.systolic if row["arm"] == "systolic_bp" else pressure.diastolic
        return _made(row, exact_values(column), (row["arm"],))
    if "answer" in row:
        return _answer_feature(row, batch)
    return _made(row, _DERIVED[row["from"]](batch), tuple(row.get("uses", (row["from"],))))


def _made(row: Mapping[str, Any], values: FloatArray, sources: tuple[str, ...]) -> Feature:
    observed = np.isfinite(values)
    return Feature(row["name"], row["unit"], np.where(observed, values, 0.0), observed, sources)


def combined_values(batch: VisitBatch, slot: str) -> FloatArray:
    """Return (n,) float64: the accepted readings of a slot as one value in the model unit.

    NaN where only a bound was reported: ``<1.10`` is not 1.10, and no model reads it as that.
    """
    return exact_values(combine_readings(batch.quantity(slot)))


def exact_values(column: QuantityColumn) -> FloatArray:
    """Return (n,) float64 the values (n, 1) in the model unit; NaN where a comparator stands."""
    values = column.model_values()[:, 0]
    return np.where(column.comparator[:, 0] == 0, values, np.nan)


def _answer_feature(row: Mapping[str, Any], batch: VisitBatch) -> Feature:
    question = batch.vocabulary.questions[row["answer"]]
    numbers = [float(row["map"].get(choice.code, np.nan)) for choice in question.choices]
    codes: Int8Array = batch.answer(row["answer"])
    values = np.where(codes == UNKNOWN, np.nan, np.array([*numbers, np.nan])[codes])
    return _made(row, values, (row["answer"],))


def _age(batch: VisitBatch) -> FloatArray:
    return np.where(batch.age_years == UNKNOWN, np.nan, batch.age_years.astype(np.float64))


def _sex(batch: VisitBatch) -> FloatArray:
    return np.where(batch.sex == UNKNOWN, np.nan, batch.sex.astype(np.float64))


def _bmi(batch: VisitBatch) -> FloatArray:
    """Recompute from height and weight wherever both are there; a stated index is second best."""
    height_m = combined_values(batch, "height") / CENTIMETRES_PER_METRE
    recomputed = combined_values(batch, "weight") / height_m**2
    return np.where(np.isfinite(recomputed), recomputed, combined_values(batch, "bmi"))


def _waist_to_height(batch: VisitBatch) -> FloatArray:
    return combined_values(batch, "waist") / combined_values(batch, "height")


def _filtration(batch: VisitBatch) -> FloatArray:
    """Return the lower of the rate that was sent and of the one that creatinine gives."""
    return exact_values(filtration_rate(batch).column)


_DERIVED: Final[Mapping[str, Callable[[VisitBatch], FloatArray]]] = {
    "age": _age,
    "sex": _sex,
    "bmi": _bmi,
    "waist_to_height": _waist_to_height,
    "filtration_rate": _filtration,
}
