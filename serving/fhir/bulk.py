"""Many visits at once from Bulk Data files (NDJSON, one resource a line), one answer an Encounter.

Resources are put together by the Encounter that they name, and then go the same way as a Bundle
that was sent: the wrong-patient guard, the one gate of the engine, the same draft. What names no
Encounter is counted and never guessed into one.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

from ...engine.errors import RecordError, ScreeningError
from ...engine.intake.document import load_document
from ...engine.risks.labels import model_labels
from ...engine.words.as_json import as_json
from ..new_files import disk_told, new_file, new_folder
from ..screening import Engine, screen_visit
from .entries import obj, objects, text
from .issues import Issue, error_outcome, outcome
from .results import result_bundle
from .visit_in import read_visit
from .writer import About

RESULTS: Final = "results.ndjson"
REFUSED: Final = "refused.ndjson"
MANIFEST: Final = "manifest.json"
_REFUSED_RECORD: Final = "refused_record"
Resource = Mapping[str, Any]


@dataclass(slots=True)
class Counts:
    """What became of everything that was read: encounters = screened + refused_bundles.

    Attributes
    ----------
    files, lines : read
    unreadable_lines : no JSON object with a resource type
    without_encounter : resources of a visit that name no Encounter of the files
    encounters : different ones in the files
    screened : with an answer; of these ``refused_records`` say that nothing was concluded
    refused_bundles : with an OperationOutcome only
    """

    files: int = 0
    lines: int = 0
    unreadable_lines: int = 0
    without_encounter: int = 0
    encounters: int = 0
    screened: int = 0
    refused_records: int = 0
    refused_bundles: int = 0


@dataclass(slots=True)
class _Read:
    """The resources of a folder by what they name."""

    patients: dict[str, list[Resource]] = field(default_factory=dict)
    encounters: dict[str, list[Resource]] = field(default_factory=dict)
    specimens: dict[str, list[Resource]] = field(default_factory=dict)
    parts: dict[str, list[Resource]] = field(default_factory=dict)


def screen_bulk(
    files: Sequence[Path], out: Path, engine: Engine, *, lang: str, now: datetime
) -> Counts:
    """Screen every Encounter of Bulk Data files.

    Parameters
    ----------
    files : NDJSON; which resource a line holds is read from the line
    out : a new folder for ``results.ndjson``, ``refused.ndjson`` and ``manifest.json``
    engine : models and guidelines
    lang : fr or en
    now : the caller's clock, aware

    Returns
    -------
    What was counted; the same stands in the manifest, which is written last

    Raises
    ------
    DataError : the folder holds anything already, or can't be written
    """
    new_folder(out)
    labels = model_labels(engine.models, lang)
    with (
        disk_told(out),
        (out / RESULTS).open("x", encoding="utf-8") as results,
        (out / REFUSED).open("x", encoding="utf-8") as refused,
    ):
        counts, read = _read_all(files, refused)
        for name, bundle in _bundles(read):
            try:
                said = _screened(bundle, engine, (lang, now, labels))
            except ScreeningError as error:
                counts.refused_bundles += 1
                _write(refused, {**error_outcome(error), "id": name.rpartition("/")[2][:64]})
            else:
                counts.screened += 1
                counts.refused_records += said[1]
                _write(results, said[0])
    with new_file(out / MANIFEST) as manifest:
        manifest.write(json.dumps(asdict(counts), indent=1).encode() + b"\n")
    return counts


def _read_all(files: Sequence[Path], refused: IO[str]) -> tuple[Counts, _Read]:
    counts, read = Counts(files=len(files)), _Read()
    for path in files:
        _read_file(path, read, counts, refused)
    counts.encounters = len(read.encounters)
    counts.without_encounter = sum(
        len(parts) for name, parts in read.parts.items() if name not in read.encounters
    )
    return counts, read


def _read_file(path: Path, read: _Read, counts: Counts, refused: IO[str]) -> None:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            counts.lines += 1
            try:
                _sort(load_document(line), read)
            except RecordError:
                counts.unreadable_lines += 1
                _write(refused, _unreadable(f"{path.name} line {number}"))


def _unreadable(where: str) -> dict[str, Any]:
    words = (
        "a line that is no resource",
        "the visit that it belongs to is not known, and was screened without it",
        "Export the file again, and screen it again",
    )
    return outcome([Issue("error", "line_unreadable", *words, where=where, kind="invalid")])


def _sort(resource: Resource, read: _Read) -> None:
    """Keep a resource under the reference by which others, or it, name what belongs together.

    Raises
    ------
    RecordError : no resource
    """
    kind = text(resource.get("resourceType"))
    name = f"{kind}/{text(resource.get('id'))}"
    if not kind:
        why = "what it says is not known"
        raise RecordError(found="JSON without a type", why=why, remedy="Send FHIR resources")
    if kind == "Patient":
        read.patients.setdefault(name, []).append(resource)
    elif kind == "Encounter":
        read.encounters.setdefault(name, []).append(resource)
    elif kind == "Specimen":
        read.specimens.setdefault(name, []).append(resource)
    else:
        read.parts.setdefault(_encounter_of(resource), []).append(resource)


def _encounter_of(resource: Resource) -> str:
    said = obj(resource.get("encounter"))
    listed = objects(obj(resource.get("context")).get("encounter"))
    found = [said] if said else listed
    return text(found[0].get("reference")) if len(found) == 1 else ""


def _bundles(read: _Read) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield one Bundle for each Encounter; one that stands twice is refused with both in it."""
    for name, encounters in read.encounters.items():
        subject = text(obj(encounters[0].get("subject")).get("reference"))
        parts = read.parts.get(name, [])
        named = {text(obj(part.get("specimen")).get("reference")) for part in parts}
        specimens = [one for key in sorted(named) for one in read.specimens.get(key, [])]
        resources = [*read.patients.get(subject, []), *encounters, *specimens, *parts]
        entries = [{"resource": resource} for resource in resources]
        yield name, {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _screened(
    bundle: Mapping[str, Any], engine: Engine, asked: tuple[str, datetime, Mapping[str, str]]
) -> tuple[dict[str, Any], bool]:
    """Return the answer to one visit, and whether its record was refused."""
    lang, now, labels = asked
    sent = read_visit(bundle)
    document = json.dumps(sent.document).encode()
    screened = screen_visit(document, engine, now=now, ecg=sent.ecg)
    said = as_json(screened.draft, lang, labels)
    about = About(now.isoformat(), subject=sent.subject, basis=sent.basis, issues=sent.issues)
    is_refused = any(item["severity"] == _REFUSED_RECORD for item in said["refused_items"])
    return result_bundle(said, about, sent.places), is_refused


def _write(file: IO[str], resource: Mapping[str, Any]) -> None:
    file.write(json.dumps(resource, ensure_ascii=False) + "\n")
