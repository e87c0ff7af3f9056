"""Published risk scores, shown beside the models: FINDRISC, ADA, DESIR, Cambridge, SCORE2.

For studies there are SCORE2-Diabetes and Framingham 2008, which print no finding.

Each function takes `ScoreInputs` (n people) and returns columns of length n: a value where every
item is known, the interval over what is missing, a state, and for a score that does not apply the
reason. All numbers stand in the TOML files of this folder.
"""

from .about import SCORE_IDS, about, text, unverified_ids
from .equations import EquationScore, framingham, score2_diabetes
from .evaluate import UNDECIDED, Reason, State
from .inputs import CODES, MEASURED, MISSING, ScoreInputError, ScoreInputs
from .points import (
    NO_POINTS,
    DesirScore,
    PointScore,
    RankScore,
    ada_risk_test,
    cambridge_rank,
    desir,
    findrisc,
)
from .score2 import Score2, esc_level, score2
from .score2_tables import score2_regions

__all__ = [
    "CODES",
    "MEASURED",
    "MISSING",
    "NO_POINTS",
    "SCORE_IDS",
    "UNDECIDED",
    "DesirScore",
    "EquationScore",
    "PointScore",
    "RankScore",
    "Reason",
    "Score2",
    "ScoreInputError",
    "ScoreInputs",
    "State",
    "about",
    "ada_risk_test",
    "cambridge_rank",
    "desir",
    "esc_level",
    "findrisc",
    "framingham",
    "score2",
    "score2_diabetes",
    "score2_regions",
    "text",
    "unverified_ids",
]
