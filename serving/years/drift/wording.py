"""Words what a report says: places, values, alarms; the same for page, text and table."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from ....datasets.readers.cohorts import item_of
from ....engine.errors import ScreeningError
from ....engine.words import Sentences
from ....engine.words.load import load_folder
from ....engine.words.numbers import number
from ...batch.result.aggregate import HIDDEN as FEW
from ...batch.result.aggregate import LAST_HIDDEN
from .judge import ACT, STILL, WATCH
from .series import INPUT, RISK, URGENCY
from .tally import ALL

_PSI: Final = (INPUT, RISK)
_OWN_NAMES: Final = ("any", "age", "sex")
_FIGURES: Final = 3
_HIDDEN: Final = "hidden"
_MOST_NAMED: Final = 20
_LEAST: Final = WATCH
"""The gravest level comes first by name."""


@cache
def words(lang: str) -> Sentences:
    """Return the sentences of this report beside those of the engine."""
    tables = {str(k): v for k, v in load_folder(files(f"{__package__}.words")).items()}
    return Sentences(lang, kept=tables[lang])


def is_index(place: Mapping[str, Any]) -> bool:
    """Say whether a series is an index, and not a share."""
    return place["measure"] in _PSI


def name_of(place: Mapping[str, Any], sentences: Sentences) -> str:
    """Return what to call the item, answer, finding or level of a series."""
    name = str(place["name"])
    if name in _OWN_NAMES:
        return sentences.text(f"drift.{name}")
    if place["measure"] == URGENCY or not name:
        return name or sentences.text("drift.everybody")
    return sentences.name(name)


def where_of(place: Mapping[str, Any], sentences: Sentences) -> str:
    """Return where a series is from."""
    if place["by"] == ALL:
        return sentences.text("drift.everybody")
    item, colon, device = str(place["group"]).partition(": ")
    named = f"{device} ({sentences.name(item)})" if colon else str(place["group"])
    return sentences.text(f"drift.by.{place['by']}", group=named)


def release_of(place: Mapping[str, Any], document: Mapping[str, Any], sentences: Sentences) -> str:
    """Return the number of a series' release; empty where there is one release only, or none."""
    mine = [r for r in document["releases"] if r["finding"] == place["name"]]
    for one in mine:
        if len(mine) > 1 and one["release"] == place["release"]:
            return sentences.text("drift.release", number=one["number"])
    return ""


def value_of(place: Mapping[str, Any], value: float, sentences: Sentences) -> str:
    """Return an index or a share as it is written.

    >>> value_of({"measure": "missing"}, 0.1234, words("en"))
    '12.3 %'
    """
    if is_index(place):
        return number(round(value, 2), sentences.lang)
    return f"{number(float(f'{value * 100:.{_FIGURES}g}'), sentences.lang)} %"


def point_text(place: Mapping[str, Any], point: Mapping[str, Any], sentences: Sentences) -> str:
    """Return a month's value with its interval; that it is hidden where it is."""
    value = point.get("value")
    if not isinstance(value, float | int):
        return sentences.text("drift.hidden") if value is not None else ""
    said = value_of(place, float(value), sentences)
    if "low" not in point:
        return said
    low, high = (value_of(place, float(point[end]), sentences) for end in ("low", "high"))
    return f"{said} ({sentences.text('drift.interval', low=low, high=high)})"


def alarm_lines(document: Mapping[str, Any], sentences: Sentences) -> list[dict[str, str]]:
    """Return what is flagged in words, a series each, with the value of its last flagged month.

    A site or device stands beside the alarm of everybody where that one is flagged too, and the
    whole is as grave as the gravest of them.
    """
    series = {_key(one): one for one in document["series"]}
    found: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    whole = {(a["measure"], a["name"], a["month"]) for a in document["alarms"] if a["by"] == ALL}
    parts = [a for a in document["alarms"] if a["by"] != ALL]
    for alarm in document["alarms"]:
        is_said = (alarm["measure"], alarm["name"], alarm["month"]) in whole
        if alarm["by"] == ALL or not is_said:
            found.setdefault(_key(alarm), []).append(alarm)
    told = []
    for key, alarms in found.items():
        line = _alarm_line(series[key], alarms, document, sentences)
        told.append(line | _graver(alarms, parts, sentences))
    return sorted(told, key=lambda one: one["level"])


def _graver(
    alarms: list[Mapping[str, Any]], parts: list[Mapping[str, Any]], sentences: Sentences
) -> dict[str, str]:
    """Return the level of an alarm with its sites and devices, and which of them asks for more."""
    months = {a["month"] for a in alarms if a["by"] == ALL}
    own = min(str(a["level"]) for a in alarms)
    mine: dict[str, str] = {}
    for part in parts:
        same = all(part[k] == alarms[0][k] for k in ("measure", "name"))
        if same and part["month"] in months:
            where = where_of(part, sentences)
            mine[where] = min(mine.get(where, _LEAST), str(part["level"]))
    level = min([own, *mine.values()])
    said = [
        f"{where} [{sentences.text(f'drift.level.{one}')}]" if one < own else where
        for where, one in sorted(mine.items())
    ]
    return {
        "level": level,
        "level_text": sentences.text(f"drift.level.{level}"),
        "carried": sentences.text("drift.carried_by", parts=", ".join(said)) if said else "",
    }


