"""The reasons of many people as one Arrow column, built from matrices and not person by person."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ....engine.facts.columns import FactColumn
from ....engine.guidelines.model import BORDERLINE
from ....engine.logic import TRUE
from ....engine.record import BoolArray
from ....engine.risks import Abstention, RiskColumns
from ....engine.risks.reference import from_reference
from ....engine.screening import Screening
from .columns import TEXT, coded, list_offsets

CONTRIBUTION_DECIMALS: Final = 6
BIAS: Final = "bias"
URGENT: Final = "urgent"
REMEASURE: Final = "urgent.remeasure"
URGENT_ECG: Final = "urgent.ecg"

REASON_TYPE: Final = pa.struct(
    [
        pa.field("finding", TEXT, nullable=False),
        pa.field("rule_id", TEXT, nullable=False),
        pa.field("contribution", pa.float64()),
    ]
)

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Block:
    """Reasons of one kind: whose, by which rule, what it gave (NaN where nothing is added up)."""

    findings: tuple[str, ...]
    rule_ids: tuple[str, ...]
    rows: Rows
    rules: Rows
    contribution: npt.NDArray[np.float64]


def reasons_column(screening: Screening, outcomes: Sequence[str]) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return one list of reasons a person.

    In order: urgent rules that fired, those that an unused value could meet, guideline rows
    that made a fact's grade or its borderline, and every rule of a model that added something to an
    answered risk beyond what it adds for the model's reference person. ``bias``, which comes first,
    is that person's logit: bias and contributions sum to the logit of the risk.
    A refused record keeps its urgent rules only.

    Parameters
    ----------
    screening : of n people
    outcomes : the risks whose rules are kept

    Returns
    -------
    pyarrow list of struct, n long
    """
    risks = [risk for risk in screening.risks if risk.outcome.id in outcomes]
    blocks = [_rule_block(screening), _ecg_block(screening)]
    blocks += [block for risk in risks for block in _risk_blocks(risk)]
    return _assemble(blocks, screening.batch.n)


def _rule_block(screening: Screening) -> _Block:
    """Return every urgent rule and guideline row that speaks, person by person."""
    urgent = screening.urgent
    count = len(urgent.rules)
    findings = [URGENT] * count + [REMEASURE] * count
    rule_ids = [rule.id for rule in urgent.rules] * 2
    masks = [urgent.fired, urgent.remeasure]
    for column in screening.facts.columns:
        findings += [column.spec.id] * len(column.spec.rows)
        rule_ids += [row.id for row in column.spec.rows]
        masks.append(_spoken_rows(column, screening.batch.refused))
    spoken = np.concatenate([mask.T for mask in masks])
    rules, rows = np.divmod(np.flatnonzero(spoken), screening.batch.n or 1)
    nothing = np.full(len(rows), np.nan)
    return _Block(tuple(findings), tuple(rule_ids), rows, rules, nothing)


def _ecg_block(screening: Screening) -> _Block:
    """Return the urgent rules that an ECG met, or that the loss of one met."""
    found = [(row, item.rule_id) for row, items in screening.ecg_urgent.items() for item in items]
    names = tuple(dict.fromkeys(rule for _, rule in found))
    rows = np.array([row for row, _ in found], dtype=np.int64)
    rules = np.array([names.index(rule) for _, rule in found], dtype=np.int64)
    return _Block((URGENT_ECG,) * len(names), names, rows, rules, np.full(len(found), np.nan))


def _spoken_rows(column: FactColumn, refused: BoolArray) -> BoolArray:
    """Return, as a draft does, the rows of the grade and those within their uncertainty."""
    spec = column.spec
    grade_of_row = np.array([row.grade for row in spec.rows], dtype=np.int8)
    order_of_grade = np.array([*(grade.order for grade in spec.grades), -1], dtype=np.int16)
    rows = column.rows.T
    spoken = (rows == TRUE) & (grade_of_row[:, None] == column.grade)
    if column.borderline.any():
        above = order_of_grade[grade_of_row][:, None] > order_of_grade[column.grade]
        spoken |= column.borderline.T & above & (column.state == BORDERLINE)
    return np.asarray(spoken & ~(column.barred | refused)).T


def _risk_blocks(risk: RiskColumns) -> Iterator[_Block]:
    for answer in risk.answers:
        answered = np.flatnonzero(risk.abstention[answer.rows] == Abstention.ANSWERED)
        rule_ids = (BIAS, *answer.bundle.model.rule_ids)
        start, added = from_reference(answer.bundle.model, answer.observed, answer.output)
        given = np.column_stack([start, added])[answered]
        # Adding 0.0 turns -0.0 into 0.0, so that one number has one set of bytes.
        given = np.round(given, CONTRIBUTION_DECIMALS) + 0.0
        says = given != 0
        rows, rules = np.nonzero(says)
        people = answer.rows[answered][rows]
        findings = (risk.outcome.id,) * len(rule_ids)
        yield _Block(findings, rule_ids, people, rules, given[says])


def _assemble(blocks: Sequence[_Block], n: int) -> Any:  # noqa: ANN401
    """Order the reasons by person, each person's in the order of the blocks."""
    rows = np.concatenate([b.rows for b in blocks])
    # Of the smallest type that holds them, because NumPy sorts those in one pass.
    order = np.argsort(rows.astype(np.min_scalar_type(n)), kind="stable")
    starts = np.cumsum([0, *(len(b.rule_ids) for b in blocks)])
    rules = np.concatenate([b.rules + s for b, s in zip(blocks, starts, strict=False)])[order]
    given = np.concatenate([b.contribution for b in blocks])[order]
    reasons = pa.StructArray.from_arrays(
        [
            coded(rules, [finding for b in blocks for finding in b.findings]),
            coded(rules, [rule_id for b in blocks for rule_id in b.rule_ids]),
            pa.array(given, pa.float64(), mask=np.isnan(given)),
        ],
        fields=list(REASON_TYPE),
    )
    return pa.ListArray.from_arrays(list_offsets(rows, n), reasons)
