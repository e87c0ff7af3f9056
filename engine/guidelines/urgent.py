"""Reads the urgent rules."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from ..logic import OPERATORS
from ..prediagnosis import URGENCIES, Urgency
from ..vocabulary.load import read_toml
from .model import MEASURE_AGAIN, Condition, UrgentRule
from .read import broken, check_item, read_citation, read_flag, read_threshold

URGENCY_FILE: Final = "urgency.toml"


def _condition(raw: Mapping[str, Any], path: str) -> Condition:
    if "flag" in raw:
        return Condition(flag=read_flag(raw["flag"], path))
    if "absent" in raw:
        check_item(raw["absent"], path)
        return Condition(absent=raw["absent"])
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
    DataError  if something in it is unknown, missing or there twice
    """
    try:
        rules = tuple(_rule(rule, raw.get("conditions", {}), path) for rule in raw["rule"])
    except KeyError as error:
        raise broken(f"no {error}", "the file can't be used without it", path) from error
    if len({r.id for r in rules}) < len(rules):
        raise broken("two urgent rules with one id", "one would be hidden", path)
    return rules


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
        again=raw.get("again", MEASURE_AGAIN),
    )


@cache
def load_urgent_rules() -> tuple[UrgentRule, ...]:
    """Return the urgent rules that ship with the engine.

    Raises
    ------
    DataError  if the file is broken
    """
    return parse_urgent(read_toml(__package__ or "", URGENCY_FILE), URGENCY_FILE)
