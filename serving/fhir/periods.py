"""Whether a name or an identifier of a FHIR resource holds on a day."""

from collections.abc import Mapping
from typing import Any

from .entries import obj, text


def is_in_period(element: Mapping[str, Any], day: str) -> bool:
    """Say whether a day lies in the period of an element, as far as one is given.

    Parameters
    ----------
    element : with a FHIR ``period``, or without
    day : ISO text; empty: nothing is compared

    >>> is_in_period({"period": {"end": "2020"}}, "2020-11-03")
    True
    >>> is_in_period({"period": {"end": "2020-01-01"}}, "2026-11-03")
    False
    """
    period = obj(element.get("period"))
    start, end = text(period.get("start")), text(period.get("end"))
    has_begun = start[: len(day)] <= day[: len(start)]
    return has_begun and day[: len(end)] <= end[: len(day)]
