"""What is wrong with a Bundle, every problem at once, and as an OperationOutcome."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from ...engine.errors import RecordError
from ...engine.record import Problem
from .maps import Json, fhir_maps

IssueSeverity = Literal["error", "warning", "information"]
_ECG: Final = "ecg"
_OF_THE_ECG: Final = frozenset({"ecg_not_received"})


@dataclass(frozen=True, slots=True)
class Issue:
    """One problem of a Bundle.

    Parameters
    ----------
    severity : error: something was not used or nothing was; warning and information: told only
    code : the house's own name of it
    found, why, remedy : in words, without names, birth dates or free text of a person
    where : FHIRPath of the place
    kind : of the FHIR value set issue-type
    """

    severity: IssueSeverity
    code: str
    found: str
    why: str
    remedy: str
    where: str
    kind: str = "processing"

    def as_fhir(self) -> Json:
        """Return it as an issue of an OperationOutcome."""
        return {
            "severity": self.severity,
            "code": self.kind,
            "details": {"coding": [{"system": "urn:laennec:problem", "code": self.code}]},
            "diagnostics": f"{self.found}: {self.why}. {self.remedy}.",
            "expression": [self.where],
        }


class BundleRefused(RecordError):
    """A Bundle from which no visit of one person can be made; ``issues`` names every reason."""

    code = "bundle_refused"

    def __init__(self, issues: Sequence[Issue]) -> None:
        errors = [issue for issue in issues if issue.severity == "error"]
        first = errors[0]
        more = f", and {len(errors) - 1} more" if len(errors) > 1 else ""
        super().__init__(
            found=f"a Bundle that is refused as a whole ({first.code}: {first.found}{more})",
            why=f"{first.why}; nothing was screened",
            remedy=first.remedy,
            path=first.where,
        )
        self.issues = tuple(issues)
        self.problems = tuple(i.as_fhir() for i in issues)


class IssueLog:
    """The issues of one Bundle while it is read.

    ``refuse`` is for what makes the whole Bundle unusable; ``add`` tells the sender of one part;
    ``keep`` tells everybody, as it becomes a part of the report.
    """

    def __init__(self) -> None:
        self.issues: list[Issue] = []
        self.kept: list[Problem] = []
        self._is_refused = False

    def refuse(self, code: str, words: tuple[str, str, str], where: str) -> None:
        """Note a problem after which nothing of this Bundle is screened."""
        self._is_refused = True
        self.issues.append(Issue("error", code, *words, where=where, kind="invalid"))

    def add(
        self,
        code: str,
        words: tuple[str, str, str],
        where: str,
        *,
        severity: IssueSeverity = "error",
    ) -> None:
        """Note a problem of one part; the rest is screened."""
        self.issues.append(Issue(severity, code, *words, where=where))

    def keep(
        self,
        severity: Literal["refused_record", "refused_item", "note"],
        code: str,
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


def outcome(issues: Iterable[Issue]) -> Json:
    """Return an OperationOutcome; one without a problem says that there is none."""
    said = [issue.as_fhir() for issue in issues]
    return {
        "resourceType": "OperationOutcome",
        "issue": said or [{"severity": "information", "code": "informational"}],
    }


def notice_issues(document: Mapping[str, Any], places: Mapping[str, str]) -> list[Issue]:
    """Return what the engine said of the items of a visit, at their places in the Bundle.

    Parameters
    ----------
    document : a pre-diagnosis
    places : path in the visit -> FHIRPath; a path that begins with one of them lies there
    """
    severities = fhir_maps()["issue_severity"]
    notices = [*document["refused_items"], *document["suspect_items"], *document["notes"]]
    return [
        Issue(
            severity=severities[n["severity"]],
            code=n["code"],
            found=n["found"],
            why=n["why"],
            remedy=n["remedy"].rstrip("."),
            where=place_of(n["path"], places),
            kind="value" if n["severity"] == "refused_item" else "processing",
        )
        for n in notices
    ]


def place_of(path: str, places: Mapping[str, str]) -> str:
    """Return where in the Bundle a path of the visit came from; one of the Bundle stands there.

    >>> place_of("$.measurements[1].unit", {"$.measurements[1]": "Bundle.entry[3].resource"})
    'Bundle.entry[3].resource'
    """
    if path.startswith("Bundle"):
        return path
    while path and path not in places:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return places.get(path, "Bundle")
