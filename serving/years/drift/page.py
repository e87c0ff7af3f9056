"""The report on drift as one page without script, from what may leave and nothing else."""

from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from ....engine.words import Sentences
from ....engine.words.numbers import number
from ... import report as report_room
from .chart import Line, bars, lines
from .series import MEASURES, OVERRIDE
from .tally import ALL
from .wording import (
    alarm_lines,
    head_lines,
    is_index,
    is_judged,
    joined,
    name_of,
    no_alarm_lines,
    point_text,
    release_of,
    signal_lines,
    value_of,
    where_of,
    words,
)

_MOST_LINES: Final = 6
_MARKS: Final[Mapping[str, str]] = {"reference": "r", "few": "·", "watch": "!", "act": "!!"}
STYLE: Final = "drift.css"


def drift_page(document: Mapping[str, Any], lang: str) -> str:
    """Return the page of a report, which stands alone.

    Parameters
    ----------
    document : from ``published``
    lang : fr or en
    """
    sentences = words(lang)
    style = files(report_room).joinpath("report.css").read_text(encoding="utf-8") + _own(STYLE)
    return _filled(
        "drift.html",
        lang=lang,
        t=sentences.text,
        css=Markup(style),  # noqa: S704 - own files
        disclaimer=sentences.text("disclaimer"),
        body=drift_body(document, lang),
    )


def drift_body(document: Mapping[str, Any], lang: str) -> Markup:
    """Return what a page of a report says below its title; its style is ``STYLE``.

    Parameters
    ----------
    document, lang : as of ``drift_page``
    """
    sentences = words(lang)
    months = document["months"]
    filled = _filled(
        "drift_body.html",
        t=sentences.text,
        head=head_lines(document, sentences),
        months=months,
        alarms=alarm_lines(document, sentences),
        no_alarm=no_alarm_lines(document, sentences),
        signals=signal_lines(document, sentences),
        to_do=to_do(document, sentences),
        visits=Markup(bars(months, document["visits"], title=sentences.text("drift.visits"))),  # noqa: S704 - drawn here, texts escaped
        parts=list(_parts(document, sentences)),
        charts=[_chart(one, document, sentences) for one in document["charts"] if _is_shown(one)],
        cusum_limit=number(document["limits"]["cusum.limit"]["value"], sentences.lang),
        releases=[
            {**one, "finding": sentences.name(one["finding"])} for one in document["releases"]
        ],
        limits=[
            (
                name,
                number(row["value"], sentences.lang),
                row["source"],
                sentences.text("drift.own" if row["own"] else "drift.unsigned"),
            )
            for name, row in document["limits"].items()
        ],
    )
    return Markup(filled)  # noqa: S704 - its template escapes texts


