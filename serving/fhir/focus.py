"""Of whom a measurement is: one in the person's record may be about somebody else (hazard H2)."""

from typing import Final

from .entries import Entry, obj, objects, text
from .issues import IssueLog
from .maps import fhir_maps
from .references import means

_FOCUS: Final = "focus"


def is_of_person(observation: Entry, patient: Entry, log: IssueLog) -> bool:
    """Say whether an Observation is about its Patient; one that is not is told and never read.

    FHIR names a husband, a fetus or a donor in ``focus``, or by a code in its extension, while the
    subject stays the Patient.

    Parameters
    ----------
    observation : one whose subject is the Patient
    patient : the one person of the Bundle
    log : of the Bundle
    """
    given = observation.resource.get(_FOCUS)
    named = given if isinstance(given, list) else [given] if given else []
    of_code = fhir_maps()[_FOCUS]["extension"]
    urls = {text(one.get("url")) for one in objects(observation.resource.get("extension"))}
    if of_code not in urls and all(means(obj(one), patient) for one in named):
        return True
    log.keep("refused_item", "focus_other", f"{observation.path}.{_FOCUS}")
    return False
