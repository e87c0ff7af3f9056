"""The features of the engine for people of a survey: the workshop reads what the clinic reads."""

import numpy as np
from numpy.typing import NDArray

from ..datasets.sources.nhanes import NhanesTable
from ..engine.features import features
from ..engine.fixedpoint import nano_from_floats
from ..engine.intake.table import TableColumn, TablePeople, table_batch
from ..engine.record import UNKNOWN
from ..engine.vocabulary import load_vocabulary
from ..engine.vocabulary.load import read_toml
from .survey import FloatArray

_CANONICAL = read_toml("laennec.engine.vocabulary", "table.toml")


def survey_features(table: NhanesTable) -> dict[str, FloatArray]:
    """Return every feature of the engine for the people of the survey, NaN where unknown.

    The survey's columns go through the record and ``engine.features``: the workshop reads exactly
    what the clinic reads.
    """
    age = table.quantities["age_years"]
    sex = table.quantities["male"]
    ids = [str(i) for i in range(len(table))]
    people = TablePeople(
        person_id=ids,
        visit_id=ids,
        age_years=np.where(np.isnan(age), UNKNOWN, age).astype(np.int16),
        sex=np.where(np.isnan(sex), UNKNOWN, sex).astype(np.int8),
    )
    columns = [
        _column(name, values)
        for name, values in table.quantities.items()
        if name in _CANONICAL["quantity"]
    ]
    answers = dict(
        _answer(name, values)
        for name, values in table.answers.items()
        if name in _CANONICAL["answer"]
    )
    made = features(table_batch(people, columns, answers))
    return {name: feature.with_nan() for name, feature in made.items()}


def _column(name: str, values: FloatArray) -> TableColumn:
    place = _CANONICAL["quantity"][name]
    present = np.isfinite(values)
    nothing = np.zeros(len(values), dtype=np.bool_)
    nano = nano_from_floats(np.where(present, values, 0.0))
    comparator = np.zeros(len(values), dtype=np.int8)
    return TableColumn(place["slot"], place["unit"], nano, comparator, present, nothing, name)


def _answer(name: str, values: FloatArray) -> tuple[str, NDArray[np.int8]]:
    place = _CANONICAL["answer"][name]
    question = load_vocabulary().questions[place["question"]]
    yes = question.choice_index(place.get("true", "yes"))
    no = question.choice_index(place.get("false", "no"))
    codes = np.select([values == 1, values == 0], [yes, no], UNKNOWN)
    return place["question"], codes.astype(np.int8)
