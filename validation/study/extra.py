"""Sections that only some protocols ask for: referrals, periods, conformal sets, rules."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...engine.bundles.verify import Bundle
from ...engine.explain.shapley import shapley_values
from ..data.people import People
from ..protocol.model import Protocol
from ..statistics.calibration import is_risk
from ..statistics.conformal import conformal_coverage
from ..statistics.drift import cusum_test, population_stability
from ..statistics.estimate import FloatArray, NotEstimable, as_data
from ..statistics.reclassification import NRI, PENCINA, moves, net_reclassification
from ..statistics.resampling import (
    BOOTSTRAP,
    BY_PERSON,
    ReferralsAtEqualSensitivity,
    auroc_by_person,
    design_factors,
    person_factors,
    referrals,
)
from .counts import cells, smallest_cell
from .sections import Table, plain, thresholds_of
from .subgroups import group

_FIRES = 0.5
_RISE = 2.0
"""Odds ratio of the drift that is looked for, and its inverse."""


def by_person(people: People, protocol: Protocol) -> Table | None:
    """Return the AUROC with records of one person taken together, where there are several."""
    if protocol.data.person is None:
        return None
    there = people.answered
    found = auroc_by_person(
        people.case[there],
        people.value[there],
        people.person[there],
        protocol.analysis.bootstraps,
        protocol.analysis.seed,
    )
    persons = len(np.unique(people.person[there]))
    return {"records": int(there.sum()), "persons": persons, "auroc": as_data(found)}


def equal_sensitivity(people: People, protocol: Protocol) -> Table | None:
    """Return referrals of the index test at the sensitivity of each comparator with a cut-off."""
    if not protocol.analysis.matched_sensitivity:
        return None
    found: Table = {}
    cuts = thresholds_of(protocol)
    for name, score in people.comparators.items():
        if name not in cuts:
            continue
        both = people.answered & np.isfinite(score)
        made = ReferralsAtEqualSensitivity(
            people.case[both], people.value[both], score[both] >= cuts[name]
        )
        inside = people.of(both)
        cell = smallest_cell(inside, cells(inside.case, score[both] >= cuts[name]))
        found[name] = {
            which: {"smallest_cell": cell, **plain(referrals(made, weight, factors, method))}
            for which, weight, factors, method in _replicates(inside, protocol)
        }
    return found


def _replicates(people: People, protocol: Protocol) -> Iterator[tuple[str, FloatArray, Any, str]]:
    """Yield each analysis with its weights, replicates and the name of its bootstrap."""
    a = protocol.analysis
    ones = np.ones(people.n)
    yield "counted", ones, lambda: person_factors(people.person, a.bootstraps, a.seed), BY_PERSON
    design = people.design
    if design is not None:
        yield (
            "weighted",
            design.weight,
            lambda: design_factors(design, a.bootstraps, a.seed),
            BOOTSTRAP,
        )


def periods(people: People, protocol: Protocol, bundle: Bundle) -> Table | None:
    """Return the headline numbers of each period, and how far inputs and risk have moved."""
    if people.period is None:
        return None
    names = sorted(set(people.period.tolist()))
    if len(names) < 2:  # noqa: PLR2004 - nothing can move inside one period
        return None
    rows, moved = [], []
    for name in names:
        names_of = {"label": name or "–", "label_fr": name or "–"}
        rows.append({**names_of, **group(people, people.period == name, protocol)})
    columns = {n: _column(people, j) for j, n in enumerate(bundle.manifest.input_names)}
    columns["index"] = people.value
    first, last = people.period == names[0], people.period == names[-1]
    for column, values in columns.items():
        index = population_stability(values[first], values[last], protocol.analysis.seed)
        moved.append({"input": column, "psi": as_data(index)})
    told: Table = {"groups": rows, "psi": moved, "first": names[0] or "–", "last": names[-1]}
    if protocol.reference.time is None:
        told["cusum"] = list(_cusum(people, protocol))
    return told


def _cusum(people: People, protocol: Protocol) -> Iterator[Table]:
    """Yield whether cases rise above, or fall below, their risks along the periods."""
    period = people.period
    there = people.answered
    if period is None or not is_risk(people.value[there]):
        return
    rows = np.flatnonzero(there)
    rows = rows[np.argsort(period[rows], kind="stable")]
    for odds_ratio in (_RISE, 1 / _RISE):
        found = cusum_test(
            people.case[rows], people.value[rows], odds_ratio, protocol.analysis.seed
        )
        told: Table = {"odds_ratio": odds_ratio, "period": None}
        if isinstance(found, NotEstimable):
            yield {**told, "test": as_data(found)}
            continue
        yield {**told, "period": str(period[rows[found.at]]), "test": as_data(found.test)}


def _column(people: People, j: int) -> FloatArray:
    return np.where(people.observed[:, j], people.x[:, j], np.nan)


def conformal(people: People, bundle: Bundle) -> Table | None:
    """Return coverage of the model's conformal sets, where its manifest has them."""
    said = bundle.manifest.conformal
    if said is None:
        return None
    there = people.answered
    found = conformal_coverage(
        people.case[there], people.value[there], said.case_from, said.non_case_to
    )
    holds_case, holds_other = people.value >= said.case_from, people.value <= said.non_case_to
    case = people.case
    sets = {
        "case_in": there & case & holds_case,
        "case_out": there & case & ~holds_case,
        "other_in": there & ~case & holds_other,
        "other_out": there & ~case & ~holds_other,
        "both": there & holds_case & holds_other,
        "neither": there & ~holds_case & ~holds_other,
        "one": there & (holds_case ^ holds_other),
    }
    cell = smallest_cell(people, sets)
    return {"planned": said.coverage, "smallest_cell": cell, **plain(found)}


