"""Names that a protocol uses, held against the data file, the engine and the models."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np

from ...engine.bundles.load import Models
from ...engine.bundles.verify import Bundle
from ..errors import ProtocolRefused, StudyProblem
from ..protocol.model import Protocol
from ..protocol.read import conditions
from .table import StudyTable

MOST_PERIODS: Final = 60
ANSWERS: Final = " that answers one number a person"


def wanted_columns(protocol: Protocol) -> tuple[str, ...]:
    """Return the columns of the data file that a protocol names."""

    def names() -> Iterator[str | None]:
        for _, condition in conditions(protocol):
            yield condition.column
        yield from (c.name for c in protocol.comparators if c.kind == "column")
        data = protocol.data
        yield from (data.person, data.period, protocol.reference.time, protocol.index_test.values)
        if data.survey is not None:
            yield from (data.survey.weight, data.survey.stratum, data.survey.psu)

    return tuple(dict.fromkeys(name for name in names() if name is not None))


def check_names(protocol: Protocol, table: StudyTable, models: Models) -> Bundle:
    """Return the index test, after checking every name that the protocol uses.

    Raises
    ------
    ProtocolRefused  with every name that does not exist
    """
    problems = []
    for path, condition in conditions(protocol):
        if condition.feature is not None and condition.feature not in table.features:
            problems.append(_unknown(path, condition.feature, "feature", table.features))
        if condition.exposure is not None and condition.exposure not in table.exposures:
            problems.append(_unknown(path, condition.exposure, "exposure", table.exposures))
    for index, comparator in enumerate(protocol.comparators):
        if comparator.kind == "feature" and comparator.name not in table.features:
            path = f"comparator[{index}].name"
            problems.append(_unknown(path, comparator.name, "feature", table.features))
    problems += _unknown_models(protocol, models)
    if not problems:
        bundle = next(b for b in models.loaded if b.manifest.id == protocol.index_test.model)
        problems += [*_of_index(protocol, bundle), *_of_columns(protocol, table, bundle)]
    if problems:
        raise ProtocolRefused(problems)
    return bundle


def _of_index(protocol: Protocol, bundle: Bundle) -> Iterator[StudyProblem]:
    """Yield what does not go together with this index test."""
    threshold = protocol.index_test.threshold
    if bundle.model.is_tsk and not 0 < threshold < 1:
        yield StudyProblem(
            "threshold", "index_test.threshold", f"the threshold {threshold!r}",
            "the model answers with a risk: everybody, or nobody, would be positive",
            "Give a risk above 0, below 1",
        )  # fmt: skip
    case = protocol.reference.case
    read = case.feature or case.column
    if read in bundle.manifest.input_names:
        yield StudyProblem(
            "incorporation", "reference.case", f"{read!r}, which the index test reads",
            "a test that reads its own reference standard ranks it by construction",
            "Choose a reference standard that is measured apart, or another model",
        )  # fmt: skip
    for index, comparator in enumerate(protocol.comparators):
        is_same = comparator.kind == "model" and comparator.name == protocol.index_test.model
        if is_same and protocol.index_test.values is None:
            yield StudyProblem(
                "comparator_self", f"comparator[{index}].name", "the index test itself",
                "its difference from itself is nothing", "Name another model, or leave it out",
            )  # fmt: skip


def _of_columns(protocol: Protocol, table: StudyTable, bundle: Bundle) -> Iterator[StudyProblem]:
    """Yield columns that can't be what the protocol takes them for."""
    values = protocol.index_test.values
    if values is not None and bundle.model.is_tsk:
        given = table.numbers(values)
        given = given[np.isfinite(given)]
        if len(given) and not (given.min() >= 0 and given.max() <= 1):
            yield StudyProblem(
                "values_no_risk", "index_test.values",
                f"the column {values!r}, from {given.min():g} to {given.max():g}",
                "the model answers with a risk between 0 and 1, and so must what stands for it",
                "Name the column that `python -m laennec.training.out_of_fold` wrote",
            )  # fmt: skip
    if protocol.data.period is not None:
        periods = len(np.unique(table.texts(protocol.data.period)))
        if periods > MOST_PERIODS:
            yield StudyProblem(
                "many_periods", "data.period",
                f"{periods} different values in {protocol.data.period!r}",
                f"headline numbers are told for each, of at most {MOST_PERIODS}",
                "Name a column of years, waves or months",
            )  # fmt: skip
    yield from _infinite(protocol, table)
    if protocol.data.survey is not None:
        weight = table.numbers(protocol.data.survey.weight)
        if (weight < 0).any():
            yield StudyProblem(
                "weight_negative", "data.survey.weight",
                f"{int((weight < 0).sum())} weights below 0",
                "a person can't stand for fewer than nobody", "Name the column of weights",
            )  # fmt: skip


def _infinite(protocol: Protocol, table: StudyTable) -> Iterator[StudyProblem]:
    """Yield weights and follow-up times without end, which no sum could hold."""
    survey = protocol.data.survey
    named = {"reference.time": protocol.reference.time}
    named["data.survey.weight"] = None if survey is None else survey.weight
    for path, column in named.items():
        endless = 0 if column is None else int(np.isinf(table.numbers(column)).sum())
        if endless:
            yield StudyProblem(
                "infinite", path, f"{endless} infinite numbers in {column!r}",
                "one of them would outweigh or outlast everybody else",
                "Correct them, or leave these cells empty",
            )  # fmt: skip


def _unknown_models(protocol: Protocol, models: Models) -> list[StudyProblem]:
    """Return the models that are not there; one that is refused says itself why."""
    known = {b.manifest.id: b for b in models.loaded}
    problems = []
    asked = [("index_test.model", protocol.index_test.model)]
    asked += [
        (f"comparator[{i}].name", c.name)
        for i, c in enumerate(protocol.comparators)
        if c.kind == "model"
    ]
    for path, name in asked:
        if name not in known:
            refusal = models.refusal(name)
            if refusal is not None:
                raise refusal
            problems.append(_unknown(path, name, "model", known))
    return problems


def _unknown(path: str, name: str, what: str, known: Mapping[str, Any]) -> StudyProblem:
    return StudyProblem(
        f"{what}_unknown", path, f"the {what} {name!r}",
        f"there is no such {what}{ANSWERS if what == 'model' else ''}",
        f"One of {', '.join(sorted(known)) or 'none: no model was found'}",
    )  # fmt: skip
