"""The one way in which a report leaves as a document: decided, agreed to, identity qualified.

Each of the three is asked for before anything is made, and a draft can't be exported by its type.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from ..clock import Clock
from ..decisions.consents import Purpose, read_consents, require_consent
from ..decisions.release import release
from ..drafts.drafts import load_draft
from ..drafts.history import read_history
from ..drafts.reports import not_confirmed
from ..drafts.states import State
from ..drafts.stored_report import ReportForm, final_report, show_report
from ..fhir.wording import FhirWords
from ..store.store import Store
from .cda import ReportDocument, cda
from .identity import read_identity
from .xdm import package

PdfMaker = Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for.

    Parameters
    ----------
    draft_id : which report
    patient : FHIR Patient with the qualified identity; it is kept nowhere
    finess, organisation : number and name of the service
    lang : fr or en
    as_pdf : makes PDF/A of a page
    """

    draft_id: str
    patient: bytes = field(repr=False)
    finess: str
    organisation: str
    lang: str
    as_pdf: PdfMaker


def export_document(store: Store, asked: Asked, *, clock: Clock) -> bytes:
    """Return a confirmed report as an XDM package.

    Parameters
    ----------
    store : an opened store
    asked : which report, for whom
    clock : the time of the release

    Raises
    ------
    NotConfirmed : no physician decided it
    ConsentMissing : the person did not agree to the deposit; never asked is not agreed
    IdentityNotQualified : the identity may not carry it
    NotPermitted : the physician has no RPPS number
    """
    draft = load_draft(store, asked.draft_id)
    if draft.state not in (State.CONFIRMED, State.AMENDED):
        raise not_confirmed(draft.draft_id, draft.state)
    known = read_consents(store, draft.person_id)
    require_consent(known, Purpose.MON_ESPACE_SANTE, must_be_asked=True)
    identity = read_identity(asked.patient, draft.person_id)
    form = ReportForm("html", asked.lang)
    show_report(read_history(store, asked.draft_id), form)  # what can't be printed is not released
    report = release(store, asked.draft_id, clock=clock)
    document = ReportDocument(
        report=report,
        identity=identity,
        finess=asked.finess,
        organisation=asked.organisation,
        title=FhirWords(asked.lang).text("report.name"),
        pdf=asked.as_pdf(final_report(report, form)),
        lang=asked.lang,
    )
    return package(document, cda(document))
