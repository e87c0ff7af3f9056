"""Reads the urgent rules; what each level means, and what a risk level asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from ..logic import OPERATORS
from ..prediagnosis import URGENCIES, Urgency
from ..vocabulary.load import read_toml
from .model import Citation, Condition, Outcome, UrgentRule
from .read import broken, read_citation, read_flag, read_outcome, read_threshold

URGENCY_FILE: Final = "urgency.toml"


@dataclass(frozen=True, slots=True)
class RiskUrgency:
    """What a band or level of a published risk asks for (``score2``, ``very_high``)."""

    score: str
    level: str
    outcome: Outcome
    citation: Citation


def _condition(raw: Mapping[str, Any], path: str) -> Condition:
    if "flag" in raw:
        return Condition(flag=read_flag(raw["flag"], path))
    if "age" in raw:
        if raw["age"] not in OPERATORS:
            raise broken(f"the operator {raw['age']!r}", f"they are {' '.join(OPERATORS)}", path)
        return Condition(age_op=raw["age"], age_years=int(raw["years"]))
    return Condition(threshold=read_threshold(raw, path))


def _conditions(raw: Mapping[str, Any], named: Mapping[str, Any], path: str) -> list[Condition]:
    if "use" not in raw:
        return [_condition(raw, path)]
    if raw["use"] not in named:
        raise broken(f"the group {raw['use']!r}", "no group of conditions has that name", path)
    return [_condition(one, path) for one in named[raw["use"]]]


def parse_urgent(raw: Mapping[str, Any], path: str) -> tuple[UrgentRule, ...]:
    """Return the urgent rules of a file that was read already.

    Raises
    ------
    DataError  if something in it is unknown or missing
    """
    try:
        return tuple(_rule(rule, raw.get("conditions", {}), path) for rule in raw["rule"])
    except KeyError as error:
        raise broken(f"no {error}", "the file can't be used without it", path) from error


def _rule(raw: Mapping[str, Any], named: Mapping[str, Any], path: str) -> UrgentRule:
    where = f"{path}, rule {raw['id']}"
    level: Urgency = raw["level"]
    if level not in URGENCIES:
        raise broken(f"the level {level!r}", f"levels are {' '.join(URGENCIES)}", where)
    clauses = tuple(
        tuple(c for one in clause["any"] for c in _conditions(one, named, where))
        for clause in raw["all"]
    )
    if not clauses or not all(clauses):
        raise broken("a rule without a condition", "it would always fire", where)
    return UrgentRule(
        id=raw["id"],
        group=raw["group"],
        level=level,
        clauses=clauses,
        action=raw["action"],
        addressee=raw["addressee"],
        citation=read_citation(raw, where),
    )


@cache
def load_urgent_rules() -> tuple[UrgentRule, ...]:
    """Return the urgent rules that ship with the engine.

    Raises
    ------
    DataError  if the file is broken
    """
    rules = parse_urgent(read_toml(__package__ or "", URGENCY_FILE), URGENCY_FILE)
    if len({r.id for r in rules}) < len(rules):
        raise broken("two urgent rules with one id", "one would be hidden", URGENCY_FILE)
    return rules


@cache
def load_risk_urgency() -> Mapping[tuple[str, str], RiskUrgency]:
    """Return (score, level) -> what it asks for.

    >>> load_risk_urgency()["score2", "very_high"].outcome.urgency
    'U2'
    """
    raw = read_toml(__package__ or "", URGENCY_FILE)
    found = [
        RiskUrgency(r["score"], r["level"], read_outcome(r, URGENCY_FILE), _cited(r))
        for r in raw["risk_level"]
    ]
    return {(r.score, r.level): r for r in found}


def _cited(raw: Mapping[str, Any]) -> Citation:
    return read_citation(raw, f"{URGENCY_FILE}, {raw['score']} {raw['level']}")
