"""Of which visit a part is: a result or an answer of another one says nothing of this one (H2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from .entries import Entry, obj, text
from .maps import fhir_maps
from .moments import day_of
from .references import means

_NAMING: Final = frozenset({"Observation", "QuestionnaireResponse"})


@dataclass(frozen=True, slots=True)
class SentVisit:
    """The visit of a Bundle, and how its parts name it.

    Parameters
    ----------
    encounter : None where none came and none is known to be open
    named : every way in which a part names an Encounter
    performed_at : moment of the visit
    """

    encounter: Entry | None
    named: frozenset[str]
    performed_at: str

    def is_other(self, entry: Entry) -> bool:
        """Say whether a part names another visit; of several without an Encounter, each may."""
        reference = obj(entry.resource.get("encounter"))
        if not reference:
            return False
        if self.encounter is None:
            return len(self.named) > 1
        return not means(reference, self.encounter)

    def is_around(self, moment: str) -> bool:
        """Say whether a moment lies on the day of the visit or so near that it may be of it."""
        there, here = self._days(moment)
        if here is None:
            return True
        if there is None:
            return bool(moment) and here.isoformat().startswith(moment)
        return abs((there - here).days) <= int(fhir_maps()["answers"]["days_around_visit"])

    def is_earlier(self, moment: str) -> bool:
        """Say whether a moment lies on a day before the visit."""
        there, here = self._days(moment)
        return there is not None and here is not None and there < here

    def _days(self, moment: str) -> tuple[date | None, date | None]:
        visit = self.performed_at
        return day_of(moment, visit), day_of(visit, visit)


def sent_visit(
    entries: Sequence[Entry], performed_at: str, open_visit: Entry | None = None
) -> SentVisit:
    """Return the visit of a Bundle.

    Parameters
    ----------
    entries : its resources
    performed_at : moment of the visit
    open_visit : the Encounter that is known to be open, by its names; counts where none came
    """
    encounter = next((entry for entry in entries if entry.kind == "Encounter"), open_visit)
    references = [obj(e.resource.get("encounter")) for e in entries if e.kind in _NAMING]
    named = frozenset(text(one.get("reference")) or repr(one) for one in references if one)
    return SentVisit(encounter, named, performed_at)
