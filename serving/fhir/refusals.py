"""A refusal as an OperationOutcome: what calls somebody now first, then every reason."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ...engine.errors import ScreeningError
from .issues import BundleRefused, Issue, fhir_issue, outcome, place_of
from .maps import Json, coded, fhir_maps
from .visit_in import FhirVisit
from .wording import FhirWords

_OWN_LANGUAGE: Final = "en"
"""Of the words that an error of the house brings itself."""


def error_outcome(error: ScreeningError, sent: FhirVisit | None = None, lang: str = "fr") -> Json:
    """Return an error of the house as an OperationOutcome, in one language.

    A visit that can't be kept may be urgent all the same: its urgent items stand first (hazard H1).
    An error of the house has words of its own in English only. They are added where English is
    asked for; in both languages stands the sentence of its code.

    Parameters
    ----------
    error : why nothing is answered
    sent : what was read of the Bundle before
    lang : fr or en, as the visit was screened in
    """
    if isinstance(error, BundleRefused):
        text = FhirWords(lang).text("refusal.bundle_refused")
        nothing = fhir_issue(("error", "processing", error.code), text, "Bundle")
        return outcome([nothing, *(issue.as_fhir(lang) for issue in error.issues)])
    urgent = [_urgent(item) for item in error.urgent]
    noticed = () if sent is None else (issue.as_fhir(lang) for issue in sent.issues)
    return outcome([*urgent, *_refusal(error, sent, lang), *noticed])


def _refusal(error: ScreeningError, sent: FhirVisit | None, lang: str) -> Iterator[Json]:
    """Yield an error as an issue, or one for each parameter of the request that it names."""
    words, kinds = FhirWords(lang), ("error", "processing", error.code)
    named = [str(one["path"]).rpartition(".")[2] for one in getattr(error, "problems", ())]
    for name in named:
        yield fhir_issue(kinds, words.text("refusal.parameter", name=name), f"http.{name}")
    if named:
        return
    body_type = getattr(error, "sent", "")
    text = words.text(f"refusal.{_said_name('refusal.{}', type(error))}", sent=body_type)
    if lang == _OWN_LANGUAGE:
        text = f"{text} ({error})"
    where = place_of(error.path, {} if sent is None else sent.places)
    yield fhir_issue(kinds, text, fhir_maps()["http_place"].get(error.path, where))


def _said_name(sentence: str, kind: type[ScreeningError]) -> str:
    """Return the code whose sentence says an error: its own, else that of the nearest parent."""
    words = FhirWords(_OWN_LANGUAGE)
    codes = (str(getattr(one, "code", "")) for one in kind.__mro__)
    return next(code for code in codes if words.knows(sentence.format(code)))


def ecg_issues(error: ScreeningError | None, places: Mapping[str, str]) -> tuple[Issue, ...]:
    """Return why an ECG could not be read, for who sent it; the report says that it was not.

    Parameters
    ----------
    error : of the reader, None where there was none
    places : path in the visit -> FHIRPath
    """
    if error is None:
        return ()
    name = _said_name("issue.{}.found", type(error))
    detail = f"{error.found}: {error.remedy.rstrip('.')}"
    return (Issue("error", name, place_of("$.ecg", places), "value", detail=detail),)


def _urgent(item: Mapping[str, Any]) -> Json:
    """Return an urgent item as an issue, in the words of the pre-diagnosis."""
    who = f" ({item['addressee']})" if item["addressee"] else ""
    return {
        "severity": "error",
        "code": "business-rule",
        "details": {
            **coded("rule", item["rule_id"]),
            "text": f"{item['level']} : {item['text']}",
        },
        "diagnostics": f"{item['text']} {item['action']}{who}",
        "expression": ["Bundle"],
    }
