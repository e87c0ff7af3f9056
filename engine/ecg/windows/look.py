"""One pass over the windows of a long recording; of each only what it says is kept."""

from dataclasses import dataclass, replace
from typing import Final

from ...prediagnosis import Message
from ..analysis import ALONE, REFUSED, EcgAnalysis
from ..classical.prepare import LARGEST_GAP_SHARE
from ..classical.settings import load_classical
from ..failures import FAILURES
from ..features import EcgFeatures, ecg_features
from ..findings.find import PRESENT, Statement, find_statements
from ..findings.model import StatementsModel
from ..gaps import gaps_of, recorded_s, recorded_span
from ..measure.reference import Person
from ..signal import EcgSignal
from ..urgent import EcgUrgency, urgent_ecg
from .cut import Window, cut_out, windows_of
from .settings import Layout, WindowSettings, window_settings
from .spans import runs_of, spans_of, written

_DECIMALS: Final = 6


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What was seen in the windows of one recording.

    Attributes
    ----------
    windows : in order of time; none where the recording is not long
    urgency : of each window
    present : of each window, the present statements on the rhythm with the features behind them
    settings : of guidelines/ecg_windows.toml
    layout : how the windows lie; None where there are none
    unread : recorded parts beside gaps of which no window could be measured
    """

    windows: tuple[Window, ...]
    urgency: tuple[EcgUrgency, ...]
    present: tuple[dict[str, tuple[Statement, EcgFeatures]], ...]
    settings: WindowSettings
    layout: Layout | None = None
    unread: tuple[Window, ...] = ()

    def said(self, whole: EcgUrgency) -> tuple[Message, ...]:
        """Say which parts were judged how.

        Parameters
        ----------
        whole : what the urgent rules said of the recording as a whole
        """
        if self.layout is None:
            return ()
        one = {
            "count": len(self.windows),
            "seconds": round(self.layout.length_s),
            "step": round(self.layout.step_s),
            "from": round(self.layout.from_s),
        }
        kind = "judged" if self.layout.with_statements else "judged_short"
        messages = [Message(f"ecg.windows.{kind}", one)]
        applied = set(whole.applied)
        partly = [i for i, u in enumerate(self.urgency) if applied & set(u.not_applied)]
        if partly:
            spans = spans_of(runs_of(partly, 1), self.windows)
            where = written(spans, self.settings.most_spans)
            messages.append(Message("ecg.windows.partly", {"spans": where}))
        if self.unread:
            where = written(self.unread, self.settings.most_spans)
            messages.append(Message("ecg.windows.unread", {"spans": where}))
        return tuple(messages)


def look_through(
    whole: EcgAnalysis, person: Person, declared: tuple[str, ...], rules: StatementsModel | None
) -> Seen:
    """Judge each window of a long recording as an ECG of its own.

    Parameters
    ----------
    whole : analysis of the recording; its waves are used again, so that no network is asked twice
    person : sex and age
    declared : names of declared symptoms
    rules : of the statements; None where they may not be asked
    """
    settings, (first_s, last_s) = window_settings(), recorded_span(whole.signal)
    duration_s = round(last_s - first_s, _DECIMALS)
    if whole.columns is not None and whole.quality.uses["rhythm"].verdict == REFUSED:
        # No lead lasts as long as a window: the columns are read as the page that they are.
        return Seen((), (), (), settings)
    layout, windows = settings.layout(duration_s), windows_of(duration_s, settings, first_s)
    rules = rules if layout and layout.with_statements else None
    with_network = whole.measurements.measured["rate"].withheld != (ALONE,)
    urgency, present = [], []
    for window in windows:
        part = cut_out(whole, window, with_network=with_network)
        urgency.append(_urgency(part, person, declared))
        present.append({} if rules is None else _present(part, person, rules, settings))
    unread = _unread(whole.signal, windows, settings)
    return Seen(windows, tuple(urgency), tuple(present), settings, layout, unread)


def _unread(
    signal: EcgSignal, windows: tuple[Window, ...], settings: WindowSettings
) -> tuple[Window, ...]:
    """Return what was recorded beside gaps and lies in no window with enough of it to be measured.

    It is in the usual beat of the whole only.
    """
    gaps, least_s = gaps_of(signal), load_classical().withhold.least_duration_s
    if not gaps:
        return ()

    def is_read(window: Window) -> bool:
        cut = [(max(a, window.start_s), min(b, window.stop_s)) for a, b in gaps]
        lost = sum(max(b - a, 0.0) for a, b in cut)
        return window.stop_s - window.start_s - lost >= least_s

    known = [*gaps, *((w.start_s, w.stop_s) for w in windows if is_read(w))]
    found, at = [], 0.0
    for start, stop in sorted([*known, (signal.duration_s, signal.duration_s)]):
        if start - at >= settings.least_told_s:
            found.append(Window(at, start))
        at = max(at, stop)
    return tuple(found)


def _urgency(part: EcgAnalysis, person: Person, declared: tuple[str, ...]) -> EcgUrgency:
    """Apply the urgent rules; of a window in which too little was recorded to be read, none.

    That no clear beat stands in a gap is no arrest. What lies beside the gap is in the windows
    before and after it too.
    """
    urgency = urgent_ecg(part, person, declared)
    least_s = (1.0 - LARGEST_GAP_SHARE) * part.signal.duration_s
    is_there = recorded_s(part.signal, gaps_of(part.signal)) >= least_s
    return urgency if is_there else replace(urgency, items=())


def _present(
    part: EcgAnalysis, person: Person, rules: StatementsModel, settings: WindowSettings
) -> dict[str, tuple[Statement, EcgFeatures]]:
    try:
        features = ecg_features(part, person)
        found = find_statements(part, features, rules)
    except FAILURES:
        return {}
    return {
        s.name: (s, features)
        for s in found
        if s.state == PRESENT and s.name in settings.statements_in_a_row
    }
