"""The Encounter of a Bundle: which visit, when, and whether it took place."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ...engine.intake.problems import shown
from .entries import Entry, obj, objects, text
from .issues import IssueLog
from .maps import Json, fhir_maps
from .site_of import site_of

_R5_PERIOD: Final = "actualPeriod"
_TIMESTAMP: Final = "Bundle.timestamp"


def read_encounter(
    bundle: Mapping[str, Any], encounters: Sequence[Entry], log: IssueLog
) -> tuple[Json, dict[str, str]]:
    """Return which visit, when and at which site, and where each stood.

    Of the Encounter; of the Bundle where it has none, or where the Encounter does not say when.

    Parameters
    ----------
    bundle : as it was sent
    encounters : its Encounters; more than one refuse the Bundle
    log : of the Bundle; one that did not take place refuses the record
    """
    if len(encounters) > 1:
        log.refuse("encounters_several", encounters[1].path)
    where = encounters[0].path if encounters else "Bundle"
    encounter = encounters[0].resource if encounters else {}
    _tell_status(encounter, where, log)
    moment, when = _moment(bundle, encounter, where, log)
    number = visit_number(encounter) or text(obj(bundle.get("identifier")).get("value"))
    visit = {"visit_id": number, "performed_at": moment}
    places = {"$.visit_id": where, "$.performed_at": when}
    site = site_of(encounter)
    return (visit | {"site": site}, places | {"$.site": where}) if site else (visit, places)


def visit_number(encounter: Mapping[str, Any]) -> str:
    """Return an Encounter's own number where it has exactly one, else its id."""
    numbers = [text(one.get("value")) for one in objects(encounter.get("identifier"))]
    return numbers[0] if len(numbers) == 1 else text(encounter.get("id"))


def _tell_status(encounter: Mapping[str, Any], where: str, log: IssueLog) -> None:
    """Tell of a visit that was not said to take place; one that was taken back is refused."""
    known, status = fhir_maps()["status"], encounter.get("status")
    if status is None or status in known["encounter"]:
        return
    place, found = f"{where}.status", shown(status)
    if status in known["taken_back"]:
        log.keep("refused_record", "encounter_taken_back", place, found=found)
    else:
        log.keep("note", "encounter_status", place, found=found)


def _moment(
    bundle: Mapping[str, Any], encounter: Mapping[str, Any], where: str, log: IssueLog
) -> tuple[str, str]:
    """Return when the visit was and where that stands; another day than its own is told.

    A day under FHIR R5's name refuses the record. The urgent rules take it as the day all the
    same: by the day of the Bundle what was measured then would be too old for them.
    """
    start = text(obj(encounter.get("period")).get("start"))
    newer = text(obj(encounter.get(_R5_PERIOD)).get("start"))
    if _R5_PERIOD in encounter and newer != start:
        log.keep("refused_record", "encounter_of_r5", f"{where}.{_R5_PERIOD}", found=_R5_PERIOD)
    if start:
        return start, f"{where}.period.start"
    if newer:
        return newer, f"{where}.{_R5_PERIOD}.start"
    stamp = text(bundle.get("timestamp"))
    if stamp:
        log.keep("note", "dated_by_bundle", _TIMESTAMP, found=shown(stamp))
    return stamp, _TIMESTAMP
