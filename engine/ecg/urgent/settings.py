"""The urgent ECG rules as data, read once; every number is explained in the file."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from ...guidelines.model import Citation
from ...guidelines.read import broken, read_citation, read_flag
from ...logic import OPERATORS, Operator
from ...prediagnosis import URGENCIES, Urgency
from ...vocabulary.load import read_toml
from .limits import AtrialLimits, Exclusions, Limits

FILE: Final = "ecg_urgent.toml"
_GUIDELINES: Final = "laennec.engine.guidelines"
_T_LIMITS: Final = frozenset({"t_mv", "deep_t_mv"})
# Each shape, and the limits on T that it asks for.
_FRONT_SHAPES: Final[Mapping[str, frozenset[str]]] = {
    "depressed": frozenset({"t_mv"}),
    "surely_depressed": frozenset({"t_mv"}),
    "coved": frozenset({"t_mv"}),
    "deep": frozenset({"t_mv"}),
    "turned": _T_LIMITS,
    "low": frozenset(),
    "surely_low": frozenset(),
    "raised": frozenset(),
}


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a rule reads: its unit, and the decimals with which it is printed and compared.

    ``is_sign``: yes or no, which the sentence of the rule says already; ``told_by`` names the
    quantity that is printed for it, if any.
    """

    unit: str
    decimals: int
    is_sign: bool = False
    told_by: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of a rule."""

    quantity: str
    op: Operator
    value: float


@dataclass(frozen=True, slots=True)
class EcgRule:
    """One urgent rule.

    Attributes
    ----------
    level : None where the rule speaks with declared symptoms only
    level_with_symptoms : where a cardiac symptom was declared; None where it changes nothing
    conditions : all of them must hold; none for a review
    partly : a physician reads the ECG where all that is known holds and something is not
    """

    id: str
    group: str
    level: Urgency | None
    level_with_symptoms: Urgency | None
    conditions: tuple[Condition, ...]
    partly: bool
    action: str
    action_with_symptoms: str
    addressee: str
    citation: Citation

    @property
    def source(self) -> str:
        """Guideline and where it was read, as an item prints them."""
        return f"{self.citation.guideline} [{self.citation.read_in}]"

    def level_for(self, *, symptoms: bool) -> Urgency | None:
        """Return the level for a person with or without declared symptoms."""
        return (self.level_with_symptoms or self.level) if symptoms else self.level


@dataclass(frozen=True, slots=True)
class StLimit:
    """From where ST at J is raised in some leads, for some people."""

    leads: tuple[str, ...]
    mv: float
    sex: str | None
    age_from: float | None
    age_below: float | None

    def may_hold_for(self, sex: str | None, age_years: float | None) -> bool:
        """Whether this row is the person's, or could be where sex or age is not known."""
        if self.sex is not None and sex is not None and self.sex != sex:
            return False
        if age_years is None:
            return True
        young = self.age_from is not None and age_years < self.age_from
        old = self.age_below is not None and age_years >= self.age_below
        return not (young or old)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Leads of which two that are raised make a criterion."""

    leads: tuple[str, ...]
    territory: str


@dataclass(frozen=True, slots=True)
class FrontPattern:
    """What some of the leads may show.

    Attributes
    ----------
    shape : how the limits are read (front.py)
    leads : in which; neighbours stand side by side
    least : so many neighbours make a criterion; that many are counted or none
    st_mv, t_mv : limits of ST and of the end of T; NaN where T is not asked
    deep_t_mv : limit of a T that is negative from its start; NaN where it is not asked
    is_apart : whether leads that are no neighbours count too
    """

    shape: str
    leads: tuple[str, ...]
    least: int
    st_mv: float
    t_mv: float = math.nan
    deep_t_mv: float = math.nan
    is_apart: bool = False


@dataclass(frozen=True, slots=True)
class EcgUrgentSettings:
    """Everything that the file says."""

    symptoms: tuple[str, ...]
    quantities: Mapping[str, Quantity]
    limits: Limits
    exclusions: Exclusions
    atrial: AtrialLimits
    st_limits: tuple[StLimit, ...]
    neighbours: tuple[Neighbours, ...]
    front: Mapping[str, FrontPattern]
    rules: tuple[EcgRule, ...]
    reviews: Mapping[str, EcgRule]

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups of rules, each once, in the order of the file."""
        return tuple(dict.fromkeys(rule.group for rule in self.rules))


