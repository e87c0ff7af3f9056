"""The plan as one page without script: counts, tests by threshold, cost, and every number used."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from ...engine.words import Sentences
from ...engine.words.load import load_folder
from ...engine.words.numbers import MINUS, number
from .. import report
from .plan import BAND_ORDER, ThresholdRow
from .plan_settings import PlanSettings, Setting

_LEFT: Final = 60.0
_RIGHT: Final = 500.0
_TOP: Final = 30.0
_BASE: Final = 250.0
_BAR: Final = 240.0
HEADS: Final = (
    "risk", "tests", "cases", "interval", "cost", "cost_per_case", "return", "net", "net_with_care",
)  # fmt: skip


@cache
def words(lang: str) -> Sentences:
    """Return the sentences of plans and searches beside those of the engine."""
    tables = {str(k): v for k, v in load_folder(files(f"{__package__}.words")).items()}
    return Sentences(lang, kept=tables[lang])


def plan_page(
    document: Mapping[str, Any],
    rows: Sequence[ThresholdRow],
    settings: PlanSettings,
    lang: str,
) -> str:
    """Return the page of a plan.

    Parameters
    ----------
    document : the aggregated plan, as ``plan.json`` has it
    rows : the rows that may be shown
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
        css=Markup(files(report).joinpath("report.css").read_text(encoding="utf-8")),  # noqa: S704 - an own file
        disclaimer=sentences.text("disclaimer"),
        on=document["today"],
        cohort=document["cohort"],
        counts=_counts(document["counts"], sentences),
        bands=_bars(document["counts"]["band"], sentences),
        heads=[sentences.text(f"plan.{name}") for name in HEADS],
        rows=[_cells(row, lang) for row in rows],
        curve=_curve(rows, lang),
        level=number(settings.number("test.level") * 100, sentences.lang),
        horizon=number(settings.number("benefit.horizon_years"), sentences.lang),
        years=number(settings.number("benefit.years_earlier"), sentences.lang),
        settings=[_setting(one, sentences) for one in settings.settings.values()],
    )


def _own(name: str) -> str:
    return files(__package__ or "").joinpath(name).read_text(encoding="utf-8")


def _name(code: str, sentences: Sentences) -> str:
    key = f"plan.name.{code}"
    return sentences.text(key) if sentences.has(key) else code


def _count(value: int | str, sentences: Sentences) -> str:
    return sentences.text("plan.hidden") if value == "hidden" else str(value)


def _counts(counts: Mapping[str, Any], sentences: Sentences) -> list[tuple[str, str, str]]:
    return [
        (sentences.text(f"plan.counts.{kind}"), _name(code, sentences), _count(n, sentences))
        for kind in ("urgency", "band", "calls", "capacity", "without_person")
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
    mark = "," if lang == "fr" else "."

    def text(value: float | None, places: int) -> str:
        if value is None:
            return "–"
        written = f"{value + 0.0:,.{places}f}".replace(",", "\u202f").replace(".", mark)
        return written.replace("-", MINUS)

    return [
        text(row.risk, 3),
        text(row.tests, 0),
        text(row.cases, 1),
        f"{text(row.cases_low, 0)}–{text(row.cases_high, 0)}",
        text(row.cost, 0),
        text(row.cost_per_case, 0),
        text(row.return_ratio, 2),
        text(row.net, 0),
        text(row.net_with_care, 0),
    ]


def _curve(rows: Sequence[ThresholdRow], lang: str) -> dict[str, Any]:
    """Return the points of expected cases over tests, with the band of their interval."""
    most_tests = max((row.tests for row in rows), default=0) or 1
    most_cases = max((row.cases_high for row in rows), default=0.0) or 1.0

    def at(tests: float, cases: float) -> tuple[float, float]:
        x = _LEFT + (_RIGHT - _LEFT) * tests / most_tests
        return round(x, 1), round(_BASE - (_BASE - _TOP) * cases / most_cases, 1)

    def text(points: Sequence[tuple[float, float]]) -> str:
        return " ".join(f"{x},{y}" for x, y in points)

    low = [at(row.tests, row.cases_low) for row in rows]
    high = [at(row.tests, row.cases_high) for row in rows]
    line = [at(row.tests, row.cases) for row in rows]
    return {
        "line": text(line),
        "band": text([*low, *high[::-1]]),
        "dots": [(*p, _cells(row, lang)[0]) for p, row in zip(line, rows, strict=True)],
        "most_tests": most_tests,
        "most_cases": round(most_cases),
    }


def _setting(one: Setting, sentences: Sentences) -> tuple[str, str, str, str]:
    values = one.value if isinstance(one.value, list) else [one.value]
    value = "; ".join(number(float(v), sentences.lang) for v in values)
    unit = "" if one.unit in ("", "1") else f" {one.unit}"
    standing = "own" if one.is_own else "verified" if one.verified else "unverified"
    return one.name, f"{value}{unit}", one.source, sentences.text(f"plan.{standing}")
