"""The urgent rules on one ECG: items that call a person, and rules that could not be applied."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np

from ...prediagnosis import URGENCIES, InputValue, Message, Urgency, UrgentItem
from ..analysis import EcgAnalysis
from ..measure.reference import NOBODY, Person
from .evidence import Evidence, evidence_of
from .join import REMEASURE, EcgUrgency, answered, joined, with_columns
from .pair import Pair
from .settings import Condition, EcgRule, EcgUrgentSettings, load_ecg_urgent
from .told_leads import leads_told

DIFFER: Final = "ecg_measurements_differ"
NOT_MEASURED: Final = "ecg_not_measured"
REMEASURE_ACTION: Final = "remeasure_now_call_physician"
_NAN: Final = float("nan")


class Verdict(IntEnum):
    """What is known of a condition, the more pressing the higher.

    The network can only raise it, and what follows from a higher one is never less urgent.
    """

    FAILS = 0
    UNKNOWN = 1
    DOUBT = 2
    POSSIBLE = 3
    HOLDS = 4


def urgent_ecg(
    analysis: EcgAnalysis,
    person: Person = NOBODY,
    declared: Iterable[str] = (),
    settings: EcgUrgentSettings | None = None,
) -> EcgUrgency:
    """Apply the urgent rules to one ECG.

    Each rule stands on the classical measurement. The network can add: a rule that holds on its
    value where the two agree or the classical one is withheld, and a reading by a physician where
    they contradict each other. It takes nothing away.

    Parameters
    ----------
    analysis : what ``analyse_ecg`` returned, with or without a network
    person : sex and age
    declared : names of declared symptoms, e.g. ``symptom.chest_pain``
    settings : of guidelines/ecg_urgent.toml; the house's own by default
    """
    chosen = settings or load_ecg_urgent()
    symptoms = tuple(name for name in chosen.symptoms if name in set(declared))
    whole = apply_rules(evidence_of(analysis, person, chosen), symptoms, chosen)
    if analysis.beneath_hum is not None:
        beneath = apply_rules(evidence_of(analysis.beneath_hum, person, chosen), symptoms, chosen)
        answers = answered(analysis, analysis.beneath_hum, beneath)
        whole = joined(whole, beneath, answers, chosen)
    if analysis.columns is not None:
        beneath = apply_rules(evidence_of(analysis.columns, person, chosen), symptoms, chosen)
        whole = with_columns(whole, beneath, analysis, chosen)
    return whole


def apply_rules(
    evidence: Evidence, symptoms: tuple[str, ...], settings: EcgUrgentSettings
) -> EcgUrgency:
    """Apply the rules to what was gathered; see ``urgent_ecg``."""
    verdicts = {rule.id: _verdict(rule, evidence) for rule in settings.rules}
    made = _Items(evidence, symptoms, settings)
    holding = [r for r in settings.rules if verdicts[r.id] is Verdict.HOLDS]
    items = made.of_rules(holding)
    items += made.again([r for r in settings.rules if verdicts[r.id] is Verdict.POSSIBLE])
    doubtful = [r for r in settings.rules if verdicts[r.id] is Verdict.DOUBT]
    now = any(item.level == URGENCIES[0] for item in items)
    items += made.review(DIFFER, _in_doubt(doubtful, evidence, said=now))
    unknown = [r for r in settings.rules if verdicts[r.id] is Verdict.UNKNOWN]
    partly = [r for r in unknown if r.partly and _holds_partly(r, evidence)]
    lost = (*_named(partly, evidence, Verdict.UNKNOWN), *evidence.unmeasured)
    items += made.review(NOT_MEASURED, tuple(dict.fromkeys(lost)))
    open_groups = {rule.group for rule in unknown}
    return EcgUrgency(
        items=tuple(sorted(items, key=lambda item: item.level)),
        applied=tuple(g for g in settings.groups if g not in open_groups),
        not_applied=tuple(g for g in settings.groups if g in open_groups),
    )


def _verdict(rule: EcgRule, evidence: Evidence) -> Verdict:
    return min(_condition(c, evidence.pairs[c.quantity]) for c in rule.conditions)


def _condition(condition: Condition, pair: Pair) -> Verdict:
    if _meets(condition, pair.classical):
        return Verdict.HOLDS
    by_network = _meets(condition, pair.network)
    if by_network and not pair.differ:
        return Verdict.HOLDS
    if _meets(condition, pair.unguarded):
        return Verdict.POSSIBLE
    if by_network:
        return Verdict.DOUBT
    return Verdict.UNKNOWN if np.isnan(pair.classical) and pair.applies else Verdict.FAILS


def _meets(condition: Condition, value: float) -> bool:
    return {
        ">=": value >= condition.value,
        ">": value > condition.value,
        "<=": value <= condition.value,
        "<": value < condition.value,
    }[condition.op]


def _holds_partly(rule: EcgRule, evidence: Evidence) -> bool:
    found = [_condition(c, evidence.pairs[c.quantity]) for c in rule.conditions]
    return Verdict.HOLDS in found


def _named(rules: Iterable[EcgRule], evidence: Evidence, wanted: Verdict) -> tuple[str, ...]:
    """Return the quantities for which rules could not be decided, each once."""
    conditions = (c for rule in rules for c in rule.conditions)
    return tuple(
        dict.fromkeys(
            c.quantity for c in conditions if _condition(c, evidence.pairs[c.quantity]) is wanted
        )
    )


def _in_doubt(doubtful: Iterable[EcgRule], evidence: Evidence, *, said: bool) -> tuple[str, ...]:
    """Return what the two measurements contradict each other in, where that may matter.

    Of a rate that differs no rule needs to be met: one of the two has missed beats, and what it
    missed may be a run. Where a physician is called now already (``said``), nothing is added.
    """
    rate = ("rate",) if evidence.pairs["rate"].differ and not said else ()
    return tuple(dict.fromkeys((*rate, *_named(doubtful, evidence, Verdict.DOUBT))))


@dataclass(frozen=True, slots=True)
class _Items:
    """Makes the items of one ECG."""

    evidence: Evidence
    symptoms: tuple[str, ...]
    settings: EcgUrgentSettings

    def of_rules(self, rules: Iterable[EcgRule]) -> list[UrgentItem]:
        """Of the rules of one group, only those of the most urgent level."""
        levels = [(rule, self._level(rule)) for rule in rules]
        said = [(rule, level) for rule, level in levels if level is not None]
        most: dict[str, Urgency] = {}
        for rule, level in said:
            most[rule.group] = min(most.get(rule.group, level), level)
        return [self._rule(rule, level) for rule, level in said if level == most[rule.group]]

    def again(self, rules: Iterable[EcgRule]) -> list[UrgentItem]:
        """One item for each quantity that was withheld and could meet a rule, at its level."""
        found: dict[str, UrgentItem] = {}
        for rule in rules:
            level = self._level(rule)
            name = next(
                c.quantity
                for c in rule.conditions
                if _condition(c, self.evidence.pairs[c.quantity]) is Verdict.POSSIBLE
            )
            if level is not None and (name not in found or level < found[name].level):
                value = self._input(name, self.evidence.pairs[name].unguarded)
                message = Message(REMEASURE, {"item": f"item:{value.name}"})
                found[name] = self._item(rule, level, message, (value,), REMEASURE_ACTION)
        return list(found.values())

    def review(self, review: str, quantities: tuple[str, ...]) -> list[UrgentItem]:
        """One item that asks a physician to read the ECG now, naming what could not be decided."""
        rule = self.settings.reviews[review]
        level = self._level(rule)
        if not quantities or level is None:
            return []
        names = dict.fromkeys(self._told(name) for name in quantities)
        inputs = tuple(value for name in names for value in self._both(name))
        action = self._action(rule)
        return [self._item(rule, level, Message(f"urgent.{review}"), inputs, action)]

    def _level(self, rule: EcgRule) -> Urgency | None:
        return rule.level_for(symptoms=bool(self.symptoms))

    def _action(self, rule: EcgRule) -> str:
        return rule.action_with_symptoms if self.symptoms else rule.action

    def _rule(self, rule: EcgRule, level: Urgency) -> UrgentItem:
        told = leads_told(rule, self.evidence, self.settings)
        if told is not None:
            return self._item(rule, level, *told, self._action(rule))
        names = dict.fromkeys(self._told(c.quantity) for c in rule.conditions)
        inputs = tuple(v for name in names for v in self._both(name))
        message = Message(f"urgent.{rule.id}")
        return self._item(rule, level, message, inputs, self._action(rule))

    def _told(self, name: str) -> str:
        """Return the quantity that is printed for one, if any."""
        quantity = self.settings.quantities.get(name)
        return quantity.told_by if quantity is not None and quantity.is_sign else name

    def _both(self, name: str) -> list[InputValue]:
        """Return the classical value, and the network's where it is another."""
        if name not in self.evidence.pairs:
            return []
        pair = self.evidence.pairs[name]
        found = [] if np.isnan(pair.classical) else [self._input(name, pair.classical)]
        if np.isfinite(pair.network) and pair.network != pair.classical:
            found.append(self._input(f"{name}.network", pair.network))
        return found

    def _input(self, name: str, value: float) -> InputValue:
        quantity = self.settings.quantities[name.partition(".")[0]]
        return InputValue(f"ecg.{name}", f"{value:.{quantity.decimals}f}", quantity.unit, "derived")

    def _item(
        self,
        rule: EcgRule,
        level: Urgency,
        message: Message,
        inputs: tuple[InputValue, ...],
        action: str,
    ) -> UrgentItem:
        told: tuple[InputValue, ...] = ()
        if level != rule.level:
            told = tuple(InputValue(name, "yes", "") for name in self.symptoms)
        return UrgentItem(
            rule_id=rule.id,
            level=level,
            message=message,
            inputs=(*inputs, *told),
            action=action,
            addressee=rule.addressee,
            source=rule.source,
        )
