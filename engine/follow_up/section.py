"""The follow-up part of a draft: degree of control by readable rules, direction, due, questions."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from ..bundles.load import Models
from ..bundles.verify import Bundle
from ..features import Feature
from ..prediagnosis import DueItem, FollowUp, Message, Parameter, Trajectory
from ..record import UNKNOWN, YES, VisitBatch
from ..risks.old_inputs import old_inputs
from ..risks.person import PersonContext
from ..screened import is_declined, is_minor
from ..trajectories.columns import DIRECTIONS, FALLS, RISES, TOO_FEW
from ..trajectories.draft import contradicted_on
from ..vocabulary import load_vocabulary
from .before import LOWERING, PAST, TYPE, TYPE_2, Treatment, treatment_of, type_before, type_of
from .due import Visit, due_items
from .glycaemia import HBA1C, above_today, may_be_above
from .index import IndexRange, index_of, index_range, reference_of
from .remission import remission_limits
from .settings import question_rows
from .target import Target
from .waiting import Withheld, is_waiting, withheld_by

if TYPE_CHECKING:
    from ..screening import Screening

_HBA1C_FEATURE: Final = "hba1c_percent"
KNOWN: Final = "condition.diabetes"
PREGNANCY: Final = "condition.pregnancy"
OUTCOME: Final = "diabetes_control"
ABOVE: Final = "hba1c_above_target_percent"
RISE: Final = "hba1c_rise_percent_per_year"
_SHOWN_TREND: Final = (DIRECTIONS[RISES], DIRECTIONS[FALLS])


def _not_read(batch: VisitBatch, *, reads_hba1c: bool) -> list[Message]:
    """Say why an HbA1c of today makes no index: "measure it first" is no answer to that."""
    if batch.answer(PREGNANCY)[0] == YES:
        return [Message("follow_up.limit.pregnancy")]
    if bool(is_declined(batch)[0]):
        return [Message("follow_up.limit.declined")]
    return [] if reads_hba1c else [Message("follow_up.limit.hba1c_unread")]


def _open(batch: VisitBatch, above: float) -> list[Message]:
    """Say that HbA1c is missing, or that it is a bound which leaves open how it stands."""
    if np.isfinite(above) or is_waiting(batch, (HBA1C,)):
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
    made = screening.made
    reads_hba1c = not bool(screening.hba1c_unread[0])
    above = above_today(batch, made, target.percent, reads_hba1c=reads_hba1c)
    hba1c = next((t for t in trajectories if t.item == HBA1C), None)
    numbers = {ABOVE: above.percent, RISE: _rise(hba1c)}
    kind, before, treatment = type_of(batch), type_before(visits), treatment_of(visits)
    is_contradicted = before.code == TYPE_2 and kind not in ("", TYPE_2)
    is_meant = (kind or before.code) in (TYPE_2, "") or (is_contradicted and kind == PAST)
    bundle = _rules(screening.models, batch) if is_meant else None
    waits = list(withheld_by(bundle, batch, made)) if bundle else []
    names = {one.name for one in waits}
    between = index_range(bundle, made, numbers, names) if bundle and waits else None
    is_held = bool(waits) and not (between and between.is_decided)
    may_ask = np.isfinite(above.percent) and not is_held
    limits = [] if kind == TYPE_2 else [_of_type(kind, is_contradicted=is_contradicted)]
    limits += [*before.limits(kind), *treatment.limits(), *_waits(waits, between)]
    not_read = _not_read(batch, reads_hba1c=reads_hba1c)
    limits += not_read or (_open(batch, above.percent) if is_meant else [])
    limits += remission_limits(batch, made, reads_hba1c=reads_hba1c)
    limits += target.limits() if is_meant else []
    said = index_of(bundle, batch, made, numbers) if bundle and may_ask else None
    limits += [*above.limits(), *_days_of_inputs(bundle, batch, made)] if said and bundle else []
    value, band, reasons = said or (None, "not_assessable", ())
    return FollowUp(
        index=value,
        band=band,
        direction=hba1c.direction if hba1c else DIRECTIONS[TOO_FEW],
        target_percent=target.percent,
        is_target_set=target.is_set,
        reasons=reasons,
        due=_due(visits, trajectories, target.percent) if is_meant or is_contradicted else (),
        questions=tuple(_questions(batch, treatment, above.at_most)),
        limits=tuple(limits),
        model=reference_of(bundle) if bundle and said else None,
        is_meant=is_meant,
        hypoglycaemia=treatment.state,
    )


def _days_of_inputs(
    bundle: Bundle, batch: VisitBatch, made: Mapping[str, Feature]
) -> tuple[Message, ...]:
    """Say which values that the index reads are of an earlier day than the visit."""
    names = [spec.name for spec in bundle.manifest.inputs if spec.name in made]
    person = PersonContext.of(batch, made, 0, is_diabetes_unconfirmed=False)
    return old_inputs([_HBA1C_FEATURE, *names], person)


def _of_type(kind: str, *, is_contradicted: bool) -> Message:
    """Say what follows of the type; one that an earlier visit contradicts takes no list away."""
    if is_contradicted:
        said = {"answer": f"answer:{TYPE}.{kind}"}
        return Message(f"follow_up.limit.contradicted{'' if kind == PAST else '_no_index'}", said)
    return Message(f"follow_up.limit.{kind or 'type'}")


def _waits(waits: Sequence[Withheld], between: IndexRange | None) -> list[Message]:
    """Say what the index waits for, what the other values allow, and how to get it."""
    if between is None:
        return [one.message for one in waits]
    if between.is_decided:
        items = (one.message.parameters["item"] for one in waits)
        return [Message("follow_up.limit.waits_moot", {"item": item}) for item in items]
    given: dict[str, Parameter] = {"low": between.low, "high": between.high}
    others = Message("follow_up.limit.by_the_others", given)
    if between.band:
        others = Message("follow_up.limit.one_band", {**given, "band": f"band:{between.band}"})
    return [*(one.message for one in waits), others]


def _rules(models: Models, batch: VisitBatch) -> Bundle | None:
    """Return the rules of the index; None where they may not be asked of this person."""
    if bool(is_declined(batch)[0]) or batch.answer(PREGNANCY)[0] == YES:
        return None
    return next((b for b in models.loaded if b.manifest.outcome == OUTCOME), None)


def _due(
    visits: Sequence[Visit], trajectories: Sequence[Trajectory], target: float
) -> tuple[DueItem, ...]:
    """Return what is due; HbA1c by the last day of any of the visits that decides."""
    _, today = visits[-1]
    torn = {t.item: day for t in trajectories if (day := contradicted_on(t)) is not None}
    return due_items(visits, today, torn, may_be_above=may_be_above(visits, target))


def _rise(hba1c: Trajectory | None) -> float:
    """Return the slope of HbA1c in percent a year; NaN where no trend is shown."""
    if hba1c is None or hba1c.slope_per_year is None or hba1c.direction not in _SHOWN_TREND:
        return float("nan")
    item = load_vocabulary().item_of(HBA1C)
    return hba1c.slope_per_year * item.units[item.unit_index(hba1c.unit)].slope


def _questions(batch: VisitBatch, treatment: Treatment, above: float) -> list[Message]:
    """Return what the physician is reminded to ask; never a statement on fitness."""

    def is_yes(name: str) -> bool:
        return treatment.may_lower if name == LOWERING else bool(batch.answer(name)[0] == YES)

    asked = []
    for row in question_rows():
        low_enough = row.below_target_percent < 0 or above <= -row.below_target_percent
        any_holds = not row.any_of or any(is_yes(name) for name in row.any_of)
        unasked = all(batch.answer(name)[0] == UNKNOWN for name in row.none_known)
        if all(is_yes(name) for name in row.all_of) and any_holds and low_enough and unasked:
            asked.append(Message(f"follow_up.question.{row.id}"))
    return asked