@cache
def load_ecg_urgent() -> EcgUrgentSettings:
    """Return the urgent ECG rules that ship with the engine.

    Raises
    ------
    DataError  if the file is broken
    """
    return parse_ecg_urgent(read_toml(_GUIDELINES, FILE), FILE)


def parse_ecg_urgent(raw: Mapping[str, Any], path: str) -> EcgUrgentSettings:
    """Return the rules of a file that was read already.

    Raises
    ------
    DataError  if something in it is unknown, missing or there twice
    """
    try:
        quantities = {name: Quantity(**row) for name, row in raw["quantity"].items()}
        rules = tuple(_rule(row, quantities, path) for row in raw["rule"])
        reviews = tuple(_rule({**row, "all": ()}, quantities, path) for row in raw["review"])
        symptoms = tuple(read_flag(name, path).name for name in raw["symptoms"]["cardiac"])
        found = EcgUrgentSettings(
            symptoms=symptoms,
            quantities=quantities,
            limits=Limits(**raw["limits"]),
            exclusions=Exclusions(**raw["exclusions"]),
            atrial=AtrialLimits(**raw["atrial"]),
            st_limits=tuple(_st_limit(row, path) for row in raw["st_limit"]),
            neighbours=tuple(_neighbours(row) for row in raw["contiguous"]),
            front={
                name: _front_pattern(row, quantities, name, path)
                for name, row in raw["front"].items()
            },
            rules=rules,
            reviews={review.id: review for review in reviews},
        )
    except (KeyError, TypeError) as error:
        raise broken(f"{error}", "the file can't be used as it is", path) from error
    ids = [rule.id for rule in (*rules, *reviews)]
    if len(set(ids)) < len(ids):
        raise broken("two urgent rules with one id", "one would be hidden", path)
    return found


def _rule(raw: Mapping[str, Any], quantities: Mapping[str, Quantity], path: str) -> EcgRule:
    where = f"{path}, rule {raw['id']}"
    levels = [raw.get("level"), raw.get("level_with_symptoms")]
    if not any(levels) or not {x for x in levels if x} <= set(URGENCIES):
        raise broken(f"the levels {levels}", f"levels are {' '.join(URGENCIES)}", where)
    if raw["all"] == []:
        raise broken("a rule without a condition", "it would always fire", where)
    return EcgRule(
        id=raw["id"],
        group=raw["group"],
        level=levels[0],
        level_with_symptoms=levels[1],
        conditions=tuple(_condition(c, quantities, where) for c in raw["all"]),
        partly=bool(raw.get("partly", False)),
        action=raw["action"],
        action_with_symptoms=raw.get("action_with_symptoms", raw["action"]),
        addressee=raw["addressee"],
        citation=read_citation(raw, where),
    )


def _condition(raw: Mapping[str, Any], quantities: Mapping[str, Quantity], where: str) -> Condition:
    name, op = raw["quantity"], raw["op"]
    if name not in quantities or quantities[name].unit != raw["unit"]:
        raise broken(f"{name} in {raw['unit']}", "no quantity has that name and unit", where)
    if op not in OPERATORS:
        raise broken(f"the operator {op!r}", f"they are {' '.join(OPERATORS)}", where)
    return Condition(name, op, float(raw["value"]))


def _st_limit(raw: Mapping[str, Any], path: str) -> StLimit:
    read_citation(raw, f"{path}, st_limit")
    return StLimit(
        leads=tuple(raw["leads"]),
        mv=float(raw["mv"]),
        sex=raw.get("sex"),
        age_from=raw.get("age_from"),
        age_below=raw.get("age_below"),
    )


def _neighbours(raw: Mapping[str, Any]) -> Neighbours:
    return Neighbours(tuple(raw["leads"]), raw["territory"])


def _front_pattern(
    raw: Mapping[str, Any], quantities: Mapping[str, Quantity], name: str, path: str
) -> FrontPattern:
    if name not in quantities:
        raise broken(f"the pattern {name}", "no quantity has that name", f"{path}, front")
    if raw["shape"] not in _FRONT_SHAPES:
        shapes = " ".join(_FRONT_SHAPES)
        raise broken(f"the shape {raw['shape']!r}", f"they are {shapes}", f"{path}, front")
    asked, given = _FRONT_SHAPES[raw["shape"]], _T_LIMITS & set(raw)
    if asked != given:
        why = f"the shape reads {sorted(asked)}: one that is missing is never met"
        raise broken(f"the pattern {name} with {sorted(given)}", why, f"{path}, front")
    return FrontPattern(**{**raw, "leads": tuple(raw["leads"])})
