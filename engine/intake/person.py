"""Who and when: identity, dates, age and sex of one record, and the wrong-patient guard."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ..record import FEMALE, MALE, UNKNOWN
from .document import intake_numbers
from .problems import ProblemLog, shown

PERSON_KEYS = ("id", "birth_date", "sex")
_SEXES = {"female": FEMALE, "male": MALE}
_LINE_BREAKS = ("Zl", "Zp")
_SPACES = "Zs"
_NATIONAL = re.compile(r"(?P<number>[1-478]\d{4}(?:\d\d|2[AB])\d{6})(?P<key>\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Identity:
    """The identity triple; it must be the same wherever two parts of a record meet.

    ``age_years`` at the visit, completed, stands in for a birth date that a table does not have.
    """

    person_id: str
    birth_date: date | None
    sex: int
    age_years: int = UNKNOWN


def read_identifier(value: object, path: str, log: ProblemLog) -> str:
    """Return a pseudonymous id, refusing the record if there is none; as `with_plain_spaces`."""
    limit = int(intake_numbers()["limits"]["text"])
    if not isinstance(value, str) or not value.strip() or len(value) > limit:
        log.refuse_record("identifier_missing", path, limit=str(limit))
        return ""
    if not all(_can_be_printed(character) for character in value):
        log.refuse_record("identifier_unprintable", path, found=shown(value))
        return ""
    return with_plain_spaces(value)


def with_plain_spaces(identifier: str) -> str:
    """Return an identifier without blanks around it, and with one plain space for those within.

    A no-break space prints as a space does: two numbers that read alike would be two visits, and
    the guard that compares them would see neither.

    >>> with_plain_spaces(" R\u00a0 1\u202f")
    'R 1'
    """
    plain = (" " if unicodedata.category(c) == _SPACES else c for c in identifier)
    return " ".join(one for one in "".join(plain).split(" ") if one)


def looks_national(identifier: str) -> bool:
    """Say whether an identifier looks like a French national number (NIR, INS) with a right key.

    Thirteen characters and the key of two: a modulus less the number by that modulus; 2A and 2B
    stand for the two departments of Corsica (19 and 18). Without its key a number can't be told
    from another id. Source: INSEE, numéro de sécurité sociale (FM).

    >>> looks_national("2 55 08 14 168 025 38"), looks_national("255081416802539")
    (True, False)
    """
    found = _NATIONAL.fullmatch(identifier.replace(" ", "").upper())
    if found is None:
        return False
    number = found["number"].replace("2A", "19").replace("2B", "18")
    modulus = int(intake_numbers()["national_number"]["key_modulus"])
    return int(found["key"]) == modulus - int(number) % modulus


def _can_be_printed(character: str) -> bool:
    """Say no to controls, line breaks and half surrogates: two ids would print as the same one."""
    category = unicodedata.category(character)
    return category[0] != "C" and category not in _LINE_BREAKS


def read_moment(value: object, path: str, log: ProblemLog, now: datetime | None) -> datetime | None:
    """Return when the visit took place; a date and time with its time zone."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        log.refuse_record("moment_unreadable", path, found=shown(value))
        return None
    skew = timedelta(minutes=int(intake_numbers()["clock"]["future_skew_minutes"]))
    if now is not None and moment > now + skew:
        log.refuse_record("moment_in_future", path, found=moment.isoformat())
    return moment


def read_identity(person: object, path: str, log: ProblemLog) -> Identity:
    """Return the identity triple; a missing sex or birth date is told and stays unknown."""
    if not isinstance(person, Mapping):
        log.refuse_record("person_missing", path)
        return Identity("", None, UNKNOWN)
    log.unknown_keys(person, PERSON_KEYS, path)
    person_id = read_identifier(person.get("id"), f"{path}.id", log)
    if looks_national(person_id):
        log.add("note", "identifier_national", f"{path}.id")
    return Identity(
        person_id,
        _read_birth_date(person.get("birth_date"), f"{path}.birth_date", log),
        _read_sex(person.get("sex"), f"{path}.sex", log),
    )


def _read_birth_date(value: object, path: str, log: ProblemLog) -> date | None:
    if value is None:
        log.add("note", "birth_date_missing", path, item="age")
        return None
    day = _calendar_day(value)
    if day is None:
        log.add("refused_item", "birth_date_unreadable", path, item="age", found=shown(value))
    return day


def _calendar_day(value: object) -> date | None:
    """Return a day that is written YYYY-MM-DD, as the schema asks; no other form of ISO 8601."""
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return day if day is not None and day.isoformat() == value else None


def _read_sex(value: object, path: str, log: ProblemLog) -> int:
    if value is None:
        log.add("note", "sex_missing", path, item="sex")
        return UNKNOWN
    if not isinstance(value, str) or value not in _SEXES:
        log.add("refused_item", "sex_unknown", path, item="sex", found=shown(value))
        return UNKNOWN
    return _SEXES[value]


def completed_years(
    birth_date: date | None, moment: datetime | None, path: str, log: ProblemLog
) -> int:
    """Return the age in completed years at the visit, or -1 where it can't be known.

    >>> completed_years(date(1974, 3, 2), datetime.fromisoformat("2026-03-01T09:00:00+01:00"),
    ...                 "$", ProblemLog())
    51
    """
    if birth_date is None or moment is None:
        return UNKNOWN
    day = moment.date()
    if birth_date > day:
        log.refuse_record("birth_after_visit", path)
        return UNKNOWN
    before_birthday = (day.month, day.day) < (birth_date.month, birth_date.day)
    return day.year - birth_date.year - int(before_birthday)


def guard_same_person(one: Identity, other: Identity, path: str, log: ProblemLog) -> bool:
    """Refuse the record if another part of it belongs to another person; no fuzzy match.

    Every element of the triple must be equal wherever both parts state it: a wrong patient is the
    second hazard of the register (H2). A part that states no number is not known to be the same
    person's.
    """
    if not other.person_id:
        log.refuse_record("person_not_stated", path)
        return False
    names = differing(one, other)
    if names:
        log.refuse_record("wrong_patient", path, elements=", ".join(names))
    return not names


def differing(one: Identity, other: Identity) -> tuple[str, ...]:
    """Return the elements of the identity triple in which two parts of a record differ."""
    births, sexes = (one.birth_date, other.birth_date), (one.sex, other.sex)
    differs = {
        "id": one.person_id != other.person_id,
        "birth_date": None not in births and births[0] != births[1],
        "sex": UNKNOWN not in sexes and sexes[0] != sexes[1],
    }
    return tuple(name for name, is_other in differs.items() if is_other)


def short_text(given: object) -> str:
    """Return a text that says where or with what; empty where it is none or too long for that.

    >>> short_text(" analyser 2 "), short_text(7)
    ('analyser 2', '')
    """
    text = given.strip() if isinstance(given, str) else ""
    return text if len(text) <= int(intake_numbers()["limits"]["text"]) else ""
