"""What becomes of a hypothesis, and every reason for which none is judged."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from ...engine.bundles.verify import Bundle
from ..data.people import People
from ..data.table import StudyTable
from ..protocol.freeze import Frozen
from ..protocol.model import Endpoint, Protocol
from .inputs import refused_inputs

FEWEST_CLUSTERS: Final = 20
"""Fewer persons than this with the outcome, or without, give no interval that a verdict rests on.

Source: Cameron and Miller 2015, J Hum Resour 50:317-372, on few clusters (not re-read: few is there
below 20 to 50, by the situation). `tests/property/test_validation_few_persons.py` measures it.
"""


def why_unjudged(
    protocol: Protocol, frozen: Frozen | None, mapping: str, table: StudyTable, bundle: Bundle
) -> str | None:
    """Return why no hypothesis of a study is judged, or None.

    Not on the people from whom the model was learned, nor where the authors don't say how they know
    that these are others; not where it can't be checked that the hypothesis came before the data,
    not of another index test or other data than the protocol means, not where records of one
    person count as other people, and not where too much that was given for an input of the index
    test could not be used.
    """
    saw = saw_these(table, bundle)
    planned = protocol.data.sha256
    reasons = {
        "development": saw or protocol.study.data_role == "development",
        "exploratory": frozen is None or bool(frozen.opened_before),
        "changed": frozen is not None and bool(frozen.changes(protocol, mapping)),
        "other_index_test": not is_planned_model(protocol, bundle),
        "other_data": planned is not None and planned != table.sha256,
        "unstated": not protocol.data.says_unseen(),
        "unnamed_repeats": protocol.data.person is None and table.repeated > 0,
        "inputs_refused": any(i["too_many"] for i in refused_inputs(protocol, table, bundle)),
    }
    return next((name for name, holds in reasons.items() if holds), None)


def saw_these(table: StudyTable, bundle: Bundle) -> bool:
    """Say whether the manifest names this very file among the model's training data."""
    return table.sha256 in bundle.manifest.training.data.values()


def is_planned_model(protocol: Protocol, bundle: Bundle) -> bool:
    """Say whether a bundle is the index test that the protocol means, by version and hash."""
    planned = (protocol.index_test.version, protocol.index_test.sha256)
    return planned == (bundle.manifest.version, bundle.model.sha256)


def has_few_clusters(people: People) -> bool:
    """Say whether few persons with the outcome, or few without, are behind repeated records."""
    there = people.answered
    persons = [len(np.unique(people.person[there & side])) for side in (people.case, ~people.case)]
    return min(persons) < FEWEST_CLUSTERS


def verdict(endpoint: Endpoint, result: Mapping[str, Any], reason: str | None) -> str:
    """Return what an endpoint's result shows of its hypothesis.

    ``reason`` is given where nothing is judged, and returned in place of a verdict.
    """
    if endpoint.hypothesis == "estimate" and reason != "repeats":
        return "nothing_to_show"
    low, high = result.get("ci_low"), result.get("ci_high")
    if low is None or high is None:
        return "not_estimable"
    if reason is not None:
        return reason
    holds = {
        "superior": low > 0,
        "non_inferior": low > -(endpoint.margin or 0.0),
        "at_least": low >= (endpoint.bound or 0.0),
        "at_most": high <= (endpoint.bound or 0.0),
    }[endpoint.hypothesis]
    return "shown" if holds else "not_shown"
