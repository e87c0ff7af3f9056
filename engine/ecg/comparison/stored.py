"""What two kept reports say of their ECGs, without the recordings: rate and intervals only."""

from typing import Final

from ...prediagnosis import EcgChange, EcgSection
from .changes import change_of
from .settings import comparison_settings
from .side import REFUSED

GROUPS: Final = frozenset({"rate", "intervals"})


def stored_changes(now: EcgSection | None, then: EcgSection | None) -> tuple[EcgChange, ...]:
    """Return rate and intervals of two kept ECGs that differ beyond what recordings vary.

    Axes, heights, ST and statements need the recordings: whether leads were swapped or filters
    differ can't be told from two reports. Nothing where one has no ECG that can be read, where both
    are the same recording, or where one was sampled too slowly for intervals.

    Parameters
    ----------
    now, then : of two reports of one person
    """
    if now is None or then is None or now.signal_sha256 == then.signal_sha256:
        return ()
    settings = comparison_settings()
    slowest = min(now.sampling_rate_hz, then.sampling_rate_hz)
    if REFUSED in (now.verdict, then.verdict) or slowest < settings.limits.least_rate_hz:
        return ()
    later = {one.name: one for one in now.measured}
    earlier = {one.name: one for one in then.measured}
    rows = [
        r for r in settings.values if r.group in GROUPS and r.name in later and r.name in earlier
    ]
    changes = (change_of(r, later[r.name], earlier[r.name], (), settings) for r in rows)
    return tuple(change for change in changes if change.verdict == "beyond")
