"""Words what a report says: places, values, alarms; the same for page, text and table."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from ....engine.words import Sentences
from ....engine.words.load import load_folder
from ....engine.words.numbers import number
from .series import INPUT, RISK, URGENCY
from .tally import ALL

_PSI: Final = (INPUT, RISK)
_OWN_NAMES: Final = ("any", "age", "sex")
_FIGURES: Final = 3


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
    """Return every alarm in words: level, month, what, where, value, what carries it."""
    series = {_key(one): one for one in document["series"]}
    told = []
    for alarm in document["alarms"]:
        one = series[_key(alarm)]
        point = next(p for p in one["points"] if p["month"] == alarm["month"])
        way = alarm["direction"]
        middles = _middles(one, point, sentences)
        carried = alarm.get("carried_by") or []
        told.append(
            {
                "level": alarm["level"],
                "level_text": sentences.text(f"drift.level.{alarm['level']}"),
                "month": alarm["month"],
                "measure": alarm["measure"],
                "measure_text": sentences.text(f"drift.measure.{alarm['measure']}"),
                "name": name_of(alarm, sentences),
                "where": " · ".join(
                    filter(
                        None, (where_of(alarm, sentences), release_of(alarm, document, sentences))
                    )
                ),
                "value": " · ".join(
                    filter(
                        None,
                        (
                            point_text(alarm, point, sentences),
                            middles,
                            sentences.text(f"drift.direction.{way}") if way else "",
                        ),
                    )
                ),
                "carried": sentences.text("drift.carried_by", parts=", ".join(carried))
                if carried
                else "",
            }
        )
    return told


def _middles(one: Mapping[str, Any], point: Mapping[str, Any], sentences: Sentences) -> str:
    """Return the median of the reference months and of this one; empty where one is not said."""
    before = [p["median"] for p in one["points"] if p["state"] == "reference" and "median" in p]
    if "median" not in point or not before:
        return ""
    then = number(sorted(before)[len(before) // 2], sentences.lang)
    return sentences.text("drift.from_to", before=then, now=number(point["median"], sentences.lang))


def _key(place: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(place[name]) for name in ("measure", "name", "by", "group", "release"))


def signal_lines(document: Mapping[str, Any], sentences: Sentences) -> list[dict[str, str]]:
    """Return every signal of a control chart in words."""
    return [
        {
            "month": one["month"],
            "name": name_of(one, sentences),
            "where": " · ".join(
                filter(None, (where_of(one, sentences), release_of(one, document, sentences)))
            ),
            "way": sentences.text(f"drift.control.{one['direction']}"),
        }
        for one in document["signals"]
    ]


def head_lines(document: Mapping[str, Any], sentences: Sentences) -> list[str]:
    """Return what the reader must know before the first figure."""
    months = document["months"]
    if not months:
        return [sentences.text("drift.nothing"), *_notices(document, sentences)]
    said = [sentences.text("drift.intro", first=months[0], last=months[-1])]
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
    return [*said, *_notices(document, sentences)]


def _notices(document: Mapping[str, Any], sentences: Sentences) -> list[str]:
    return [sentences.text(f"drift.notice.{code}") for code in document["notices"]]