def _filled(template: str, **said: Any) -> str:  # noqa: ANN401 - whatever the template prints
    environment = Environment(
        loader=FunctionLoader(_own), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template(template).render(**said)


def _own(name: str) -> str:
    return files(__package__ or "").joinpath(name).read_text(encoding="utf-8")


def to_do(document: Mapping[str, Any], sentences: Sentences) -> list[tuple[str, str]]:
    """Return what to do about each kind of alarm that the report has, in printed order."""
    kinds = {one["measure"] for one in document["alarms"]}
    kinds |= {OVERRIDE} if document["signals"] else set()
    told = [
        (sentences.text(f"drift.measure.{m}"), sentences.text(f"drift.do.{m}"))
        for m in MEASURES
        if m in kinds
    ]
    if document["signals"]:
        told.append((sentences.text("drift.control"), sentences.text("drift.do.signal")))
    return told


def _parts(document: Mapping[str, Any], sentences: Sentences) -> Iterable[dict[str, Any]]:
    for measure in MEASURES:
        mine = [one for one in document["series"] if one["measure"] == measure]
        whole = [one for one in mine if one["by"] == ALL]
        flagged = [one for one in mine if one["by"] != ALL and _is_flagged(one)]
        rest = [one for one in mine if one["by"] != ALL and not _is_flagged(one)]
        judged = sum(is_judged(one) for one in rest)
        if whole:
            told = sentences.text("drift.parts_rest", judged=judged, never=len(rest) - judged)
            yield {
                "title": sentences.text(f"drift.measure.{measure}"),
                "unit": sentences.text(f"drift.unit.{measure}"),
                "figure": _figure(whole, document, sentences),
                "rows": [_row(one, document, sentences) for one in [*whole, *flagged]],
                "rest": told if rest else "",
            }


def _is_flagged(one: Mapping[str, Any]) -> bool:
    return any(point["state"] in ("act", "watch") for point in one["points"])


def _figure(
    whole: list[Mapping[str, Any]], document: Mapping[str, Any], sentences: Sentences
) -> Markup | None:
    """Return the lines of everybody; of many series those that moved most."""

    def height(one: Mapping[str, Any]) -> float:
        values = [p["value"] for p in one["points"] if isinstance(p.get("value"), float | int)]
        return max(values, default=-1.0)

    drawn = sorted((one for one in whole if height(one) >= 0), key=height, reverse=True)
    if not drawn:
        return None
    first = drawn[0]
    limits = {
        sentences.text(f"drift.level.{level}"): float(document["limits"][f"psi.{level}"]["value"])
        for level in ("watch", "act")
        if is_index(first)
    }
    shown = [
        Line(
            joined(name_of(one, sentences), release_of(one, document, sentences)),
            {
                p["month"]: float(p["value"])
                for p in one["points"]
                if isinstance(p.get("value"), float | int)
            },
            starts=_start(one, document),
        )
        for one in drawn[:_MOST_LINES]
    ]
    title = sentences.text(f"drift.measure.{first['measure']}")
    return Markup(  # noqa: S704 - drawn by lines, which escapes its texts
        lines(
            document["months"],
            shown,
            limits,
            title=title,
            percent=not is_index(first),
            mark="," if sentences.lang == "fr" else ".",
        )
    )


def _start(one: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    """Return the first month of a release that is not the first of its finding."""
    for release in document["releases"]:
        is_this = (release["finding"], release["release"]) == (one["name"], one["release"])
        if is_this and release["number"] > 1:
            return str(release["since"])
    return ""


def _row(
    one: Mapping[str, Any], document: Mapping[str, Any], sentences: Sentences
) -> dict[str, Any]:
    by_month = {point["month"]: point for point in one["points"]}
    start = _start(one, document)
    parts = [release_of(one, document, sentences)]
    parts += [where_of(one, sentences)] if one["by"] != ALL else []
    return {
        "name": name_of(one, sentences),
        "where": joined(*parts),
        "cells": [
            _cell(one, by_month.get(month), sentences, is_new=month == start)
            for month in document["months"]
        ],
    }


def _cell(
    one: Mapping[str, Any],
    point: Mapping[str, Any] | None,
    sentences: Sentences,
    *,
    is_new: bool,
) -> dict[str, str]:
    new = " new" if is_new else ""
    if point is None:
        return {"text": "", "style": f"empty{new}", "title": ""}
    mark, value = _MARKS.get(point["state"], ""), point.get("value")
    if value is None:
        text = mark
    elif isinstance(value, str):
        text = f"* {mark}".strip()
    else:
        text = f"{value_of(one, float(value), sentences)} {mark}".strip()
    title = f"n = {point['n']}; {point_text(one, point, sentences)}".rstrip("; ")
    return {"text": text, "style": f"{point['state']}{new}", "title": title}


def _is_shown(chart: Mapping[str, Any]) -> bool:
    return chart["by"] == ALL or bool(chart["signals"])


def _chart(
    one: Mapping[str, Any], document: Mapping[str, Any], sentences: Sentences
) -> dict[str, Any]:
    parts = [
        name_of(one, sentences),
        where_of(one, sentences),
        release_of(one, document, sentences),
    ]
    return {
        "title": joined(*parts),
        "figure": _control(one, document, sentences),
        "note": _control_note(one, document, sentences),
    }


def _control(
    one: Mapping[str, Any], document: Mapping[str, Any], sentences: Sentences
) -> Markup | None:
    if not one["months"]:
        return None
    drawn = [
        Line(
            sentences.text(f"drift.control.{way}"),
            {m["month"]: float(m[way]) for m in one["months"] if way in m},
        )
        for way in ("rise", "fall")
    ]
    limit = {sentences.text("drift.level.act"): float(document["limits"]["cusum.limit"]["value"])}
    title = sentences.text("drift.control")
    mark = "," if sentences.lang == "fr" else "."
    return Markup(  # noqa: S704 - as above
        lines(document["months"], drawn, limit, title=title, percent=False, mark=mark)
    )


def _control_note(one: Mapping[str, Any], document: Mapping[str, Any], sentences: Sentences) -> str:
    if one["expected"] is None:
        least = document["limits"]["cusum.least_reference"]["value"]
        return sentences.text("drift.control.few", n=one["reference_decisions"], least=least)
    if not one["months"]:
        return sentences.text("drift.control.alone")
    low, high = (value_of(one, end, sentences) for end in one["expected"])
    return sentences.text("drift.control.expected", low=low, high=high)
