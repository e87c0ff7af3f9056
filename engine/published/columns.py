"""Every published score for n people, read from the same features as the models."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from ..features import Feature
from ..plausibility.diabetes import UNSTATED as DIABETES_UNSTATED
from ..prediagnosis import URGENCIES
from ..record import UNKNOWN, YES, BoolArray, Int8Array, VisitBatch
from ..scores import (
    CODES,
    MEASURED,
    MISSING,
    DesirScore,
    PointScore,
    RankScore,
    Score2,
    ScoreInputs,
    ada_risk_test,
    cambridge_rank,
    desir,
    findrisc,
    score2,
)
from ..screened import is_declined
from ..vocabulary.load import read_toml

NO_URGENCY = len(URGENCIES)
KIDNEY_ITEMS = ("creatinine", "egfr")


@dataclass(frozen=True, slots=True)
class PublishedColumns:
    """The published scores of n people; ``urgency`` int8 (n,), 0 for U0 ... 4 for none."""

    inputs: ScoreInputs
    findrisc: PointScore
    ada: PointScore
    desir: DesirScore
    score2: Score2
    urgency: Int8Array

    @property
    def cambridge(self) -> RankScore:
        """Return the Cambridge rank; made when asked for, as no table of results holds it."""
        return cambridge_rank(self.inputs)


@cache
def published_table() -> Mapping[str, Any]:
    """Return how the scores speak as findings."""
    return read_toml(__package__ or "", "published.toml")


def score_inputs(batch: VisitBatch, made: Mapping[str, Feature]) -> ScoreInputs:
    """Return what the scores read; what is suspect, refused or not asked is missing.

    Of a person who declined the screening everything is missing, so that no score is computed.
    """
    declined = is_declined(batch)
    columns: dict[str, Any] = {
        name: np.where(declined, np.nan, made[name].with_nan()) for name in MEASURED if name in made
    }
    columns["kidney_doubtful"] = _kidney_doubtful(batch) & ~declined
    columns["diabetes_doubtful"] = (batch.answer(DIABETES_UNSTATED) == YES) & ~declined
    columns["sex"] = np.where(declined, np.int8(UNKNOWN), batch.sex)
    for name, row in published_table()["answers"].items():
        question = batch.vocabulary.questions[row["question"]]
        codes = row.get("codes", {"no": "no", "yes": "yes"})
        numbers = [CODES[name].get(codes.get(c.code, ""), MISSING) for c in question.choices]
        answers = batch.answer(row["question"])
        table = np.array([*numbers, MISSING], dtype=np.int8)
        unknown = declined | (answers == UNKNOWN)
        columns[name] = np.where(unknown, np.int8(MISSING), table[answers])
    return ScoreInputs.from_columns(columns)


def _kidney_doubtful(batch: VisitBatch) -> BoolArray:
    """Return (n,) for whom a value of the kidney was refused or waits for a confirmation."""
    doubtful = np.zeros(batch.n, dtype=np.bool_)
    for problem in batch.problems:
        if problem.item in KIDNEY_ITEMS and problem.severity in ("refused_item", "suspect_item"):
            doubtful[problem.row] = True
    return doubtful


def evaluate_published(
    batch: VisitBatch, made: Mapping[str, Feature], *, region: str | None = None
) -> PublishedColumns:
    """Return every published score; ``region`` is the SCORE2 risk region, France's by default."""
    inputs = score_inputs(batch, made)
    risc, ada, heart = findrisc(inputs), ada_risk_test(inputs), score2(inputs, region=region)
    urgency = np.full(batch.n, NO_URGENCY, dtype=np.int8)
    for score_id, bands, band in (
        ("findrisc", risc.bands, risc.band),
        ("ada", ada.bands, ada.band),
        ("score2", heart.bands, heart.band),
    ):
        urgency = np.minimum(urgency, _urgency(score_id, bands, band))
    urgency[batch.refused] = NO_URGENCY
    return PublishedColumns(inputs, risc, ada, desir(inputs), heart, urgency)


def _urgency(score_id: str, bands: tuple[str, ...], band: Int8Array) -> Int8Array:
    rows = published_table()[score_id]["bands"]
    levels = [
        URGENCIES.index(rows[b]["urgency"]) if "urgency" in rows[b] else NO_URGENCY for b in bands
    ]
    return np.array([*levels, NO_URGENCY], dtype=np.int8)[band]
