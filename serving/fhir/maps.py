"""The maps between FHIR R4 and the house's own codes, read once from their data file."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

Json = dict[str, Any]


@cache
def fhir_maps() -> Mapping[str, Any]:
    """Return the tables of ``maps.toml``."""
    text = files(__package__ or "").joinpath("maps.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def system(name: str) -> str:
    """Return the address of a code system by its short name."""
    found: str = fhir_maps()["systems"][name]
    return found


def coded(name: str, code: str, display: str = "") -> Json:
    """Return a CodeableConcept of one coding.

    >>> coded("state", "present")["coding"][0]["code"]
    'present'
    """
    coding = {"system": system(name), "code": code}
    return {"coding": [coding | ({"display": display} if display else {})]}
