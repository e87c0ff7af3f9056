"""What the published scores read, for any number of people at once.

Missing is said in two ways, in this room only: NaN in a measured column, -1 in a coded one. Both
become masks before any arithmetic (`ScoreInputs.measured`), so a NaN never reaches a score.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from ..errors import RecordError
from ..fixedpoint import NANO

FloatArray = npt.NDArray[np.float64]
CodeArray = npt.NDArray[np.int8]
BoolArray = npt.NDArray[np.bool_]

MISSING: Final = -1
FEMALE: Final = 0
MALE: Final = 1

_NO_YES: Final = {"no": 0, "yes": 1}
MEASURED: Final = (
    "age_years",
    "bmi_kg_per_m2",
    "waist_cm",
    "systolic_bp_mmhg",
    "diastolic_bp_mmhg",
    "total_cholesterol_mmol_per_l",
    "hdl_cholesterol_mmol_per_l",
    "egfr_ml_per_min_1_73m2",
    "hba1c_mmol_per_mol",
    "diabetes_age_years",
)
CODES: Final[Mapping[str, Mapping[str, int]]] = {
    "sex": {"female": FEMALE, "male": MALE},
    "family_history_diabetes": {
        "none": 0,
        "second_degree": 1,
        "first_degree": 2,
        "parent_and_sibling": 3,
        "degree_not_stated": 4,
    },
    "smoking": {"never": 0, "former": 1, "current": 2, "not_current": 3},
    "physically_active": _NO_YES,
    "daily_fruit_vegetables": _NO_YES,
    "bp_treated": _NO_YES,
    "ever_high_glucose": _NO_YES,
    "gestational_diabetes": _NO_YES,
    "corticosteroids": _NO_YES,
    "hypertension_diagnosed": _NO_YES,
    "known_diabetes": _NO_YES,
    "glucose_lowering": _NO_YES,
    "known_cvd": _NO_YES,
    "severe_ckd": _NO_YES,
    "kidney_doubtful": _NO_YES,
    "diabetes_doubtful": _NO_YES,
    "familial_hypercholesterolaemia": _NO_YES,
    "pregnancy": _NO_YES,
}


class ScoreInputError(RecordError):
    """The columns given to the published scores can't be read as they stand."""

    code = "score_input_error"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ScoreInputs:
    """One column per item, each of shape (n,).

    Measured columns are float64 in the unit of their name, NaN where missing. Coded columns are
    int8 in the codes of `CODES`, -1 where missing. `smoking` tells `not_current` (a table that only
    says whether a person smokes now) from `never` and `former`; `family_history_diabetes` tells a
    relative of unstated degree from a known one. Plausibility is checked before this point.

    Raises
    ------
    ScoreInputError  for columns of different lengths, infinite values, or a code that is not in
        `CODES`
    """

    age_years: FloatArray
    sex: CodeArray
    bmi_kg_per_m2: FloatArray
    waist_cm: FloatArray
    systolic_bp_mmhg: FloatArray
    diastolic_bp_mmhg: FloatArray
    total_cholesterol_mmol_per_l: FloatArray
    hdl_cholesterol_mmol_per_l: FloatArray
    egfr_ml_per_min_1_73m2: FloatArray
    hba1c_mmol_per_mol: FloatArray
    diabetes_age_years: FloatArray
    family_history_diabetes: CodeArray
    smoking: CodeArray
    physically_active: CodeArray
    daily_fruit_vegetables: CodeArray
    bp_treated: CodeArray
    ever_high_glucose: CodeArray
    gestational_diabetes: CodeArray
    corticosteroids: CodeArray
    hypertension_diagnosed: CodeArray
    known_diabetes: CodeArray
    glucose_lowering: CodeArray
    known_cvd: CodeArray
    severe_ckd: CodeArray
    kidney_doubtful: CodeArray
    diabetes_doubtful: CodeArray
    familial_hypercholesterolaemia: CodeArray
    pregnancy: CodeArray

    def __post_init__(self) -> None:
        n_people = self.age_years.shape[0] if self.age_years.ndim == 1 else -1
        for field in fields(self):
            _check_column(field.name, getattr(self, field.name), n_people)

    def __len__(self) -> int:
        return int(self.age_years.shape[0])

    def measured(self, name: str) -> tuple[FloatArray, BoolArray]:
        """Return a measured column with zeros in place of what is missing, and its mask.

        Parameters
        ----------
        name : one of `MEASURED`

        Returns
        -------
        the values, shape (n,), free of NaN; and where they were observed, shape (n,)
        """
        column: FloatArray = getattr(self, name)
        observed = ~np.isnan(column)
        return np.where(observed, column, 0.0), observed

    def coded(self, name: str) -> CodeArray:
        """Return a coded column, shape (n,), -1 where missing."""
        column: CodeArray = getattr(self, name)
        return column

    def take(self, people: BoolArray | npt.NDArray[np.intp]) -> Self:
        """Return the same columns for some of the people, given by mask or by position."""
        return type(self)(
            **{field.name: getattr(self, field.name)[people] for field in fields(self)}
        )

    @classmethod
    def from_columns(cls, columns: Mapping[str, npt.ArrayLike]) -> Self:
        """Build the inputs from the columns at hand; what is not named is missing for everyone.

        Parameters
        ----------
        columns : column name -> n values; True and False are accepted for no/yes items

        Returns
        -------
        the inputs; columns are copied only where their type has to change

        Raises
        ------
        ScoreInputError  for a name that no score reads, no column at all, or a column that can't
            be read

        >>> one = ScoreInputs.from_columns({"age_years": [50.0], "sex": [1], "bp_treated": [True]})
        >>> len(one), one.coded("bp_treated").tolist(), one.coded("pregnancy").tolist()
        (1, [1], [-1])
        """
        unknown = sorted(set(columns) - {*MEASURED, *CODES})
        if unknown or not columns:
            raise ScoreInputError(
                found=f"unknown columns {unknown}" if unknown else "no column at all",
                why="a column that is silently ignored would look like a missing item",
                remedy=f"Use the names {', '.join((*MEASURED, *CODES))}",
                path=unknown[0] if unknown else "",
            )
        known = {name: _as_column(name, values) for name, values in columns.items()}
        n_people = len(next(iter(known.values())))
        missing: dict[str, Any] = {name: np.full(n_people, np.nan) for name in MEASURED}
        missing |= {name: np.full(n_people, MISSING, dtype=np.int8) for name in CODES}
        return cls(**{**missing, **known})


