"""The national identity (INS) of a Patient: its number, of which kind, and whether it is qualified.

It is never read into a visit. It may be conveyed only with a qualified identity (status VALI), and
the billing number (NSS, type NH) of the same authority is none.
"""

from collections.abc import Mapping
from typing import Any, Final

from .entries import Entry, codings, obj, objects, text
from .issues import IssueLog
from .maps import fhir_maps
from .periods import is_in_period

_BILLING: Final = "NH"
_STATUS: Final = "identityStatus"


def national_identifiers(patient: Mapping[str, Any], day: str = "") -> list[tuple[str, str]]:
    """Return authority and number of every INS in use: its own authority, and no other kind.

    Parameters
    ----------
    patient : a FHIR Patient
    day : ISO text; a number whose period does not hold it is not in use; empty: not compared
    """
    kinds = fhir_maps()["ins"]["kinds"]
    found = []
    for one in objects(patient.get("identifier")):
        authority, types = text(one.get("system")), {code for _, code in codings(one.get("type"))}
        is_ins = authority in kinds and _BILLING not in types
        is_in_use = one.get("use") != "old" and is_in_period(one, day)
        if is_ins and is_in_use and text(one.get("value")):
            found.append((authority, text(one.get("value"))))
    return found


def is_qualified(patient: Mapping[str, Any]) -> bool:
    """Say whether a Patient states a qualified identity, as FR Core writes it."""
    ins = fhir_maps()["ins"]
    for extension in objects(patient.get("extension")):
        inner = [p for p in objects(extension.get("extension")) if p.get("url") == _STATUS]
        said = [text(obj(part.get("valueCoding")).get("code")) for part in (extension, *inner)]
        if text(extension.get("url")) in ins["reliability"] and set(said) & set(ins["qualified"]):
            return True
    return False


def tell_national(patient: Entry, log: IssueLog) -> None:
    """Tell of an INS without a qualified identity, and of one of another authority than its kind.

    Parameters
    ----------
    patient : the person of a Bundle
    log : of the Bundle
    """
    where = f"{patient.path}.identifier"
    if national_identifiers(patient.resource) and not is_qualified(patient.resource):
        log.add("ins_not_qualified", where, severity="warning")
    kinds: Mapping[str, str] = fhir_maps()["ins"]["kinds"]
    for one in objects(patient.resource.get("identifier")):
        types = {code for _, code in codings(one.get("type"))} - {_BILLING}
        named = types & set(kinds.values())
        authority = text(one.get("system"))
        if named and kinds.get(authority) not in named:
            log.add("ins_kind_unknown", where, {"kind": sorted(named)[0]}, severity="warning")
