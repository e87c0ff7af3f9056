"""One outcome for n people: the model that may answer, its answer, and why there is none.

The interval over missing items is left to one person's explanation: it costs further runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, auto

import numpy as np
import numpy.typing as npt

from ..bundles.load import Models
from ..bundles.verify import Bundle
from ..features import Feature
from ..fixedpoint import FloatArray
from ..model_output import ModelOutput, RecordState
from ..record import YES, BoolArray, Int8Array, VisitBatch
from ..screened import is_declined, is_minor
from .inputs_that_wait import inputs_that_wait
from .outcomes import Outcome

NOBODY = -1


class Abstention(IntEnum):
    """Why a risk is not assessable, worst last."""

    ANSWERED = 0
    REQUIRED_MISSING = auto()
    OUTSIDE_UNIVERSE = auto()
    NO_RULE_FIRED = auto()
    MODEL_FAILED = auto()
    MODEL_REFUSED = auto()
    MEASURED = auto()
    TEST_MEASURED = auto()
    BOTH_MEASURED = auto()
    VALUE_WAITS = auto()
    EXCLUDED = auto()
    MINOR = auto()
    DECLINED = auto()
    RECORD_REFUSED = auto()


@dataclass(frozen=True, slots=True)
class FactsSay:
    """For whom a fact speaks instead of a risk: bool (n,), and (n,) for whom one would.

    ``could_be``: on a value that is not used, if it were true.
    """

    present: BoolArray
    could_be: BoolArray


@dataclass(frozen=True, slots=True)
class Answer:
    """What one bundle said of the people for whom it was chosen.

    ``rows`` are their positions in the record; ``x`` and ``observed`` (m, k) what the model read.
    """

    bundle: Bundle
    rows: npt.NDArray[np.intp]
    x: FloatArray
    observed: BoolArray
    output: ModelOutput


@dataclass(frozen=True, slots=True)
class RiskColumns:
    """One outcome for n people.

    Attributes
    ----------
    bundles : the loaded bundles of this outcome, the most demanding form first
    chosen : int8 (n,), index into ``bundles``; -1 where no bundle is loaded
    value : float64 (n,), the risk (or Mamdani score) rounded as its manifest states; NaN where not
        answered
    band : int8 (n,), 0 low, 1 intermediate, 2 high, -1 not assessable
    abstention : int8 (n,), an Abstention
    answers : the model outputs behind it, for explanation
    """

    outcome: Outcome
    bundles: tuple[Bundle, ...]
    chosen: Int8Array
    value: FloatArray
    band: Int8Array
    abstention: Int8Array
    answers: tuple[Answer, ...]

    def answer_for(self, row: int) -> tuple[Answer, int] | None:
        """Return the answer that holds one person, and the person's position in it."""
        for answer in self.answers:
            position = int(np.searchsorted(answer.rows, row))
            if position < len(answer.rows) and answer.rows[position] == row:
                return answer, position
        return None


def evaluate_risks(
    outcome: Outcome,
    batch: VisitBatch,
    made: Mapping[str, Feature],
    models: Models,
    facts: "FactsSay",
) -> RiskColumns:
    """Answer one outcome for everyone who may be answered.

    Parameters
    ----------
    outcome : what is asked
    batch : the record after the plausibility check
    made : its features
    models : loaded and refused bundles
    facts : what is said instead of the risk, today's facts or values that are not used

    Returns
    -------
    columns in which a person without an answer has a reason, never a default
    """
    bundles = _bundles_of(outcome, models)
    enough = [has_one_of(outcome, bundle, made) for bundle in bundles]
    chosen = _choose(bundles, made, enough, batch.n)
    both = _all_measured(outcome, batch)
    tested = _any_measured(outcome, batch)
    measured = facts.present
    eligible = _eligible(outcome, batch, measured | both | tested)
    answers = tuple(_answers(bundles, chosen, made, [eligible & e for e in enough]))
    columns = _blank(outcome, bundles, chosen, answers)
    for answer in answers:
        _fill(columns, answer)
    columns.abstention[chosen == NOBODY] = Abstention.MODEL_REFUSED
    columns.abstention[tested] = Abstention.TEST_MEASURED
    columns.abstention[both] = Abstention.BOTH_MEASURED
    columns.abstention[measured & ~both] = Abstention.MEASURED
    _withhold(columns, facts.could_be & ~measured)
    for answer in answers:
        rows = inputs_that_wait(answer.bundle.manifest.input_names, batch, made)
        _withhold(columns, rows & _is_answered_by(answer, columns))
    columns.abstention[_excluded(outcome, batch)] = Abstention.EXCLUDED
    columns.abstention[is_minor(batch) & (columns.abstention != Abstention.ANSWERED)] = (
        Abstention.MINOR
    )
    columns.abstention[is_declined(batch)] = Abstention.DECLINED
    columns.abstention[batch.refused] = Abstention.RECORD_REFUSED
    return columns


def _is_answered_by(answer: Answer, columns: RiskColumns) -> BoolArray:
    answered = np.zeros(len(columns.abstention), dtype=np.bool_)
    answered[answer.rows] = columns.abstention[answer.rows] == Abstention.ANSWERED
    return answered


