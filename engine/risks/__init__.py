"""Risks: which model answers for whom, with its interval, in columns; one person's reasons."""

from .columns import Abstention, FactsSay, RiskColumns, evaluate_risks
from .outcomes import BandAction, Outcome, load_outcomes, signs_of_diabetes

__all__ = [
    "Abstention",
    "BandAction",
    "FactsSay",
    "Outcome",
    "RiskColumns",
    "evaluate_risks",
    "load_outcomes",
    "signs_of_diabetes",
]
