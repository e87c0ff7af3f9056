"""How FHIR writes what a launch reads, from ``settings.toml``."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from ..fhir.entries import objects, text


@cache
def _rpps() -> Mapping[str, Any]:
    said = files(__package__ or "").joinpath("settings.toml").read_text(encoding="utf-8")
    table: Mapping[str, Any] = tomllib.loads(said)["rpps"]
    return table


def rpps_numbers(practitioner: Mapping[str, Any]) -> set[str]:
    """Return the national numbers (RPPS) of a Practitioner, each once.

    >>> rpps_numbers({"identifier": [{"system": "https://rpps.esante.gouv.fr", "value": "1"}]})
    {'1'}
    """
    known, found = _rpps(), set()
    for one in objects(practitioner.get("identifier")):
        system, value = text(one.get("system")), text(one.get("value"))
        if system in known["systems"] and value:
            found.add(value)
        elif system == known["prefixed_system"] and value.startswith(known["prefix"]):
            found.add(value.removeprefix(known["prefix"]))
    return found
