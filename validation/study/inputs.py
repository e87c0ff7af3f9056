"""Inputs of the index test that were given and could not be used: a unit error, above all."""

from typing import Any, Final

import numpy as np

from ...engine.bundles.verify import Bundle
from ..data.population import population
from ..data.table import StudyTable
from ..protocol.model import Protocol

MOST_REFUSED: Final = 0.05
"""Share of an input's given values that may be refused; above it no hypothesis is judged.

A choice of this house: single slips stay far below, a wrong unit or column is far above.
"""


def refused_inputs(protocol: Protocol, table: StudyTable, bundle: Bundle) -> list[dict[str, Any]]:
    """Return, of those who stay, each input of which something given could not be used.

    With ``n`` so many of the ``of`` records that gave something, and whether they are ``too_many``.
    """
    stays, _ = population(protocol, table)
    found = []
    for name in bundle.manifest.input_names:
        spoilt = table.spoilt[name] & stays
        n = int(spoilt.sum())
        known = ~spoilt & stays & np.isfinite(table.features[name])
        of = n + int(known.sum())
        if n:
            found.append({"input": name, "n": n, "of": of, "too_many": n > MOST_REFUSED * of})
    return found
