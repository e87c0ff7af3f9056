"""Writes a study file with what models say of people whose survey cycle they never saw.

    python -m laennec.training.out_of_fold MODEL --data DIR --out FILE.parquet [--workers N]

The shipped models were fitted on every cycle, so a study on the same people flatters them. In this
file the columns ``oof_...`` hold the answers of models that were learned on the other cycles, by
the same recipe, and of logistic regression and gradient boosting learned on the same cycles.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from scipy.special import expit

from ..datasets.sources.nhanes import find_nhanes, load_nhanes
from ..datasets.sources.nhanes_mortality import load_follow_up
from ..engine.errors import DataError
from ..engine.scores import score2
from .cardiovascular import cohort as cardiovascular
from .cardiovascular import recipe as cardiovascular_recipe
from .cardiovascular import run as cardiovascular_run
from .diabetes_type_2 import cohort as diabetes
from .diabetes_type_2 import crossval, forms, peers
from .survey import FloatArray
from .survey_features import survey_features

DIABETES_FORM = "undiagnosed_no_lab"
Columns = tuple[FloatArray, Mapping[str, FloatArray]]


def write_out_of_fold(model: str, data: Path, out: Path, *, workers: int = 1) -> list[str]:
    """Write the study file with the out-of-fold columns of a model; return their names.

    Parameters
    ----------
    model : ``cardiovascular`` or ``diabetes_type_2`` (its form without blood test)
    data : folder of development data, or the file
    out : Parquet file to write
    workers : processes that learn at once; the result is the same for any number

    Raises
    ------
    DataError  if there is no such model, or its data are missing
    """
    makers = {"cardiovascular": _cardiovascular, "diabetes_type_2": _diabetes}
    if model not in makers:
        raise DataError(
            found=f"the model {model!r}",
            why="no out-of-fold answers are made for it",
            remedy=f"Use one of {', '.join(makers)}",
            path="model",
        )
    rows, columns = makers[model](data, workers)
    table = pq.read_table(find_nhanes(data))
    for name, values in columns.items():
        whole = np.full(len(table), np.nan)
        whole[rows.astype(np.int64)] = values
        table = table.append_column(name, pa.array(whole, from_pandas=True))
    pq.write_table(table, out)
    return list(columns)


def _cardiovascular(data: Path, workers: int) -> Columns:
    recipe = cardiovascular_recipe.load_recipe()
    people = cardiovascular.make_cohort(load_nhanes(data), load_follow_up(data), recipe)
    folds, _ = cardiovascular_run.leave_one_cycle_out(people, recipe, workers=workers)
    logit = cardiovascular_run.out_of_fold(folds, people, recipe.system.inputs)
    everyone = cardiovascular.score_inputs(people, with_diabetes=False)
    columns = {
        "oof_cvd_death_10y": expit(logit),
        "score2_diabetes_left_out": score2(everyone).risk,
    }
    return people.about["row"], columns


def _diabetes(data: Path, workers: int) -> Columns:
    recipe, table = forms.load_recipe(), load_nhanes(data)
    form = recipe.form(DIABETES_FORM)
    made = {**survey_features(table), "row": np.arange(len(table), dtype=np.float64)}
    people = diabetes.make_cohort(table, made, form, recipe)
    folds = crossval.leave_one_cycle_out(form, people, recipe, workers=workers)
    monotone = {name: row["monotone"] for name, row in recipe.raw["input"].items()}
    seed = recipe.settings.seed
    columns = {
        "oof_undiagnosed": expit(crossval.out_of_fold(folds, people, form.system.inputs)),
        "oof_logistic": expit(peers.spline_logit(people, form, seed)),
        "oof_boosting": expit(peers.boosting_logit(people, form, monotone, seed)),
    }
    return people.about["row"], columns


def main(arguments: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args(arguments)
    write_out_of_fold(given.model, given.data, given.out, workers=given.workers)


if __name__ == "__main__":
    main()
