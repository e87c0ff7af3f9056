"""What is open in the visit software: the person and the visit, read from its own server.

The numbers of a launch are those of the server that launches. Which person and which visit of this
service they are follows from the very rules by which a Bundle of that server is read.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ...engine.errors import NotPermitted
from ..fhir.encounter import visit_number
from ..fhir.entries import obj, objects, text
from ..fhir.identity import person_number
from ..http.sign_in.key_sets import fetched
from ..people import Person, Role
from ..site import Site
from ..site_rows import SmartRow
from .refusals import LaunchRefused, Step
from .settings import rpps_numbers

_NUMBER: Final = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_MOST_BYTES: Final = 5_000_000
_PROFESSIONALS: Final = frozenset({"Practitioner", "PractitionerRole", "Person"})
_READERS: Final = frozenset({Role.PHYSICIAN, Role.SPECIALIST})
_READS_ENCOUNTER: Final = re.compile(r"(?:patient|user)/(?:Encounter|\*)\.")


@dataclass(frozen=True, slots=True)
class Launched:
    """What came with the access token of a launch.

    Parameters
    ----------
    access_token : opens the records of this launch; kept nowhere
    patient, encounter : numbers at the server that launches; no encounter is an empty text
    app_context : what a card of this service asked to be handed on; empty where nothing
    scope : what was granted
    """

    access_token: str = field(repr=False)
    patient: str = field(repr=False)
    encounter: str = field(repr=False)
    app_context: str
    scope: str

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Launched":
        """Read a token response.

        Raises
        ------
        LaunchRefused : no bearer token, or no patient
        """
        token, kind = said.get("access_token"), said.get("token_type", "Bearer")
        if not isinstance(token, str) or not token or str(kind).lower() != "bearer":
            raise LaunchRefused(Step.NO_TOKEN)
        patient, encounter = text(said.get("patient")), text(said.get("encounter"))
        if not _NUMBER.fullmatch(patient):
            raise LaunchRefused(Step.NO_PATIENT)
        if encounter and not _NUMBER.fullmatch(encounter):
            raise LaunchRefused(Step.ENCOUNTER)
        return cls(token, patient, encounter, text(said.get("appContext")), text(said.get("scope")))


@dataclass(frozen=True, slots=True)
class Records:
    """The records that a launch opens, at the server that the site names and nowhere else.

    Parameters
    ----------
    base : address of the FHIR server
    launched : with the access token
    """

    base: str
    launched: Launched

    def person_id(self) -> str:
        """Return the number of the person, as this service knows them.

        Raises
        ------
        LaunchRefused : the record can't be read, is another one, or is not in use
        """
        patient = self._read("Patient", self.launched.patient, Step.PATIENT)
        if patient.get("active") is False or objects(patient.get("link")):
            raise LaunchRefused(Step.NOT_IN_USE)
        return person_number(patient)

    def visit_id(self) -> str:
        """Return the number of the visit, as this service knows it; empty where none is open.

        An encounter that this service was not allowed to read is known by its id, as one that has
        no number of its own.

        Raises
        ------
        LaunchRefused : the encounter can't be read, or is of another person
        """
        number, scope = self.launched.encounter, self.launched.scope
        if not number or (scope and not _READS_ENCOUNTER.search(scope)):
            return number
        encounter = self._read("Encounter", number, Step.ENCOUNTER)
        subject = text(obj(encounter.get("subject")).get("reference"))
        if subject.rpartition("/Patient/")[2].removeprefix("Patient/") != self.launched.patient:
            raise LaunchRefused(Step.ENCOUNTER)
        return visit_number(encounter)

    def professional(self, said: str, row: SmartRow, site: Site) -> Person:
        """Return who a ``fhirUser`` is at the site.

        Parameters
        ----------
        said : address of the user's record, whole or below the server's own
        row : of the server, with the accounts that the site maps
        site : where the person must be named

        Raises
        ------
        LaunchRefused : no professional, nobody of the site, or a role that reads no findings
        """
        name = said.removeprefix(f"{self.base}/")
        kind, _, number = name.rpartition("/")
        if kind.rpartition("/")[2] not in _PROFESSIONALS:
            raise LaunchRefused(Step.NO_USER)
        known = row.users.get(name) or row.users.get(said)
        if known is None and row.match_rpps and kind == "Practitioner":
            known = self._rpps(number)
        try:
            person = site.person(known or "")
        except NotPermitted:
            raise LaunchRefused(Step.UNKNOWN_USER) from None
        if person.role not in _READERS:
            raise LaunchRefused(Step.ROLE)
        return person

    def _rpps(self, number: str) -> str | None:
        if not _NUMBER.fullmatch(number):
            raise LaunchRefused(Step.NO_USER)
        found = rpps_numbers(self._read("Practitioner", number, Step.UNKNOWN_USER))
        return f"RPPS:{found.pop()}" if len(found) == 1 else None

    def _read(self, kind: str, number: str, step: Step) -> Mapping[str, Any]:
        address = f"{self.base}/{kind}/{number}"
        bearer = f"Bearer {self.launched.access_token}"
        try:
            said = json.loads(fetched(address, authorization=bearer, most_bytes=_MOST_BYTES))
        except (OSError, ValueError, RecursionError):
            raise LaunchRefused(step) from None
        found = obj(said)
        if found.get("resourceType") != kind or found.get("id") != number:
            raise LaunchRefused(step)
        return found
