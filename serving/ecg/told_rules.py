"""Statements as data for programs: state, score, logit, bias, and every rule with its values."""

from collections.abc import Iterable
from typing import Any, Final

from ...engine.ecg.features import EcgFeatures
from ...engine.ecg.findings import StatementsModel
from ...engine.ecg.findings.facts import limit_of, rule_reason
from ...engine.ecg.findings.find import Statement
from ...engine.fuzzy.rules import Rule
from ...engine.prediagnosis import Message
from ...engine.words import Sentences
from ...engine.words.reason_phrases import reason_phrase
from ...engine.words.source_phrases import statement_source
from ...engine.words.urgent_lines import inputs_json

DECIMALS: Final = 10
"""As in the CSV; so far apart from machine noise."""


def answer_json(
    schema: str, model: StatementsModel, words: Sentences, **told: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return what is told of every record with the rules that were asked and the disclaimer."""
    return {
        "schema": schema,
        "language": words.lang,
        "model": {"id": model.id, "version": model.version, "sha256": model.sha256},
        **told,
        "disclaimer": words.text("disclaimer"),
    }


def statements_json(
    statements: Iterable[Statement],
    features: EcgFeatures,
    model: StatementsModel,
    words: Sentences,
) -> list[dict[str, Any]]:
    """Return statements as data, in the order of the model.

    ``bias`` and the contributions of all rules add up to ``logit``, of which ``score`` is the
    logistic. What is not assessable has neither a number nor a rule.

    Parameters
    ----------
    statements, features : of one recording
    model : whose rules spoke
    words : of the reader's language, with the labels of the model
    """
    return [_statement(said, features, model, words) for said in statements]


def _statement(
    said: Statement, features: EcgFeatures, model: StatementsModel, words: Sentences
) -> dict[str, Any]:
    spec = next(s for s in model.table.statements if s.name == said.name)
    cases = model.cases.get(said.name)
    return {
        "statement": said.name,
        "text": _named(said.name, words),
        "state": said.state,
        "why": [words.coded(limit_of(why)) for why in said.why],
        **_numbers(said),
        "borderline_from": _rounded(spec.borderline_from),
        "present_from": _rounded(spec.present_from),
        "yields_to": said.better or None,
        "puts_aside": list(said.yielded),
        "not_seen": words.coded(Message(said.unseen)) if said.unseen else None,
        "held": [words.coded(message) for message in said.held],
        "cases": None
        if cases is None
        else {
            "count": cases.count,
            "sources": cases.sources,
            "is_calibrated": cases.is_calibrated,
        },
        "rules": [_rule(rule, said, (features, model), words) for rule in _rules(said, model)],
    }


def _numbers(said: Statement) -> dict[str, float | None]:
    if said.why:
        return dict.fromkeys(("score", "logit", "bias"))
    return {
        "score": _rounded(said.score),
        "logit": _rounded(said.logit),
        "bias": _rounded(said.bias),
    }


def _rules(said: Statement, model: StatementsModel) -> list[Rule]:
    """Return every rule of a statement of which something is said, what adds most first."""
    own = [] if said.why else [r for r in model.system.rules if r.id in said.contribution]
    return sorted(own, key=lambda rule: -abs(said.contribution[rule.id]))


def _rule(
    rule: Rule, said: Statement, asked: tuple[EcgFeatures, StatementsModel], words: Sentences
) -> dict[str, Any]:
    reason = rule_reason(rule, said, *asked)
    return {
        "rule_id": rule.id,
        "text": reason_phrase(reason, words),
        "inputs": inputs_json(reason.inputs),
        "membership": _rounded(said.firing[rule.id]),
        "contribution": _rounded(said.contribution[rule.id]),
        "source": rule.source,
        "source_text": statement_source(rule.source, words),
    }


def _named(name: str, words: Sentences) -> str:
    """Word a statement, or a class of a strip that is none of the vocabulary."""
    strip = f"ecg.strip.{name}"
    return words.text(strip if words.has(strip) else f"finding_name.ecg_{name}")


def _rounded(value: float) -> float:
    return round(float(value), DECIMALS) + 0.0
