"""The visits to come of a site, as `laennec roster` wrote them: listed for the nurse, and a guard.

They lie in the site's folder ``roster``, one folder for each import, outside the store: a planned
visit says who is expected and nothing of anybody's health.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from ...engine import VisitRecord
from ...engine.intake.person import with_plain_spaces
from ...engine.record import FEMALE, MALE, UNKNOWN, Problem

FOLDER: Final = "roster"
FILE: Final = "roster.json"
OF_ANOTHER: Final = "planned_for_another"
_SEXES: Final = {"female": FEMALE, "male": MALE}
_KEYS: Final = ("visit_id", "performed_at", "person_id", "birth_date", "sex")
_Stamp = tuple[int, int]


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """One visit to come: its number and moment, and the identity triple."""

    visit_id: str
    performed_at: str
    person_id: str
    birth_date: str
    sex: str

    @property
    def day(self) -> str:
        """Return its day, in its own time zone."""
        return self.performed_at[:10]


@dataclass(slots=True)
class PlannedVisits:
    """The imports of a site; a file that changed is read again.

    Parameters
    ----------
    folder : of the imports; nothing is planned where None
    """

    folder: Path | None = None
    _read: dict[Path, tuple[_Stamp, tuple[PlannedVisit, ...] | None]] = field(default_factory=dict)
    _index: "_Index" = field(default_factory=lambda: _Index((), {}, {}))

    def of_day(self, day: date) -> list[PlannedVisit]:
        """Return the visits of one day in their order; the last import of a visit holds."""
        found = {one.visit_id: one for one in self._all()}
        mine = [one for one in found.values() if one.day == day.isoformat()]
        return sorted(mine, key=lambda one: (one.performed_at, one.visit_id))

    def unreadable(self) -> list[str]:
        """Return the imports that can't be read."""
        return [path.parent.name for path, rows in self._files() if rows is None]

    def problems(self, record: VisitRecord) -> list[Problem]:
        """Return why a visit is not the one that was planned: nothing is matched approximately.

        The visit of a number is of the person for whom it was planned, and a person has one birth
        date and one sex (hazard H2). What either side does not say is not compared.

        Parameters
        ----------
        record : the visit that came
        """
        index = self._indexed()
        visit_id, person_id = record.batch.visit_id[0], record.identity.person_id
        planned = index.of_visit.get(visit_id) or index.of_person.get(person_id)
        differs = [] if planned is None else list(_differences(record, planned))
        if not differs:
            return []
        said = {"elements": ", ".join(differs)}
        return [Problem(0, "refused_record", OF_ANOTHER, "$.person", "", said)]

    def _indexed(self) -> "_Index":
        files = self._files()
        stamps = tuple(self._read[path][0] for path, _ in files)
        if stamps != self._index.stamps:
            listed = [one for _, rows in files for one in rows or ()]
            self._index = _Index(
                stamps, {o.visit_id: o for o in listed}, {o.person_id: o for o in listed}
            )
        return self._index

    def _all(self) -> Iterator[PlannedVisit]:
        for _, rows in self._files():
            yield from rows or ()

    def _files(self) -> list[tuple[Path, tuple[PlannedVisit, ...] | None]]:
        """Return every import and its visits, the last written last; None for a broken one."""
        folder = self.folder
        paths = [] if folder is None or not folder.is_dir() else list(folder.glob(f"*/{FILE}"))
        stamped = sorted((_stamp(path), path) for path in paths)
        for stamp, path in stamped:
            if self._read.get(path, (None,))[0] != stamp:
                self._read[path] = (stamp, _visits(path))
        return [(path, self._read[path][1]) for _, path in stamped]


@dataclass(frozen=True, slots=True)
class _Index:
    """The last import of each visit, and of each person, of files as they were."""

    stamps: tuple[_Stamp, ...]
    of_visit: Mapping[str, PlannedVisit]
    of_person: Mapping[str, PlannedVisit]


def _stamp(path: Path) -> _Stamp:
    try:
        stat = path.stat()
    except OSError:
        return (0, 0)
    return (stat.st_mtime_ns, stat.st_size)


def _visits(path: Path) -> tuple[PlannedVisit, ...] | None:
    try:
        said: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        rows: Sequence[Mapping[str, Any]] = said["visits"]
        return tuple(
            PlannedVisit(*(with_plain_spaces(str(row[key])) for key in _KEYS)) for row in rows
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _differences(record: VisitRecord, planned: PlannedVisit) -> Iterator[str]:
    one = record.identity
    if one.person_id and one.person_id != planned.person_id:
        yield "id"
    if one.birth_date is not None and one.birth_date.isoformat() != planned.birth_date:
        yield "birth_date"
    sex = _SEXES.get(planned.sex, UNKNOWN)
    if UNKNOWN not in (one.sex, sex) and one.sex != sex:
        yield "sex"