def _withhold(columns: RiskColumns, waits: BoolArray) -> None:
    """Say nothing where a value that is not used could change the answer."""
    columns.value[waits] = np.nan
    columns.band[waits] = NOBODY
    columns.abstention[waits] = Abstention.VALUE_WAITS


def _bundles_of(outcome: Outcome, models: Models) -> tuple[Bundle, ...]:
    mine = [b for b in models.loaded if b.manifest.outcome == outcome.id]
    return tuple(
        sorted(mine, key=lambda b: (-sum(s.required for s in b.manifest.inputs), b.manifest.id))
    )


def _excluded(outcome: Outcome, batch: VisitBatch) -> BoolArray:
    excluded = np.zeros(batch.n, dtype=np.bool_)
    for name in outcome.excluded_by:
        excluded |= batch.answer(name) == YES
    return excluded


def _all_measured(outcome: Outcome, batch: VisitBatch) -> BoolArray:
    """Return (n,) for whom every marker that defines a case was measured: nothing is to predict."""
    accepted = [batch.quantity(slot).accepted.any(axis=1) for slot in outcome.defined_by]
    if not accepted:
        return np.zeros(batch.n, dtype=np.bool_)
    return np.asarray(np.logical_and.reduce(accepted))


def _any_measured(outcome: Outcome, batch: VisitBatch) -> BoolArray:
    """Return (n,) for whom a test was made that answers what would be estimated."""
    tested = np.zeros(batch.n, dtype=np.bool_)
    for slot in outcome.answered_by:
        tested |= batch.quantity(slot).accepted.any(axis=1)
    return tested


def _eligible(outcome: Outcome, batch: VisitBatch, measured: BoolArray) -> BoolArray:
    asked = ~batch.refused & ~is_declined(batch)
    return np.asarray(asked & ~measured & ~_excluded(outcome, batch))


def has_one_of(outcome: Outcome, bundle: Bundle, made: Mapping[str, Feature]) -> BoolArray:
    """Return bool (n,): at least one of the inputs is there of which the outcome asks for one."""
    asked = [name for name in outcome.one_of if name in bundle.manifest.input_names]
    if not asked:
        return np.ones(len(made[bundle.manifest.input_names[0]].observed), dtype=np.bool_)
    return np.logical_or.reduce([made[name].observed for name in asked])


def _choose(
    bundles: Sequence[Bundle],
    made: Mapping[str, Feature],
    enough: Sequence[BoolArray],
    n: int,
) -> Int8Array:
    """Choose the first bundle whose required inputs are all there; else the least demanding."""
    chosen = np.full(n, len(bundles) - 1, dtype=np.int8)
    for index in range(len(bundles) - 1, -1, -1):
        usable = enough[index].copy()
        for spec in bundles[index].manifest.inputs:
            if spec.required:
                feature = made[spec.name]
                usable &= feature.observed & spec.accepts(feature.values)
        chosen[usable] = index
    return chosen


def model_inputs(bundle: Bundle, made: Mapping[str, Feature]) -> tuple[FloatArray, BoolArray]:
    """Return ``x`` (n, k) and ``observed`` (n, k) in the order of a bundle's inputs."""
    columns = [made[spec.name] for spec in bundle.manifest.inputs]
    x = np.stack([c.values for c in columns], axis=1)
    return x, np.stack([c.observed for c in columns], axis=1)


def _answers(
    bundles: Sequence[Bundle],
    chosen: Int8Array,
    made: Mapping[str, Feature],
    eligible: Sequence[BoolArray],
) -> list[Answer]:
    answers = []
    for index, bundle in enumerate(bundles):
        rows = np.flatnonzero((chosen == index) & eligible[index])
        if len(rows):
            x, observed = model_inputs(bundle, made)
            x, observed = x[rows], observed[rows]
            answers.append(Answer(bundle, rows, x, observed, bundle.model.run(x, observed)))
    return answers


def _blank(
    outcome: Outcome,
    bundles: tuple[Bundle, ...],
    chosen: Int8Array,
    answers: tuple[Answer, ...],
) -> RiskColumns:
    n = len(chosen)
    return RiskColumns(
        outcome=outcome,
        bundles=bundles,
        chosen=chosen,
        value=np.full(n, np.nan),
        band=np.full(n, NOBODY, dtype=np.int8),
        abstention=np.full(n, Abstention.REQUIRED_MISSING, dtype=np.int8),
        answers=answers,
    )


_STATES = {
    RecordState.OK: Abstention.ANSWERED,
    RecordState.REQUIRED_MISSING: Abstention.REQUIRED_MISSING,
    RecordState.OUTSIDE_UNIVERSE: Abstention.OUTSIDE_UNIVERSE,
    RecordState.NO_RULE_FIRED: Abstention.NO_RULE_FIRED,
    RecordState.MODEL_FAILED: Abstention.MODEL_FAILED,
}


def _fill(columns: RiskColumns, answer: Answer) -> None:
    model, rows, output = answer.bundle.model, answer.rows, answer.output
    translate = np.array([_STATES[state] for state in RecordState], dtype=np.int8)
    columns.abstention[rows] = translate[output.state]
    columns.value[rows] = model.rounded(output.value)
    columns.band[rows] = model.bands(output.value)
