"""Who is in the study, who is a case, and what the index test and its comparators said."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...engine.bundles.load import Models
from ...engine.bundles.verify import Bundle
from ...engine.model_output import ModelOutput, RecordState
from ...engine.risks.columns import has_one_of, model_inputs
from ...engine.risks.outcomes import Outcome, load_outcomes
from ...training.survey import Design
from ..errors import ProtocolRefused, StudyProblem
from ..protocol.model import Comparator, Protocol
from ..statistics.estimate import BoolArray, FloatArray
from .design import usable_design
from .names import check_columns
from .population import FlowStep, all_of, is_verified, meets, persons_of, population
from .table import StudyTable, as_features

ANSWERED = "answered"
_STATES = {
    RecordState.OK: ANSWERED,
    RecordState.REQUIRED_MISSING: "required_missing",
    RecordState.OUTSIDE_UNIVERSE: "outside_universe",
    RecordState.NO_RULE_FIRED: "no_rule_fired",
    RecordState.MODEL_FAILED: "model_failed",
}
NOT_FOR = "not_for_this_person"
NO_BODY_SIZE = "one_of_missing"
NOT_GIVEN = "not_given"


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """The n people of the study's population with a known reference standard.

    Parameters
    ----------
    case : bool (n,)
    value : float64 (n,), risk or score of the index test as printed; NaN where it abstained
    why_not : (n,), ``answered`` or why it abstained
    band : int8 (n,), 0 low, 1 intermediate, 2 high, -1 none
    comparators : id -> float64 (n,), NaN where not given
    x, observed : (n, k), what the index test read
    design : of the survey, None without one
    person : int64 (n,), number of the person, for records of one person
    repeats : a person of the study has several records
    groups : subgroup id -> one bool (n,) a group
    period : (n,), text; None without one
    time : float64 (n,), for a survival outcome
    competing : bool (n,), another event ended the follow-up
    verified : bool (n,), got the reference standard
    flow : from all rows to these
    """

    case: BoolArray
    value: FloatArray
    why_not: "np.ndarray[Any, Any]"
    band: "np.ndarray[Any, Any]"
    comparators: Mapping[str, FloatArray]
    x: FloatArray
    observed: BoolArray
    design: Design | None
    person: "np.ndarray[Any, Any]"
    repeats: bool
    groups: Mapping[str, Sequence[BoolArray]]
    period: "np.ndarray[Any, Any] | None"
    time: FloatArray | None
    competing: BoolArray
    verified: BoolArray
    flow: tuple[FlowStep, ...]

    @property
    def n(self) -> int:
        """Number of people (or records)."""
        return len(self.case)

    @property
    def answered(self) -> BoolArray:
        """Bool (n,): the index test gave a value."""
        return np.isfinite(self.value)

    def of(self, rows: BoolArray) -> "People":
        """Return some of the people; the flow stays."""
        return replace(
            self,
            case=self.case[rows],
            value=self.value[rows],
            why_not=self.why_not[rows],
            band=self.band[rows],
            comparators={k: v[rows] for k, v in self.comparators.items()},
            x=self.x[rows],
            observed=self.observed[rows],
            design=None if self.design is None else self.design.of(rows),
            person=self.person[rows],
            groups={k: [g[rows] for g in v] for k, v in self.groups.items()},
            period=None if self.period is None else self.period[rows],
            time=None if self.time is None else self.time[rows],
            competing=self.competing[rows],
            verified=self.verified[rows],
        )


def make_people(protocol: Protocol, table: StudyTable, models: Models, bundle: Bundle) -> People:
    """Choose the people of a study and ask every test about them.

    The index test is blind to the reference standard: it runs on what its own manifest reads, and
    what the clinic would put in its place when a result is known (a measured glucose) is left out.

    Raises
    ------
    ProtocolRefused  with every column that can't be what it is taken for, or if nobody is left
    """
    check_columns(protocol, table, bundle)
    keep, flow = population(protocol, table)
    if not keep.any():
        raise ProtocolRefused(
            [
                StudyProblem(
                    "nobody_left", "population",
                    f"nobody is left of {len(keep)}: {_left(flow)}{_why(table)}",
                    "there is nothing to study", "Check exclusions and the data file",
                )
            ]
        )  # fmt: skip
    person = persons_of(protocol, table)[keep]
    answer = ask(bundle, table, keep)
    if protocol.index_test.values is not None:
        answer |= _given(bundle, table.numbers(protocol.index_test.values)[keep], answer)
    return People(
        case=meets(table, protocol.reference.case)[keep],
        comparators={c.id: _comparator(c, table, models, keep) for c in protocol.comparators},
        design=_design(protocol, table, keep),
        person=person,
        repeats=len(np.unique(person)) < len(person),
        groups={
            s.id: [all_of(table, group.when)[keep] for group in s.groups]
            for s in protocol.subgroups
        },
        period=None if protocol.data.period is None else table.texts(protocol.data.period)[keep],
        time=None
        if protocol.reference.time is None
        else table.numbers(protocol.reference.time)[keep],
        competing=_nobody(table)[keep]
        if protocol.reference.competing is None
        else meets(table, protocol.reference.competing)[keep],
        verified=is_verified(protocol, table)[keep],
        flow=flow,
        **answer,
    )


def _left(flow: Sequence[FlowStep]) -> str:
    """Tell at which steps people left."""
    return "; ".join(f"{s.label} {s.left}" for s in flow if s.left) or "the file has no row"


def _why(table: StudyTable) -> str:
    """Tell for which reasons intake refused records, where it did."""
    reasons = Counter(table.refused_for[table.left_out].tolist())
    said = ", ".join(f"{code} {n}" for code, n in sorted(reasons.items()))
    return f" (refused for {said})" if said else ""


def _given(bundle: Bundle, column: FloatArray, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Put answers that were made beforehand in the place of the model's own."""
    lacks = (answer["why_not"] == ANSWERED) & np.isnan(column)
    why_not = np.where(lacks, NOT_GIVEN, answer["why_not"])
    value = np.where(why_not == ANSWERED, bundle.model.rounded(column), np.nan)
    band = np.where(np.isfinite(value), bundle.model.bands(value), -1).astype(np.int8)
    return {"value": value, "why_not": why_not, "band": band}


