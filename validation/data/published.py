"""The published scores of a study's records, as plain numbers."""

from typing import Any

import numpy as np

from ...engine.published import PublishedColumns
from ...engine.scores import framingham, score2_diabetes
from ..statistics.estimate import FloatArray


def published_scores(
    scores: PublishedColumns,
) -> dict[str, tuple[FloatArray, FloatArray, FloatArray]]:
    """Return each score as (value, low, high), NaN where it is not given."""

    def points(values: Any) -> FloatArray:  # noqa: ANN401 - int16 arrays
        return np.where(values < 0, np.nan, values.astype(np.float64))

    found = {
        name: (points(s.points), points(s.points_low), points(s.points_high))
        for name, s in (("findrisc", scores.findrisc), ("ada", scores.ada))
    }
    found["desir"] = (scores.desir.risk, scores.desir.risk_low, scores.desir.risk_high)
    rank = scores.cambridge
    found["cambridge"] = (rank.rank_score, rank.rank_low, rank.rank_high)
    risk = scores.score2.risk
    found["score2"] = (risk, risk, risk)
    for name, equation in (("framingham", framingham), ("score2_diabetes", score2_diabetes)):
        risk = equation(scores.inputs).risk
        found[name] = (risk, risk, risk)
    return found
