"""What this service can do in FHIR: its CapabilityStatement and the definition of its operation."""

from importlib.metadata import version as installed
from typing import Final

from .maps import Json, fhir_maps
from .profiles import french_profiles
from .wording import FhirWords

_DATE: Final = "2026-11-29"
OPERATION: Final = "urn:laennec:OperationDefinition:prediagnose"


def capability_statement(base: str) -> Json:
    """Return the CapabilityStatement.

    Parameters
    ----------
    base : address under which the FHIR routes are called
    """
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "experimental": True,
        "date": _DATE,
        "publisher": "Laennec",
        "kind": "instance",
        "description": FhirWords("en").disclaimer(),
        "software": {"name": "Laennec", "version": installed("laennec")},
        "implementation": {"description": "Laennec", "url": base},
        "fhirVersion": fhir_maps()["fhir_version"],
        "format": ["json"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": "Authorization: Bearer, as every route of the service"},
                "resource": [
                    *(_profiled(kind) for kind in ("Patient", "Observation")),
                    _read("Bundle", "the answer as it stands: preliminary, final once decided"),
                    _read("Questionnaire", "the questions of a visit, /Questionnaire/visit"),
                    _read("OperationDefinition", "/OperationDefinition/prediagnose"),
                ],
                "operation": [{"name": "prediagnose", "definition": OPERATION}],
            }
        ],
    }


def _read(kind: str, words: str) -> Json:
    return {"type": kind, "documentation": words, "interaction": [{"code": "read"}]}


def _profiled(kind: str) -> Json:
    """Return the French profiles that are understood in a Bundle of the operation."""
    found = [url for url, row in french_profiles().items() if row["type"] == kind]
    words = "only inside the Bundle of $prediagnose; set in the answer where it is met"
    return {"type": kind, "supportedProfile": found, "documentation": words}


def operation_definition() -> Json:
    """Return the OperationDefinition of ``$prediagnose``."""
    return {
        "resourceType": "OperationDefinition",
        "id": "prediagnose",
        "url": OPERATION,
        "name": "Prediagnose",
        "title": "Explained pre-diagnosis of one visit, to be confirmed by a physician",
        "status": "active",
        "experimental": True,
        "kind": "operation",
        "date": _DATE,
        "publisher": "Laennec",
        "description": FhirWords("en").disclaimer(),
        "affectsState": True,
        "code": "prediagnose",
        "system": True,
        "type": False,
        "instance": False,
        "parameter": [
            _parameter("bundle", "in", "One visit: Patient, Encounter, Observations, a response"),
            _parameter("return", "out", "The draft, every status preliminary"),
        ],
    }


def _parameter(name: str, use: str, words: str) -> Json:
    return {
        "name": name,
        "use": use,
        "min": 1,
        "max": "1",
        "documentation": words,
        "type": "Bundle",
    }
