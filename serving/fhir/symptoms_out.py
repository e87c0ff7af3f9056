"""Symptoms that were not asked, as they leave: the urgent rules that read them could not speak.

An answer that is silent there would be read as "nothing urgent" (hazard H1).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .issues import fhir_issue
from .maps import Json, coded
from .writer import Writer

_ASKED: Final = "asked"


@dataclass(frozen=True, slots=True)
class Unasked:
    """Symptoms of which not all were asked or read.

    Parameters
    ----------
    how : not_asked, partly or unreadable
    text : of the pre-diagnosis, in its language
    """

    how: str
    text: str

    @property
    def code(self) -> str:
        """Return the house's own name that leaves with it."""
        return f"symptoms_{self.how}"


def unasked_symptoms(document: Mapping[str, Any]) -> Unasked | None:
    """Return what is to be said of symptoms; None where the whole list was asked.

    Parameters
    ----------
    document : a pre-diagnosis, its status, or a released report, which may lack that part
    """
    said = document.get("symptoms") or {"asked": _ASKED}
    return None if said["asked"] == _ASKED else Unasked(said["asked"], said["text"])


def add_unasked(writer: Writer) -> list[Json]:
    """Add a DetectedIssue where symptoms were not asked, and return its issue for the outcome."""
    unasked = unasked_symptoms(writer.document)
    if unasked is None:
        return []
    issue = {
        "status": "preliminary",
        "code": coded("part", unasked.code),
        "severity": "high",
        "patient": writer.subject,
        "identifiedDateTime": writer.about.recorded,
        "author": writer.device(),
        "detail": unasked.text,
    }
    writer.add("DetectedIssue", "symptoms", issue, standing="unconfirmed")
    return [fhir_issue(("warning", "incomplete", unasked.code), unasked.text, "Bundle")]
