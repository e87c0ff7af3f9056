"""Everything that is not as it was planned, each told by a code and its parts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from ...engine.bundles.verify import Bundle
from ..data.design import lonely_strata
from ..data.people import People
from ..data.population import population, undecided
from ..data.table import StudyTable
from ..protocol.freeze import Frozen
from ..protocol.model import Protocol
from .counts import counted
from .inputs import refused_inputs
from .sample import not_reached

Deviation = dict[str, Any]
TWO: Final = 2
MOST_SHOWN: Final = 8
_CHANCE: Final = 0.5


def deviations(
    protocol: Protocol, frozen: Frozen | None, mapping: str, table: StudyTable, bundle: Bundle
) -> list[Deviation]:
    """Return what differs between the plan, its freeze, the data and the model."""
    found: list[Deviation] = []
    if frozen is None:
        found.append({"code": "not_frozen"})
    else:
        found += [
            {"code": "changed_after_freeze", "path": c.path, "frozen": c.frozen, "now": c.now}
            for c in frozen.changes(protocol, mapping)
        ]
        found += [{"code": "opened_before_freeze", "sha256": s} for s in frozen.opened_before]
    expected = protocol.data.sha256
    if expected is not None and expected != table.sha256:
        found.append({"code": "other_data", "planned": expected, "found": table.sha256})
    found += [*_refused(table), *_other_values(protocol, table)]
    if protocol.data.person is None and table.repeated:
        found.append({"code": "persons_repeat", "n": table.repeated})
    nobody = 0 if protocol.data.person is None else _nobody(protocol.data.person, table)
    if nobody:
        found.append({"code": "person_unknown", "n": nobody})
    if table.bad_lines:
        found.append({"code": "lines_left_out", "n": table.bad_lines})
    found += [
        {"code": "cells_not_read", "column": column, "n": n}
        for column, n in sorted(table.unread.items())
    ]
    found += [
        {"code": "exclusion_undecided", "exclusion": exclusion, "n": n}
        for exclusion, n in undecided(protocol, table).items()
    ]
    return found + _of_inputs(protocol, table, bundle) + _of_model(protocol, bundle)


def _of_inputs(protocol: Protocol, table: StudyTable, bundle: Bundle) -> list[Deviation]:
    """Tell what was given for the index test and could not be used."""
    found = []
    for told in refused_inputs(protocol, table, bundle):
        code = "inputs_refused" if told["too_many"] else "values_refused"
        found.append({"code": code, **{key: told[key] for key in ("input", "n", "of")}})
    return found


def _refused(table: StudyTable) -> list[Deviation]:
    """Tell how many records intake refuses, and for which reasons."""
    reasons = Counter(table.refused_for[table.left_out].tolist())
    n = sum(reasons.values())
    return (
        [{"code": "records_refused", "n": n, "reasons": dict(sorted(reasons.items()))}] if n else []
    )


def _nobody(column: str, table: StudyTable) -> int:
    """Return how many records, of those that intake keeps, name no person."""
    return int(((table.texts(column) == "") & ~table.left_out).sum())


def _other_values(protocol: Protocol, table: StudyTable) -> list[Deviation]:
    """Tell a third value of an outcome that is compared with one: whoever has it is no case.

    Only of those who stay: to exclude the other values in the protocol answers it.
    """
    case = protocol.reference.case
    if case.op != "==" or case.column is None or case.day is not None:
        return []
    stays, _ = population(protocol, table)
    if case.text is not None:
        texts = table.texts(case.column)[stays]
        kinds = [str(text) for text in np.unique(texts[texts != ""])]
        is_plain = len({text.casefold() for text in kinds}) == len(kinds) <= TWO
    else:
        values = table.numbers(case.column)[stays]
        kinds = [f"{v:g}" for v in np.unique(values[~np.isnan(values)])]
        is_plain = len(kinds) <= TWO
    if is_plain:
        return []
    shown = ", ".join(kinds[:MOST_SHOWN]) + (", …" * (len(kinds) > MOST_SHOWN))
    return [{"code": "other_values", "column": case.column, "values": shown}]


def _of_model(protocol: Protocol, bundle: Bundle) -> list[Deviation]:
    asked, found = protocol.index_test, []
    if asked.version != bundle.manifest.version:
        found.append(
            {"code": "other_version", "planned": asked.version, "found": bundle.manifest.version}
        )
    if asked.sha256 != bundle.model.sha256:
        found.append({"code": "other_model", "planned": asked.sha256, "found": bundle.model.sha256})
    return found


def of_results(
    people: People, endpoints: Sequence[Mapping[str, Any]], sample: Mapping[str, Any] | None
) -> list[Deviation]:
    """Return what could not be done as planned."""
    found: list[Deviation] = [
        {"code": "endpoint_not_estimable", "endpoint": e["id"], "why": e["result"]["not_estimable"]}
        for e in endpoints
        if "not_estimable" in e["result"]
    ]
    both = people.case & people.competing
    if both.any():
        found.append({"code": "event_and_competing", **counted(people, {"n": both})})
    for name, score in people.comparators.items():
        without = int(np.isnan(score).sum())
        if without:
            n = counted(people, {"n": np.isnan(score)})
            found.append({"code": "comparator_missing", "comparator": name, **n})
    if people.design is not None and lonely_strata(people.design):
        found.append({"code": "lonely_strata", "strata": lonely_strata(people.design)})
    return [*found, *(() if sample is None else not_reached(sample))]


def of_ranking(counted_one_by_one: Mapping[str, Any]) -> list[Deviation]:
    """Tell where cases score lower than the others, surely: the mark of swapped labels."""
    test = counted_one_by_one["discrimination"]["tests"]["index"]
    ranking = test.get("c_index") or test["auroc"]
    slope = counted_one_by_one["calibration"]["calibration_slope"]
    is_backwards = ranking.get("ci_high", _CHANCE) < _CHANCE or slope.get("ci_high", 0.0) < 0
    return [{"code": "ranks_backwards"}] if is_backwards else []
