"""What the urgent rules say of the windows of a long recording; it only adds to the whole."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from ...prediagnosis import InputValue, UrgentItem
from ..urgent import EcgUrgency
from ..urgent.evaluate import DIFFER
from ..urgent.join import REMEASURE
from .cut import Window
from .look import Seen
from .settings import WindowSettings
from .spans import runs_of, spans_of

_SECONDS: Final = "s"
_FROM: Final = "ecg.seen_from"
_TO: Final = "ecg.seen_to"


def with_items_of_windows(whole: EcgUrgency, seen: Seen) -> EcgUrgency:
    """Add what holds in a part of the recording, with from when to when it was seen.

    An item of the whole keeps its values unless a window is more urgent.

    Parameters
    ----------
    whole : of the recording as a whole
    seen : in its windows
    """
    own = {item.rule_id: item for item in whole.items}
    found: dict[str, dict[int, UrgentItem]] = {}
    for i, urgency in enumerate(seen.urgency):
        for item in urgency.items:
            if not _is_of_whole(item, seen.settings):
                found.setdefault(item.rule_id, {}).setdefault(i, item)
    for rule, items in found.items():
        least = seen.settings.rules_in_a_row.get(rule, seen.settings.usual_in_a_row)
        runs = runs_of(items, least)
        if not runs:
            continue
        told = min((items[i] for run in runs for i in run), key=_pressing)
        kept = own.get(rule)
        if kept is not None and _pressing(kept) <= _pressing(told):
            told = kept
        own[rule] = _where(told, spans_of(runs, seen.windows))
    return replace(whole, items=tuple(sorted(own.values(), key=lambda item: item.level)))


def drawn_from_s(urgency: EcgUrgency, duration_s: float, settings: WindowSettings) -> float:
    """Return where the part begins that a page draws: around the middle of what is most urgent.

    Parameters
    ----------
    urgency : with the items of windows, the most urgent first; without any the start is drawn
    duration_s : of the recording
    settings : of guidelines/ecg_windows.toml
    """
    for item in urgency.items:
        at = {v.name: float(v.value) for v in item.inputs if v.name in (_FROM, _TO)}
        if at:
            middle = (at[_FROM] + at[_TO]) / 2.0
            last = max(duration_s - settings.drawn_s, 0.0)
            return min(max(middle - settings.drawn_s / 2.0, 0.0), last)
    return 0.0


def _is_of_whole(item: UrgentItem, settings: WindowSettings) -> bool:
    """Say whether only the recording as a whole is asked for this."""
    of = {value.name.removeprefix("ecg.").partition(".")[0] for value in item.inputs}
    doubt = item.rule_id == DIFFER and of <= settings.doubts_of_whole
    return item.rule_id in settings.only_whole or doubt


def _pressing(item: UrgentItem) -> tuple[str, bool]:
    """Order by level; what was measured before what is only feared of a value that is not used."""
    return item.level, item.message.id == REMEASURE


def _where(item: UrgentItem, spans: Iterable[Window]) -> UrgentItem:
    """Add the first span, and how many there are."""
    every = tuple(spans)
    seconds = ((_FROM, every[0].start_s), (_TO, every[0].stop_s))
    told = [InputValue(name, f"{value:.0f}", _SECONDS, "derived") for name, value in seconds]
    if len(every) > 1:
        told.append(InputValue("ecg.seen_times", str(len(every)), "{spans}", "derived"))
    return replace(item, inputs=(*item.inputs, *told))
