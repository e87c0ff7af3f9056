"""Guideline numbers as data: sets of rows, findings, urgent rules, each with its source."""

from .load import choose_sets, load_guidelines, parse_choice
from .model import (
    FindingSpec,
    GuidelineError,
    Guidelines,
    Row,
    UrgentRule,
)
from .urgent import load_urgent_rules

__all__ = [
    "FindingSpec",
    "GuidelineError",
    "Guidelines",
    "Row",
    "UrgentRule",
    "choose_sets",
    "load_guidelines",
    "load_urgent_rules",
    "parse_choice",
]