def _alarm_line(
    one: Mapping[str, Any],
    alarms: list[Mapping[str, Any]],
    document: Mapping[str, Any],
    sentences: Sentences,
) -> dict[str, str]:
    last = alarms[0]
    point = next(p for p in one["points"] if p["month"] == last["month"])
    way = last["direction"]
    release = release_of(one, document, sentences)
    values = (
        _why_hidden(last, point, document, sentences) or point_text(one, point, sentences),
        _middles(one, point, sentences),
        sentences.text(f"drift.direction.{way}") if way else "",
    )
    return {
        "month": ", ".join(alarm["month"] for alarm in reversed(alarms)),
        "measure_text": sentences.text(f"drift.measure.{one['measure']}"),
        "name": name_of(one, sentences),
        "where": joined(where_of(one, sentences), release),
        "value": joined(*values),
    }


def _why_hidden(
    alarm: Mapping[str, Any],
    point: Mapping[str, Any],
    document: Mapping[str, Any],
    sentences: Sentences,
) -> str:
    """Return why the size of an alarm is hidden, and the limit above which it is.

    The limit follows of the level, which is told, and of nothing that is hidden.
    """
    if point.get("value") != _HIDDEN and point["n"] != FEW:
        return ""
    level = alarm["level"]
    kind, row = ("psi", level) if is_index(alarm) else ("share", f"{level}_odds_ratio")
    limit = number(document["limits"][f"{kind}.{row}"]["value"], sentences.lang)
    said = sentences.text(f"drift.hidden_above.{kind}", limit=limit)
    return sentences.text("drift.hidden_why", above=said, last=LAST_HIDDEN)


def joined(*texts: str) -> str:
    """Return what there is of some texts, a point between.

    >>> joined("a", "", "b")
    'a · b'
    """
    return " · ".join(filter(None, texts))


def _middles(one: Mapping[str, Any], point: Mapping[str, Any], sentences: Sentences) -> str:
    """Return the median of the reference months and of this one; empty where one is not said."""
    before = [p["median"] for p in one["points"] if p["state"] == "reference" and "median" in p]
    if "median" not in point or not before:
        return ""
    then = number(sorted(before)[len(before) // 2], sentences.lang)
    now = f"{number(point['median'], sentences.lang)} {_unit(one, sentences)}".rstrip()
    return sentences.text("drift.from_to", before=then, now=now)


def _unit(one: Mapping[str, Any], sentences: Sentences) -> str:
    """Return the unit of an item's values; empty of anything that has none."""
    try:
        item = item_of(one["name"])
    except ScreeningError:
        return ""
    return sentences.unit(item.model_unit) if one["measure"] == INPUT else ""


def _key(place: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(place[name]) for name in ("measure", "name", "by", "group", "release"))


def signal_lines(document: Mapping[str, Any], sentences: Sentences) -> list[dict[str, str]]:
    """Return the signals of control charts in words, each chart and way once with its months."""
    found: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for one in document["signals"]:
        found.setdefault((*_key(one), one["direction"]), []).append(one)
    return [
        {
            "month": ", ".join(signal["month"] for signal in signals),
            "name": name_of(signals[0], sentences),
            "where": joined(
                where_of(signals[0], sentences), release_of(signals[0], document, sentences)
            ),
            "way": sentences.text(f"drift.control.{signals[0]['direction']}"),
        }
        for signals in found.values()
    ]


def is_judged(one: Mapping[str, Any]) -> bool:
    """Say whether a month of a series was compared with its reference."""
    return any(point["state"] in (STILL, WATCH, ACT) for point in one["points"])


def no_alarm_lines(document: Mapping[str, Any], sentences: Sentences) -> list[str]:
    """Return what is said where nothing is flagged; nothing where something is."""
    if document["alarms"] or document["signals"] or not document["months"]:
        return []
    if not any(is_judged(one) for one in document["series"]):
        return [sentences.text("drift.nothing_judged")]
    return [sentences.text("drift.no_alarm"), sentences.text("drift.no_alarm_note")]


def _never_judged(document: Mapping[str, Any], sentences: Sentences) -> list[str]:
    """Return the line on sites and devices of which no month of any series was judged."""
    judged: dict[str, bool] = {}
    for one in document["series"]:
        if one["by"] != ALL:
            where = where_of(one, sentences)
            judged[where] = judged.get(where, False) or is_judged(one)
    never = sorted(where for where, was in judged.items() if not was)
    named, more = never[:_MOST_NAMED], len(never) - _MOST_NAMED
    named += [sentences.text("drift.never_judged_more", n=more)] if more > 0 else []
    return [sentences.text("drift.never_judged", places=", ".join(named))] if named else []


def head_lines(document: Mapping[str, Any], sentences: Sentences) -> list[str]:
    """Return what the reader must know before the first figure."""
    months = document["months"]
    if not months:
        return [sentences.text("drift.nothing"), *_notices(document, sentences)]
    said = [sentences.text("drift.intro", first=months[0], end=months[-1], last=LAST_HIDDEN)]
    period = document["reference_declared"]
    limits = document["limits"]
    said.append(
        sentences.text(
            "drift.reference.first",
            months=limits["months.reference"]["value"],
            least=limits["months.least_visits"]["value"],
        )
        if period is None
        else sentences.text("drift.reference.declared", first=period[0], last=period[1])
    )
    if len(months) - len(document["months_without_visits"]) == 1:
        said.append(sentences.text("drift.one_month"))
    if document["months_without_visits"]:
        empty = ", ".join(document["months_without_visits"])
        said.append(sentences.text("drift.without_visits", months=empty))
    return [*said, *_never_judged(document, sentences), *_notices(document, sentences)]


def _notices(document: Mapping[str, Any], sentences: Sentences) -> list[str]:
    given = {"visits": document["visits_not_counted"]}
    return [sentences.text(f"drift.notice.{code}", **given) for code in document["notices"]]
