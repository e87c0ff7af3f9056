"""What partial verification changes: who is counted, what the flow tells, what is judged."""

from dataclasses import replace
from typing import Any, Final

import numpy as np

from ..data.people import People
from ..data.population import FlowStep
from ..protocol.model import Endpoint, Protocol
from ..statistics.verification import begg_greenes
from .counts import cells, counted, smallest_cell
from .sections import Table, plain

_CORRECTED: Final = ("sensitivity", "specificity")
_LABEL: Final = ("Reference standard not done (not verified)", "Examen de référence non fait")


def verified_people(everyone: People) -> People:
    """Return who got the reference standard; the last step of the flow tells who did not."""
    seen = everyone.verified
    if seen.all():
        return everyone
    persons = None
    if everyone.flow[0].persons is not None:
        person = everyone.person
        total, left, stayed = (len(np.unique(of)) for of in (person, person[~seen], person[seen]))
        persons = {"left": left, "stayed": stayed, "gone": total - stayed}
    counts = (int((~seen).sum()), int(seen.sum()))
    step = FlowStep("unverified", *_LABEL, *counts, persons)
    return replace(everyone.of(seen), flow=(*everyone.flow, step))


def verification(everyone: People, protocol: Protocol) -> Table | None:
    """Return sensitivity and specificity corrected for partial verification, where it is planned.

    None where the protocol says nothing of it, and for an outcome that takes time.
    """
    reference = protocol.reference
    if reference.verified is None or reference.time is not None:
        return None
    there = everyone.answered
    positive = everyone.value[there] >= protocol.index_test.threshold
    verified = everyone.verified[there]
    found = begg_greenes(positive, verified, everyone.case[there])
    sets = {
        "n": there,
        "verified": there & everyone.verified,
        "others": there & ~everyone.verified,
    }
    cell = smallest_cell(everyone.of(there), cells(verified, positive))
    return {"smallest_cell": cell, **counted(everyone, sets), **plain(found)}


def corrected(
    endpoint: Endpoint, everyone: People, verification: Table | None
) -> dict[str, Any] | None:
    """Return the corrected result of an endpoint, None where there is none.

    Among the verified a sensitivity is too high and a specificity too low wherever people with a
    positive test are verified more often; no other statistic has its correction here.
    """
    if everyone.verified.all() or verification is None:
        return None
    is_one = endpoint.statistic in _CORRECTED and endpoint.among == "counted"
    if not is_one or endpoint.against is not None:
        return None
    found: dict[str, Any] = verification[endpoint.statistic]
    return found
