"""Reads one reported measurement into one reading of one slot."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from ..record import UNKNOWN, ItemState
from ..vocabulary import Item, Vocabulary
from .document import intake_numbers
from .fasting import glucose_state, read_fasting
from .person import short_text
from .problems import ProblemLog, shown
from .reported_values import read_value
from .units import check_unit_of_code, read_unit, with_sent_unit
from .unread_values import is_watched, what_it_may_mean

LOINC_SYSTEM: Final = "http://loinc.org"
LOCAL_SYSTEM: Final = "laennec"
KEYS: Final = (
    "code",
    "value",
    "unit",
    "comparator",
    "at",
    "fasting_hours",
    "confirmed_by",
    "device",
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One reported value on its way into a column."""

    slot: str
    text: str
    nano: int
    unit: int
    comparator: int
    state: ItemState
    confirmed: bool
    path: str
    at: datetime | None
    methods: Mapping[str, int]
    old: bool = False
    device: str = ""


@dataclass(frozen=True, slots=True)
class MeasurementContext:
    """What a measurement is read against."""

    vocabulary: Vocabulary
    performed_at: datetime | None
    log: ProblemLog


@dataclass(frozen=True, slots=True)
class _Code:
    item: Item
    implied: Mapping[str, Any]


def read_measurement(given: object, path: str, context: MeasurementContext) -> tuple[Reading, ...]:
    """Return the reading, refused where something about it is wrong; nothing if it has no item.

    Of a value that is no decimal, what it may mean is returned, refused: for the urgent rules.
    """
    log = context.log
    if not isinstance(given, Mapping):
        log.refuse_record("not_an_object", path)
        return ()
    code = _read_code(given, f"{path}.code", context)
    if code is None:
        return ()
    before = len(log.problems)
    log.unknown_keys(given, (*KEYS, *context.vocabulary.methods), path)
    value = read_value(given, path, code.item, log)
    unit = read_unit(given.get("unit"), f"{path}.unit", code.item, value, log)
    if unit >= 0:
        check_unit_of_code(code.item, unit, code.implied, f"{path}.unit", log)
    methods = _read_methods(given, path, code, context)
    at = _read_at(given.get("at"), f"{path}.at", code.item, context)
    slot = _slot(given, path, code, methods, context)
    sent = with_sent_unit(shown(given.get("value")), unit, given.get("unit"))
    old = _is_old(at, f"{path}.at", (code.item, slot, unit, sent), context)
    if value is None:
        words = _as_words(given.get("value"), (slot, unit, path, at), code.item, context.vocabulary)
        return tuple(replace(reading, old=old, text=sent) for reading in words)
    refused = any(p.severity in ("refused_item", "refused_record") for p in log.problems[before:])
    suspect = any(p.severity == "suspect_item" for p in log.problems[before:])
    state = ItemState.REFUSED if refused else ItemState.SUSPECT if suspect else ItemState.ACCEPTED
    reading = Reading(
        slot=slot,
        text=with_sent_unit(value[0], unit, given.get("unit")),
        nano=value[1],
        unit=unit,
        comparator=value[2],
        state=state,
        confirmed=_confirmed(given.get("confirmed_by"), f"{path}.confirmed_by", log),
        path=path,
        at=at,
        methods={f"method.{code.item.code}.{k}": v for k, v in methods.items()},
        old=old,
        device=short_text(given.get("device")),
    )
    return (reading,)


def _as_words(
    value: object,
    where: tuple[str, int, str, datetime | None],
    item: Item,
    vocabulary: Vocabulary,
) -> tuple[Reading, ...]:
    """Return refused readings of what a value that is no decimal may mean."""
    if not is_watched(item.code, vocabulary):
        return ()
    slot, unit, path, at = where
    ucum = item.units[unit].ucum if unit >= 0 else ""
    return tuple(
        Reading(
            slot=slot.replace(item.code, may_mean.item, 1),
            text=shown(value),
            nano=may_mean.nano,
            unit=vocabulary.items[may_mean.item].unit_index(ucum),
            comparator=may_mean.comparator,
            state=ItemState.REFUSED,
            confirmed=False,
            path=path,
            at=at,
            methods={},
        )
        for may_mean in what_it_may_mean(str(value), item.code, ucum)
    )


