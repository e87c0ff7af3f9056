"""Bundles for the tests of the FHIR adapter, and the independent validator of what leaves."""

import json
from pathlib import Path

from fhir.resources.R4B.bundle import Bundle
from laennec.serving.fhir.visit_out import visit_bundle

ROOT = Path(__file__).parents[2]
VISITS = ROOT / "examples" / "visits"
NAMES = sorted(path.stem for path in VISITS.glob("*.json"))


def example(name="01-raised-risk"):
    """An example visit, and its ECG files."""
    document = json.loads((VISITS / f"{name}.json").read_text(encoding="utf-8"))
    stem = Path(document.get("ecg", {}).get("file", "none.")).stem
    return document, {p.name: p.read_bytes() for p in VISITS.glob(f"{stem}.*")}


def bundle(name="01-raised-risk"):
    """The Bundle of an example as plain data; numbers are floats again."""
    visit, ecg = example(name)
    return json.loads(visit_bundle(visit, ecg))


def sent(document):
    """A Bundle as bytes."""
    return json.dumps(document).encode()


def of(document, kind):
    """The resources of one type."""
    found = [entry["resource"] for entry in document["entry"]]
    return [resource for resource in found if resource["resourceType"] == kind]


def is_r4(document):
    """Have every resource of a Bundle checked by fhir.resources, element by element."""
    checked = Bundle.model_validate_json(json.dumps(document))
    return len(checked.entry) == len(document["entry"])


def exported(folder, resources):
    """Write resources as Bulk Data has them: one file for each resource type."""
    by_type = {}
    for one in resources:
        by_type.setdefault(one["resourceType"], []).append(json.dumps(one))
    files = []
    for kind, lines in by_type.items():
        files.append(folder / f"{kind}.ndjson")
        files[-1].write_text("\n".join(lines) + "\n", encoding="utf-8")
    return files


def resources_of(name, copy=""):
    """The resources of an example as a server exports them: by Type/id, each with its Encounter."""
    found = [entry["resource"] for entry in bundle(name)["entry"]]
    for number, one in enumerate(found):
        one["id"] = f"{name}{copy}-{number}"
        if one["resourceType"] != "Patient":
            one["subject"] = {"reference": f"Patient/{name}{copy}-0"}
        if one["resourceType"] == "Patient":
            one["identifier"][0]["value"] += copy
        elif one["resourceType"] != "Encounter":
            one["encounter"] = {"reference": f"Encounter/{name}{copy}-1"}
    return found
