"""Bulk Data files (NDJSON, one resource a line) put together by the Encounter that they name.

The lines are sorted in a file on disk, so that memory does not grow with them. Whose a resource is
is not judged here: each Encounter becomes a Bundle, which goes the way of one that was sent, with
the same guard. What names no Encounter of the files is counted and never guessed into one.
"""

import gzip
import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final, Self, cast

from ...engine.errors import RecordError
from ...engine.intake.document import load_document
from .entries import obj, objects, text
from .identity import person_number
from .site_of import site_of

ENDINGS: Final = (".ndjson", ".ndjson.gz")
MOST_LINES_TOLD: Final = 100
_OWN: Final = ("Patient", "Encounter", "Specimen", "Binary")
_BOM: Final = b"\xef\xbb\xbf"
_TABLE: Final = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE resource (
    number INTEGER PRIMARY KEY, kind TEXT, name TEXT, refers TEXT, line TEXT, is_ecg INTEGER
);
"""


def is_bulk_file(path: Path) -> bool:
    """Say whether a file is one of Bulk Data, by its ending."""
    return path.name.lower().endswith(ENDINGS)


@dataclass(slots=True)
class BulkCounts:
    """What became of the lines.

    Attributes
    ----------
    lines : read, empty ones left out
    unreadable : file -> how many lines are no resource, and the numbers of the first hundred
    without_encounter : parts of a visit that name no Encounter of the files
    encounters : different ones
    with_ecg : of these, how many bring samples or a document that may be an ECG
    with_site : of these, how many say where they took place
    """

    lines: int = 0
    unreadable: dict[str, tuple[int, list[int]]] = field(default_factory=dict)
    without_encounter: int = 0
    encounters: int = 0
    with_ecg: int = 0
    with_site: int = 0

    def note_unreadable(self, name: str, number: int) -> None:
        """Count a line that is no resource."""
        count, first = self.unreadable.get(name, (0, []))
        kept = [*first, number] if count < MOST_LINES_TOLD else first
        self.unreadable[name] = (count + 1, kept)


@dataclass(frozen=True, slots=True)
class BulkVisit:
    """The resources of one Encounter.

    Attributes
    ----------
    person_id : number of its Patient, as a Bundle is read; empty where there is not just one
    bundle : JSON text, every resource as it was written
    site : where the Encounter took place; empty where it does not say so, or stands twice
    """

    person_id: str
    bundle: str
    site: str = ""


class BulkSorter:
    """Sorts the lines of files, and gives them back Encounter by Encounter.

    Parameters
    ----------
    path : a new file, for as long as it lasts
    """

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path)
        self._database.executescript(_TABLE)
        self.counts = BulkCounts()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._database.close()

    def add(self, path: Path, name: str) -> None:
        """Take in the lines of a file; those that are no resource are counted.

        Raises
        ------
        OSError, EOFError, zlib.error : the file can't be read to its end
        """
        with _opened(path) as file:
            self._database.executemany(
                "INSERT INTO resource (kind, name, refers, line, is_ecg) VALUES (?, ?, ?, ?, ?)",
                self._rows(file, name),
            )

    def _rows(self, file: IO[bytes], name: str) -> Iterator[tuple[str, str, str, str, bool]]:
        for number, line in enumerate(file, 1):
            bare = line.removeprefix(_BOM).strip()
            if not bare:
                continue
            self.counts.lines += 1
            try:
                resource = load_document(bare)
            except RecordError:
                resource = {}
            if not text(resource.get("resourceType")):
                self.counts.note_unreadable(name, number)
                continue
            yield _sorted(resource, bare.decode())

    def visits(self) -> Iterator[BulkVisit]:
        """Yield every Encounter in the order of the files; one that stands twice has both in it."""
        ask = self._database.execute
        ask("CREATE INDEX by_name ON resource (kind, name)")
        self.counts.without_encounter = ask(
            "SELECT count(*) FROM resource part WHERE kind = '' AND NOT EXISTS"
            " (SELECT 1 FROM resource WHERE kind = 'Encounter' AND name = part.name)"
        ).fetchone()[0]
        names = ask(
            "SELECT name FROM resource WHERE kind = 'Encounter' GROUP BY name ORDER BY min(number)"
        )
        for (name,) in names:
            yield self._visit(name)

    def _visit(self, name: str) -> BulkVisit:
        encounters = self._lines("Encounter", name)
        patients = self._lines("Patient", encounters[0][1])
        parts = self._lines("", name)
        wanted = dict.fromkeys(one for _, refers, _ in parts for one in json.loads(refers or "[]"))
        further = [found for one in wanted for found in self._lines(one.partition("/")[0], one)]
        resources = [line for line, _, _ in (*patients, *encounters, *further, *parts)]
        entries = ",".join(f'{{"resource":{line}}}' for line in resources)
        self.counts.encounters += 1
        self.counts.with_ecg += any(is_ecg for _, _, is_ecg in parts)
        site = site_of(load_document(encounters[0][0])) if len(encounters) == 1 else ""
        self.counts.with_site += bool(site)
        return BulkVisit(
            person_id=person_number(load_document(patients[0][0])) if len(patients) == 1 else "",
            bundle=f'{{"resourceType":"Bundle","type":"collection","entry":[{entries}]}}',
            site=site,
        )

    def _lines(self, kind: str, name: str) -> list[tuple[str, str, bool]]:
        return self._database.execute(
            "SELECT line, refers, is_ecg FROM resource WHERE kind = ? AND name = ? ORDER BY number",
            (kind, name),
        ).fetchall()


def _opened(path: Path) -> IO[bytes]:
    """Open a file; which may be compressed, as servers export them."""
    return cast(
        "IO[bytes]", gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb")
    )


def _sorted(resource: Mapping[str, Any], line: str) -> tuple[str, str, str, str, bool]:
    """Return under which name others, or it, say what belongs together, and what it refers to."""
    kind = text(resource.get("resourceType"))
    own = f"{kind}/{text(resource.get('id'))}"
    if kind == "Encounter":
        return kind, own, text(obj(resource.get("subject")).get("reference")), line, False
    if kind in _OWN:
        return kind, own, "", line, False
    specimen = text(obj(resource.get("specimen")).get("reference"))
    links = [
        text(obj(content.get("attachment")).get("url"))
        for content in objects(resource.get("content"))
    ]
    refers = [one for one in (specimen, *links) if one.startswith(("Specimen/", "Binary/"))]
    is_ecg = kind == "DocumentReference" or any(
        "valueSampledData" in part for part in (resource, *objects(resource.get("component")))
    )
    return "", _encounter_of(resource), json.dumps(refers), line, is_ecg


def _encounter_of(resource: Mapping[str, Any]) -> str:
    said = obj(resource.get("encounter"))
    listed = objects(obj(resource.get("context")).get("encounter"))
    found = [said] if said else listed
    return text(found[0].get("reference")) if len(found) == 1 else ""
