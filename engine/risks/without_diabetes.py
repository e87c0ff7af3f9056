"""A cardiovascular answer made without a diabetes that is open: it says so, and what it would be.

"Lower risk" of cardiovascular death, and "low to moderate" by SCORE2, stood beside a glucose in the
diabetes range and said of it nothing. Nothing is recomputed in silence: the answer stays that of
what was declared, and the sentence beside it names the one with diabetes.
"""

from dataclasses import replace
from typing import Final

from ..bundles.manifest import BAND_NAMES
from ..bundles.verify import Bundle
from ..errors import ContractBroken
from ..plausibility.diabetes import is_diabetes_open
from ..prediagnosis import Finding, Message, Parameter
from .columns import Answer
from .person import PersonContext

DIABETES_READ: Final = "known_diabetes"
SCORE2: Final = "score2"
OPEN: Final = "limit.diabetes_open"
UNCONFIRMED: Final = "limit.diabetes_unconfirmed"
_LOW: Final = "low"
_PER_THOUSAND: Final = 1000.0


def is_read_open(bundle: Bundle, person: PersonContext) -> bool:
    """Say whether a model reads a diabetes that something speaks for and nobody stated."""
    is_open = bool(is_diabetes_open(person.batch)[person.row])
    return is_open and DIABETES_READ in bundle.manifest.input_names


def said_without_diabetes(
    finding: Finding, answer: Answer, position: int, person: PersonContext
) -> Finding:
    """Return a risk that says of an open diabetes that it was computed without one.

    Parameters
    ----------
    finding : an answered risk
    answer, position : what the model said, and where the person stands in it
    person : of whom
    """
    is_open = is_read_open(answer.bundle, person)
    reads = DIABETES_READ in answer.bundle.manifest.input_names
    if not is_open and not (reads and person.is_diabetes_unconfirmed):
        return finding
    limit = Message(OPEN if is_open else UNCONFIRMED, _with_diabetes(answer, position))
    message = finding.message
    if finding.band == _LOW:
        message = replace(message, id=f"{message.id}_without_diabetes")
    return replace(finding, message=message, limits=(limit, *finding.limits))


def _with_diabetes(answer: Answer, position: int) -> dict[str, Parameter]:
    """Ask the model of the same person with a known diabetes."""
    manifest, model = answer.bundle.manifest, answer.bundle.model
    at = manifest.index(DIABETES_READ)
    x = answer.x[position : position + 1].copy()
    observed = answer.observed[position : position + 1].copy()
    x[0, at], observed[0, at] = 1.0, True
    output = model.run(x, observed)
    if not output.ok[0]:
        raise ContractBroken(
            found="no value for the same person with a known diabetes",
            why="a low risk beside an open diabetes must say what it would be with one",
            remedy="Verify the bundle (laennec models verify)",
            path=manifest.id,
        )
    band = BAND_NAMES[int(model.bands(output.value)[0])]
    per_thousand = round(float(model.rounded(output.value)[0]) * _PER_THOUSAND, 1)
    return {"per_thousand": per_thousand, "band": f"band:{manifest.outcome}.{band}"}


def score_without_diabetes(finding: Finding) -> Finding:
    """Return SCORE2 with the sentence that it was computed without diabetes; others as they are."""
    if finding.id != SCORE2 or not finding.message.id.startswith(f"finding.{SCORE2}."):
        return finding
    said = dict(finding.message.parameters)
    if not finding.grade:
        return replace(finding, message=Message(f"{finding.message.id}_without_diabetes", said))
    said["level"] = f"grade:{SCORE2}.{finding.grade}"
    return replace(finding, message=Message(f"finding.{SCORE2}.without_diabetes", said))
