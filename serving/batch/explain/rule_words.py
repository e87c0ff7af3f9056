"""One row of a result in words without its input: what it holds, and each rule that answered."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ....engine.fuzzy.system import TskSystem
from ....engine.guidelines import Guidelines, UrgentRule
from ....engine.guidelines.model import Citation, Threshold
from ....engine.prediagnosis import URGENCIES, Message
from ....engine.risks.labels import model_labels
from ....engine.words import Sentences
from ....engine.words.common_phrases import coded
from ....engine.words.numbers import signed
from ....engine.words.reason_phrases import PRINTED_DECIMALS, as_condition
from ....engine.words.source_phrases import cited
from ..ecg.plan import ECG_STATE, RULES_NOT_APPLIED
from ..plan import Loaded
from ..table.reasons import BIAS, REMEASURE, URGENT, URGENT_ECG

_TOLD: Final = ("_risk", "_band", "_points", "urgency", "_score", ECG_STATE, RULES_NOT_APPLIED)
_SIGNS: Final = {">=": "≥", "<=": "≤", ">": ">", "<": "<"}


def rule_words(row: Mapping[str, Any], loaded: Loaded, lang: str) -> Iterator[str]:
    """Yield the row, and one line for each reason that it keeps.

    Parameters
    ----------
    row : one row of the result
    loaded : the models and guidelines that made it
    lang : fr or en
    """
    sentences = Sentences(lang, model_labels(loaded.models, lang))
    yield f"{row['person_id']} {row['visit_date'] or ''}".rstrip()
    yield sentences.text("disclaimer")
    status = sentences.text(
        "stored_row.status", status=coded(row["status"], sentences, "row_status")
    )
    yield f"{status} {row['status_reason'] or ''}".rstrip()
    for name, value in row.items():
        if name.endswith(_TOLD) and value is not None:
            yield f"  {name}: {_told(value, sentences)}"
    yield sentences.text("reason.stored_rules")
    yield sentences.text("stored_row.no_values")
    for reason in row["reasons"]:
        words = _reason_words(reason, loaded, sentences)
        given = reason["contribution"]
        if given is not None and not round(given, PRINTED_DECIMALS):
            continue
        figure = "" if given is None else f"{signed(given, sentences.lang)}  "
        yield f"  {reason['finding']}: {figure}{words} [{reason['rule_id']}]"
    for item in (*row["refused_items"], *row["suspect_items"]):
        yield f"  {item}"


def _told(value: Any, sentences: Sentences) -> str:  # noqa: ANN401 - a cell of any type
    """Word one cell: a number with the mark of the language, a band or an urgency by its label."""
    if value in URGENCIES:
        return f"{value} ({sentences.text(f'urgency.{value}')})"
    return coded(value, sentences, "band") if isinstance(value, str) else sentences.parameter(value)


def _reason_words(reason: Mapping[str, Any], loaded: Loaded, sentences: Sentences) -> str:
    rule_id, finding = reason["rule_id"], reason["finding"]
    if rule_id == BIAS:
        return sentences.text("stored_row.bias")
    if finding in (URGENT, URGENT_ECG, REMEASURE):
        whole = f"urgent.{rule_id}"
        if finding != REMEASURE and sentences.is_whole(whole):
            return sentences.text(whole)
        return _urgent(loaded.guidelines, rule_id, sentences, is_again=finding == REMEASURE)
    for bundle in loaded.models.loaded:
        if bundle.manifest.outcome == finding and isinstance(bundle.rules, TskSystem):
            for rule in bundle.rules.rules:
                if rule.id == rule_id:
                    premise = {"premise": f"premise:{rule.antecedent}"}
                    words = sentences.render(Message("reason.tsk_rule", premise))
                    return as_condition(words, sentences)
    return _row(loaded.guidelines, rule_id, sentences)


def _urgent(guidelines: Guidelines, rule_id: str, sentences: Sentences, *, is_again: bool) -> str:
    """Word an urgent rule by its limits; of one that an unused value may meet, what to do."""
    rule = next((rule for rule in guidelines.urgent if rule.id == rule_id), None)
    if rule is None:
        return ""
    limits = _limits_of(rule, sentences)
    if is_again:
        action = coded(rule.again, sentences, "action")
        return sentences.text("stored_row.remeasure", limits=limits, action=action)
    return _with_source(limits, rule.citation, sentences)


def _limits_of(rule: UrgentRule, sentences: Sentences) -> str:
    """Word every limit of a rule once: it reads an item wherever and however it was measured."""
    thresholds = [c.threshold for clause in rule.clauses for c in clause if c.threshold is not None]
    limits = (_limit(t, sentences, t.item.partition(".")[0]) for t in thresholds)
    return sentences.text("join.semicolon").join(dict.fromkeys(limits))


def _row(guidelines: Guidelines, rule_id: str, sentences: Sentences) -> str:
    """Word a guideline row by its limit, with the guideline."""
    row = next((row for row in guidelines.rows if row.id == rule_id), None)
    if row is None:
        return ""
    limits = "" if row.threshold is None else _limit(row.threshold, sentences, row.item)
    return _with_source(limits, row.citation, sentences)


def _limit(threshold: Threshold, sentences: Sentences, item: str) -> str:
    """Word a cut-off in the first unit that its row states: the others say the same."""
    unit, value = next(iter(threshold.printed.items()))
    limit = sentences.quantity(item, value, unit)
    return f"{sentences.name(item)} {_SIGNS[threshold.op]} {limit}"


def _with_source(limits: str, citation: Citation, sentences: Sentences) -> str:
    source = cited(citation.guideline, sentences)
    return sentences.text("stored_row.rule", limits=limits, source=source) if limits else source
