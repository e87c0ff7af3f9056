"""Columns that a protocol names, held against the data file."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from ...engine.bundles.verify import Bundle
from ..errors import ProtocolRefused, StudyProblem
from ..protocol.model import Protocol
from ..protocol.read import conditions
from .table import StudyTable

MOST_PERIODS: Final = 60


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


def check_columns(protocol: Protocol, table: StudyTable, bundle: Bundle) -> None:
    """Check that columns can be what the protocol takes them for.

    Raises
    ------
    ProtocolRefused  with every one that can't
    """
    problems = list(_of_columns(protocol, table, bundle))
    if problems:
        raise ProtocolRefused(problems)


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
