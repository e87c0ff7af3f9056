"""FHIR in the files of the command line: a Bundle in place of a visit, a Bundle as the report."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ...engine import VisitRecord, parse
from ..ecg.earlier import join_earlier_sent
from ..screening import join_sent, with_problems
from .issues import BundleRefused
from .results import result_bundle
from .visit_in import FhirVisit, read_visit
from .writer import About


def read_bundle_file(data: bytes, now: datetime, lang: str) -> tuple[VisitRecord, FhirVisit]:
    """Return the record of a Bundle with its ECG, and what was noticed on the way in.

    Parameters
    ----------
    data : the file
    now : the caller's clock, aware
    lang : in which a refusal is said

    Raises
    ------
    RecordError : as `read_visit`
    """
    try:
        sent = read_visit(data)
    except BundleRefused as error:
        raise error.worded(lang) from None
    record = with_problems(parse(sent.document, now=now), sent.problems)
    record = record if sent.ecg is None else join_sent(record, sent.ecg)[0]
    return join_earlier_sent(record, sent.earlier), sent


def rendered_bundle(document: Mapping[str, Any], sent: FhirVisit | None, now: datetime) -> str:
    """Return a pre-diagnosis as a Bundle, in JSON text.

    Parameters
    ----------
    document : ``laennec.prediagnosis/1``
    sent : the Bundle that came, where one did
    now : the time of the answer
    """
    about = About(now.isoformat())
    if sent is not None:
        about = About(
            now.isoformat(),
            subject=sent.subject,
            basis=sent.basis,
            issues=sent.issues,
            is_french=sent.is_french,
        )
    bundle = result_bundle(document, about, sent.places if sent else None)
    return json.dumps(bundle, ensure_ascii=False, indent=2)
