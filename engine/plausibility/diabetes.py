"""Whether diabetes is known: other answers or an earlier visit may say so where today does not.

A person treated with insulin, or with a known diabetes at an earlier visit, was screened like
somebody without diabetes as soon as today's list of conditions did not name it.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Final

import numpy as np

from ..record import NO, UNKNOWN, YES, BoolArray, Int8Array, Problem, VisitBatch
from ..vocabulary.load import read_toml

DIABETES: Final = "condition.diabetes"
TREATED: Final = "medication.glucose_lowering"
UNSTATED: Final = "intake.diabetes_unstated"
"""An earlier visit, a type, a target or a remission speaks for a diabetes not stated today."""
_PREGNANT: Final = "condition.pregnancy"
_TYPE: Final = "questionnaire.diabetes_type"
_ONLY_PAST: Final = "gestational_past"
_REMISSION: Final = "questionnaire.diabetes_remission"
_TARGET: Final = "hba1c_target"


@cache
def _implied() -> Mapping[str, str]:
    """Return answer -> the wider answer that holds with it."""
    rows: Mapping[str, str] = read_toml("laennec.engine.vocabulary", "intake.toml")["implied"]
    return rows


def with_implied_treatments(batch: VisitBatch) -> VisitBatch:
    """Return the record in which a treatment counts as the wider kind that it belongs to too.

    Parameters
    ----------
    batch : n records; insulin alone is a glucose-lowering treatment, whatever was said of that
    """
    answers: dict[str, Int8Array] = {}
    for name, wider in _implied().items():
        holds = batch.answer(name) == YES
        if holds.any():
            answers[wider] = np.where(holds, np.int8(YES), batch.answer(wider)).astype(np.int8)
    return replace(batch, answers={**batch.answers, **answers}) if answers else batch


def is_sign_of_diabetes(batch: VisitBatch) -> BoolArray:
    """Return bool (n,): diabetes was declared, described or treated; what a pregnancy asks is none.

    Parameters
    ----------
    batch : n records after the plausibility check
    """
    declared = batch.answer(DIABETES) == YES
    pregnant = batch.answer(_PREGNANT) == YES
    implied = (batch.answer(TREATED) == YES) | (batch.answer(UNSTATED) == YES)
    return np.asarray(declared | (implied & ~pregnant))


def is_diabetes_open(batch: VisitBatch) -> BoolArray:
    """Return bool (n,): something speaks for a diabetes that is not stated.

    Parameters
    ----------
    batch : n records
    """
    speaks = (batch.answer(TREATED) == YES) | (batch.answer(UNSTATED) == YES)
    return np.asarray(speaks & (batch.answer(DIABETES) != YES))


def with_diabetes_in_doubt(batch: VisitBatch) -> VisitBatch:
    """Ask whether a person has diabetes where other answers or an earlier visit speak for it.

    Until somebody says it, the answer "no" counts as not known: no risk falls with it.

    Parameters
    ----------
    batch : n records
    """
    described = _is_described(batch) & (batch.answer(DIABETES) != YES)
    if described.any():
        unstated = np.where(described, np.int8(YES), batch.answer(UNSTATED)).astype(np.int8)
        batch = replace(batch, answers={**batch.answers, UNSTATED: unstated})
    doubtful = is_diabetes_open(batch)
    if not doubtful.any():
        return batch
    treated = doubtful & (batch.answer(TREATED) == YES)
    problems = [
        Problem(int(row), "suspect_item", code, "$.conditions", DIABETES)
        for code, asked in (
            ("diabetes_or_not", treated),
            ("diabetes_described", described & ~treated),
        )
        for row in np.flatnonzero(asked)
    ]
    said = batch.answer(DIABETES)
    open_ = np.where(doubtful & (said == NO), np.int8(UNKNOWN), said).astype(np.int8)
    answers = {**batch.answers, DIABETES: open_}
    return replace(batch, answers=answers, problems=(*batch.problems, *problems))


def _is_described(batch: VisitBatch) -> BoolArray:
    """Return bool (n,): a type that a person has today, a target or a remission was given."""
    codes = [choice.code for choice in batch.vocabulary.questions[_TYPE].choices]
    answer = batch.answer(_TYPE)
    typed = (answer != UNKNOWN) & (answer != codes.index(_ONLY_PAST))
    targeted = batch.quantity(_TARGET).accepted.any(axis=1)
    return np.asarray(typed | targeted | (batch.answer(_REMISSION) == YES))
