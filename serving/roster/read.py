"""A roster from files of any of the three forms, and the visits to fill in that it becomes."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from ...engine.errors import DataError, RecordError
from ...engine.intake.document import load_document
from ..fhir.entries import Entry, obj, objects, text
from ..fhir.identity import person_number
from ..new_files import new_file, new_folder
from .hl7 import looks_like_hl7, read_hl7
from .rows import SEXES, RosterProblem, RosterRow, TakenBack, checked, standing

COLUMNS: Final = ("visit_id", "performed_at", "person_id", "birth_date", "sex")
_OFFSET: Final = re.compile(r"[+-](0[0-9]|1[0-4]):[0-5][0-9]")
_NO_NAME: Final = re.compile(r"[^A-Za-z0-9._-]")
_PLANNED: Final = frozenset({"proposed", "pending", "booked", "arrived", "checked-in", "planned"})
_NO_UTF_8: Final = (
    "a file that is no UTF-8 text; save it as UTF-8, for example "
    "`iconv -f LATIN1 -t UTF-8 old.csv > new.csv`"
)
_COMES_NOT: Final = "declined"
Read = RosterRow | RosterProblem | TakenBack


@dataclass(frozen=True, slots=True)
class Roster:
    """The visits that were taken, and a problem for everything else."""

    rows: tuple[RosterRow, ...]
    problems: tuple[RosterProblem, ...]


def require_offset(zone: str) -> None:
    """Refuse what is no offset: the name of a zone has two offsets a year.

    Raises
    ------
    DataError : neither empty nor like +01:00
    """
    if zone and not _OFFSET.fullmatch(zone):
        raise DataError(
            found=f"'{zone[:40]}', which is no offset from UTC",
            why="the hour of every visit without a zone would be guessed",
            remedy="give the offset that held on that day, for example --zone +01:00",
            path="--zone",
        )


def read_roster(files: Sequence[Path], zone: str = "") -> Roster:
    """Read planned visits; a bad one does not stop the rest.

    Parameters
    ----------
    files : CSV with the columns of ``COLUMNS``, HL7 v2 messages, or a FHIR R4 Bundle with
        Appointments (or Encounters) and their Patients; told apart by content
    zone : for a time of HL7 or CSV without one, such as +01:00
    """
    read = [one for path in files for one in _read(path, zone)]
    back = [one for one in read if isinstance(one, TakenBack)]
    planned, off = standing([one for one in read if isinstance(one, RosterRow)], back)
    rows, problems = checked(planned)
    untaken = [one for one in read if isinstance(one, RosterProblem)]
    return Roster(tuple(rows), (*untaken, *(one.problem for one in back), *off, *problems))


def _read(path: Path, zone: str) -> Iterator[Read]:
    try:
        said = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        words = f"a file that can't be read ({error.strerror})"
        yield RosterProblem(path.name, "file_unreadable", words)
        return
    except UnicodeDecodeError:
        yield RosterProblem(path.name, "file_unreadable", _NO_UTF_8)
        return
    if looks_like_hl7(said):
        yield from read_hl7(said, path.name, zone)
    elif said.lstrip().startswith("{"):
        yield from _fhir(said, path.name)
    else:
        yield from _csv(said, path.name, zone)


def _csv(said: str, name: str, zone: str) -> Iterator[Read]:
    """Yield the rows of a table; after a line that can't be taken apart the rest is not read."""
    separator = ";" if said.partition("\n")[0].count(";") else ","
    reader = csv.DictReader(io.StringIO(said), delimiter=separator)
    try:
        yield from _rows(reader, name, zone)
    except csv.Error:
        words = "a cell that is too long; neither it nor what follows was read"
        yield RosterProblem(f"{name} line {reader.reader.line_num}", "line_unreadable", words)