def _nobody(table: StudyTable) -> BoolArray:
    return np.zeros(len(table), dtype=np.bool_)


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What a model was given and what it said of n people; ``why_not`` as in `People`."""

    x: FloatArray
    observed: BoolArray
    output: ModelOutput
    why_not: "np.ndarray[Any, Any]"


def asked(bundle: Bundle, table: StudyTable, keep: BoolArray) -> Asked:
    """Ask a model about the kept rows, with the gates of its outcome."""
    made = as_features(table, keep)
    x, observed = model_inputs(bundle, made)
    output = bundle.model.run(x, observed)
    names = np.array([_STATES[s] for s in RecordState], dtype=object)
    why_not = names[output.state]
    outcome = next((o for o in load_outcomes() if o.id == bundle.manifest.outcome), None)
    if outcome is not None:
        why_not[~has_one_of(outcome, bundle, made)] = NO_BODY_SIZE
        why_not[_excluded(outcome, table)[keep]] = NOT_FOR
    return Asked(x, observed, output, why_not)


def ask(bundle: Bundle, table: StudyTable, keep: BoolArray) -> dict[str, Any]:
    """Return what a model says of the kept rows as it is printed, for `People`."""
    said = asked(bundle, table, keep)
    answered = said.why_not == ANSWERED
    value = np.where(answered, bundle.model.rounded(said.output.value), np.nan)
    band = np.where(answered, bundle.model.bands(said.output.value), -1).astype(np.int8)
    return {
        "x": said.x,
        "observed": said.observed,
        "value": value,
        "why_not": said.why_not,
        "band": band,
    }


def _excluded(outcome: Outcome, table: StudyTable) -> BoolArray:
    found = np.zeros(len(table), dtype=np.bool_)
    for name in outcome.excluded_by:
        found |= table.answered_yes[name]
    return found


def _comparator(
    comparator: Comparator, table: StudyTable, models: Models, keep: BoolArray
) -> FloatArray:
    if comparator.kind == "column":
        return table.numbers(comparator.name)[keep]
    if comparator.kind == "feature":
        return table.features[comparator.name][keep]
    if comparator.kind == "model":
        bundle = next(b for b in models.loaded if b.manifest.id == comparator.name)
        return np.asarray(ask(bundle, table, keep)["value"])
    value, low, high = (side[keep] for side in table.published[comparator.name])
    ends = {"nothing": value, "middle": (low + high) / 2, "low": low, "high": high}
    return np.asarray(ends[comparator.incomplete])


def _design(protocol: Protocol, table: StudyTable, keep: BoolArray) -> Design | None:
    survey = protocol.data.survey
    if survey is None:
        return None
    period = protocol.data.period
    design = Design(
        weight=table.numbers(survey.weight)[keep] / survey.weight_divisor,
        stratum=table.codes(survey.stratum)[keep],
        psu=table.codes(survey.psu)[keep],
        cycle=table.texts(period)[keep] if period else np.full(int(keep.sum()), "", dtype=np.str_),
    )
    return usable_design(design)
