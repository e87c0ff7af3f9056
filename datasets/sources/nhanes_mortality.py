"""NHANES linked to deaths: follow-up, cause, and the history that a risk of death must know.

Licence, publisher and definition of a cardiovascular death: ``nhanes_mortality.toml``. Follow-up is
in months from the examination; whoever could not be linked has none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from ...engine.errors import DataError
from ...engine.vocabulary.load import read_toml
from .nhanes import FloatArray, find_nhanes


@dataclass(frozen=True, slots=True, eq=False)
class NhanesFollowUp:
    """Follow-up of the people of the survey, in the order of the study file, each of shape (n,).

    Parameters
    ----------
    months : from the examination to death or to the end of 2019; NaN where not linked
    cardiovascular_death, died : 0, 1 or NaN
    answers : canonical yes/no column -> 0, 1 or NaN
    has_cardiovascular_disease, is_pregnant : a yes was recorded; nothing recorded counts as no
    """

    months: FloatArray
    cardiovascular_death: FloatArray
    died: FloatArray
    answers: Mapping[str, FloatArray]
    has_cardiovascular_disease: "np.ndarray[Any, np.dtype[np.bool_]]"
    is_pregnant: "np.ndarray[Any, np.dtype[np.bool_]]"


@cache
def mortality_source() -> Mapping[str, Any]:
    """Return what ``nhanes_mortality.toml`` says."""
    return read_toml(__package__ or "", "nhanes_mortality.toml")


def load_follow_up(folder: Path) -> NhanesFollowUp:
    """Read deaths and history of the study file.

    Parameters
    ----------
    folder : of data, or the file

    Raises
    ------
    DataError  if the file is missing or lacks a column
    """
    path = find_nhanes(folder)
    source = mortality_source()
    history = source["history"]
    needed = {*source["follow_up"].values(), *source["answer"].values()}
    needed |= {column for columns in history.values() for column in columns}
    missing = sorted(needed - set(pq.read_schema(path).names))
    if missing:
        raise DataError(
            found=f"{path.name} has no column {', '.join(missing)}",
            why="a risk of death can't be learned without follow-up, cause and history",
            remedy="Use a study file that is linked to the mortality files (nhanes_mortality.toml)",
            path=path.name,
        )
    table = pq.read_table(path, columns=sorted(needed))

    def floats(column: str) -> FloatArray:
        values = table.column(column).to_numpy(zero_copy_only=False)
        return np.array(values, dtype=np.float64)

    def any_yes(columns: list[str]) -> "np.ndarray[Any, np.dtype[np.bool_]]":
        return np.any([floats(column) == 1 for column in columns], axis=0)

    follow_up = {ours: floats(theirs) for ours, theirs in source["follow_up"].items()}
    return NhanesFollowUp(
        **follow_up,
        answers={ours: floats(theirs) for ours, theirs in source["answer"].items()},
        has_cardiovascular_disease=any_yes(history["cardiovascular"]),
        is_pregnant=any_yes(history["pregnancy"]),
    )
