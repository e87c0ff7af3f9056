"""Whether diabetes is known: a treatment or an earlier visit may say so where today does not.

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
EARLIER: Final = "intake.diabetes_known_earlier"
"""Diabetes was known at an earlier visit and is not stated today."""


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
    """Return bool (n,): diabetes was declared or treated; the treatment of a pregnancy is no sign.

    Parameters
    ----------
    batch : n records after the plausibility check
    """
    declared = batch.answer(DIABETES) == YES
    pregnant = batch.answer("condition.pregnancy") == YES
    return np.asarray(declared | ((batch.answer(TREATED) == YES) & ~pregnant))


def is_diabetes_open(batch: VisitBatch) -> BoolArray:
    """Return bool (n,): a treatment or an earlier visit speaks for a diabetes that is not stated.

    Parameters
    ----------
    batch : n records
    """
    speaks = (batch.answer(TREATED) == YES) | (batch.answer(EARLIER) == YES)
    return np.asarray(speaks & (batch.answer(DIABETES) != YES))


def with_diabetes_in_doubt(batch: VisitBatch) -> VisitBatch:
    """Ask whether a person has diabetes where a treatment or an earlier visit speaks for it.

    Until somebody says it, the answer "no" counts as not known: no risk falls with it.

    Parameters
    ----------
    batch : n records
    """
    doubtful = is_diabetes_open(batch)
    if not doubtful.any():
        return batch
    treated = doubtful & (batch.answer(TREATED) == YES)
    problems = [
        Problem(int(row), "suspect_item", "diabetes_or_not", "$.conditions", DIABETES)
        for row in np.flatnonzero(treated)
    ]
    said = batch.answer(DIABETES)
    open_ = np.where(doubtful & (said == NO), np.int8(UNKNOWN), said).astype(np.int8)
    answers = {**batch.answers, DIABETES: open_}
    return replace(batch, answers=answers, problems=(*batch.problems, *problems))
