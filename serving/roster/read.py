"""A roster from files of any of the three forms, and the visits to fill in that it becomes."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from ...engine.errors import RecordError
from ...engine.intake.document import load_document
from ...engine.intake.visit import SCHEMA
from ..fhir.entries import obj, objects, text
from ..fhir.identity import person_number
from .hl7 import looks_like_hl7, read_hl7
from .rows import SEXES, RosterProblem, RosterRow, checked

COLUMNS: Final = ("visit_id", "performed_at", "person_id", "birth_date", "sex")
_NO_NAME: Final = re.compile(r"[^A-Za-z0-9._-]")
_PLANNED: Final = frozenset({"proposed", "pending", "booked", "arrived", "checked-in", "planned"})
Read = RosterRow | RosterProblem


@dataclass(frozen=True, slots=True)
class Roster:
    """The visits that were taken, and a problem for everything else."""

    rows: tuple[RosterRow, ...]
    problems: tuple[RosterProblem, ...]


def read_roster(files: Sequence[Path], zone: str = "") -> Roster:
    """Read planned visits; a bad one does not stop the rest.

    Parameters
    ----------
    files : CSV with the columns of ``COLUMNS``, HL7 v2 messages, or a FHIR R4 Bundle with
        Appointments (or Encounters) and their Patients; told apart by content
    zone : for a time of HL7 or CSV without one, such as +01:00
    """
    read = [one for path in files for one in _read(path, zone)]
    rows, problems = checked([one for one in read if isinstance(one, RosterRow)])
    untaken = [one for one in read if isinstance(one, RosterProblem)]
    return Roster(tuple(rows), (*untaken, *problems))


def _read(path: Path, zone: str) -> Iterator[Read]:
    try:
        said = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        yield RosterProblem(path.name, "file_unreadable", "a file that is no UTF-8 text")
        return
    if looks_like_hl7(said):
        yield from read_hl7(said, path.name, zone)
    elif said.lstrip().startswith("{"):
        yield from _fhir(said, path.name)
    else:
        yield from _csv(said, path.name, zone)


def _csv(said: str, name: str, zone: str) -> Iterator[Read]:
    separator = ";" if said.partition("\n")[0].count(";") else ","
    reader = csv.DictReader(io.StringIO(said), delimiter=separator)
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        words = f"no column {', '.join(missing)}"
        yield RosterProblem(name, "column_missing", words)
        return
    for number, row in enumerate(reader, 2):
        cells = {column: (row.get(column) or "").strip() for column in COLUMNS}
        cells["sex"] = SEXES.get(cells["sex"].lower(), "")
        moment = cells["performed_at"]
        has_zone = moment.endswith("Z") or re.search(r"[+-]\d\d:\d\d$", moment)
        cells["performed_at"] = moment if has_zone else f"{moment}{zone}"
        yield RosterRow(where=f"{name} line {number}", **cells)


def _fhir(said: str, name: str) -> Iterator[Read]:
    try:
        bundle = load_document(said)
    except RecordError:
        yield RosterProblem(name, "file_unreadable", "JSON that can't be read")
        return
    entries = objects(bundle.get("entry"))
    resources = [(text(e.get("fullUrl")), obj(e.get("resource"))) for e in entries]
    patients = {
        key: one
        for address, one in resources
        if one.get("resourceType") == "Patient"
        for key in (address, f"Patient/{text(one.get('id'))}")
    }
    for number, (_, one) in enumerate(resources):
        where = f"{name} entry {number}"
        kind = text(one.get("resourceType"))
        if kind not in ("Appointment", "Encounter"):
            continue
        if text(one.get("status")) not in _PLANNED:
            yield RosterProblem(where, "not_planned", f"a status that is not planned ({kind})")
            continue
        yield _planned(one, kind, patients, where)


def _planned(
    one: Mapping[str, Any], kind: str, patients: Mapping[str, Mapping[str, Any]], where: str
) -> RosterRow:
    numbers = [text(n.get("value")) for n in objects(one.get("identifier"))]
    if kind == "Encounter":
        moment = text(obj(one.get("period")).get("start"))
        address = text(obj(one.get("subject")).get("reference"))
    else:
        moment = text(one.get("start"))
        actors = [
            text(obj(p.get("actor")).get("reference")) for p in objects(one.get("participant"))
        ]
        known = [address for address in actors if address in patients]
        address = known[0] if len(known) == 1 else ""
    patient = patients.get(address, {})
    return RosterRow(
        where=where,
        visit_id=numbers[0] if len(numbers) == 1 else text(one.get("id")),
        performed_at=moment,
        person_id=person_number(patient) if patient else "",
        birth_date=text(patient.get("birthDate")),
        sex=SEXES.get(text(patient.get("gender")), ""),
    )


def write_visits(roster: Roster, out: Path) -> list[Path]:
    """Write each planned visit as a visit to be filled in, and the roster beside them.

    Parameters
    ----------
    roster : as it was read
    out : folder
    """
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for number, row in enumerate(roster.rows, 1):
        person = {"id": row.person_id, "birth_date": row.birth_date, "sex": row.sex}
        visit = {"schema": SCHEMA, "visit_id": row.visit_id, "performed_at": row.performed_at}
        path = out / f"{number:04d}-{_NO_NAME.sub('_', row.visit_id)[:60]}.json"
        document = {**visit, "person": person, "measurements": []}
        path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")
        written.append(path)
    said = {
        "visits": [asdict(r) for r in roster.rows],
        "problems": [asdict(p) for p in roster.problems],
    }
    (out / "roster.json").write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return written
