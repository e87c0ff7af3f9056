"""What is wrong with a Bundle, every problem at once: by name, worded where it leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Self

from ...engine.errors import RecordError
from ...engine.record import Problem
from .issue_codes import IssueName, KeptCode
from .maps import Json, fhir_maps
from .wording import FhirWords, Words

IssueSeverity = Literal["error", "warning", "information"]
_ECG: Final = "ecg"
_OF_THE_ECG: Final = frozenset({"ecg_not_received", "ecg_of_earlier_day", "ecg_of_other_visit"})
_FHIRPATH: Final = "Bundle"
_NO_NUMBER: Final = "value_not_number"
_NUMBER: Final = ".valueQuantity.value"
_NO_DECIMAL: Final = "value_not_decimal"
_HTTP: Final = "http."


@dataclass(frozen=True, slots=True)
class Issue:
    """One problem of a Bundle, without names, birth dates or free text of a person.

    Parameters
    ----------
    severity : error: something was not used or nothing was; warning and information: told only
    name : of its sentences ``issue.<name>.*``
    where : FHIRPath of the place
    kind : of the FHIR value set issue-type
    words : what the sentences need
    detail : technical, in English, so it is said in English only
    """

    severity: IssueSeverity
    name: str
    where: str
    kind: str = "processing"
    words: Words = field(default_factory=dict)
    detail: str = ""

    @property
    def code(self) -> str:
        """Return the house's own name that leaves with it."""
        return self.name.partition(".")[0]

    def said(self, lang: str) -> dict[str, str]:
        """Return what was found, why it matters and what to do, in a language."""
        words = FhirWords(lang)
        filled = words.filled(self.words)
        parts = ("found", "why", "remedy")
        said = {part: words.text(f"issue.{self.name}.{part}", **filled) for part in parts}
        if self.detail and lang == "en":
            said["found"] = f"{said['found']} ({self.detail})"
        return said

    def as_fhir(self, lang: str) -> Json:
        """Return it as an issue of an OperationOutcome."""
        return fhir_issue((self.severity, self.kind, self.code), self.line(lang), self.where)

    def line(self, lang: str) -> str:
        """Return all three parts in one line."""
        return FhirWords(lang).text("issue.line", **self.said(lang))


class BundleRefused(RecordError):
    """A Bundle from which no visit of one person can be made; ``issues`` names every reason.

    Parameters
    ----------
    issues : with one error at least
    lang : of the words
    """

    code = "bundle_refused"

    def __init__(self, issues: Sequence[Issue], lang: str = "en") -> None:
        errors = [issue for issue in issues if issue.severity == "error"]
        said = errors[0].said(lang)
        words = FhirWords(lang)
        more = words.text("refused.more", count=len(errors) - 1) if len(errors) > 1 else ""
        super().__init__(
            found=words.text("refused.found", code=errors[0].code, found=said["found"], more=more),
            why=words.text("refused.why", why=said["why"]),
            remedy=said["remedy"].rstrip("."),
            path=errors[0].where,
        )
        self.issues = tuple(issues)
        self.problems = tuple(issue.as_fhir(lang) for issue in issues)

    def worded(self, lang: str) -> Self:
        """Return the same refusal in a language."""
        return type(self)(self.issues, lang)


class IssueLog:
    """The issues of one Bundle while it is read.

    ``refuse`` is for what makes the whole Bundle unusable; ``add`` tells the sender of one part;
    ``keep`` tells everybody, as it becomes a part of the report.
    """

    def __init__(self) -> None:
        self.issues: list[Issue] = []
        self.kept: list[Problem] = []
        self._is_refused = False

    def refuse(self, name: IssueName, where: str, words: Words | None = None) -> None:
        """Note a problem after which nothing of this Bundle is screened."""
        self._is_refused = True
        self.issues.append(Issue("error", name, where, "invalid", words or {}))

    def add(
        self,
        name: IssueName,
        where: str,
        words: Words | None = None,
        *,
        severity: IssueSeverity = "error",
    ) -> None:
        """Note a problem of one part; the rest is screened."""
        self.issues.append(Issue(severity, name, where, words=words or {}))

    def keep(
        self,
        severity: Literal["refused_record", "refused_item", "note"],
        code: KeptCode,
        where: str,
        **parameters: str,
    ) -> None:
        """Note what was not used and belongs into the report: a physician must learn of it.

        Parameters
        ----------
        severity : as of a problem of the visit; a refused record keeps its urgent rules
        code : of the sentences ``intake.<code>.*``, which `parameters` fill
        where : FHIRPath of the place
        """
        item = _ECG if code in _OF_THE_ECG else ""
        self.kept.append(Problem(0, severity, code, where, item, parameters))

    def require(self) -> None:
        """Refuse the Bundle if it must be.

        Raises
        ------
        BundleRefused : with every issue that was found
        """
        if self._is_refused:
            raise BundleRefused(self.issues)


def fhir_issue(kinds: tuple[str, str, str], text: str, where: str) -> Json:
    """Return one issue of an OperationOutcome.

    Parameters
    ----------
    kinds : severity, kind of the value set issue-type, and the house's own code
    text : what is said
    where : FHIRPath of a place in the Bundle; or ``http.`` and a header or a parameter, which FHIR
        has in another element
    """
    severity, kind, code = kinds
    return {
        "severity": severity,
        "code": kind,
        "details": {"coding": [{"system": "urn:laennec:problem", "code": code}]},
        "diagnostics": text,
        ("location" if where.startswith(_HTTP) else "expression"): [where],
    }


def outcome(issues: Sequence[Json]) -> Json:
    """Return an OperationOutcome; one without a problem says that there is none."""
    none = {"severity": "information", "code": "informational"}
    return {"resourceType": "OperationOutcome", "issue": list(issues) or [none]}


def notice_issues(
    document: Mapping[str, Any], places: Mapping[str, str], told: Sequence[Issue] = ()
) -> list[Json]:
    """Return what the engine said of the items of a visit, at their places in the Bundle.

    A value of which its sender is told already how FHIR writes a number is not told a second time
    as no decimal, with another remedy.

    Parameters
    ----------
    document : a pre-diagnosis, in whose language it is said
    places : path in the visit -> FHIRPath; a path that begins with one of them lies there
    told : what is said beside it of how the Bundle was read
    """
    numbers = {issue.where.removesuffix(_NUMBER) for issue in told if issue.code == _NO_NUMBER}
    notices = [*document["refused_items"], *document["suspect_items"], *document["notes"]]
    placed = [(place_of(notice["path"], places), notice) for notice in notices]
    words = FhirWords(str(document["language"]))
    return [
        _notice_issue(notice, words, place)
        for place, notice in placed
        if notice["code"] != _NO_DECIMAL or place not in numbers
    ]


def _notice_issue(notice: Mapping[str, Any], words: FhirWords, place: str) -> Json:
    severity = fhir_maps()["issue_severity"][notice["severity"]]
    kind = "value" if notice["severity"] == "refused_item" else "processing"
    text = words.text("issue.line", **{part: notice[part] for part in ("found", "why", "remedy")})
    return fhir_issue((severity, kind, notice["code"]), text, place)


def place_of(path: str, places: Mapping[str, str]) -> str:
    """Return where in the Bundle a path of the visit came from; one of the Bundle stands there.

    >>> place_of("$.measurements[1].unit", {"$.measurements[1]": "Bundle.entry[3].resource"})
    'Bundle.entry[3].resource'
    """
    if path.startswith(_FHIRPATH):
        return path
    while path and path not in places:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return places.get(path, _FHIRPATH)
