"""Which resource a reference means; nothing is matched approximately."""

from collections.abc import Mapping
from typing import Any

from .entries import Entry, obj, objects, text


def means(reference: Mapping[str, Any], entry: Entry) -> bool:
    """Say whether a reference means a resource: every way in which it names one agrees.

    Parameters
    ----------
    reference : a FHIR Reference
    entry : the resource
    """
    if text(reference.get("type")) not in ("", entry.kind):
        return False
    address, number = text(reference.get("reference")), obj(reference.get("identifier"))
    if not address and not number:
        return False
    bare = address.partition("/_history/")[0]
    is_there = not address or bare in entry.names
    return is_there and (not number or _pair(number) in _numbers(entry))


def _pair(identifier: Mapping[str, Any]) -> tuple[str, str]:
    return text(identifier.get("system")), text(identifier.get("value"))


def _numbers(entry: Entry) -> set[tuple[str, str]]:
    pairs = {_pair(one) for one in objects(entry.resource.get("identifier"))}
    return {pair for pair in pairs if pair[1]}
