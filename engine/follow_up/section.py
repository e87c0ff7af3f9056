"""The follow-up part of a draft: degree of control by readable rules, direction, due, questions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from ..bundles.manifest import BAND_NAMES
from ..bundles.verify import Bundle
from ..features import Feature
from ..fixedpoint import FloatArray
from ..fuzzy.system import MamdaniSystem
from ..prediagnosis import (
    Band,
    DueItem,
    FollowUp,
    InputValue,
    Message,
    ModelReference,
    Reason,
    Trajectory,
)
from ..record import UNKNOWN, YES, BoolArray, VisitBatch
from ..risks.values import input_value, pressure_arm
from ..screened import is_declined, is_minor
from ..trajectories.columns import DIRECTIONS, FALLS, RISES, TOO_FEW
from ..vocabulary import load_vocabulary
from .due import Visit, due_items
from .glycaemia import HBA1C, above_today, is_last_above
from .remission import remission_limits
from .settings import question_rows
from .target import PLACES, Target

if TYPE_CHECKING:
    from ..screening import Screening

KNOWN: Final = "condition.diabetes"
PREGNANCY: Final = "condition.pregnancy"
TYPE: Final = "questionnaire.diabetes_type"
TYPE_2: Final = "type_2"
LOWERING: Final = "medication.insulin_or_secretagogue"
OUTCOME: Final = "diabetes_control"
ABOVE: Final = "hba1c_above_target_percent"
RISE: Final = "hba1c_rise_percent_per_year"
_SHOWN: Final = 1e-6
_SHOWN_TREND: Final = (DIRECTIONS[RISES], DIRECTIONS[FALLS])


@dataclass(frozen=True, slots=True)
class _TypeBefore:
    """The type of the diabetes as an earlier visit states it, and the day of that visit."""

    code: str = ""
    on: str = ""

    def limits(self, kind: str) -> list[Message]:
        """Return what is said where today states another type, or none beside another than 2."""
        if self.code in ("", kind) or (not kind and self.code == TYPE_2):
            return []
        said = {"date": self.on, "answer": f"answer:{TYPE}.{self.code}"}
        return [Message("follow_up.limit.type_before", said)]


def _not_read(batch: VisitBatch, *, reads_hba1c: bool) -> list[Message]:
    """Say why an HbA1c of today makes no index: "measure it first" is no answer to that."""
    if batch.answer(PREGNANCY)[0] == YES:
        return [Message("follow_up.limit.pregnancy")]
    return [] if reads_hba1c else [Message("follow_up.limit.hba1c_unread")]


def _open(batch: VisitBatch, above: float) -> list[Message]:
    """Say that HbA1c is missing, or that it is a bound which leaves open how it stands."""
    if np.isfinite(above):
        return []
    is_there = batch.quantity(HBA1C).accepted.any()
    return [Message(f"follow_up.limit.hba1c_{'open' if is_there else 'missing'}")]


def follow_up_of(
    visits: Sequence[Visit],
    screening: "Screening",
    trajectories: Sequence[Trajectory],
    target: Target,
) -> FollowUp | None:
    """Return the follow-up of one person; None where no diabetes is known.

    Parameters
    ----------
    visits : checked records with their days, in any order before this visit, which is the last
    screening : of this visit; without the follow-up rules everything but the index is said
    trajectories : of this person, over all visits
    target : from ``target_of`` the same visits
    """
    batch, _ = visits[-1]
    if batch.answer(KNOWN)[0] != YES or batch.refused[0] or bool(is_minor(batch)[0]):
        return None
    made, models = screening.made, screening.models
    reads_hba1c = not bool(screening.hba1c_unread[0])
    above = above_today(batch, made, target.percent, reads_hba1c=reads_hba1c)
    numbers = {ABOVE: above.percent, RISE: _rise(trajectories)}
    bundle = next((b for b in models.loaded if b.manifest.outcome == OUTCOME), None)
    may_ask = bundle is not None and not bool(is_declined(batch)[0])
    kind, before = _type(batch), _type_before(visits)
    is_meant = (kind or before.code) in (TYPE_2, "")
    may_ask &= is_meant and batch.answer(PREGNANCY)[0] != YES and np.isfinite(numbers[ABOVE])
    limits = [] if kind == TYPE_2 else [Message(f"follow_up.limit.{kind or 'type'}")]
    limits += before.limits(kind)
    not_read = _not_read(batch, reads_hba1c=reads_hba1c)
    limits += not_read or (_open(batch, above.percent) if is_meant else [])
    limits += remission_limits(batch, made, reads_hba1c=reads_hba1c)
    limits += target.limits() if is_meant else []
    said = _index(bundle, batch, made, numbers) if bundle and may_ask else None
    limits += above.limits() if said else []
    value, band, reasons = said or (None, "not_assessable", ())
    hba1c = next((t for t in trajectories if t.item == "hba1c"), None)
    return FollowUp(
        index=value,
        band=band,
        direction=hba1c.direction if hba1c else DIRECTIONS[TOO_FEW],
        target_percent=target.percent,
        is_target_set=target.is_set,
        reasons=reasons,
        due=_due(visits, target.percent) if is_meant else (),
        questions=tuple(_questions(batch, above.at_most)),
        limits=tuple(limits),
        model=_reference(bundle) if bundle and said else None,
        is_meant=is_meant,
        hypoglycaemia=_hypoglycaemia(batch),
    )


def _due(visits: Sequence[Visit], target: float) -> tuple[DueItem, ...]:
    """Return what is due; HbA1c by the last value that any of the visits holds."""
    _, today = visits[-1]
    return due_items(visits, today, above_target=is_last_above(visits, target))


def _type(batch: VisitBatch) -> str:
    """Return the stated type of the diabetes; empty where none is."""
    index = int(batch.answer(TYPE)[0])
    return "" if index == UNKNOWN else batch.vocabulary.questions[TYPE].choices[index].code


def _type_before(visits: Sequence[Visit]) -> _TypeBefore:
    """Return the type that was stated last before this visit; an empty one where none was."""
    typed = [(day, code) for batch, day in visits[:-1] if (code := _type(batch))]
    if not typed:
        return _TypeBefore()
    day, code = max(typed)
    return _TypeBefore(code, day.isoformat())


def _hypoglycaemia(batch: VisitBatch) -> str:
    """Return whether a treatment was declared that may lower glucose too far."""
    answer = int(batch.answer(LOWERING)[0])
    if answer == UNKNOWN:
        return "not_stated"
    return "declared" if answer == YES else "none_declared"


def _rise(trajectories: Sequence[Trajectory]) -> float:
    """Return the slope of HbA1c in percent a year; NaN where no trend is shown."""
    found = next((t for t in trajectories if t.item == "hba1c"), None)
    if found is None or found.slope_per_year is None or found.direction not in _SHOWN_TREND:
        return float("nan")
    item = load_vocabulary().item_of("hba1c")
    return found.slope_per_year * item.units[item.unit_index(found.unit)].slope


def _index(
    bundle: Bundle, batch: VisitBatch, made: Mapping[str, Feature], numbers: Mapping[str, float]
) -> tuple[float, Band, tuple[Reason, ...]] | None:
    """Return the index with its band and rules; None where the rules can't be asked."""
    x, observed = _inputs(bundle, made, numbers)
    output = bundle.model.run(x, observed)
    if not output.ok[0]:
        return None
    value = float(bundle.model.rounded(output.value)[0])
    band: Band = BAND_NAMES[int(bundle.model.bands(output.value)[0])]  # type: ignore[assignment]  # the names are those of Band
    shares, firing = output.rule_contribution[0], output.rule_firing[0]
    order = np.argsort(-shares, kind="stable")
    reasons = tuple(
        _reason(bundle, int(r), (float(firing[r]), float(shares[r])), (batch, made, numbers))
        for r in order
        if shares[r] > _SHOWN
    )
    return value, band, reasons


