"""What partial verification changes: who is counted, what the flow tells, what is judged."""

from dataclasses import replace
from typing import Any, Final

import numpy as np
from scipy import stats

from ...engine.bundles.verify import Bundle
from ..data.people import People, ask
from ..data.population import FlowStep, population
from ..data.table import StudyTable
from ..protocol.model import Endpoint, Protocol
from ..protocol.people import Condition
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


_LEVEL: Final = 0.05


def chosen_by_result(protocol: Protocol, table: StudyTable, bundle: Bundle) -> int:
    """Return how many people lack a reference standard that depends on the index test's result.

    Of a protocol that says nothing of verification, and 0 where the standard is missing as often
    after a positive result as after a negative one (Fisher's exact test at 0.05): then, and only
    then, those who have it stand for the others in sensitivity and specificity.
    """
    reference = protocol.reference
    if reference.verified is not None:
        return 0
    case = reference.case
    known = Condition("present", column=case.column, feature=case.feature, exposure=case.exposure)
    planned = replace(protocol, reference=replace(reference, verified=known))
    studied, _ = population(protocol, table)
    everyone, _ = population(planned, table)
    if (studied == everyone).all():
        return 0
    answer, seen = ask(bundle, table, everyone)["value"], studied[everyone]
    there = np.isfinite(answer)
    positive = answer >= protocol.index_test.threshold
    counts = [[int((there & (positive == p) & (seen == s)).sum()) for s in (0, 1)] for p in (0, 1)]
    depends = float(stats.fisher_exact(counts).pvalue) < _LEVEL
    return int((~seen).sum()) if depends else 0


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
