"""The twelve leads: their names, their order, and the four that follow from two others.

Every array of leads in the house has the order of ``TWELVE_LEADS``.

Source: Kligfield 2007 (AHA/ACCF/HRS recommendations for the standardization of the
electrocardiogram, part I), doi:10.1161/CIRCULATIONAHA.106.180200, section "Leads".
"""

from collections.abc import Mapping
from typing import Final

from ..fixedpoint import FloatArray

LIMB_LEADS: Final = ("I", "II", "III", "aVR", "aVL", "aVF")
CHEST_LEADS: Final = ("V1", "V2", "V3", "V4", "V5", "V6")
TWELVE_LEADS: Final = (*LIMB_LEADS, *CHEST_LEADS)

_PAIRS: Final = (("I", "II"), ("I", "III"), ("II", "III"))
# What each limb lead is made of: so much of I, so much of II (Einthoven, Goldberger).
LIMB_WEIGHTS: Final[Mapping[str, tuple[float, float]]] = {
    "I": (1.0, 0.0),
    "II": (0.0, 1.0),
    "III": (-1.0, 1.0),
    "aVR": (-0.5, -0.5),
    "aVL": (1.0, -0.5),
    "aVF": (-0.5, 1.0),
}


def derive_limb_leads(known: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Complete the six limb leads from any two of I, II and III.

    Nothing that was recorded is replaced: only absent leads are returned. Einthoven:
    III = II - I. Goldberger: aVR = -(I + II) / 2, aVL = I - II / 2, aVF = II - I / 2.

    Parameters
    ----------
    known : lead name -> shape (n_samples,), millivolt

    Returns
    -------
    the limb leads that were absent and follow from those known; empty when two of I, II and III
    are not known
    """
    pair = next((p for p in _PAIRS if p[0] in known and p[1] in known), None)
    if pair is None:
        return {}
    one = known["I"] if "I" in known else known["II"] - known["III"]
    two = known["II"] if "II" in known else known["I"] + known["III"]
    all_six = {
        "I": one,
        "II": two,
        "III": two - one,
        "aVR": -(one + two) / 2.0,
        "aVL": one - two / 2.0,
        "aVF": two - one / 2.0,
    }
    return {name: signal for name, signal in all_six.items() if name not in known}


def canonical_order(names: tuple[str, ...]) -> tuple[str, ...]:
    """Sort lead names: the twelve in their order, then all others as they came."""
    known = [name for name in TWELVE_LEADS if name in names]
    return (*known, *(name for name in names if name not in TWELVE_LEADS))
