"""What the rules say of one ECG, joined with what they say of it read another way."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from ...prediagnosis import InputValue, UrgentItem
from ..analysis import REFUSED, EcgAnalysis
from .settings import EcgUrgentSettings

REMEASURE: Final = "urgent.ecg_remeasure"
# What is said of a page of which no lead can be read throughout, and is asked of its columns.
_OF_WHOLE_LEADS: Final = frozenset(
    {"ecg_no_clear_beats", "ecg_amplitude_implausible", "ecg_gain_implausible"}
)
_PAUSE: Final = "ecg_pause"
_OF_P: Final = "ecg_av_block"
_BEATS_READ: Final = "ecg.beats_read"
# What these rules stand on is in the order of all beats, not in the usual one of a column.
_OF_RHYTHM: Final = frozenset(
    {"ecg_slow", "ecg_pause", "ecg_fast", "ecg_irregular", "ecg_av_block", "ecg_not_read"}
)


@dataclass(frozen=True, slots=True)
class EcgUrgency:
    """What the urgent rules say of one ECG.

    Attributes
    ----------
    items : the most urgent first
    applied : groups of rules that were decided
    not_applied : groups of which a rule could not be decided, because something was not measured
    """

    items: tuple[UrgentItem, ...] = ()
    applied: tuple[str, ...] = ()
    not_applied: tuple[str, ...] = ()


def answered(analysis: EcgAnalysis, quiet: EcgAnalysis, beneath: EcgUrgency) -> Collection[str]:
    """Return the groups of rules that are answered beneath a hum alone.

    Where the gate left no lead to read the rhythm in, no beat was seen, which is no pause. What one
    lead showed is never taken back, nor anything where the gate refuses what is beneath as well.
    """
    refused = [one.quality.uses["rhythm"].verdict == REFUSED for one in (analysis, quiet)]
    return beneath.applied if refused == [True, False] else ()


def joined(
    whole: EcgUrgency,
    beneath: EcgUrgency,
    answered: Collection[str],
    settings: EcgUrgentSettings,
) -> EcgUrgency:
    """Add what the rules say beneath a hum of the mains; it takes nothing away that was seen.

    What was only feared, for no lead was left to see it in, is answered there: beats that stand
    beneath the hum fill that pause. Rules that could not be applied to the humming leads stay
    named, but for those that speak.
    """
    own = {item.rule_id: item for item in beneath.items}
    group_of = {rule.id: rule.group for rule in settings.rules}
    lost = set(whole.not_applied)
    for item in whole.items:
        if item.message.id == REMEASURE and group_of[item.rule_id] in answered:
            lost.add(group_of[item.rule_id])
        elif item.rule_id not in own or item.level <= own[item.rule_id].level:
            own[item.rule_id] = item
    spoken = {group_of[name] for name in own if name in group_of}
    still = tuple(group for group in settings.groups if group in lost - spoken)
    return EcgUrgency(
        items=tuple(sorted(own.values(), key=lambda item: item.level)),
        applied=tuple(group for group in settings.groups if group not in still),
        not_applied=still,
    )


def with_columns(
    whole: EcgUrgency, columns: EcgUrgency, analysis: EcgAnalysis, settings: EcgUrgentSettings
) -> EcgUrgency:
    """Add what the rules say of the columns of a page, with how few beats a lead has there.

    Where no lead of the page can be read from its start to its end, no beat was seen: which is no
    pause and no arrest where beats stand in every column. The rules stay named, but for those that
    speak: so few beats exclude nothing.

    Parameters
    ----------
    whole : of the page as of any other ECG
    columns : of its columns
    analysis : of the page, with its columns
    settings : of guidelines/ecg_urgent.toml
    """
    read = analysis.columns
    if read is None:
        return whole
    answers = answered(analysis, read, columns)
    if _PAUSE in answers:
        kept = tuple(item for item in whole.items if item.rule_id not in _OF_WHOLE_LEADS)
        whole = replace(whole, items=kept)
    group_of = {rule.id: rule.group for rule in settings.rules}
    count = InputValue(_BEATS_READ, str(read.classical.n_dominant), "{beats}", "derived")

    def told(item: UrgentItem) -> UrgentItem:
        of_rhythm = group_of.get(item.rule_id, "") in _OF_RHYTHM
        return item if of_rhythm else replace(item, inputs=(*item.inputs, count))

    said = replace(columns, items=tuple(told(item) for item in columns.items))
    both = joined(whole, said, answers, settings)
    spoken = {group_of.get(item.rule_id) for item in both.items}
    if not answers or _OF_P in spoken:
        return both
    # Without a strip no P wave was looked for.
    lost = {*both.not_applied, _OF_P}
    return replace(
        both,
        applied=tuple(group for group in both.applied if group not in lost),
        not_applied=tuple(group for group in settings.groups if group in lost),
    )
