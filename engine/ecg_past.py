"""The earlier ECGs of a person: measured as today's is, compared with it, followed over the years.

They can only add: a statement that was there already is still told, and no level is lowered.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Final

from .earlier_values import urgent_within_days
from .ecg.recorded import EarlierEcg
from .intake import VisitRecord
from .past import day_of, is_usable
from .prediagnosis import (
    CALLED,
    HOUSE,
    PRESSING,
    URGENCIES,
    EcgComparison,
    Finding,
    Message,
    Parameter,
    UrgentItem,
)
from .record import UNKNOWN
from .screened import is_declined
from .screening import Screening

if TYPE_CHECKING:
    from .ecg.comparison import EcgSide
    from .ecg.visit import ScreenedEcg
    from .trajectories import Points

    _Measured = Sequence[tuple[EarlierEcg, tuple[ScreenedEcg, EcgSide]]]

FOLLOWED: Final = ("rate", "pr", "qrs", "qtc_fridericia")
SAID: Final = "urgent.earlier_ecg_said"
LATER: Final = "urgent.later_ecg"
NOT_BEFORE: Final = "ecg_since.reason.not_before"
COUNTS_AS_NEW: Final = "ecg.statement.counts_as_new"
NOT_ALL: Final = "ecg_since.reason.not_all_measured"
REFUSED: Final = "not_assessable"
ADDRESSEE: Final = "occupational_physician"
_PREFIX: Final = "ecg_"
_SAID: Final = {"new": "ecg.statement.new_since", "unchanged": "ecg.statement.there_before"}
_NOT_COMPARED: Final = "ecg.statement.not_compared"


@dataclass(frozen=True, slots=True)
class EcgPast:
    """What the earlier ECGs add to a visit.

    Attributes
    ----------
    comparison : of today's ECG with the last earlier one that can be read; None without either
    urgent : all items of the ECG: today's, which know whether they are new, and those that an
        earlier one makes
    findings : today's statements, which say whether they are new
    points : item -> values of all ECGs, for the trajectories
    measured : the earlier ones as they were measured
    """

    comparison: EcgComparison | None = None
    urgent: tuple[UrgentItem, ...] = ()
    findings: tuple[Finding, ...] = ()
    points: "Mapping[str, Points]" = field(default_factory=dict)
    measured: "_Measured" = ()


def earlier_ecgs(record: VisitRecord) -> tuple[EarlierEcg, ...]:
    """Return the usable earlier ECGs of a visit, the last one first.

    One of a refused visit, of a later day or without a day is not used.
    """
    if record.is_refused or not record.performed_at:
        return ()
    today = day_of(record)
    usable = [one for one in record.previous if is_usable(one, record)]
    found = [
        EarlierEcg(one.ecg, one.ecg_recorded, day_of(one), one.batch.visit_id[0], _age(one))
        for one in usable
        if one.ecg is not None
    ]
    found += [one for one in record.more_ecgs if one.on is not None and one.on <= today]
    return tuple(sorted(found, key=lambda one: (one.on or today, one.visit_id), reverse=True))


def _age(record: VisitRecord) -> float | None:
    age = int(record.batch.age_years[0])
    return None if age == UNKNOWN else float(age)


def ecg_past(record: VisitRecord, screening: Screening) -> EcgPast:
    """Measure the earlier ECGs of a visit, and put today's beside the last that can be read.

    Parameters
    ----------
    record : the visit with the earlier ones
    screening : its columns, with today's ECG measured
    """
    earlier = earlier_ecgs(record)
    if not earlier:
        return ecg_past_of((), screening, 0, date.min)
    today = day_of(record)
    past = ecg_past_of(earlier, screening, 0, today)
    now = screening.ecg_sides.get(0)
    # An ECG that was not read, that the gate refuses, or that is of another day, settles nothing.
    if now is None or now.section.verdict == REFUSED or 0 in screening.ecg_unread:
        more = (*_again(past.measured, screening, today), *_said(past.measured, today))
        return replace(past, urgent=(*past.urgent, *more))
    return past


def ecg_past_of(
    earlier: Sequence[EarlierEcg], screening: Screening, row: int, today: date
) -> EcgPast:
    """Measure earlier ECGs of one person, and put today's beside the last that can be read.

    Parameters
    ----------
    earlier : of the person, the last one first
    screening : columns of n people, with today's ECG measured
    row : which of them
    today : the day of the visit
    """
    findings, urgent = screening.ecg_findings.get(row, ()), screening.ecg_urgent.get(row, ())
    if not earlier:
        return EcgPast(urgent=urgent, findings=findings)
    from .ecg.comparison.settings import comparison_settings  # noqa: PLC0415 - no filters without an ECG
    from .ecg.visit import declared_symptoms  # noqa: PLC0415 - as above

    most = comparison_settings().method.most_measured
    measured = [(one, _measured(one, screening, row)) for one in earlier[:most]]
    now = screening.ecg_sides.get(row)
    points = _points([*((one.on, side) for one, (_, side) in measured), (today, now)])
    if now is None:
        return EcgPast(urgent=urgent, findings=findings, points=points, measured=measured)
    comparison, more = _compared(now, measured, declared_symptoms(screening.batch, row), today)
    reasons = comparison.reasons
    if len(earlier) > most:
        reasons = (*reasons, Message(NOT_ALL, {"count": len(earlier), "most": most}))
    comparison = replace(comparison, earlier_ecgs=len(earlier), reasons=reasons)
    return EcgPast(
        comparison,
        (*items_knowing(urgent, comparison), *more),
        _knowing(findings, comparison),
        points,
        measured,
    )


def _measured(one: EarlierEcg, screening: Screening, row: int) -> "tuple[ScreenedEcg, EcgSide]":
    from .ecg.comparison import side_of  # noqa: PLC0415 - as above
    from .ecg.visit import person_at, screened_ecg  # noqa: PLC0415

    person = replace(person_at(screening.batch, row), age_years=one.age_years)
    bare = bool(is_declined(screening.batch)[row])
    try:
        screened = screened_ecg(one.signal, screening.models, person, without_network=bare)
        return screened, side_of(screened, one.recorded)
    except Exception:  # noqa: BLE001 - an earlier ECG must never take today's visit with it
        # As one of which nothing can be read: one of the last days asks for an ECG today.
        screened = screened_ecg(one.signal.without_samples(), screening.models, person)
        return screened, side_of(screened, one.recorded)


def _compared(
    now: "EcgSide", measured: "_Measured", symptoms: tuple[str, ...], today: date
) -> tuple[EcgComparison, tuple[UrgentItem, ...]]:
    """Compare with the last that can be read, and ask the rules of every earlier one."""
    from .ecg.comparison.comparable import EcgPair  # noqa: PLC0415 - as above
    from .ecg.comparison.compare import comparison_of  # noqa: PLC0415
    from .ecg.comparison.own import own_spread  # noqa: PLC0415
    from .ecg.comparison.rules import since_items  # noqa: PLC0415
    from .ecg.comparison.settings import comparison_settings  # noqa: PLC0415

    settings = comparison_settings()
    found: list[tuple[bool, EcgComparison]] = []
    asked: dict[str, UrgentItem] = {}
    own = own_spread([s for _, (_, s) in measured if s.section.verdict != REFUSED], settings)
    for one, (screened, side) in measured:
        pair = EcgPair.of(now, side, settings, own, days=(today, one.on))
        made = comparison_of(pair, one.on, today, one.visit_id)
        found.append((pair.is_readable, made))
        later = _of_a_later(screened, made)
        for item in (*since_items(pair, made, symptoms), *later):
            asked.setdefault(item.rule_id, item)
    first = next((made for readable, made in found if readable), found[0][1])
    return first, tuple(asked.values())


def _of_a_later(screened: "ScreenedEcg", made: EcgComparison) -> Iterator[UrgentItem]:
    """Yield what presses most in an ECG that was given as the earlier one and is the later one."""
    pressing = [item for item in screened.urgency.items if item.level in PRESSING]
    if pressing and any(reason.id == NOT_BEFORE for reason in made.reasons):
        first = min(pressing, key=lambda item: item.level)
        yield replace(first, message=Message(LATER, {"date": made.earlier_on}))


def _knowing(findings: tuple[Finding, ...], comparison: EcgComparison) -> tuple[Finding, ...]:
    """Let every present statement say whether it is new; its level stays."""
    standing = {s.name: s.standing for s in comparison.standings}
    return tuple(_one_knowing(f, standing, comparison.earlier_on) for f in findings)


def items_knowing(
    items: tuple[UrgentItem, ...], comparison: EcgComparison
) -> tuple[UrgentItem, ...]:
    """Let rules that count the unknown as new say what the earlier ECG shows; levels stay."""
    from .ecg.comparison.settings import comparison_settings  # noqa: PLC0415 - as above

    asked = comparison_settings().counts_as_new
    standing = {s.name: s.standing for s in comparison.standings}
    known = []
    for item in items:
        found = standing.get(asked.get(item.rule_id, ""), "")
        said = found if found in _SAID else "unknown"
        message = Message(f"{item.message.id}.{said}", {"date": comparison.earlier_on})
        known.append(replace(item, message=message) if item.rule_id in asked else item)
    return tuple(known)


def _one_knowing(finding: Finding, standing: Mapping[str, str], on: str) -> Finding:
    if finding.state != "present":
        return finding
    counts = any(limit.id == COUNTS_AS_NEW for limit in finding.limits)
    found = standing.get(finding.id.removeprefix(_PREFIX), "")
    said = _SAID.get(found, _NOT_COMPARED if counts else "")
    if not said:
        return finding
    kept = tuple(limit for limit in finding.limits if limit.id != COUNTS_AS_NEW)
    return replace(finding, limits=(*kept, Message(said, {"date": on})))


def _again(measured: "_Measured", screening: Screening, today: date) -> tuple[UrgentItem, ...]:
    """Ask for an ECG today where one of the last days called for somebody."""
    for one, (screened, _) in measured:
        pressing = [item for item in screened.urgency.items if item.level in PRESSING]
        if pressing and one.on is not None and (today - one.on).days <= urgent_within_days():
            days = (today - one.on).days
            said = Message("urgent.earlier_ecg", {"date": one.on.isoformat(), "days": days})
            action = "record_ecg_earlier"
            return (
                replace(pressing[0], level="U1", message=said, action=action, addressee=ADDRESSEE),
            )
    return ()


def _said(measured: "_Measured", today: date) -> Iterator[UrgentItem]:
    """Yield what the last earlier ECG that can be read said, where today has none.

    Atrial fibrillation of yesterday left no word today. For the days of an urgent value it keeps
    its call, later it is advice: whether it is still there is not known.
    """
    readable = (one for one in measured if one[1][1].section.verdict != REFUSED)
    for one, (screened, _) in itertools.islice(readable, 1):
        if one.on is None:
            continue
        days = (today - one.on).days
        for finding in screened.findings:
            if finding.state != "present" or finding.urgency not in CALLED:
                continue
            given: dict[str, Parameter] = {"date": one.on.isoformat(), "days": days}
            yield UrgentItem(
                rule_id=finding.id,
                level=CALLED[-1] if days <= urgent_within_days() else URGENCIES[-1],
                message=Message(SAID, {**given, "finding": f"finding_name:{finding.id}"}),
                inputs=(),
                action="record_ecg_physician_reads",
                addressee=ADDRESSEE,
                source=next((r.source for r in finding.reasons_for if r.source), HOUSE),
            )


def _points(sides: "Sequence[tuple[date | None, EcgSide | None]]") -> "dict[str, Points]":
    """Return the intervals of all ECGs as points of one person; NaN where a value has a limit."""
    from .trajectories.draft import day_number  # noqa: PLC0415 - as above
    from .trajectories.points import points_from  # noqa: PLC0415

    found = {}
    for name in FOLLOWED:
        values = [
            (day_number(on), float("nan") if one.limits else one.value)
            for on, side in sides
            if on is not None and side is not None
            for one in [side.values[name]]
            if one.value is not None
        ]
        if values:
            days, numbers = zip(*values, strict=True)
            found[f"ecg.{name}"] = points_from([0] * len(days), days, numbers)
    return found
