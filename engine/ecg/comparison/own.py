"""How much a person's own earlier recordings vary."""

from collections.abc import Sequence

import numpy as np

from ..leads import TWELVE_LEADS
from .changes import wave_in
from .settings import ComparisonSettings
from .side import EcgSide


def own_spread(
    sides: Sequence[EcgSide], settings: ComparisonSettings
) -> dict[tuple[str, str], float]:
    """Return how much a person's own recordings vary: value and lead -> SD.

    Nothing below the number of recordings that the data file asks for; angles are left out, and so
    is a value that one of the recordings does not have.

    Parameters
    ----------
    sides : earlier recordings that can be read
    settings : of the data file
    """
    if len(sides) < settings.method.own_from:
        return {}
    found = {
        (row.name, ""): [side.value(row.name) for side in sides]
        for row in settings.values
        if not row.is_circular
    }
    found |= {
        (row.name, lead): [wave_in(row, lead, side) for side in sides]
        for row in settings.lead_values
        for lead in TWELVE_LEADS
    }
    known = {key: values for key, values in found.items() if np.isfinite(values).all()}
    return {key: float(np.std(values, ddof=1)) for key, values in known.items()}
