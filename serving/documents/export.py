"""The one way in which a report leaves as a document: decided, agreed to, identity qualified.

What each kind asks for is one table. Everything is asked for before anything is made, and a draft
can't be exported by its type. What leaves by secure mail (an XDM package) also needs a qualified
identity; what is printed is handed over in person, and holds no national number.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, Literal

from ...engine.errors import NotPermitted
from ..clock import Clock, read_clock
from ..decisions.consents import Purpose, read_consents, require_consent
from ..decisions.letters import letters_of
from ..decisions.release import release
from ..drafts.history import ReportHistory, read_history
from ..drafts.reports import ConfirmedReport, DraftReport, not_confirmed
from ..drafts.states import State
from ..drafts.stored_report import ReportForm, content_of, final_report, show_report
from ..people import Specialty
from ..store.store import Store
from .asked import question_to
from .cda import ReportDocument, cda, signing_physician
from .identity import read_identity
from .pages import advice_page, employee_page, letter_page
from .topics import DocumentWords
from .xdm import package

PdfMaker = Callable[[str], bytes]
Form = Literal["html", "pdf", "xdm"]


class Kind(StrEnum):
    """What is asked for."""

    REPORT = "report"
    EMPLOYEE = "employee"
    ADVICE = "advice"
    LETTER = "letter"


_AGREED: Final[Mapping[tuple[Kind, bool], Purpose]] = {
    (Kind.REPORT, True): Purpose.MON_ESPACE_SANTE,
    (Kind.LETTER, True): Purpose.MON_ESPACE_SANTE,
    (Kind.ADVICE, True): Purpose.SPECIALIST_ADVICE,
    (Kind.ADVICE, False): Purpose.SPECIALIST_ADVICE,
}
"""(kind, whether it leaves by secure mail) -> what the person must have agreed to."""

_FINESS: Final = re.compile(r"[0-9A-Z]{9}")


@dataclass(frozen=True, slots=True)
class Leaving:
    """What a document needs that leaves by secure mail.

    Parameters
    ----------
    patient : FHIR Patient with the qualified identity; it is kept nowhere
    finess : number of the service
    schema : folder with the schema of the CDA, where the site supplies one
    """

    patient: bytes = field(repr=False)
    finess: str
    schema: Path | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for.

    Parameters
    ----------
    draft_id : which report
    kind, form : which document, as a page, as PDF/A, or in an XDM package
    lang : fr or en
    organisation : name of the service
    pdf_maker : gives what makes PDF/A of a page; it may refuse, and is asked last of all
    specialty : whom a physician chose, for an advice request; whom one asked already where None
    leaving : for an XDM package
    """

    draft_id: str
    kind: Kind
    form: Form
    lang: str
    organisation: str
    pdf_maker: Callable[[], PdfMaker]
    specialty: Specialty | None = None
    leaving: Leaving | None = None


def export_document(store: Store, asked: Asked, *, clock: Clock) -> bytes:
    """Return a confirmed report as a document.

    Parameters
    ----------
    store : an opened store
    asked : which report, as what, for whom
    clock : the time of the release

    Raises
    ------
    NotConfirmed : no physician decided it
    ConsentMissing : the person did not agree; never asked is not agreed
    IdentityNotQualified : the identity may not carry it
    NotPermitted : no specialty was chosen, the page for the person by mail, a number of the service
        that is none, or a physician without an RPPS number
    ExtraMissing : nothing is installed that makes PDF
    SchemaNotMet : the CDA does not meet the schema that the site supplies
    """
    history = read_history(store, asked.draft_id)
    draft = history.report
    if draft.state not in (State.CONFIRMED, State.AMENDED):
        raise not_confirmed(draft.draft_id, draft.state)
    leaving = _leaving(asked)
    purpose = _AGREED.get((asked.kind, leaving is not None))
    if purpose is not None:
        known = read_consents(store, draft.person_id)
        require_consent(known, purpose)
    identity = (
        read_identity(leaving.patient, draft.person_id, _known_of(draft, clock))
        if leaving
        else None
    )
    if leaving is not None:
        signing_physician(history.decisions)  # who can't sign for it is told before the release
    specialty = _specialty(asked, history)
    form = ReportForm("html", asked.lang)
    show_report(history, form)  # what can't be printed is not released
    make = str.encode if asked.form == "html" else asked.pdf_maker()
    report = release(store, asked.draft_id, clock=clock)
    page = _page(asked, (report, history), specialty)
    if leaving is None or identity is None:
        return make(page)
    document = ReportDocument(
        report=report,
        identity=identity,
        finess=leaving.finess,
        organisation=asked.organisation,
        title=DocumentWords(asked.lang).text(f"kind.{asked.kind}"),
        pdf=make(page),
        lang=asked.lang,
        kind=str(asked.kind),
        variant=_variant(asked, history, specialty),
    )
    return package(document, cda(document), schema=leaving.schema)


def _known_of(draft: DraftReport, clock: Clock) -> dict[str, object]:
    """Return what a report knows of its person, and the day, to compare an identity with."""
    content = content_of(draft)
    person = (content.visit or {}).get("person", {})
    today = read_clock(clock).date().isoformat()
    return {**person, "day": content.prediagnosis.performed_at, "today": today}


def _leaving(asked: Asked) -> Leaving | None:
    if asked.form != "xdm":
        return None
    if asked.kind is Kind.EMPLOYEE:
        raise NotPermitted(
            found="the page for the person in a package for secure mail",
            why="it is written to be handed over in person by who can explain it",
            remedy="Ask for it as html or pdf, print it, and give it to the person",
            path="kind",
        )
    if asked.leaving is None:
        raise NotPermitted(
            found="a package for secure mail without an identity or the number of the service",
            why="it could not be filed under anybody",
            remedy="Give the FHIR Patient with the qualified identity, and the FINESS number; the"
            " site's own stands under [documents] in the site file",
            path="identity",
        )
    if not _FINESS.fullmatch(asked.leaving.finess):
        raise NotPermitted(
            found="a number of the service that is no FINESS number",
            why="who receives the document could not tell who keeps it",
            remedy="Give the nine signs of the FINESS number, digits and capitals",
            path="finess",
        )
    return asked.leaving


def _specialty(asked: Asked, history: ReportHistory) -> Specialty | None:
    """Return whom the request is for: as chosen, else the one specialty that was asked already."""
    if asked.kind is not Kind.ADVICE or asked.specialty is not None:
        return asked.specialty
    already = [one for one in Specialty if question_to(history, one)]
    if len(already) != 1:
        raise NotPermitted(
            found="an advice request to nobody, or to several",
            why="which specialist is asked is for a physician to choose",
            remedy="Name one of " + ", ".join(Specialty),
            path="specialty",
        )
    return already[0]


def _page(
    asked: Asked, both: tuple[ConfirmedReport, ReportHistory], specialty: Specialty | None
) -> str:
    report, history = both
    if asked.kind is Kind.EMPLOYEE:
        return employee_page(report, asked.lang)
    if asked.kind is Kind.LETTER:
        return letter_page(report, history, asked.lang)
    if specialty is not None and asked.kind is Kind.ADVICE:
        return advice_page(
            report, history, specialty, organisation=asked.organisation, lang=asked.lang
        )
    return final_report(report, ReportForm("html", asked.lang))


def _variant(asked: Asked, history: ReportHistory, specialty: Specialty | None) -> str:
    """Return what tells two documents of one kind and report apart."""
    kept = letters_of(history)
    if asked.kind is Kind.LETTER and kept:
        return kept[-1].sha256
    return str(specialty or "")
