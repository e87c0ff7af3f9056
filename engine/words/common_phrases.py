"""What every phrase is made with: codes by their label, lists, numbers of a finding."""

from collections.abc import Iterable
from typing import Final

from ..prediagnosis import Finding, Parameter
from .sentences import Sentences

INDEX_DECIMALS: Final = 2


def coded(code: str, sentences: Sentences, *prefixes: str) -> str:
    """Word a code that may be a sentence id, the end of one, a label code, or plain text."""
    tail = code.rpartition(".")[2]
    for candidate in (code, *(f"{p}.{code}" for p in prefixes), *(f"{p}.{tail}" for p in prefixes)):
        if sentences.is_whole(candidate):
            return sentences.text(candidate)
    return sentences.parameter(code)


def listed(parts: Iterable[str], sentences: Sentences) -> str:
    """Join phrases by the semicolon of the language."""
    return sentences.text("join.semicolon").join(part for part in parts if part)


def capital(text: str) -> str:
    """Return a sentence with a capital at its start.

    >>> capital("pression systolique")
    'Pression systolique'
    """
    return text[:1].upper() + text[1:]


def number_phrase(finding: Finding, value: float, sentences: Sentences) -> str:
    """Word a risk, or the index of a model that gives no probability."""
    if is_index(finding):
        return sentences.text("detail.score", value=short_number(value))
    return sentences.risk(value)


def interval_phrase(finding: Finding, interval: tuple[float, float], sentences: Sentences) -> str:
    """Word a range of risks, or of an index."""
    if is_index(finding):
        low, high = (short_number(end) for end in interval)
        if low == high:
            return number_phrase(finding, interval[0], sentences)
        return sentences.text("detail.score_range", low=low, high=high)
    return sentences.interval(interval, finding.risk)


def is_index(finding: Finding) -> bool:
    """Say whether the numbers of a finding are an index and no probability."""
    return finding.kind == "risk" and "score" in finding.details


def is_statement(finding: Finding) -> bool:
    """Say whether a finding is a statement on an ECG with a score, which no other fact has."""
    return finding.kind == "fact" and "score" in finding.details


def short_number(value: Parameter) -> Parameter:
    """Return a number to the places that an index is printed with; text as it is."""
    return round(value, INDEX_DECIMALS) if isinstance(value, float) else value
