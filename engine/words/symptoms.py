"""Symptoms and what limits the urgent rules, as sentences: text, JSON and HTML print the same."""

from collections.abc import Iterable

from ..guidelines import load_urgent_rules
from ..prediagnosis import ECG_RULES, PreDiagnosis, Symptoms
from .sentences import Sentences

_HOW = ("not_asked", "partly", "unreadable")


def symptom_lines(symptoms: Symptoms, sentences: Sentences) -> list[str]:
    """Word how the symptoms were asked, and every one that was declared."""
    lines = []
    if symptoms.asked in _HOW:
        lines.append(sentences.text(f"symptoms.{symptoms.asked}"))
    elif not symptoms.declared:
        lines.append(sentences.text("symptoms.none"))
    if symptoms.declared:
        words = [_declared(s.name, s.rule_ids, sentences) for s in symptoms.declared]
        listed = sentences.text("join.semicolon").join(words)
        lines.append(sentences.text("symptoms.declared", list=listed))
    return lines


def _declared(name: str, rule_ids: Iterable[str], sentences: Sentences) -> str:
    words = sentences.name(name)
    return sentences.text("symptoms.in_urgent", symptom=words) if rule_ids else words


def limits_of_urgent_rules(prediagnosis: PreDiagnosis, sentences: Sentences) -> list[str]:
    """Word what stands above the report: rules that could not be applied, agreement, age."""
    words = []
    if prediagnosis.rules_not_applied:
        groups = rule_groups(prediagnosis.rules_not_applied)
        names = [sentences.text(f"urgent_group.{group}") for group in groups]
        listed = sentences.text("join.semicolon").join(names)
        words.append(sentences.text("banner.rules_not_applied", list=listed))
    if prediagnosis.screening_declined:
        words.append(sentences.text("banner.screening_declined"))
    if prediagnosis.is_minor:
        words.append(sentences.text("banner.minor"))
    return words


def rule_groups(rule_ids: Iterable[str]) -> list[str]:
    """Return the groups of urgent rules, each once, in the order of the file."""
    wanted = set(rule_ids)
    groups = [r.group for r in load_urgent_rules() if r.id in wanted]
    return list(dict.fromkeys([*groups, *wanted & {ECG_RULES}]))
