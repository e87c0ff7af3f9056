"""Where an Encounter took place, for the watch over drift: no rule and no model reads it."""

from collections.abc import Mapping
from typing import Any, Final

from .entries import obj, objects, text

_LONGEST: Final = 200


def site_of(encounter: Mapping[str, Any]) -> str:
    """Return the organisation that an Encounter names, else its one location; empty where neither.

    Of several locations none is the place of the visit. A name that no visit may send is none.

    >>> site_of({"serviceProvider": {"reference": "Organization/7", "display": "Lille"}})
    'Organization/7'
    """
    places = [obj(one.get("location")) for one in objects(encounter.get("location"))]
    named = [_name(obj(encounter.get("serviceProvider")))]
    named += [_name(place) for place in places] if len(places) == 1 else []
    return next((name for name in named if name), "")


def _name(reference: Mapping[str, Any]) -> str:
    """Return the number, the reference or the name: the first of them that stands there."""
    number = text(obj(reference.get("identifier")).get("value"))
    said = (number, text(reference.get("reference")), text(reference.get("display")))
    found = next((one.strip() for one in said if one.strip()), "")
    return found if found.isprintable() and len(found) <= _LONGEST else ""
