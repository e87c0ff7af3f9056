"""What the urgent rules say of the QRS, so that statements say the same."""

from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Final

from ...prediagnosis import Message
from ..analysis import EcgAnalysis
from ..urgent import urgent_ecg
from .decide import forbidden_by
from .said import ABSENT, BORDERLINE, Statement
from .settings import statement_settings
from .spec import StatementSpec

PREEXCITED: Final = "ecg.statement.preexcitation"
VENTRICULAR: Final = "ecg.statement.ventricular"
BESIDE_RULE: Final = "ecg.statement.left_bundle_rule"
PREEXCITATION_RULE: Final = "ecg_preexcitation"
SEEN_BY_RULE: Final = "ecg.statement.seen_by_rule"
VENTRICULAR_RULES: Final = frozenset({"ecg_wide_without_p_fast", "ecg_wide_without_p"})


def rules_that_speak(analysis: EcgAnalysis) -> frozenset[str]:
    """Return the urgent rules that speak of an ECG, of whomever it is.

    A short PR and a slow start of the QRS: no block, hypertrophy or scar is told of such a QRS.
    Wide complexes that no P wave leads: nothing is told of a sinus node or a block.

    Parameters
    ----------
    analysis : with both measurements
    """
    return frozenset(item.rule_id for item in urgent_ecg(analysis).items)


def as_rules_see(said: Statement, rules: AbstractSet[str]) -> Statement:
    """Call borderline what the findings call absent and an urgent rule sees.

    Parameters
    ----------
    said : the statement
    rules : urgent rules that speak of the recording, or of a part of it
    """
    seen = statement_settings()["not_absent_beside_rule"].items()
    if said.state != ABSENT or not any(said.name == name and rule in rules for rule, name in seen):
        return said
    return replace(said, state=BORDERLINE, held=(*said.held, Message(SEEN_BY_RULE)))


def forbidden_by_rule(spec: StatementSpec, rules: AbstractSet[str]) -> bool:
    """Say whether an urgent rule that speaks finds what forbids a statement.

    Parameters
    ----------
    spec : of the statement
    rules : what ``rules_that_speak`` returned
    """
    found = statement_settings()["not_said_beside_rule"].items()
    return any(rule in rules and name in forbidden_by(spec) for rule, name in found)
