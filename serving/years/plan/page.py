"""The plan as one page without script: counts, tests by threshold, cost, and every number used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from ....engine.words import Sentences
from ....engine.words.numbers import MINUS, number, written_day
from ....serving import report
from ...batch.result.aggregate import LAST_HIDDEN
from ...report.looks import WORDS
from ..earlier_signs import SIGN
from .calls import BAND_ORDER
from .groups import GroupRow
from .settings import ASSUMED, PlanSettings, Setting
from .thresholds import Expected, ThresholdRow
from .wording import words

_LEFT: Final = 60.0
_RIGHT: Final = 500.0
_TOP: Final = 30.0
_BASE: Final = 250.0
_BAR: Final = 240.0
_EDGE: Final = 520.0
_ASIDE: Final = 7.0
_BELOW: Final = 14.0
_BESIDE: Final = 5.0
_WIDE: Final = 34.0
"""A label of the plot is so wide, and `_HIGH` high."""
_HIGH: Final = 12.0
HEADS: Final = (
    "risk", "tests", "cases", "interval", "cost", "cost_per_case", "return", "net", "net_with_care",
)  # fmt: skip


GROUP_HEADS: Final = ("group", "people", "counts.calls", "tests", *HEADS[2:])


@dataclass(frozen=True, slots=True)
class PlanTables:
    """The rows that may be shown: by threshold, and by kind of group."""

    tests: Sequence[ThresholdRow]
    groups: Mapping[str, Sequence[GroupRow]]


def plan_page(
    document: Mapping[str, Any],
    tables: PlanTables,
    settings: PlanSettings,
    lang: str,
) -> str:
    """Return the page of a plan.

    Parameters
    ----------
    document : the aggregated plan, as ``plan.json`` has it
    tables : the rows that may be shown
    settings : every number that was used
    lang : fr or en
    """
    sentences = words(lang)
    environment = Environment(
        loader=FunctionLoader(_own), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("plan.html").render(
        lang=lang,
        t=sentences.text,
        words=WORDS,
        css=Markup(files(report).joinpath("report.css").read_text(encoding="utf-8")),  # noqa: S704 - an own file
        disclaimer=sentences.text("disclaimer"),
        on=written_day(document["today"], sentences.lang),
        cohort=document["cohort"],
        not_known=_not_known(document["cohort"], sentences),
        beside=_beside(document["beside"], sentences),
        counts=_counts(document["counts"], sentences),
        hidden_to=LAST_HIDDEN,
        calls_hidden=document["hidden_why"].get("calls", {}).get(lang, ""),
        has_sign=bool(document["counts"]["band"][SIGN]),
        bands=_bars(document["counts"]["band"], sentences),
        heads=[sentences.text(f"plan.{name}") for name in HEADS],
        rows=[(_cells(row, lang), row.fits) for row in tables.tests],
        has_capacity=document["capacity"] is not None,
        curve=_curve(tables.tests, lang),
        group_heads=[sentences.text(f"plan.{name}") for name in GROUP_HEADS],
        groups=[
            (sentences.text(f"plan.by.{kind}"), [_group(row, sentences) for row in rows])
            for kind, rows in tables.groups.items()
        ],
        assumed=_assumed(settings, sentences),
        level=number(settings.number("test.level") * 100, sentences.lang),
        horizon=number(settings.number("benefit.horizon_years"), sentences.lang),
        years=number(settings.number("benefit.years_earlier"), sentences.lang),
        published=number(settings.number("literature.return_on_prevention"), sentences.lang),
        not_given=", ".join(settings.not_given),
        settings=[_setting(one, sentences) for one in settings.settings.values()],
    )


def _own(name: str) -> str:
    return files(__package__ or "").joinpath(name).read_text(encoding="utf-8")


def _assumed(settings: PlanSettings, sentences: Sentences) -> str:
    """Say which share is taken to come and to be found, and whose numbers these are."""
    shares = settings.assumed
    said = {name: f"{number(share * 100, sentences.lang)} %" for name, share in shares.items()}
    own = sum(settings.settings[name].is_own for name in ASSUMED)
    standing = sentences.text(f"plan.assumed.{('shipped', 'one_own', 'own')[own]}")
    line = sentences.text("plan.assumed", standing=standing, **said)
    whole = [name for name, share in shares.items() if share == 1]
    return " ".join([line, *(sentences.text(f"plan.assumed.{name}") for name in whole)])


def _name(code: str, sentences: Sentences) -> str:
    key, level = f"plan.name.{code}", f"urgency.{code}"
    if sentences.has(level):
        return sentences.text("plan.level", level=code, when=sentences.text(level))
    return sentences.text(key) if sentences.has(key) else code


def _count(value: int | str, sentences: Sentences) -> str:
    return sentences.text("plan.hidden") if value == "hidden" else str(value)


def _not_known(cohort: Mapping[str, Any] | None, sentences: Sentences) -> list[str]:
    """Return a line for each condition of the cohort that can't be decided of somebody."""
    return [
        sentences.text("plan.not_known", name=name, people=_count(told["people"], sentences))
        for name, told in (cohort or {"not_known": {}})["not_known"].items()
        if told["people"]
    ]


