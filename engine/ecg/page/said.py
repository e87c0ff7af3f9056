"""What a draft says of a page whose leads follow each other in columns."""

import numpy as np

from ...prediagnosis import Message
from ..classical.model import ClassicalMeasurement
from ..quality import EcgQuality


def page_said(classical: ClassicalMeasurement, quality: EcgQuality) -> Message:
    """Say that the columns were read, of how few beats, and in which leads ST was.

    Parameters
    ----------
    classical : of the columns
    quality : of each lead in its column
    """
    named = zip(classical.leads, classical.st_j_mv, strict=True)
    known = [name for name, st in named if np.isfinite(st)]
    leads = [name for name in known if quality.lead(name).verdict != "not_assessable"]
    if not leads or quality.uses["st"].verdict == "not_assessable":
        return Message("ecg.columns.without_st")
    beats = classical.n_dominant
    return Message("ecg.columns.judged", {"beats": beats, "leads": ", ".join(leads)})
