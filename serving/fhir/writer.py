"""Builds one Bundle that leaves: every resource with its address, its standing and its language."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .issues import Issue
from .maps import Json, coded, fhir_maps, system
from .profiles import conforming
from .wording import FhirWords

_SPACE: Final = uuid.UUID("5f1c2f5e-6d0a-5b7e-9f0e-1a3c6d8e2b40")
_URN: Final = "urn:"
_EMPTY: Final[tuple[object, ...]] = (None, "", [], {}, ())


@dataclass(frozen=True, slots=True)
class About:
    """What a Bundle says beside the pre-diagnosis itself.

    Parameters
    ----------
    recorded : when the pre-diagnosis was made or decided; a moment with its zone
    state : where the report stands (draft, seen, confirmed, amended, rejected, ...)
    subject : how the visit's own Bundle refers to the person; empty where there was none
    basis : references of what was read
    draft_id : of the store; empty where nothing was kept
    issues : what was noticed on the way in
    is_french : the person's Patient meets the French profile: what is said of it may claim one
    """

    recorded: str
    state: str = "draft"
    subject: str = ""
    basis: tuple[str, ...] = ()
    draft_id: str = ""
    issues: tuple[Issue, ...] = ()
    is_french: bool = False


def sent_reference(address: str) -> Json:
    """Return a reference to a resource of the Bundle that came.

    An address that holds within that Bundle alone (``urn:uuid:``) points to nothing in the answer:
    it leaves as the logical identifier that it is.

    >>> sent_reference("Patient/1"), sent_reference("urn:uuid:2")["identifier"]["value"]
    ({'reference': 'Patient/1'}, 'urn:uuid:2')
    """
    if address.startswith(_URN):
        return {"identifier": {"system": "urn:ietf:rfc:3986", "value": address}}
    return {"reference": address}


class Writer:
    """The resources of one Bundle.

    Parameters
    ----------
    document : ``laennec.prediagnosis/1``, a draft or a released one
    about : what is known beside it
    """

    def __init__(self, document: Mapping[str, Any], about: About) -> None:
        self.document, self.about = document, about
        self.words = FhirWords(str(document["language"]))
        self.entries: list[Json] = []
        self.status: str = fhir_maps()["standing"][about.state]

    @property
    def is_decided(self) -> bool:
        """Whether a physician decided it."""
        return self.status in ("final", "amended")

    @property
    def subject(self) -> Json:
        """Return the reference to the person: by number, and by an address that holds elsewhere."""
        number = {"system": system("person"), "value": self.document["person_id"]}
        said: Json = {"identifier": number} if number["value"] else {}
        address = self.about.subject
        if address.startswith(_URN) and said:
            return said
        return {**sent_reference(address), **said} if address else said

    @property
    def when(self) -> str:
        """Return the moment of the visit, that of the answer where the visit has none."""
        return str(self.document["performed_at"] or self.about.recorded)

    def address(self, kind: str, key: str) -> str:
        """Return the address of a resource: the same content gives the same one."""
        name = f"{self.document.get('content_hash', '')}/{self.about.draft_id}/{kind}/{key}"
        return uuid.uuid5(_SPACE, name).urn

    def add(self, kind: str, key: str, resource: Json, *, standing: str = "") -> Json:
        """Add a resource and return the reference to it; empty elements are left out."""
        address = self.address(kind, key)
        kept = {name: value for name, value in resource.items() if value not in _EMPTY}
        profiles = conforming({"resourceType": kind, **kept}) if self.about.is_french else []
        meta = {**({"profile": profiles} if profiles else {}), "tag": [self.tag(standing)]}
        body = {"resourceType": kind, "id": address.removeprefix("urn:uuid:"), "meta": meta}
        self.entries.append({"fullUrl": address, "resource": {**body, **kept}})
        return {"reference": address}

    def tag(self, standing: str = "") -> Json:
        """Return the tag that says on every resource whether a physician stands behind it."""
        code = standing or {"final": "confirmed", "amended": "amended"}.get(self.status, "")
        code = code or ("rejected" if self.about.state == "rejected" else "unconfirmed")
        display = self.words.text(f"standing.{code}")
        return {"system": system("standing"), "code": code, "display": display}

    def finding_code(self, finding_id: str) -> Json:
        """Return the code of a finding: the house's own with what it is called, and the site's."""
        said = coded("finding", finding_id, self.words.finding(finding_id))
        return {"coding": [*said["coding"], *self.site_codings(f"finding:{finding_id}")]}

    def site_codings(self, house_code: str) -> list[Json]:
        """Return what the site's own lists call a code of the house."""
        rows = self.document.get("site_codes", ())
        return [{k: v for k, v in r.items() if k != "of"} for r in rows if r["of"] == house_code]

    def device(self) -> Json:
        """Return the reference to the software."""
        return {"reference": self.address("Device", "software")}

    def bundle(self) -> Json:
        """Return the Bundle of everything that was added."""
        identifier = {"system": system("content"), "value": self.document.get("content_hash")}
        if self.about.draft_id:
            identifier = {"system": system("draft"), "value": self.about.draft_id}
        return {
            "resourceType": "Bundle",
            "meta": {"tag": [self.tag()]},
            "language": self.words.lang,
            "identifier": identifier,
            "type": "collection",
            "timestamp": self.about.recorded,
            "entry": self.entries,
        }
