"""What an ECG measurement is printed beside, in words: interval, limits, sources by mark."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..prediagnosis import EcgCriterion, EcgReference, EcgSource, EcgValue
from .numbers import number
from .sentences import Sentences

Marks = Mapping[str, int]


def source_marks(values: Sequence[EcgValue]) -> Marks:
    """Give each source of what is printed a number, in the order in which they are named."""
    return {source.id: k for k, source in enumerate(_sources(values), start=1)}


def beside(one: EcgValue, sentences: Sentences, marks: Marks) -> list[str]:
    """Word the interval and the limits of one value, each with the mark of its source."""
    unit = sentences.unit(one.unit)
    found = []
    if one.reference is not None:
        words = _interval(one.reference, unit, sentences)
        found.append(_cited(words, one.reference.source, sentences, marks))
    for criterion in one.criteria:
        words = criterion_words(criterion, one.unit, sentences)
        found.append(_cited(words, criterion.source, sentences, marks))
    return found


def criterion_words(criterion: EcgCriterion, unit: str, sentences: Sentences) -> str:
    """Word one limit and on which side of it a value is beyond.

    >>> source = EcgSource("aha_2009_3", "", "memory", "")
    >>> criterion_words(EcgCriterion("upper", ">", 110.0, source), "ms", Sentences("en"))
    'upper limit: above 110 ms'
    """
    value = f"{number(criterion.value, sentences.lang)} {sentences.unit(unit)}"
    return sentences.text(
        f"ecg.reference.limit.{criterion.limit}.{criterion.operator}", value=value
    )


def reference_lines(values: Sequence[EcgValue], sentences: Sentences) -> list[str]:
    """Say what has no interval for this person and why, and for whom printed limits are not."""
    groups: dict[str, list[str]] = {}
    cautions: dict[str, None] = {}
    for one in values:
        if one.value is None:
            continue
        if one.no_reference:
            name = sentences.text(f"ecg.measure.{one.name}")
            groups.setdefault(one.no_reference, []).append(name)
        cautions |= dict.fromkeys(c.caution for c in one.criteria if c.caution)
    lines = [sentences.text(why, list=", ".join(names)) for why, names in groups.items()]
    return lines + [sentences.text(caution) for caution in cautions]


def source_lines(values: Sequence[EcgValue], sentences: Sentences) -> list[str]:
    """Name every source once, with the people it speaks of and how it was read."""
    sources = _sources(values)
    return [_source(s, sentences, str(k)) for k, s in enumerate(sources, start=1)]


def reference_json(one: EcgValue, sentences: Sentences) -> dict[str, Any]:
    """Return interval, limits and their sources as plain data."""
    interval = one.reference
    name = sentences.text(f"ecg.measure.{one.name}")
    why = one.no_reference
    return {
        "reference_interval": None if interval is None else [interval.low, interval.high],
        "reference": None
        if interval is None
        else {
            "low": interval.low,
            "high": interval.high,
            "statistic": interval.statistic,
            "source": _source_json(interval.source, sentences),
        },
        "criteria": [_criterion_json(c, one.unit, sentences) for c in one.criteria],
        "no_reference": {"code": why, "text": sentences.text(why, list=name)} if why else None,
    }


def _criterion_json(found: EcgCriterion, unit: str, sentences: Sentences) -> dict[str, Any]:
    return {
        "limit": found.limit,
        "operator": found.operator,
        "value": found.value,
        "text": criterion_words(found, unit, sentences),
        "not_for": {"code": found.caution, "text": sentences.text(found.caution)}
        if found.caution
        else None,
        "source": _source_json(found.source, sentences),
    }


def _source_json(source: EcgSource, sentences: Sentences) -> dict[str, str]:
    return {
        "id": source.id,
        "cites": source.cites,
        "of": sentences.text(f"ecg.reference.of.{source.id}"),
        "read": source.read,
        "read_in": source.read_in,
    }


def _sources(values: Sequence[EcgValue]) -> list[EcgSource]:
    found: dict[str, EcgSource] = {}
    for one in values:
        if one.value is None:
            continue
        if one.reference is not None:
            found.setdefault(one.reference.source.id, one.reference.source)
        for criterion in one.criteria:
            found.setdefault(criterion.source.id, criterion.source)
    return list(found.values())


def _source(source: EcgSource, sentences: Sentences, mark: str) -> str:
    return sentences.text(
        "ecg.reference.source",
        mark=mark,
        cites=source.cites,
        of=sentences.text(f"ecg.reference.of.{source.id}"),
        read=sentences.text(f"ecg.reference.read.{source.read}"),
    )


def _cited(words: str, source: EcgSource, sentences: Sentences, marks: Marks) -> str:
    mark = marks.get(source.id)
    if mark is None:
        return words
    return sentences.text("ecg.reference.cited", text=words, mark=str(mark))


def _interval(found: EcgReference, unit: str, sentences: Sentences) -> str:
    low, high = found.low, found.high
    if low is None:
        words = sentences.text("ecg.table.up_to", high=high or 0.0)
    elif high is None:
        words = sentences.text("ecg.table.from", low=low)
    else:
        words = sentences.text("ecg.table.between", low=low, high=high)
    return f"{words} {unit}".rstrip()