def _inputs(
    bundle: Bundle, made: Mapping[str, Feature], numbers: Mapping[str, float]
) -> tuple[FloatArray, BoolArray]:
    values = [
        numbers[s.name] if s.name in numbers else float(made[s.name].with_nan()[0])
        for s in bundle.manifest.inputs
    ]
    x = np.array([values])
    observed = np.isfinite(x)
    return np.where(observed, x, 0.0), observed


def _reason(
    bundle: Bundle,
    index: int,
    strength: tuple[float, float],
    person: tuple[VisitBatch, Mapping[str, Feature], Mapping[str, float]],
) -> Reason:
    system = bundle.rules
    rule = system.rules[index]
    firing, share = strength
    names = dict.fromkeys(literal.variable for literal in rule.literals)
    parameters = {"premise": f"premise:{rule.antecedent}"}
    if isinstance(system, MamdaniSystem):
        parameters["conclusion"] = f"premise:{rule.consequent}"
    return Reason(
        rule_id=rule.id,
        message=Message(f"reason.{bundle.manifest.kind}_rule", parameters),
        contribution=round(share, 6),
        inputs=tuple(_input(name, bundle, person) for name in names),
        source=rule.source,
        membership=round(firing, 6),
        share_percent=round(share * 100, 1),
    )


def _input(
    name: str,
    bundle: Bundle,
    person: tuple[VisitBatch, Mapping[str, Feature], Mapping[str, float]],
) -> InputValue:
    batch, made, numbers = person
    if name not in numbers:
        return input_value(name, made, batch, 0, pressure_arm(batch, 0))
    if not np.isfinite(numbers[name]):
        return InputValue(name, "", "", "estimated")
    unit = next(s.unit for s in bundle.manifest.inputs if s.name == name)
    text = f"{numbers[name]:.{PLACES}f}".rstrip("0").rstrip(".")
    return InputValue(name, text, unit, "derived")


def _questions(batch: VisitBatch, above: float) -> list[Message]:
    """Return what the physician is reminded to ask; never a statement on fitness."""

    def is_yes(name: str) -> bool:
        return bool(batch.answer(name)[0] == YES)

    asked = []
    for row in question_rows():
        low_enough = row.below_target_percent < 0 or above <= -row.below_target_percent
        any_holds = not row.any_of or any(is_yes(name) for name in row.any_of)
        unasked = all(batch.answer(name)[0] == UNKNOWN for name in row.none_known)
        if all(is_yes(name) for name in row.all_of) and any_holds and low_enough and unasked:
            asked.append(Message(f"follow_up.question.{row.id}"))
    return asked


def _reference(bundle: Bundle) -> ModelReference:
    m = bundle.manifest
    return ModelReference(id=m.id, version=m.version, sha256=bundle.sha256, key=m.key)
