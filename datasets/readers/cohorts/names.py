"""What a condition of a search may name, and the SQL that decides it for a person ``p``.

A name with a point takes the rest as its key: ``value.hba1c``, ``finding.bmi``, ``exposure.noise``.
Everything else is refused by name: a condition that is left out would find other people.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, Final

from ....engine.trajectories import trajectory_items
from ....engine.vocabulary import load_vocabulary
from .codes import cim10_findings, finding_ids, loinc_slots, measured_slots, table_quantity
from .compare import Sql, Value, broken, compared, is_yes
from .exposures import ASKED, HAS, exposure_codes
from .trend_units import ORDERED, in_model_unit
from .trends import OF_LAST, trend_condition
from .values import compare_value
from .who import AGE, DEVICE, DEVICE_OF, PERSONS, PLACES, SEX
from .who_asked import NAMES, person_condition, place_condition
from .words import VERDICTS, column_words, finding_words, trend_words

NOTHING_ELSE: Final = ", and a condition that is left out would find other people"
_URGENT: Final = "urgent"
"""Under this name the row of a result keeps the urgent rules that fired."""
_ASKED: Final = ("condition", "medication", "symptom", "questionnaire")
_OF_FINDING: Final[Mapping[str, tuple[str, str]]] = {
    "finding": ("f.state", "word"),
    "urgency": ("f.urgency", "word"),
    "grade": ("f.grade", "word"),
    "risk": ("f.risk", "share"),
}


@dataclass(frozen=True, slots=True)
class Given:
    """One condition as it was written, and with a site's code as the name of the house."""

    text: str
    meaning: str
    name: str
    op: str
    value: str


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition, with the SQL that decides it.

    ``name`` : of the house
    ``reads`` : table and, of it, a column, slot, finding or question
    ``left_open`` : the SQL, and what is bound to it, of whom only a bound is known that decides
    neither way; None where that can't be
    ``texts`` : free texts that some visit must name, else nobody could be found
    """

    name: str
    text: str
    meaning: str
    sql: str
    values: tuple[Value, ...]
    reads: frozenset[tuple[str, str]]
    left_open: Sql | None = None
    texts: tuple[str, ...] = ()


@cache
def fields() -> Mapping[str, Any]:
    """Return the columns that a search may name, from ``fields.toml``."""
    text = files(__package__ or "").joinpath("fields.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def trajectory_columns() -> frozenset[str]:
    """Return the columns of the trajectories that a condition may read."""
    read = {str(row["column"]) for row in fields()["trajectory"].values()}
    return frozenset({"person_id", "item", *read, *OF_LAST})


def condition_of(given: Given) -> Condition:
    """Return one condition.

    Raises
    ------
    DataError  if it names something that no search knows, or compares it with what it is not
    """
    head, _, key = given.name.partition(".")
    if not key and head in fields()["column"]:
        kind_of = fields()["column"][head]
        sql, values = compared(f"p.{head}", kind_of, given.op, given.value, column_words(head))
        return _made(given, sql, values, ("people", head))
    if not key and head in NAMES:
        return _who(given, "")
    if not key and table_quantity(head):
        return _measured(given, *table_quantity(head))
    kind = _KINDS.get(head) if key else None
    if kind is None:
        raise _unknown(given)
    return kind(given, key)


def _made(given: Given, sql: str, values: tuple[Value, ...], *reads: tuple[str, str]) -> Condition:
    return Condition(given.name, given.text, given.meaning, sql, values, frozenset(reads))


def _exists(table: str, own: str) -> str:
    """Return whether a person has a row in a table; house names, values are bound."""
    return f"EXISTS (SELECT 1 FROM {table} WHERE {table[0]}.person_id = p.person_id AND {own})"  # noqa: S608 - house names, values are bound


def _who(given: Given, _: str) -> Condition:
    """Ask who came, where, and with which device."""
    name = given.name
    if name in (AGE, SEX):
        (sql, values), left_open = person_condition(name, given.op, given.value)
        made = _made(given, sql, values, (PERSONS, name))
        return replace(made, left_open=left_open)
    (sql, values), texts = place_condition(given.text, name, given.op, given.value)
    return replace(_made(given, sql, values, (PLACES, name)), texts=texts)


def _value(given: Given, key: str) -> Condition:
    return _measured(given, measured_slots(key))


def _loinc(given: Given, key: str) -> Condition:
    return _measured(given, loinc_slots(key))


def _measured(given: Given, slots: tuple[str, ...], unit: str = "") -> Condition:
    """Ask for a value that was measured at the visit; any of them counts."""
    sql, values = compare_value(given.text, slots, (given.op, given.value), unit)
    return _made(given, sql, values, *(("measurements", slot) for slot in slots))


def _trajectory(given: Given, item: str) -> Condition:
    items = [one.name for one in trajectory_items()]
    if item not in items:
        raise broken(f"the item {item!r}", "it is not followed", f"Use {', '.join(items)}")
    row = fields()["trajectory"][given.name.partition(".")[0]]
    words = trend_words() if row["kind"] == "word" else ()
    if words and given.op in ORDERED:
        raise broken(
            f"{given.text!r}",
            f"a trend is one of {', '.join(words)}",
            f"Ask for its amount: slope.{item} {given.op} {given.value}",
        )
    value = in_model_unit(given.text, given.value, item, row.get("unit", ""))
    asked = trend_condition(row, item, (given.op, value), words)
    made = _made(given, *asked.decided, ("trajectories", item))
    return replace(made, left_open=asked.left_open)


def _finding(given: Given, key: str) -> Condition:
    what = given.name.partition(".")[0]
    column, kind = _OF_FINDING[what]
    _require_finding(key)
    words = finding_words(key, what) if kind == "word" else ()
    sql, values = compared(column, kind, given.op, given.value, words)
    within = _exists("findings f", f"f.finding = ? AND {sql}")
    return _made(given, within, (key, *values), ("findings", key))


def _require_finding(name: str, *more: str) -> None:
    known = (*finding_ids(), *more)
    if name not in known:
        raise broken(f"the finding {name!r}", "no finding has this name", f"Use {', '.join(known)}")


def _cim10(given: Given, code: str) -> Condition:
    """Ask for a present finding that leaves with this sign code; no: assessed, and none present."""
    found = cim10_findings(code)
    is_in = is_yes(given.text, given.op, given.value)
    of_them = f"f.finding IN ({', '.join('?' * len(found))})"
    present = _exists("findings f", f"{of_them} AND f.state = 'present'")
    assessed = _exists("findings f", f"{of_them} AND f.state <> 'not_assessable'")
    reads = [("findings", one) for one in found]
    if is_in:
        return _made(given, present, found, *reads)
    return _made(given, f"{assessed} AND NOT {present}", found * 2, *reads)


def _asked(given: Given, key: str) -> Condition:
    """Ask for an answer of the visit; what nobody asked is neither yes nor no."""
    question = load_vocabulary().questions.get(given.name)
    if question is None:
        raise _unknown(given)
    choices = {choice.code for choice in question.choices}
    words = {part.strip() for part in given.value.split(",")} if given.op != "is" else set()
    if words - choices:
        raise broken(f"{given.text!r}", "it is no answer", f"Use {', '.join(sorted(choices))}")
    sql, values = compared("a.answer", "word", given.op, given.value)
    has = _exists("answers a", "a.question = ?" + ("" if given.op == "is" else f" AND {sql}"))
    is_absent = given.op == "is" and given.value == "unknown"
    return _made(
        given, f"NOT {has}" if is_absent else has, (given.name, *values), ("answers", given.name)
    )


def _exposure(given: Given, code: str) -> Condition:
    """Ask for an exposure; no: of somebody who was asked about it, or about the whole list."""
    if code not in exposure_codes():
        known = ", ".join(f"exposure.{one}" for one in exposure_codes())
        raise broken(f"the exposure {code!r}", "no list has it", f"Use {known}")
    is_in = is_yes(given.text, given.op, given.value)
    has = _exists("exposures e", HAS)
    if is_in:
        return _made(given, has, (code,), ("exposures", code))
    asked = _exists("exposures e", ASKED)
    return _made(given, f"{asked} AND NOT {has}", (code, code), ("exposures", code))


def _reason(given: Given, finding: str) -> Condition:
    """Ask whether the row keeps reasons of a finding; not whether it is present."""
    _require_finding(finding, _URGENT)
    is_in = is_yes(given.text, given.op, given.value)
    sql = "list_contains(list_transform(p.reasons, r -> r.finding), ?)"
    return _made(given, sql if is_in else f"NOT {sql}", (finding,), ("people", "reasons"))


def _decision(given: Given, finding: str) -> Condition:
    _require_finding(finding)
    sql, values = compared("d.verdict", "word", given.op, given.value, VERDICTS)
    within = _exists("decisions d", f"d.finding_id = ? AND {sql}")
    return _made(given, within, (finding, *values), ("decisions", finding))


_KINDS: Final[Mapping[str, Callable[[Given, str], Condition]]] = {
    DEVICE: _who,
    "value": _value,
    "loinc": _loinc,
    "cim10": _cim10,
    "exposure": _exposure,
    "reason": _reason,
    "decision": _decision,
    **dict.fromkeys(_OF_FINDING, _finding),
    **dict.fromkeys(_ASKED, _asked),
    **dict.fromkeys(("last", "slope", "trend", "tests", "days_since", "in_range"), _trajectory),
}


def _unknown(given: Given) -> Exception:
    known = [*fields()["column"], *NAMES, *(f"{t}.ITEM" for t in fields()["trajectory"])]
    keyed = (
        "value.SLOT", "loinc.CODE", "cim10.CODE", "local.CODE", "reason.FINDING", "exposure.CODE",
        "decision.FINDING", f"{DEVICE_OF}ITEM", *(f"{one}.FINDING" for one in _OF_FINDING),
        *(f"{one}.CODE" for one in _ASKED),
    )  # fmt: skip
    return broken(
        f"{given.name!r}",
        "no search knows it" + NOTHING_ELSE,
        "Use one of: " + ", ".join([*known, *keyed]),
    )
