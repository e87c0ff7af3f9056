"""Whether the leads that can be read see every wall of the heart."""

from ..analysis import REFUSED, EcgAnalysis
from ..limbs import doubtful_limbs
from ..urgent import load_ecg_urgent
from ..urgent.st import is_whole


def every_wall_seen(analysis: EcgAnalysis) -> bool:
    """Say whether two neighbouring leads of each wall that twelve leads see can be read.

    Parameters
    ----------
    analysis : with the quality gate
    """
    quality = analysis.quality
    seen = {lead.lead for lead in quality.leads if lead.verdict != REFUSED}
    return is_whole(seen - doubtful_limbs(analysis.signal, quality), load_ecg_urgent())