def _read_code(measured: Mapping[str, Any], path: str, context: MeasurementContext) -> _Code | None:
    vocabulary, log, given = context.vocabulary, context.log, measured.get("code")
    system, code = LOCAL_SYSTEM, given
    if isinstance(given, Mapping):
        log.unknown_keys(given, ("system", "code", "display"), path)
        system, code = str(given.get("system", "")), given.get("code")
    if system == LOINC_SYSTEM and isinstance(code, str) and code in vocabulary.loinc:
        implied = vocabulary.loinc[code]
        return _Code(vocabulary.items[implied["item"]], implied)
    if system == LOCAL_SYSTEM and isinstance(code, str) and code in vocabulary.items:
        return _Code(vocabulary.items[code], {})
    unit = measured.get("unit")
    named = {"unit": shown(unit)} if unit in intake_numbers()["unknown_code"]["calm_units"] else {}
    log.refuse_record("code_unknown", path, found=shown(code), system=shown(system), **named)
    return None


def _read_methods(
    given: Mapping[str, Any], path: str, code: _Code, context: MeasurementContext
) -> dict[str, int]:
    methods = {}
    for name, question in context.vocabulary.methods.items():
        stated, implied = given.get(name), code.implied.get(name)
        value = implied if stated is None else stated
        if value is None:
            continue
        index = question.choice_index(value) if isinstance(value, str) else UNKNOWN
        if index < 0 or (implied is not None and stated not in (None, implied)):
            context.log.add(
                "refused_item",
                "method_unknown",
                f"{path}.{name}",
                item=code.item.code,
                found=shown(value),
                allowed=", ".join(c.code for c in question.choices),
            )
        else:
            methods[name] = index
    return methods


def _read_at(given: object, path: str, item: Item, context: MeasurementContext) -> datetime | None:
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        moment = None
    visit = context.performed_at
    if moment is None or visit is None or moment.tzinfo is None:
        if visit is not None:
            context.log.add(
                "refused_item", "moment_unreadable", path, item=item.code, found=shown(given)
            )
        return None
    if moment.astimezone(visit.tzinfo).date() > visit.date():
        context.log.add("refused_item", "measured_after_visit", path, item=item.code)
    return moment


def _is_old(
    moment: datetime | None, path: str, of: tuple[Item, str, int, str], context: MeasurementContext
) -> bool:
    """Doubt a value that was measured too long before the visit to speak of today."""
    visit, (item, slot, unit, sent) = context.performed_at, of
    if moment is None or visit is None:
        return False
    ucum = item.units[unit].ucum if unit >= 0 else ""
    code, date = item.code, moment.astimezone(visit.tzinfo).date().isoformat()
    hours = item.freshness_hours.get(slot)
    if hours is not None and visit - moment > timedelta(hours=hours):
        context.log.add(
            "suspect_item", "too_old_for_today", path,
            item=code, value=sent, unit=ucum, date=date, hours=str(hours),
        )  # fmt: skip
        return True
    age_months = (visit.year - moment.year) * 12 + visit.month - moment.month
    age_months -= int((visit.day, visit.time()) < (moment.day, moment.time()))
    if item.freshness_months is None or age_months < item.freshness_months:
        return False
    context.log.add(
        "suspect_item", "too_old", path,
        item=code, value=sent, unit=ucum, date=date, months=str(item.freshness_months),
    )  # fmt: skip
    return True


def _slot(
    given: Mapping[str, Any],
    path: str,
    code: _Code,
    methods: Mapping[str, int],
    context: MeasurementContext,
) -> str:
    item = code.item
    if len(item.slots) == 1:
        return item.code
    vocabulary = context.vocabulary
    if item.code == "glucose":
        is_implied = bool(code.implied.get("fasting"))
        hours = given.get("fasting_hours")
        is_fasting = read_fasting(hours, path, context.log, is_implied=is_implied)
        specimen = _choice(vocabulary, "specimen", methods)
        challenge = _choice(vocabulary, "challenge", methods)
        return f"glucose.{glucose_state(specimen, challenge, is_fasting)}"
    arm = _choice(vocabulary, "site", methods)
    return f"{item.code}.{arm or 'unspecified_arm'}"


def _choice(vocabulary: Vocabulary, name: str, methods: Mapping[str, int]) -> str:
    index = methods.get(name, UNKNOWN)
    return vocabulary.methods[name].choices[index].code if index >= 0 else ""


def _confirmed(given: object, path: str, log: ProblemLog) -> bool:
    if given is None:
        return False
    limit = int(intake_numbers()["limits"]["text"])
    if not isinstance(given, str) or not given.strip() or len(given) > limit:
        log.refuse_record("identifier_missing", path, limit=str(limit))
        return False
    return True