def _is_graded_risk(score: FloatArray) -> bool:
    """Say whether a score can be cut like a risk; a yes or no is none, whatever its codes are."""
    return is_risk(score) and not set(np.unique(score)) <= {0.0, 1.0}


def reclassification(people: People, protocol: Protocol, bundle: Bundle) -> Table | None:
    """Return net reclassification against comparators that are risks, where it is asked for."""
    if not protocol.analysis.net_reclassification:
        return None
    cuts = (bundle.manifest.bands.low_below, bundle.manifest.bands.high_from)
    found: Table = {}
    for name, score in people.comparators.items():
        both = people.answered & np.isfinite(score)
        if not (_is_graded_risk(score[both]) and _is_graded_risk(people.value[both])):
            why = NotEstimable("not_a_risk", int(both.sum()), PENCINA)
            found[name] = plain(dict.fromkeys(NRI, why))
        else:
            inside, old = people.of(both), score[both]
            result = net_reclassification(inside.case, inside.value, old, cuts)
            moved = moves(inside.value, old, cuts)
            cell = smallest_cell(
                inside, cells(inside.case, moved > 0), cells(inside.case, moved < 0)
            )
            found[name] = {"smallest_cell": cell, **plain(result)}
    return {"cuts": list(cuts), "against": found}


def explanation(people: People, protocol: Protocol, bundle: Bundle) -> Table | None:
    """Return which rules carry the answers, and exact Shapley values of the inputs beside them.

    The first is read from the pass that made the risks; the second is an independent check, against
    the model's reference person, of people drawn with the study's seed.
    """
    rows = np.flatnonzero(people.answered)
    if not bundle.model.is_tsk or not len(rows):
        return None
    output = bundle.model.run(people.x[rows], people.observed[rows])
    fires, inside = output.rule_firing > _FIRES, people.of(people.answered)
    weight = np.abs(output.rule_contribution).mean(axis=0)
    texts = {r.id: r.text for r in bundle.rules.rules}
    order = np.argsort(-weight, kind="stable")
    generator = np.random.default_rng(protocol.analysis.seed)
    wanted = min(protocol.analysis.shapley_people, len(rows))
    drawn = np.sort(generator.choice(rows, wanted, replace=False))
    mean = np.zeros(0)
    if wanted:
        found = shapley_values(bundle.model, people.x[drawn], people.observed[drawn])
        mean = np.nanmean(np.abs(found.values), axis=0)
    names = bundle.manifest.input_names
    return {
        "rules": [
            {
                "id": bundle.model.rule_ids[j],
                "text": texts.get(bundle.model.rule_ids[j], ""),
                "contribution": float(weight[j]),
                "fires": float(fires[:, j].mean()),
                "smallest_cell": smallest_cell(inside, {"y": fires[:, j], "n": ~fires[:, j]}),
            }
            for j in order
        ],
        "shapley": [
            {"input": names[j], "value": float(mean[j])} for j in np.argsort(-mean, kind="stable")
        ],
        "n": len(rows),
        "n_shapley": len(drawn),
    }
