"""Conditions on who came and where: ``age_years >= 45``, ``sex = female``, ``site = Lyon``."""

import re
from typing import Final

from ....engine.vocabulary import load_vocabulary
from .compare import Sql, Value, broken, compared, is_known
from .who import AGE, DEVICE, DEVICE_OF, PERSONS, PLACES, SEX, SEXES, SITE

NAMES: Final = (AGE, SEX, SITE, DEVICE)
_OTHERWISE: Final = {">": "<=", ">=": "<", "<": ">=", "<=": ">", "=": "!=", "!=": "="}
_TEXT: Final = re.compile(r'\s*(?:"([^"]*)"|([^",]+?))\s*(?:,|$)')
_PERSON: Final = f"EXISTS (SELECT 1 FROM {PERSONS} a WHERE a.person_id = p.person_id AND ({{own}}))"  # noqa: S608 - house names, values are bound


def person_condition(name: str, op: str, value: str) -> tuple[Sql, Sql | None]:
    """Return the SQL of a condition on age or sex, and of whom two ages leave it open.

    Parameters
    ----------
    name : ``age_years`` or ``sex``
    op, value : as they were written

    Raises
    ------
    DataError  if the value is no number or no word that exists
    """
    if name == SEX:
        own, values = compared(f"a.{SEX}", "word", op, value, tuple(SEXES.values()))
        return (_PERSON.format(own=own), values), None
    own, values = _age(op, value)
    asked = _PERSON.format(own=own), values
    if op == "is":
        return asked, None
    if op not in _OTHERWISE:
        return asked, (_PERSON.format(own="a.age_highest > a.age_years"), ())
    no, of_no = _age(_OTHERWISE[op], value)
    neither = _PERSON.format(own=f"a.{AGE} IS NOT NULL AND NOT ({own}) AND NOT ({no})")
    return asked, (neither, (*values, *of_no))


def _age(op: str, value: str) -> Sql:
    """Return what is true of every age that is possible."""
    low, values = compared(f"a.{AGE}", "number", op, value)
    if op in (">", ">=", "is"):
        return low, values
    high, _ = compared("a.age_highest", "number", op, value)
    if op in ("<", "<="):
        return high, values
    if op == "=":
        return f"{low} AND {high}", (*values, *values)
    if op == "!=":
        return f"a.{AGE} > ? OR a.age_highest < ?", (*values, *values)
    return f"a.{AGE} = a.age_highest AND {low}", values


def place_condition(text: str, name: str, op: str, value: str) -> tuple[Sql, tuple[str, ...]]:
    """Return the SQL of a condition on a site or a device, and the texts that it compares with.

    ``device`` is any device of the visit; ``device.ITEM`` that of the item, else that of the visit.

    Raises
    ------
    DataError  if it orders texts, or names an item that is not measured
    """
    which, keys = _which(name)
    row = f"FROM {PLACES} s WHERE s.person_id = p.person_id AND ({which})"
    named = f"EXISTS (SELECT 1 {row})"
    if op == "is":
        return ((named if is_known(value) else f"NOT {named}"), keys), ()
    if op not in ("=", "!=", "in"):
        raise broken(f"{text!r}", "a site or a device has no order", "Use =, != or in")
    texts = _texts(text, value, many=op == "in")
    has = f"EXISTS (SELECT 1 {row} AND s.named IN ({', '.join('?' * len(texts))}))"
    bound: tuple[Value, ...] = (*keys, *texts)
    if op == "!=":
        return (f"{named} AND NOT {has}", (*keys, *bound)), texts
    return (has, bound), texts


def _which(name: str) -> tuple[str, tuple[str, ...]]:
    """Return the SQL of the rows that a name speaks of."""
    if name == SITE:
        return f"s.what = '{SITE}'", ()
    if name == DEVICE:
        return f"s.what <> '{SITE}'", ()
    item = name.removeprefix(DEVICE_OF)
    known = load_vocabulary().items
    if item not in known:
        raise broken(f"the device of {item!r}", "nothing has this name", f"Use {', '.join(known)}")
    own = f"SELECT 1 FROM {PLACES} o WHERE o.person_id = p.person_id AND o.what = ?"  # noqa: S608 - house names, values are bound
    return f"s.what = ? OR (s.what = '{DEVICE}' AND NOT EXISTS ({own}))", (name, name)


def _texts(text: str, value: str, *, many: bool) -> tuple[str, ...]:
    """Return the texts of a condition; one with a comma, or " and ", stands in quotes."""
    found, at = [], 0
    while at < len(value):
        match = _TEXT.match(value, at)
        said = (match.group(1) or match.group(2) or "").strip() if match else ""
        if match is None or not said:
            raise broken(f"{text!r}", "a text is asked for", 'Write site = Lyon, or "Lyon, 2"')
        found.append(said)
        at = match.end()
    if len(found) > 1 and not many:
        raise broken(f"{text!r}", "it is one text", 'Write in for several, or quote it: "Lyon, 2"')
    return tuple(found)
