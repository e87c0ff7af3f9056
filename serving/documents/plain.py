"""The page for the person: what was measured, what the physician said, what to do, what to ask.

Made from a confirmed report only. Nothing that a physician rejected stands on it, no number of a
model, no reason of a rule, and nothing about work.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from ...engine.prediagnosis import PRESSING, Finding, PreDiagnosis, UrgentItem
from ...engine.words import Sentences, phrases
from ...engine.words.order import level_of
from ..drafts.content import sentences_for
from ..drafts.decision_words import DecisionWords, FindingDecision
from ..drafts.reports import ConfirmedReport
from ..drafts.set_aside import SetAside, set_aside
from ..drafts.stored_report import content_of
from .topics import OTHER, DocumentWords, step_of, topic_of, topics

_PLAIN_LEVEL: Final = {
    "present": "told",
    "high": "told",
    "borderline": "borderline",
    "intermediate": "borderline",
    "not_assessable": "unknown",
    "absent": "below",
    "low": "below",
}
_HEAVIEST: Final = ("told", "borderline", "unknown", "below")
_TO_ACT_ON: Final = ("told", "borderline")
_TODAY: Final = "today"
_NANO: Final = Decimal("1e-9")
_DERIVED_ARM: Final = "higher_arm"
_ARMS: Final = ("left_arm", "right_arm", "")


@dataclass(frozen=True, slots=True)
class PlainPage:
    """What stands on the page, in words.

    Parameters
    ----------
    visit_id, person_id, moment : which visit
    measured : (what, value), in the order of the page
    has_ecg : a tracing was made
    said : (sentence, whether the physician changed what was proposed)
    physicians, decided_at : who decided, and when
    is_urgent : something called for a physician without delay
    steps, questions : what to do, what to ask
    """

    visit_id: str
    person_id: str
    moment: str
    measured: tuple[tuple[str, str], ...]
    has_ecg: bool
    said: tuple[tuple[str, bool], ...]
    physicians: str
    decided_at: str
    is_urgent: bool
    steps: tuple[str, ...]
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Said:
    topic: str
    level: str
    name: str
    action: str
    is_amended: bool
    is_risk: bool


def plain_page(report: ConfirmedReport, lang: str) -> PlainPage:
    """Return the page of a confirmed report; a draft has none, by its type.

    Parameters
    ----------
    report : from `release`
    lang : fr or en

    Raises
    ------
    As `stored_report.final_report`
    """
    content = content_of(report.draft)
    draft = content.prediagnosis
    sentences = sentences_for(content, lang, report.draft.words)
    words = DocumentWords(lang)
    kept = _as_decided(_kept(draft, report.decisions, sentences))
    told = _heaviest(kept)
    names = dict.fromkeys(decision.physician_name for decision in report.decisions)
    _, decided_at = DecisionWords(lang, draft.performed_at).deciders(report.decisions)
    is_urgent = any(item.level in PRESSING for item in draft.urgent)
    return PlainPage(
        visit_id=report.visit_id,
        person_id=report.draft.person_id,
        moment=phrases.moment_phrase(draft.performed_at, sentences),
        measured=tuple(
            _measured(content.visit, set_aside(draft, report.decisions), (words, sentences))
        ),
        has_ecg=draft.ecg is not None,
        said=tuple((_sentence(one, words), one.is_amended) for one in told),
        physicians=", ".join(names),
        decided_at=decided_at,
        is_urgent=is_urgent,
        steps=tuple(_steps(kept, draft.urgent, words)),
        questions=tuple(_questions(told, words)),
    )


def _kept(
    draft: PreDiagnosis, decisions: Iterable[FindingDecision], sentences: Sentences
) -> tuple[_Said, ...]:
    """Return all that the physician kept, by topic, in the order of the page."""
    decided = {d.finding_id: d for d in decisions}
    aside = set_aside(draft, decided.values())
    standing = (one for one in draft.findings if not _reassures_on_nothing(one, aside))
    said = (_said(finding, decided[finding.id], sentences) for finding in standing)
    order = topics()["order"]["topics"]
    found = [one for one in said if one is not None]
    return tuple(sorted(found, key=lambda one: order.index(one.topic)))


def _reassures_on_nothing(finding: Finding, aside: SetAside) -> bool:
    """Say whether a fact was found absent by a value that the physician set aside."""
    return finding.state == "absent" and aside.touches(finding)


def _as_decided(kept: tuple[_Said, ...]) -> tuple[_Said, ...]:
    """Return what stands after an amendment.

    The risks of one topic are answers to one question: what a physician wrote takes the place of
    the estimates that ask for nothing. One that asks for something was confirmed beside it and
    stands: an amendment of one estimate never reassures against another one that was confirmed.
    """
    amended = {one.topic for one in kept if one.is_amended and one.is_risk and one.topic != OTHER}
    return tuple(
        one
        for one in kept
        if one.is_amended or not one.is_risk or one.topic not in amended or one.level in _TO_ACT_ON
    )


def _heaviest(kept: Iterable[_Said]) -> tuple[_Said, ...]:
    """Return the heaviest of each topic; of what has no topic, everything to act on.

    It counts as amended where its own level is what a physician wrote.
    """
    silent = topics()["order"]["silent_when_unknown"]
    found: dict[str, _Said] = {}
    for one in kept:
        if one.level == "unknown" and one.topic in silent and not one.is_amended:
            continue
        if one.topic == OTHER and one.level not in _TO_ACT_ON:
            continue
        key = one.name if one.topic == OTHER else one.topic
        known = found.get(key, one)
        heavier = min(known, one, key=lambda said: _HEAVIEST.index(said.level))
        both = [said for said in (known, one) if said.level == heavier.level]
        found[key] = replace(heavier, is_amended=any(said.is_amended for said in both))
    return tuple(found.values())


def _said(finding: Finding, decision: FindingDecision, sentences: Sentences) -> _Said | None:
    topic = topic_of(finding)
    if topic is None or decision.verdict == "reject":
        return None
    is_amended = decision.amended_to is not None
    level = _PLAIN_LEVEL[decision.amended_to or level_of(finding)]
    is_description = topic == "ecg" and finding.urgency is None and not is_amended
    if is_description and level in _TO_ACT_ON:
        level = "below"  # a statement that asks for nothing, such as the rhythm
    action = "" if is_amended else finding.proposed_action
    return _Said(
        topic, level, sentences.name(finding.id), action, is_amended, finding.kind == "risk"
    )


def _sentence(said: _Said, words: DocumentWords) -> str:
    level = "told" if said.topic == OTHER else said.level
    return words.text(f"said.{said.topic}.{level}", name=said.name)


def _steps(
    kept: Iterable[_Said], urgent: Iterable[UrgentItem], words: DocumentWords
) -> Iterator[str]:
    """Return each step once: the pressing one first, then in the order of the topics.

    What could not be judged may ask for something too, such as the other arm or a blood test. What
    an urgent item asks for stands, whatever was decided on a finding.
    """
    asked = [one for one in kept if one.level != "below"]
    wanted = [_TODAY if one.level in PRESSING else step_of(one.action) for one in urgent]
    wanted += [step_of(one.action) for one in asked if one.action]
    wanted += ["doctor" for one in asked if one.is_amended and one.level in _TO_ACT_ON]
    first = [_TODAY] if _TODAY in wanted else []
    for step in dict.fromkeys([*first, *wanted]):
        yield words.text(f"step.{step}")


def _questions(told: Iterable[_Said], words: DocumentWords) -> Iterator[str]:
    asked = dict.fromkeys(one.topic for one in told if one.level in _TO_ACT_ON)
    most = topics()["order"]["most_questions"]
    for topic in list(asked)[: most - 1]:
        yield words.text(f"question.{topic}")
    yield words.text("question.always")


def _measured(
    visit: Mapping[str, Any] | None, aside: SetAside, said: tuple[DocumentWords, Sentences]
) -> Iterator[tuple[str, str]]:
    """Return what was measured, as reported, in the order of the page; nothing that was derived.

    Nothing that the physician set aside stands there.
    """
    words, sentences = said
    rows = (visit or {}).get("measured", ())
    values = _Values([row for row in rows if not aside.holds(row[0])], words, sentences)
    for arm in _ARMS:
        both = values.pressure(arm)
        if both:
            where = f" ({words.text(f'arm.{arm}')})" if arm else ""
            yield words.text("measured.pressure") + where, both
    order = topics()["order"]
    for item in order["measured"]:
        value = values.of(item)
        if value and words.has(f"measured.{item}"):
            yield words.text(f"measured.{item}"), value


class _Values:
    """The accepted values of a visit, by slot; those with a sign (<, >) are left out."""

    def __init__(
        self,
        rows: Iterable[tuple[str, str, int, int]],
        words: DocumentWords,
        sentences: Sentences,
    ) -> None:
        self._words, self._sentences = words, sentences
        self._rows: dict[str, list[tuple[str, str]]] = {}
        for slot, unit, nano, comparator in rows:
            if comparator == 0:
                self._rows.setdefault(slot, []).append((_written(nano, unit), unit))

    def pressure(self, arm: str) -> str:
        """Return the readings of one arm, each as upper and lower figure."""
        suffix = f".{arm}" if arm else ""
        upper, lower = (
            self._rows.get(f"{name}_bp{suffix}", []) for name in ("systolic", "diastolic")
        )
        said = [
            f"{self._sentences.value('', high[0])} / {self._sentences.quantity('', low[0], low[1])}"
            for high, low in zip(upper, lower, strict=False)
        ]
        return " ; ".join(said)

    def of(self, item: str) -> str:
        """Return the readings of an item, whatever the conditions under which it was taken."""
        found = [
            self._quantity(*one)
            for slot, rows in self._rows.items()
            if slot.partition(".")[0] == item and not slot.endswith(_DERIVED_ARM)
            for one in rows
        ]
        return " ; ".join(dict.fromkeys(found))

    def _quantity(self, value: str, unit: str) -> str:
        """Word a value; some units have plainer words of their own here."""
        if not self._words.has(f"unit.{unit}"):
            return self._sentences.quantity("", value, unit)
        return f"{self._sentences.value('', value)} {self._words.text(f'unit.{unit}')}"


def _written(nano: int, unit: str) -> str:
    """Return billionths as a decimal, with at least the digits that its unit is shown with."""
    value = (Decimal(nano) * _NANO).normalize()
    least = topics()["digits"].get(unit, 0)
    exponent = value.as_tuple().exponent
    digits = max(least, -exponent if isinstance(exponent, int) and exponent < 0 else 0)
    return f"{value:.{digits}f}"
