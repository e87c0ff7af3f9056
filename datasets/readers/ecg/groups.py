"""Groups of leads that a file stores apart: joined where they are one recording."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from .assemble import assemble
from .names import lead_name
from .recording import Declared, EcgHeader, EcgRecording
from .source import limits
from .stored import StoredLead

_SAME_S: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Group:
    """Leads that a file stores together.

    Parameters
    ----------
    leads : of one rate and length, or not
    header : what the file says of them
    start_s : when they start, on a clock that all groups of the file share; None where not stated
    """

    leads: list[StoredLead]
    header: EcgHeader
    start_s: float | None


def recordings_of(groups: Sequence[Group], declared: Declared) -> list[EcgRecording]:
    """Return the recordings of the groups of a file; groups that are one recording are joined.

    Groups are one recording with the same start, rate and length, and each lead once. Groups of
    which the file states no start begin with the recording, the only time that it states; but
    short ones may be the strips of a page, recorded one after another, and stay apart.
    """
    found: list[Group] = []
    for group in groups:
        at = next((k for k, other in enumerate(found) if _belong(other, group)), None)
        if at is None:
            found.append(group)
        else:
            found[at] = replace(found[at], leads=[*found[at].leads, *group.leads])
    first_s = min((g.start_s for g in found if g.start_s is not None), default=0.0)
    return [
        replace(
            assemble(group.leads, group.header, declared),
            start_s=None if group.start_s is None else group.start_s - first_s,
        )
        for group in found
    ]


def _belong(one: Group, other: Group) -> bool:
    leads = (*one.leads, *other.leads)
    names = [lead_name(lead.name) for lead in leads]
    shapes = {(lead.rate_hz, len(lead.samples)) for lead in leads}
    if len(set(names)) < len(names) or not all(names) or len(shapes) != 1:
        return False
    if one.start_s is not None and other.start_s is not None:
        return abs(one.start_s - other.start_s) < _SAME_S
    rate_hz, n_samples = shapes.pop()
    shortest_s = limits()["groups"]["shortest_without_start_s"]
    return one.start_s is other.start_s and n_samples >= shortest_s * rate_hz
