"""Published scores as findings, in every form they come in."""

from finding_examples import FINDRISC
from laennec.engine.prediagnosis import Finding, GuidelineReference, Message, MissingItem, Reason


def findrisc() -> Finding:
    points = {
        "waist": 4,
        "age": 2,
        "family_history": 5,
        "blood_pressure_medication": 2,
        "fruit_vegetables": 1,
    }
    return Finding(
        id="findrisc",
        kind="risk",
        message=Message("finding.findrisc.interval", {"points_low": 14, "points_high": 16}),
        band="high",
        grade="high",
        reference_standard="ref.drug_treated_diabetes_10y",
        urgency="U3",
        reasons_for=tuple(
            Reason(
                f"findrisc.{item}",
                Message(
                    "reason.score_points", {"item": f"score_item:{item}", "points": float(value)}
                ),
                float(value),
                (),
                FINDRISC,
            )
            for item, value in points.items()
        ),
        missing=(MissingItem("score_item:physical_activity", required=False),),
        proposed_action="venous_fasting_glucose",
        proposed_addressee="treating_physician",
        guideline=GuidelineReference("findrisc", ("score.findrisc",), FINDRISC, signed=False),
        limits=(Message("limit.not_verified", {"condition": "known_diabetes"}),),
        details={"points_low": 14, "points_high": 16},
    )


def score2() -> Finding:
    return Finding(
        id="score2",
        kind="risk",
        message=Message("finding.score2.low_to_moderate", {"region": "low", "equation": "score2"}),
        band="low",
        grade="low_to_moderate",
        risk=0.0418,
        reference_standard="ref.cardiovascular_events_10y",
        reasons_for=(
            Reason(
                "score2.smoking",
                Message("reason.score_points", {"item": "score_item:smoking", "points": 0.7744}),
                0.7744,
                (),
                "SCORE2 working group, Eur Heart J 2021;42:2439-2454",
            ),
        ),
        reasons_against=(
            Reason(
                "score2.age",
                Message("reason.score_points", {"item": "score_item:age", "points": -0.7437}),
                -0.7437,
                (),
                "SCORE2 working group, Eur Heart J 2021;42:2439-2454",
            ),
        ),
        guideline=GuidelineReference(
            "score2", ("score.score2",), "SCORE2 working group, Eur Heart J 2021", signed=False
        ),
        details={"region": "low", "equation": "score2"},
    )


def score_not_applicable() -> Finding:
    return Finding(
        id="desir",
        kind="risk",
        message=Message("score.not_applicable.age_out_of_range"),
        band="not_assessable",
        reference_standard="ref.incident_diabetes_9y",
        guideline=GuidelineReference("desir", ("score.desir",), "Balkau 2008", signed=False),
    )