def _rows(reader: "csv.DictReader[str]", name: str, zone: str) -> Iterator[Read]:
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        words = f"no column {', '.join(missing)}"
        yield RosterProblem(name, "column_missing", words)
        return
    for row in reader:
        where = f"{name} line {reader.line_num}"
        if None in row:
            yield RosterProblem(where, "cells_too_many", "more cells than columns")
            continue
        cells = {column: (row.get(column) or "").strip() for column in COLUMNS}
        cells["sex"] = SEXES.get(cells["sex"].lower(), "")
        moment = cells["performed_at"]
        has_zone = moment.endswith("Z") or re.search(r"[+-]\d\d:\d\d$", moment)
        cells["performed_at"] = moment if has_zone else f"{moment}{zone}"
        yield RosterRow(where=where, **cells)


def _fhir(said: str, name: str) -> Iterator[Read]:
    try:
        bundle = load_document(said)
    except RecordError:
        yield RosterProblem(name, "file_unreadable", "JSON that can't be read")
        return
    if bundle.get("resourceType") != "Bundle":
        yield RosterProblem(name, "file_unreadable", "JSON that is no FHIR Bundle")
        return
    entries = [
        Entry(obj(e.get("resource")), text(e.get("fullUrl")), f"{name} entry {number}")
        for number, e in enumerate(objects(bundle.get("entry")))
    ]
    patients = _patients(entries)
    for entry in entries:
        if entry.kind not in ("Appointment", "Encounter"):
            continue
        if text(entry.resource.get("status")) not in _PLANNED:
            words = f"a status that is not planned ({entry.kind})"
            untaken = RosterProblem(entry.path, "not_planned", words)
            yield TakenBack(untaken, frozenset({_visit_id(entry)} - {""}))
            continue
        yield _planned(entry, patients)


def _patients(entries: Sequence[Entry]) -> dict[str, Mapping[str, Any]]:
    """Return the people by every reference to them; what means two of them means nobody."""
    meant: dict[str, list[Mapping[str, Any]]] = {}
    for entry in entries:
        if entry.kind == "Patient":
            for name in entry.names:
                meant.setdefault(name, []).append(entry.resource)
    return {name: found[0] for name, found in meant.items() if found.count(found[0]) == len(found)}


def _planned(entry: Entry, patients: Mapping[str, Mapping[str, Any]]) -> RosterRow:
    one = entry.resource
    if entry.kind == "Encounter":
        moment = text(obj(one.get("period")).get("start"))
        address = text(obj(one.get("subject")).get("reference"))
    else:
        moment = text(one.get("start"))
        actors = [
            text(obj(p.get("actor")).get("reference"))
            for p in objects(one.get("participant"))
            if text(p.get("status")) != _COMES_NOT
        ]
        known = [address for address in actors if address in patients]
        address = known[0] if len(known) == 1 else ""
    patient = patients.get(address, {})
    return RosterRow(
        where=entry.path,
        visit_id=_visit_id(entry),
        performed_at=moment,
        person_id=person_number(patient) if patient else "",
        birth_date=text(patient.get("birthDate")),
        sex=SEXES.get(text(patient.get("gender")), ""),
    )


def _visit_id(entry: Entry) -> str:
    numbers = [text(n.get("value")) for n in objects(entry.resource.get("identifier"))]
    return numbers[0] if len(numbers) == 1 else text(entry.resource.get("id"))


def write_visits(roster: Roster, out: Path) -> list[Path]:
    """Write each planned visit as a visit to be filled in, and the roster beside them.

    Parameters
    ----------
    roster : as it was read
    out : a new folder

    Raises
    ------
    DataError : it holds anything already, or can't be written
    """
    new_folder(out)
    written = []
    for number, row in enumerate(roster.rows, 1):
        path = out / f"{number:04d}-{_NO_NAME.sub('_', row.visit_id)[:60]}.json"
        _write(path, row.visit())
        written.append(path)
    said = {
        "visits": [asdict(r) for r in roster.rows],
        "problems": [asdict(p) for p in roster.problems],
    }
    _write(out / "roster.json", said)
    return written


def _write(path: Path, said: Mapping[str, Any]) -> None:
    with new_file(path) as file:
        file.write((json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode())
