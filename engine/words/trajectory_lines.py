"""A trajectory as one sentence, and as JSON: text, page and JSON print the same."""

import dataclasses
from typing import Any, Final

from ..prediagnosis import Trajectory
from .common_phrases import capital
from .numbers import number, signed, written_day
from .paper import Page
from .sentences import Sentences

_DAYS_A_MONTH: Final = 30
_MONTHS_SHOWN_FROM: Final = 2
_SMALL: Final = 10
_PLACES_OF_SMALL: Final = 2
_MORE_PLACES: Final = 1
_MOST_PLACES: Final = 3


def trajectory_line(trajectory: Trajectory, sentences: Sentences) -> str:
    """Word the last value, when it was, the trend with its interval, and the time in range."""
    last, days = trajectory.last_value, trajectory.days_since_last
    if last is None or days is None:
        return capital(sentences.text("trajectory.none", item=trajectory.item))
    unit = sentences.unit(trajectory.unit)
    places, lang = _places(trajectory, last), sentences.lang
    parts = [
        sentences.text(
            "trajectory.last",
            item=trajectory.item,
            value=f"{trajectory.last_comparator} {number(last, lang, places)} {unit}".strip(),
            on=day_phrase(trajectory.last_on, sentences),
            since=since_phrase(days, sentences),
            tests=trajectory.tests,
            first=day_phrase(trajectory.first_on, sentences),
        )
    ]
    fine = min(places + _MORE_PLACES, _MOST_PLACES)
    slope, interval = trajectory.slope_per_year, trajectory.slope_interval
    if slope is not None and interval is not None:
        low, high = (signed(end, lang, fine) for end in interval)
        shown = {"slope": signed(slope, lang, fine), "low": low, "high": high}
        said = "alike" if interval[0] == interval[1] == 0 else trajectory.direction
        parts.append(sentences.text(f"trajectory.{said}", per_year=unit, **shown))
    elif slope is not None:
        parts.append(sentences.text("trajectory.too_few", tests=trajectory.tests))
    if trajectory.share_in_range is not None:
        share = number(trajectory.share_in_range * 100, lang, 0)
        parts.append(sentences.text(f"trajectory.range.{trajectory.range_id}", share=share))
    return capital(" ".join(parts))


def write_trajectories(
    trajectories: tuple[Trajectory, ...], sentences: Sentences, page: Page
) -> None:
    """Write every trajectory with its notes; nothing where there is none."""
    if not trajectories:
        return
    page.heading(sentences.text("trajectory.title"))
    for trajectory in trajectories:
        page.add(trajectory_line(trajectory, sentences), lead="- ")
        for note in trajectory.notes:
            page.add(sentences.render(note), indent=2)
    page.add(sentences.text("trajectory.note"))


def day_phrase(day: str, sentences: Sentences) -> str:
    """Word a date."""
    return written_day(day, sentences.lang)


def _places(trajectory: Trajectory, last: float) -> int:
    """Return the printed places: of the model unit, more for a unit of larger steps."""
    from ..trajectories.settings import trajectory_item  # noqa: PLC0415 - a visit without a past needs none

    item = trajectory_item(trajectory.item)
    return item.decimals if trajectory.unit == item.unit else _of_unit(last, item.decimals)


def _of_unit(last: float, decimals: int) -> int:
    return max(decimals, _PLACES_OF_SMALL) if abs(last) < _SMALL else 0


def since_phrase(days: int, sentences: Sentences) -> str:
    """Word how long ago something was."""
    if days == 0:
        return sentences.text("trajectory.today")
    if days == 1:
        return sentences.text("trajectory.yesterday")
    months = days // _DAYS_A_MONTH
    if months < _MONTHS_SHOWN_FROM:
        return sentences.text("trajectory.days_ago", days=days)
    return sentences.text("trajectory.months_ago", months=months)


def trajectory_json(trajectory: Trajectory, sentences: Sentences) -> dict[str, Any]:
    """Return a trajectory as data, with its sentence."""
    data = dataclasses.asdict(trajectory)
    interval = trajectory.slope_interval
    data["slope_interval"] = None if interval is None else list(interval)
    data["notes"] = [sentences.coded(note) for note in trajectory.notes]
    return {**data, "text": trajectory_line(trajectory, sentences)}
