"""The ECG of a draft as sentences: text, JSON, HTML and the ECG commands print the same."""

from typing import Final

from ..prediagnosis import EcgSection, EcgValue, Message
from .ecg_reference_lines import Marks, beside
from .numbers import number
from .sentences import Sentences

_DECIMALS: Final = {"mV": 2, "mV.ms": 1}
_REFUSED: Final = "not_assessable"
_GAP: Final = "quality.lead.gap"
_SHORT: Final = "quality.lead.gap_short"
_CLOCK: Final = len("11:15")


def recording_lines(section: EcgSection, sentences: Sentences) -> list[str]:
    """Word what was recorded, its quality with the reasons, and where two measurements differ."""
    recorded = [lead.lead for lead in section.leads if lead.lead not in section.derived]
    lines = [
        sentences.text(
            "ecg.report.recording",
            seconds=round(section.duration_s, 1),
            rate=round(section.sampling_rate_hz, 1),
            leads=", ".join(recorded),
        )
    ]
    if section.derived:
        derived = ", ".join(section.derived)
        lines.append(sentences.text("ecg.report.derived", leads=derived))
    lines.append(day_line(section, sentences))
    lines += [sentences.render(note) for note in section.notes]
    lines.append(_verdict(section, sentences))
    lines += [sentences.render(reason) for reason in _reasons(section)]
    lines += [sentences.render(message) for message in section.disagreements]
    lines += [sentences.render(message) for message in section.windows]
    lines += urgent_lines(section, sentences)
    return lines


def day_line(section: EcgSection, sentences: Sentences) -> str:
    """Say when the ECG was recorded, or that nobody states it."""
    day, _, rest = section.recorded_at.partition("T")
    if not day:
        return sentences.text("ecg.report.day_not_stated")
    name = "ecg.report.recorded_at" if rest else "ecg.report.recorded_on"
    return sentences.text(name, date=day, time=rest[:_CLOCK])


def urgent_lines(section: EcgSection, sentences: Sentences) -> list[str]:
    """Say which urgent rules were applied, which were not, and that silence excludes nothing."""
    join, lines = sentences.text("join.semicolon"), []
    for name in ("applied", "not_applied"):
        groups = getattr(section, f"urgent_{name}")
        if groups:
            listed = join.join(sentences.text(f"ecg.urgent.group.{g}") for g in groups)
            lines.append(sentences.text(f"ecg.urgent.{name}", list=listed))
    return [*lines, sentences.text("ecg.urgent.absence")] if lines else []


def _verdict(section: EcgSection, sentences: Sentences) -> str:
    words = sentences.text(f"ecg.verdict.{section.verdict}")
    uses = [sentences.text(f"ecg.use.{use}") for use, v in section.uses.items() if v != _REFUSED]
    said = (
        sentences.text("ecg.report.uses", list=", ".join(uses))
        if uses
        else sentences.text("ecg.report.uses_none")
    )
    return f"{sentences.text('ecg.report.quality', verdict=words)} {said}"


def _reasons(section: EcgSection) -> list[Message]:
    """List every reason once, those of the recording first; leads with one fault are one line."""
    found = list(section.reasons)
    for lead in section.leads:
        found += [reason for reason in lead.reasons if reason not in found]
    return _together(found)


def _together(found: list[Message]) -> list[Message]:
    """Join the leads that lack the same stretch, or no more than a few samples each.

    One lead that is stored a sample later leaves a sample to be missed in each of the others.
    """
    groups: dict[tuple[object, ...], list[Message]] = {}
    for message in found:
        groups.setdefault(_group_of(message), []).append(message)
    return [_joined(group) for group in groups.values()]


def _group_of(message: Message) -> tuple[object, ...]:
    """Return what messages have in common that are one line."""
    if message.id == _SHORT:
        return (_SHORT,)
    alone = () if message.id == _GAP else (message.parameters.get("lead"),)
    others = {name: value for name, value in message.parameters.items() if name != "lead"}
    return message.id, *alone, *sorted(others.items())


def _joined(group: list[Message]) -> Message:
    """Return one message of several leads; that of one lead is left as it is."""
    first = group[0]
    if len(group) == 1:
        return first
    leads = ", ".join(str(message.parameters["lead"]) for message in group)
    if first.id == _SHORT:
        longest = max(float(message.parameters["ms"]) for message in group)
        return Message(f"{_SHORT}.leads", {"leads": leads, "ms": longest})
    kept = {name: value for name, value in first.parameters.items() if name != "lead"}
    return Message(f"{_GAP}.leads", {**kept, "leads": leads})


def value_line(one: EcgValue, sentences: Sentences, marks: Marks | None = None) -> str:
    """Word one measurement: value, spread over the beats, what it is printed beside, limits.

    ``marks`` are the numbers of the sources that stand below, see `source_marks`.

    >>> from ..prediagnosis import EcgReference, EcgSource
    >>> men = EcgReference(74.0, 114.0, "range", EcgSource("aha_2009_3", "", "summary", ""))
    >>> one = EcgValue("qrs", 92.0, "ms", 3.0, 9, reference=men)
    >>> value_line(one, Sentences("fr"), {"aha_2009_3": 1})
    '92 ms (± 3 sur 9 battements) ; intervalle de référence : 74 à 114 ms [1]'
    """
    if one.value is None:
        return ", ".join(dict.fromkeys(sentences.text(reason) for reason in one.withheld))
    decimals = _DECIMALS.get(one.unit, 0)
    text = f"{number(one.value, sentences.lang, decimals)} {sentences.unit(one.unit)}"
    if one.spread is not None and one.n_beats:
        spread = number(one.spread, sentences.lang, decimals)
        text += " " + sentences.text("ecg.table.spread", spread=spread, n=one.n_beats)
    limits = [sentences.text(limit) for limit in one.limits]
    return sentences.text("join.semicolon").join(
        [text, *beside(one, sentences, marks or {}), *limits]
    )


def name_of(one: EcgValue, sentences: Sentences) -> str:
    """Return what a measurement is called."""
    return sentences.text(f"ecg.measure.{one.name}")


def withheld_groups(section: EcgSection, sentences: Sentences) -> list[str]:
    """Word what was not measured, one line a reason, so that no reason is read ten times."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for one in section.measured:
        if one.value is None:
            groups.setdefault(one.withheld, []).append(name_of(one, sentences))
    colon = sentences.text("join.colon")
    return [
        f"{', '.join(names)}{colon}{', '.join(sentences.text(reason) for reason in reasons)}"
        for reasons, names in groups.items()
    ]


def second_line(section: EcgSection, sentences: Sentences) -> str:
    """Word the second measurement in one line; a value that it withheld says why."""
    words = []
    for one in section.second:
        if one.value is None:
            said = ", ".join(sentences.text(reason) for reason in one.withheld)
        else:
            said = f"{number(one.value, sentences.lang, 0)} {sentences.unit(one.unit)}"
        words.append(f"{name_of(one, sentences)} {said}")
    return sentences.text("ecg.report.second", list=sentences.text("join.semicolon").join(words))
