"""An ECG beside an earlier one, as sentences and as JSON: all forms print the same."""

import dataclasses
import math
from collections.abc import Iterable
from typing import Any, Final

from ..prediagnosis import EcgChange, EcgComparison, EcgStanding
from .common_phrases import capital
from .numbers import number, signed
from .paper import Page
from .sentences import Sentences
from .trajectory_lines import since_phrase

_TURN_DEG: Final = round(math.degrees(math.tau))
ORDER: Final = ("new", "changed", "gone", "unclear", "unchanged", "not_comparable")
PRESSING: Final = frozenset({"new", "changed", "gone", "unclear"})
_DECIMALS: Final = {"mV": 2}
_YEARS_FROM: Final = 2
_PROGRESSION: Final = "r_progression"


def head_lines(comparison: EcgComparison, sentences: Sentences) -> list[str]:
    """Word which ECG is compared, and what can't be compared or only with care."""
    lines = [_earlier(comparison, sentences)]
    lines += [sentences.render(reason) for reason in comparison.reasons]
    return lines


def _earlier(comparison: EcgComparison, sentences: Sentences) -> str:
    if comparison.earlier_on and comparison.days is not None:
        ago = _ago(comparison.days, sentences)
        parts = [sentences.text("ecg_since.dated", date=comparison.earlier_on, ago=ago)]
    else:
        parts = [sentences.text("ecg_since.undated")]
    if comparison.earlier_visit:
        parts.append(sentences.text("ecg_since.visit", visit=comparison.earlier_visit))
    if comparison.earlier_ecgs > 1:
        parts.append(sentences.text("ecg_since.several", count=comparison.earlier_ecgs))
    return " ".join(parts)


def _ago(days: int, sentences: Sentences) -> str:
    from ..trajectories.settings import method  # noqa: PLC0415 - a visit without a past needs none

    years = int(days / method().days_per_year)
    if years < _YEARS_FROM:
        return since_phrase(days, sentences)
    return sentences.text("ecg_since.years_ago", years=years)


def standing_lines(comparison: EcgComparison, sentences: Sentences) -> list[tuple[str, str]]:
    """Return heading and list for each way of standing, in the order in which they are read."""
    join, found = sentences.text("join.semicolon"), []
    for standing in ORDER:
        mine = [s for s in comparison.standings if s.standing == standing]
        if mine:
            named = join.join(standing_phrase(s, comparison, sentences) for s in mine)
            found.append((sentences.text(f"ecg_since.standing.{standing}"), named))
    return found


def standing_phrase(standing: EcgStanding, comparison: EcgComparison, sentences: Sentences) -> str:
    """Name a statement or pattern, with the values that moved, the leads, or why it is not said."""
    name = _name(standing, sentences)
    if standing.name == _PROGRESSION:
        before = sentences.text(f"ecg_since.transition.{standing.before}")
        now = sentences.text(f"ecg_since.transition.{standing.now}")
        return sentences.text("ecg_since.progression", name=name, before=before, now=now)
    if standing.why:
        why = _reasons(standing.why, comparison, sentences)
        return sentences.text("ecg_since.because", name=name, why=why) if why else name
    if standing.leads:
        return sentences.text("ecg_since.in_leads", name=name, leads=", ".join(standing.leads))
    behind = [c for c in comparison.changes if c.name in standing.moved and not c.lead]
    moved = [_moved(c, standing, sentences) for c in behind if c.difference is not None]
    return sentences.text("ecg_since.moved", name=name, list=", ".join(moved)) if moved else name


def _moved(change: EcgChange, standing: EcgStanding, sentences: Sentences) -> str:
    """Word how a value moved; one that is the pattern itself is not named again."""
    named = "" if change.name == standing.name else f"{value_name(change, sentences)} "
    return f"{named}{_signed(change, sentences)}"


def _name(standing: EcgStanding, sentences: Sentences) -> str:
    pattern = f"ecg_since.pattern.{standing.name}"
    if sentences.has(pattern):
        return sentences.text(pattern)
    return sentences.label(f"finding_name:ecg_{standing.name}")


def _reasons(why: Iterable[str], comparison: EcgComparison, sentences: Sentences) -> str:
    """Word reasons, each once, without those that stand at the head already."""
    told = {reason.id for reason in comparison.reasons}
    return ", ".join(dict.fromkeys(sentences.text(reason) for reason in why if reason not in told))


def value_name(change: EcgChange, sentences: Sentences) -> str:
    """Return what a value is called."""
    kind = "wave" if change.lead else "measure"
    return sentences.text(f"ecg.{kind}.{change.name}")


def change_line(change: EcgChange, sentences: Sentences) -> str:
    """Word one value then and now, its difference and how far recordings of one person differ."""
    name, before, now, difference, limit, _ = change_cells(change, sentences)
    shown = {"before": before, "now": now, "difference": difference, "limit": limit}
    return sentences.text("ecg_since.value", name=name, **shown)


Cells = tuple[str, str, str, str, str, bool]


