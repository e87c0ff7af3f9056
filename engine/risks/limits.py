"""What limits one person's risk: methods that differ, values rarely seen, undecided by design."""

from typing import Final

import numpy as np

from ..bundles.manifest import Conformal
from ..bundles.verify import Bundle
from ..model_output import ModelOutput
from ..prediagnosis import Message
from ..record import UNKNOWN, VisitBatch

TRAINED_WAIST_SITE: Final = "iliac_crest"
_PERCENT: Final = 100


def model_limits(
    bundle: Bundle, batch: VisitBatch, row: int, output: ModelOutput, value: float
) -> tuple[Message, ...]:
    """Return the limits to print beside one person's answer.

    Those of the manifest, then: the waist was measured elsewhere than in training (decision 10),
    an input beyond what training saw, a person whom the conformal thresholds leave undecided.
    """
    found = [Message(limit) for limit in bundle.manifest.limits]
    found.extend(_waist(bundle, batch, row))
    found.extend(
        Message("limit.extrapolated", {"item": f"feature:{spec.name}"})
        for j, spec in enumerate(bundle.manifest.inputs)
        if output.extrapolated[0, j]
    )
    conformal = bundle.manifest.conformal
    if conformal is not None and is_undecided(conformal, value):
        coverage = round(conformal.coverage * _PERCENT)
        found.append(Message("limit.conformal", {"coverage": coverage}))
    return tuple(found)


def is_undecided(conformal: Conformal, value: float) -> bool:
    """Say whether both labels, or neither, stay possible at the stated coverage."""
    case, other = value >= conformal.case_from, value <= conformal.non_case_to
    return case == other


def _waist(bundle: Bundle, batch: VisitBatch, row: int) -> list[Message]:
    if not any(name.startswith("waist") for name in bundle.manifest.input_names):
        return []
    if not np.any(batch.quantity("waist").accepted[row]):
        return []
    site = int(batch.answer("method.waist.waist_site")[row])
    if site == UNKNOWN:
        return [Message("limit.waist_site_unknown")]
    code = batch.vocabulary.methods["waist_site"].choices[site].code
    return [] if code == TRAINED_WAIST_SITE else [Message("limit.waist_site_mismatch")]
