"""One person's published scores as findings, with where the points come from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ..prediagnosis import (
    RISK_DECIMALS,
    Band,
    Finding,
    GuidelineReference,
    Message,
    MissingItem,
    Parameter,
    Reason,
)
from ..scores import PointScore, Score2, State, about
from ..scores import Reason as WhyNot
from ..scores.about import unverified_ids
from .columns import PublishedColumns, published_table

CONTRIBUTION_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class _Score:
    """What the five scores have in common for one person."""

    score_id: str
    state: State
    reason: WhyNot
    unverified: tuple[str, ...]
    items: tuple[str, ...]
    item_low: npt.NDArray[Any]
    item_high: npt.NDArray[Any]
    band: str


def published_findings(columns: PublishedColumns, row: int) -> tuple[Finding, ...]:
    """Return the findings of one person; a score that does not apply says why."""
    return (
        _points(columns.findrisc, row),
        _points(columns.ada, row),
        _desir(columns, row),
        _score2(columns.score2, row),
        _cambridge(columns, row),
    )


def _common(
    score: Any,  # noqa: ANN401 - four score types share these columns
    row: int,
    score_id: str,
    band: str = "",
) -> _Score:
    is_points = isinstance(score, PointScore)
    low, high = (
        (score.item_low, score.item_high) if is_points else (score.term_low, score.term_high)
    )
    return _Score(
        score_id=score_id,
        state=State(int(score.state[row])),
        reason=WhyNot(int(score.reason[row])),
        unverified=unverified_ids(score.exclusions, int(score.unverified[row])),
        items=score.items if is_points else score.terms,
        item_low=low[row],
        item_high=high[row],
        band=band,
    )


def _band(score: PointScore | Score2, row: int) -> str:
    index = int(score.band[row])
    return score.bands[index] if index >= 0 else ""


def _points(score: PointScore, row: int) -> Finding:
    common = _common(score, row, score.score_id, _band(score, row))
    details: dict[str, Parameter] = {
        "points_low": int(score.points_low[row]),
        "points_high": int(score.points_high[row]),
    }
    return _finding(common, details)


def _desir(columns: PublishedColumns, row: int) -> Finding:
    """Show the paper's points as reasons: its logit terms start from a waist of 0 cm."""
    score = columns.desir
    common = replace(
        _common(score.points, row, "desir"), state=State(int(score.state[row])), band=""
    )
    details: dict[str, Parameter] = {
        "points_low": int(score.points.points_low[row]),
        "points_high": int(score.points.points_high[row]),
    }
    return _finding(common, details, (score.risk[row], score.risk_low[row], score.risk_high[row]))


def _score2(score: Score2, row: int) -> Finding:
    common = _common(score, row, "score2", _band(score, row))
    equation = int(score.equation[row])
    details: dict[str, Parameter] = {
        "region": score.region,
        "equation": score.equations[equation] if equation >= 0 else "",
    }
    return _finding(common, details, (score.risk[row], score.risk_low[row], score.risk_high[row]))


def _cambridge(columns: PublishedColumns, row: int) -> Finding:
    """Rank only: neither a risk nor a band is ever given (decision 11)."""
    score = columns.cambridge
    common = _common(score, row, "cambridge")
    details: dict[str, Parameter] = {}
    if np.isfinite(score.rank_low[row]):
        details["rank_low"] = round(float(score.rank_low[row]), RISK_DECIMALS)
        details["rank_high"] = round(float(score.rank_high[row]), RISK_DECIMALS)
    return _finding(common, details)


def _finding(
    score: _Score,
    details: Mapping[str, Parameter],
    risk: tuple[float, float, float] | None = None,
) -> Finding:
    table = published_table()[score.score_id]
    source = about(score.score_id).source
    answered = score.state in (State.ASSESSABLE, State.INTERVAL_ONLY)
    action = table["bands"].get(score.band, {}) if answered else {}
    band: Band = action.get("band", "not_assessable")
    value, interval = _risk(risk) if answered else (None, None)
    return Finding(
        id=table["finding"],
        kind="risk",
        message=Message(_message_id(table["finding"], score, answered=answered), dict(details)),
        band=band,
        grade=score.band if answered else "",
        risk=value,
        risk_interval=interval,
        reference_standard=table["reference_standard"],
        urgency=action.get("urgency"),
        reasons_for=_reasons(score, source.citation, sign=1) if answered else (),
        reasons_against=_reasons(score, source.citation, sign=-1) if answered else (),
        missing=_missing(score),
        proposed_action=action.get("action", ""),
        proposed_addressee=action.get("addressee", ""),
        guideline=GuidelineReference(
            set=score.score_id,
            row_ids=(f"score.{score.score_id}",),
            guideline=source.citation,
            signed=bool(source.signed_by and table["signed_by"]),
        ),
        limits=tuple(Message("limit.not_verified", {"condition": u}) for u in score.unverified),
        details=details if answered else {},
    )


def _message_id(finding: str, score: _Score, *, answered: bool) -> str:
    if not answered:
        if score.state == State.NOT_APPLICABLE:
            return f"score.not_applicable.{score.reason.name.lower()}"
        return "score.missing_required"
    if score.state == State.INTERVAL_ONLY:
        return f"finding.{finding}.{score.band or 'interval'}"
    return f"finding.{finding}.{score.band or 'value'}"


def _risk(
    risk: tuple[float, float, float] | None,
) -> tuple[float | None, tuple[float, float] | None]:
    if risk is None:
        return None, None
    value, low, high = (round(float(v), RISK_DECIMALS) for v in risk)
    known = bool(np.isfinite(value))
    return (value if known else None), (None if known else (low, high))


def _reasons(score: _Score, source: str, *, sign: int) -> tuple[Reason, ...]:
    found: Sequence[tuple[float, str]] = [
        (float(low), item)
        for item, low, high in zip(score.items, score.item_low, score.item_high, strict=True)
        if low == high and np.sign(low) == sign
    ]
    return tuple(
        Reason(
            rule_id=f"{score.score_id}.{item}",
            message=Message("reason.score_points", {"item": f"score_item:{item}", "points": value}),
            contribution=round(value, CONTRIBUTION_DECIMALS),
            inputs=(),
            source=source,
        )
        for value, item in sorted(found, key=lambda pair: -abs(pair[0]))
    )


def _missing(score: _Score) -> tuple[MissingItem, ...]:
    return tuple(
        MissingItem(item=f"score_item:{item}", required=False)
        for item, low, high in zip(score.items, score.item_low, score.item_high, strict=True)
        if score.state == State.INTERVAL_ONLY and low != high
    )