def change_cells(change: EcgChange, sentences: Sentences) -> Cells:
    """Word the parts of one value: name, then, now, difference, limit, whether it lies beyond."""
    decimals, lang = _DECIMALS.get(change.unit, 0), sentences.lang
    unit = sentences.unit(change.unit)
    name = value_name(change, sentences)
    if change.lead:
        name = sentences.text("ecg_since.lead_value", name=name, lead=change.lead)
    return (
        name,
        number(change.before or 0.0, lang, decimals),
        f"{number(change.now or 0.0, lang, decimals)} {unit}".rstrip(),
        _signed(change, sentences),
        f"± {number(change.limit or 0.0, lang, decimals)}",
        change.verdict == "beyond",
    )


def _signed(change: EcgChange, sentences: Sentences) -> str:
    """Word a difference as that of the two values as they are printed; an axis may turn round."""
    decimals = _DECIMALS.get(change.unit, 0)
    unit = sentences.unit(change.unit)
    before, now = change.before or 0.0, change.now or 0.0
    turns = round(((change.difference or 0.0) - (now - before)) / _TURN_DEG) * _TURN_DEG
    printed = round(now, decimals) - round(before, decimals) + turns
    return f"{signed(printed, sentences.lang, decimals)} {unit}".rstrip()


def value_lines(comparison: EcgComparison, sentences: Sentences) -> list[tuple[str, list[str]]]:
    """Return heading and lines of the values: beyond, within, and not compared with the reason.

    Of single leads only what lies beyond is told one by one.
    """
    found = []
    for verdict in ("beyond", "within"):
        mine = [c for c in comparison.changes if c.verdict == verdict]
        lines = [change_line(c, sentences) for c in mine if verdict == "beyond" or not c.lead]
        if lines:
            found.append((sentences.text(f"ecg_since.values.{verdict}"), lines))
    lines = not_compared_lines(comparison, sentences)
    if lines:
        found.append((sentences.text("ecg_since.values.not_comparable"), lines))
    return found


def not_compared_lines(comparison: EcgComparison, sentences: Sentences) -> list[str]:
    """Word what is not compared, one line a reason."""
    groups: dict[str, dict[str, None]] = {}
    for change in comparison.changes:
        if change.verdict == "not_comparable" and not change.lead:
            why = _reasons(change.why, comparison, sentences)
            groups.setdefault(why, {})[value_name(change, sentences)] = None
    return [
        sentences.text("ecg_since.because", name=", ".join(names), why=why)
        if why
        else ", ".join(names)
        for why, names in groups.items()
    ]


def summary_line(comparison: EcgComparison, sentences: Sentences) -> str:
    """Say that nothing was found, or that nothing could be compared; empty where there is more."""
    if not any(c.verdict != "not_comparable" for c in comparison.changes):
        compared = any(s.standing != "not_comparable" for s in comparison.standings)
        return "" if compared else sentences.text("ecg_since.nothing_compared")
    moved = any(s.standing in PRESSING for s in comparison.standings)
    beyond = any(c.verdict == "beyond" for c in comparison.changes)
    return "" if moved or beyond else sentences.text("ecg_since.nothing")


def write_comparison(comparison: EcgComparison | None, sentences: Sentences, page: Page) -> None:
    """Write the whole comparison; nothing where there is none."""
    if comparison is None:
        return
    page.heading(sentences.text("ecg_since.title"))
    for line in head_lines(comparison, sentences):
        page.add(line)
    colon = sentences.text("join.colon")
    for heading, named in standing_lines(comparison, sentences):
        page.add(capital(named), lead=f"{heading}{colon}")
    for heading, lines in value_lines(comparison, sentences):
        page.add(f"{heading}{colon}".rstrip())
        for line in lines:
            page.add(line, indent=2, lead="- ")
    summary = summary_line(comparison, sentences)
    if summary:
        page.add(summary)
    page.add(sentences.text("ecg_since.note"))


def comparison_json(
    comparison: EcgComparison | None, sentences: Sentences
) -> dict[str, Any] | None:
    """Return the comparison as data, with its sentences; None where there is none."""
    if comparison is None:
        return None
    return {
        "earlier_visit": comparison.earlier_visit,
        "earlier_on": comparison.earlier_on,
        "days": comparison.days,
        "earlier_ecgs": comparison.earlier_ecgs,
        "signal_sha256": comparison.signal_sha256,
        "text": head_lines(comparison, sentences),
        "summary": summary_line(comparison, sentences),
        "reasons": [sentences.coded(reason) for reason in comparison.reasons],
        "standings": [_standing_json(s, comparison, sentences) for s in comparison.standings],
        "changes": [_change_json(c, comparison, sentences) for c in comparison.changes],
        "note": sentences.text("ecg_since.note"),
    }


def _standing_json(
    standing: EcgStanding, comparison: EcgComparison, sentences: Sentences
) -> dict[str, Any]:
    data = dataclasses.asdict(standing)
    return {
        **{name: list(v) if isinstance(v, tuple) else v for name, v in data.items()},
        "label": _name(standing, sentences),
        "text": standing_phrase(standing, comparison, sentences),
    }


def _change_json(
    change: EcgChange, comparison: EcgComparison, sentences: Sentences
) -> dict[str, Any]:
    compared = change.verdict != "not_comparable"
    return {
        **dataclasses.asdict(change),
        "why": list(change.why),
        "why_text": _reasons(change.why, comparison, sentences),
        "label": value_name(change, sentences),
        "text": change_line(change, sentences) if compared else "",
    }