def _as_column(name: str, values: npt.ArrayLike) -> npt.NDArray[Any]:
    column = np.atleast_1d(np.asarray(values))
    numeric = column.dtype.kind in ("buif" if name in MEASURED else "bui")
    if column.ndim != 1 or not numeric:
        raise ScoreInputError(
            found=f"{name} has {column.ndim} dimensions of type {column.dtype}",
            why="a measured column is n numbers, a coded one n whole numbers with -1 for missing",
            remedy="Translate words into the codes of CODES and missing codes into -1",
            path=name,
        )
    if name in MEASURED:
        return column.astype(np.float64, copy=False)
    _check_codes(name, column)
    return column.astype(np.int8, copy=False)


def _check_column(name: str, column: npt.NDArray[Any], n_people: int) -> None:
    expected = np.float64 if name in MEASURED else np.int8
    if column.shape != (n_people,) or column.dtype != expected:
        raise ScoreInputError(
            found=f"{name} has shape {column.shape} and type {column.dtype}",
            why=f"every column describes the same people: shape ({n_people},), {expected.__name__}",
            remedy="Give one value per person, missing ones included, or use from_columns",
            path=name,
        )
    if name in CODES:
        _check_codes(name, column)
    elif not np.all(np.isnan(column) | (np.abs(column) < NANO)):
        raise ScoreInputError(
            found=f"{name} holds an infinite or impossibly large value",
            why="it is no measurement, and a score made from it would be none either",
            remedy="Run the plausibility check first; a refused value is missing (NaN) here",
            path=name,
        )


def _check_codes(name: str, column: npt.NDArray[Any]) -> None:
    allowed = CODES[name]
    if column.size and not (column.min() >= MISSING and column.max() < len(allowed)):
        raise ScoreInputError(
            found=f"{name} holds a code between {column.min()} and {column.max()}",
            why=f"its codes are {dict(allowed)} and {MISSING} for missing",
            remedy="Translate the words of the record into these codes",
            path=name,
        )