def _beside(told: Mapping[str, Any], sentences: Sentences) -> list[str]:
    """Return what is to be known of the files beside the result."""
    two, lines = told["two_people"], told.get("exposures", {}).get("lines_of_nobody", 0)
    found = [] if two["checked"] else [sentences.text("plan.two_people_not_checked")]
    if two.get("ids"):
        found.append(sentences.text("plan.two_people", ids=_count(two["ids"], sentences)))
    if lines:
        found.append(sentences.text("plan.lines_of_nobody", n=str(lines)))
    if "trajectories" in told:
        day = written_day(told["trajectories"]["on"], sentences.lang)
        found.append(sentences.text("plan.trajectories_on", on=day))
    return found


def _counts(counts: Mapping[str, Any], sentences: Sentences) -> list[tuple[str, str, str]]:
    return [
        (sentences.text(f"plan.counts.{kind}"), _name(code, sentences), _count(n, sentences))
        for kind in (
            "urgency",
            "urgent_at_another_visit",
            "band",
            "calls",
            "not_called",
            "left_out",
            "capacity",
            "without_person",
            "visit_after",
            "not_in_result",
        )
        for code, n in counts[kind].items()
    ]


def _bars(bands: Mapping[str, Any], sentences: Sentences) -> list[tuple[str, str, float]]:
    """Return a bar a band, in proportion where every count is known; none where it is not."""
    if not all(isinstance(bands[band], int) for band in BAND_ORDER):
        return []
    most = max(1, *(bands[band] for band in BAND_ORDER))
    return [
        (_name(band, sentences), str(bands[band]), round(_BAR * bands[band] / most, 1))
        for band in BAND_ORDER
    ]


def _cells(row: ThresholdRow, lang: str) -> list[str]:
    return [_text(row.risk, 3, lang), _text(row.tests, 0, lang), *_expected(row.expected, lang)]


def _group(row: GroupRow, sentences: Sentences) -> list[str]:
    """Return the cells of a group; an exposure is called as the vocabulary calls it."""
    counts = [_count(n, sentences) for n in (row.people, row.called, row.tests)]
    hidden = [sentences.text("plan.hidden")] * len(HEADS[2:])
    expected = hidden if row.expected is None else _expected(row.expected, sentences.lang)
    name = sentences.name(f"exposure.{row.group}")
    return [
        name if name != f"exposure.{row.group}" else _name(row.group, sentences),
        *counts,
        *expected,
    ]


def _text(value: float | None, places: int, lang: str) -> str:
    if value is None:
        return "–"
    written = f"{value + 0.0:,.{places}f}".replace(",", "\u202f")
    return written.replace(".", "," if lang == "fr" else ".").replace("-", MINUS)


def _expected(expected: Expected, lang: str) -> list[str]:
    low, high = (_text(end, 0, lang) for end in (expected.cases_low, expected.cases_high))
    return [
        _text(expected.cases, 1, lang),
        f"{low}–{high}",
        _text(expected.cost, 0, lang),
        _text(expected.cost_per_case, 0, lang),
        _text(expected.return_ratio, 2, lang),
        _text(expected.net, 0, lang),
        _text(expected.net_with_care, 0, lang),
    ]


def _curve(rows: Sequence[ThresholdRow], lang: str) -> dict[str, Any]:
    """Return the points of expected cases over tests, with the band of their interval."""
    most_tests = max((row.tests for row in rows), default=0) or 1
    most_cases = max((row.expected.cases_high for row in rows), default=0.0) or 1.0

    def at(tests: float, cases: float) -> tuple[float, float]:
        x = _LEFT + (_RIGHT - _LEFT) * tests / most_tests
        return round(x, 1), round(_BASE - (_BASE - _TOP) * cases / most_cases, 1)

    def text(points: Sequence[tuple[float, float]]) -> str:
        return " ".join(f"{x},{y}" for x, y in points)

    low = [at(row.tests, row.expected.cases_low) for row in rows]
    high = [at(row.tests, row.expected.cases_high) for row in rows]
    line = [at(row.tests, row.expected.cases) for row in rows]
    return {
        "line": text(line),
        "band": text([*low, *high[::-1]]),
        "dots": line,
        "labels": _labels(line, [_cells(row, lang)[0] for row in rows]),
        "most_tests": most_tests,
        "most_cases": round(most_cases),
    }


def _labels(
    dots: Sequence[tuple[float, float]], texts: Sequence[str]
) -> list[tuple[float, float, str]]:
    """Return where labels begin, to the right of their dots and below the line, which rises.

    One that would lie on another or on the axis is left out: the table beside the plot has every
    row.
    """
    kept: list[tuple[float, float, str]] = []
    for (x, y), text in zip(dots, texts, strict=True):
        left = min(x + _ASIDE, _EDGE - _WIDE)
        for base in (y + _BELOW, y + _BESIDE):
            is_free = all(abs(left - a) >= _WIDE or abs(base - b) >= _HIGH for a, b, _ in kept)
            if is_free and base < _BASE:
                kept.append((round(left, 1), round(base, 1), text))
                break
    return kept


def _setting(one: Setting, sentences: Sentences) -> tuple[str, str, str, str]:
    values = one.value if isinstance(one.value, list) else [one.value]
    if one.value is None:
        value, unit = sentences.text("plan.missing"), ""
    else:
        value = "; ".join(number(float(v), sentences.lang) for v in values)
        unit = "" if one.unit in ("", "1") else f" {one.unit}"
    standing = "own" if one.is_own else "verified" if one.verified else "unverified"
    source = one.source if one.is_own else sentences.text("plan.source_of", source=one.source)
    return one.name, f"{value}{unit}", source, sentences.text(f"plan.{standing}")
