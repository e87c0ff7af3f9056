"""What of a prefetch did not arrive: told to whoever reads the card and the report (hazard H1).

CDS Hooks has `null` for "there is none". A key that is not there was not read, or the software
failed to read it; anything else that is no resource is a failure that came as data.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from ...engine.record import Problem
from ..fhir.entries import obj, objects, text
from ..fhir.issue_codes import KeptCode

_ABSENT: Final = object()


def not_arrived(templates: Mapping[str, str], prefetch: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is to be said of every part of a visit that did not arrive.

    Parameters
    ----------
    templates : key -> what is asked of the FHIR server of the visit software
    prefetch : as it was sent; a part that stands under another key did arrive
    """
    kinds = {kind for given in prefetch.values() for kind in _kinds(given)}
    for key, template in templates.items():
        given = prefetch.get(key, _ABSENT)
        if given is None:
            yield _told("note", "prefetch_empty", key)
        elif given is not _ABSENT and not _is_resource(given):
            yield _told("refused_record", "sent_in_part", key)
        elif given is _ABSENT and template.partition("?")[0].partition("/")[0] not in kinds:
            yield _told("refused_item", "prefetch_not_received", key)


def _told(
    severity: Literal["refused_record", "refused_item", "note"], code: KeptCode, key: str
) -> Problem:
    return Problem(0, severity, code, f"prefetch.{key}", "", {"found": key})


def _kinds(given: object) -> Iterator[str]:
    """Yield the types of the resources that stand under one key."""
    yield text(obj(given).get("resourceType"))
    yield from (
        text(obj(one.get("resource")).get("resourceType"))
        for one in objects(obj(given).get("entry"))
    )


def _is_resource(given: object) -> bool:
    """Say whether something is a resource; of a Bundle, that its entries are a list."""
    has_entries = isinstance(obj(given).get("entry", []), list)
    return bool(text(obj(given).get("resourceType"))) and has_entries
