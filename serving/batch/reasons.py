"""The reasons of many people as one Arrow column, built from matrices and not person by person."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ...engine.fact_columns import FactColumns
from ...engine.guidelines.model import BORDERLINE
from ...engine.logic import TRUE
from ...engine.record import BoolArray
from ...engine.risks import Abstention, RiskColumns
from ...engine.screen import Screening

CONTRIBUTION_DECIMALS: Final = 6
BIAS: Final = "bias"
URGENT: Final = "urgent"
REMEASURE: Final = "urgent.remeasure"

REASON_TYPE: Final = pa.struct(
    [
        pa.field("finding", pa.string(), nullable=False),
        pa.field("rule_id", pa.string(), nullable=False),
        pa.field("contribution", pa.float64()),
    ]
)

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Block:
    """Reasons of one kind: whose, by which rule, what it gave (NaN where nothing is added up)."""

    finding: str
    rule_ids: tuple[str, ...]
    rows: Rows
    rules: Rows
    contribution: npt.NDArray[np.float64]


def reasons_column(screening: Screening, outcomes: Sequence[str]) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return one list of reasons a person.

    In order: urgent rules that fired, then those that an unused value could meet, guideline rows
    that made a fact's grade or its borderline, and every rule of a model that added something to an
    answered risk, with the bias first: bias and contributions sum to the logit of the risk.
    A refused record keeps its urgent rules only.

    Parameters
    ----------
    screening : of n people
    outcomes : the risks whose rules are kept

    Returns
    -------
    pyarrow list of struct, n long
    """
    blocks = [
        *_urgent_blocks(screening),
        *_fact_blocks(screening.facts, screening.batch.refused),
        *(b for r in screening.risks if r.outcome.id in outcomes for b in _risk_blocks(r)),
    ]
    return _assemble(blocks, screening.batch.n)


def _from_mask(finding: str, rule_ids: Sequence[str], mask: BoolArray) -> _Block:
    rows, rules = np.nonzero(mask)
    return _Block(finding, tuple(rule_ids), rows, rules, np.full(len(rows), np.nan))


def _urgent_blocks(screening: Screening) -> Iterator[_Block]:
    rule_ids = [rule.id for rule in screening.urgent.rules]
    yield _from_mask(URGENT, rule_ids, screening.urgent.fired)
    yield _from_mask(REMEASURE, rule_ids, screening.urgent.remeasure)


def _fact_blocks(facts: FactColumns, refused: BoolArray) -> Iterator[_Block]:
    """Yield, as a draft does, the rows of the grade and those within their uncertainty."""
    for column in facts.columns:
        spec = column.spec
        grade_of_row = np.array([row.grade for row in spec.rows])
        order_of_grade = np.array([*(grade.order for grade in spec.grades), -1])
        reached = (column.rows == TRUE) & (grade_of_row == column.grade[:, None])
        above = order_of_grade[grade_of_row] > order_of_grade[column.grade][:, None]
        near = column.borderline & above & (column.state == BORDERLINE)[:, None]
        spoken = ~(column.barred | refused)[:, None]
        yield _from_mask(spec.id, [row.id for row in spec.rows], (reached | near) & spoken)


def _risk_blocks(risk: RiskColumns) -> Iterator[_Block]:
    for answer in risk.answers:
        answered = np.flatnonzero(risk.abstention[answer.rows] == Abstention.ANSWERED)
        rule_ids = (BIAS, *answer.bundle.model.rule_ids)
        given = np.column_stack([answer.output.bias, answer.output.rule_contribution])[answered]
        # Adding 0.0 turns -0.0 into 0.0, so that one number has one set of bytes.
        given = np.round(given, CONTRIBUTION_DECIMALS) + 0.0
        rows, rules = np.nonzero(given)
        people = answer.rows[answered][rows]
        yield _Block(risk.outcome.id, rule_ids, people, rules, given[rows, rules])


def _assemble(blocks: Sequence[_Block], n: int) -> Any:  # noqa: ANN401
    """Order the reasons by person, each person's in the order of the blocks."""
    rows = np.concatenate([b.rows for b in blocks])
    order = np.argsort(rows, kind="stable")
    ends = np.cumsum(np.bincount(rows, minlength=n))
    findings = np.repeat(np.arange(len(blocks)), [len(b.rows) for b in blocks])[order]
    starts = np.cumsum([0, *(len(b.rule_ids) for b in blocks)])
    rules = np.concatenate([b.rules + s for b, s in zip(blocks, starts, strict=False)])[order]
    given = np.concatenate([b.contribution for b in blocks])[order]
    names = pa.array([b.finding for b in blocks], pa.string())
    rule_names = pa.array([rule for b in blocks for rule in b.rule_ids], pa.string())
    reasons = pa.StructArray.from_arrays(
        [
            names.take(pa.array(findings)),
            rule_names.take(pa.array(rules)),
            pa.array(given, pa.float64(), mask=np.isnan(given)),
        ],
        fields=list(REASON_TYPE),
    )
    offsets = pa.array(np.concatenate([[0], ends]).astype(np.int32))
    return pa.ListArray.from_arrays(offsets, reasons)
