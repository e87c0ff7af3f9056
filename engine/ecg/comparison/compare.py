"""One ECG beside an earlier one of the same person."""

from collections.abc import Sequence
from datetime import date

from ...prediagnosis import EcgChange, EcgComparison
from .changes import changes_of
from .comparable import EcgPair
from .patterns import patterns_of
from .settings import comparison_settings
from .side import EcgSide
from .standings import standings_of


def compare_ecgs(
    now: EcgSide,
    then: EcgSide,
    *,
    on: date | None = None,
    today: date | None = None,
    visit_id: str = "",
) -> EcgComparison:
    """Compare two ECGs of one person.

    That both are of one person is the caller's to know (``person_problems``); nothing in two
    tracings proves it.

    Parameters
    ----------
    now, then : the two recordings, measured
    on, today : days of both, where they are known
    visit_id : of the earlier one
    """
    pair = EcgPair.of(now, then, comparison_settings(), days=(today, on))
    return comparison_of(pair, on, today, visit_id)


def comparison_of(
    pair: EcgPair, on: date | None, today: date | None, visit_id: str
) -> EcgComparison:
    """Compare two ECGs that were put beside each other already; as ``compare_ecgs``."""
    changes = changes_of(pair)
    named = by_name(changes)
    return EcgComparison(
        earlier_visit=visit_id,
        earlier_on=on.isoformat() if on else "",
        days=(today - on).days if on and today else None,
        signal_sha256=pair.then.section.signal_sha256,
        reasons=pair.found.told,
        changes=changes,
        standings=(*standings_of(pair, named), *patterns_of(pair, named)),
    )


def by_name(changes: Sequence[EcgChange]) -> dict[str, list[EcgChange]]:
    """Return the changes of each value: one of the whole ECG, or one a lead."""
    found: dict[str, list[EcgChange]] = {}
    for change in changes:
        found.setdefault(change.name, []).append(change)
    return found
