"""A finding that rests on leads whose electrodes seem to be swapped says so."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from ...prediagnosis import Finding, Message
from ..features import EcgFeatures
from ..leads import CHEST_LEADS, LIMB_LEADS, TWELVE_LEADS
from ..quality import SwapSuspicion
from .shown import leads_of
from .told import clear_for

SWAPPED: Final = "ecg.statement.swap_suspected"


def suspected_leads(swaps: Iterable[SwapSuspicion]) -> frozenset[str]:
    """Return the leads that would show something else than their name.

    Parameters
    ----------
    swaps : of the quality gate; ``v2_v5`` are two leads, ``v3_inverted`` is one

    Examples
    --------
    >>> sorted(suspected_leads([SwapSuspicion("v2_v5", 4.0, 3.0)]))
    ['V2', 'V5']
    """
    found: set[str] = set()
    for one in swaps:
        chest = {lead for lead in CHEST_LEADS if lead.lower() in one.swap.split("_")}
        found |= chest or set(CHEST_LEADS if one.swap == "reversed" else LIMB_LEADS)
    return frozenset(found)


def said_with_swaps(
    finding: Finding, features: EcgFeatures, swaps: Iterable[SwapSuspicion]
) -> Finding:
    """Add to a finding which suspected leads stand behind its reasons.

    Parameters
    ----------
    finding : of ``statement_findings``
    features : of the same recording
    swaps : of its quality gate
    """
    names = {value.name for reason in clear_for(finding) for value in reason.inputs}
    behind = {lead for name in names for lead in leads_of(name, features)}
    doubtful = behind & suspected_leads(swaps)
    if not doubtful:
        return finding
    leads = ", ".join(lead for lead in TWELVE_LEADS if lead in doubtful)
    return replace(finding, limits=(*finding.limits, Message(SWAPPED, {"leads": leads})))
