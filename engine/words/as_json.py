"""The draft as ``laennec.prediagnosis/1``, and the language-free content that its hash covers."""

import dataclasses
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from ..prediagnosis import (
    RISK_DECIMALS,
    Change,
    Finding,
    ItemNotice,
    MissingItem,
    PreDiagnosis,
    Reason,
)
from . import order, phrases
from .common_phrases import coded
from .ecg_json import ecg_json
from .ecg_since_lines import comparison_json
from .exposure_lines import exposure_json
from .follow_up_lines import follow_up_json
from .missing_phrases import change_phrase, missing_phrase, next_step
from .notices import notice_phrases
from .reason_phrases import reason_phrase
from .risk_change_lines import risk_change_json
from .sentences import Sentences
from .source_phrases import source_phrase
from .symptoms import symptom_lines
from .trajectory_lines import trajectory_json
from .urgent_lines import inputs_json, urgent_json

NUMBER_DECIMALS: Final = 6
"""Contributions, memberships and parameters are rounded so far apart from machine noise."""
_AS_IT_IS: Final = frozenset({str, int, bool, type(None)})
_RISKS: Final = frozenset({"risk", "risk_interval"})
_HASH: Final = "content_hash"
_LATER_PARTS: Final = ("trajectories", "follow_up", "risk_changes", "ecg_comparison", "exposures")
JsonObject = dict[str, Any]


def canonical_content(prediagnosis: PreDiagnosis) -> JsonObject:
    """Return what a physician decides on: the draft without words and without its own hash.

    Message ids, parameters, rounded risks, and the hashes of bundles and sentence files; a sentence
    that changes changes the hash, the language in which it was read does not. Parts
    beyond the findings are left out where they are empty, so that a visit without them keeps its
    hash.

    Parameters
    ----------
    prediagnosis : the draft; its ``content_hash`` has no influence

    Returns
    -------
    plain data for ``canonical.content_hash``
    """
    content: JsonObject = _plain(prediagnosis, RISK_DECIMALS)
    del content[_HASH]
    for name in _LATER_PARTS:
        if not content[name]:
            del content[name]
    return content


def _plain(value: Any, decimals: int) -> Any:  # noqa: ANN401 - any part of a draft
    if type(value) in _AS_IT_IS or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        return round(value, decimals) + 0.0
    if isinstance(value, tuple | list):
        return [_plain(item, decimals) for item in value]
    if dataclasses.is_dataclass(value):
        kind = value.__class__
        return {name: _plain(getattr(value, name), places) for name, places in _fields(kind)}
    return {str(key): _plain(item, decimals) for key, item in value.items()}


@cache
def _fields(kind: type) -> tuple[tuple[str, int], ...]:
    """Return the fields of a dataclass, each with the decimals to which its numbers are kept."""
    names = [f.name for f in dataclasses.fields(kind)]
    return tuple((n, RISK_DECIMALS if n in _RISKS else NUMBER_DECIMALS) for n in names)


def as_json(
    prediagnosis: PreDiagnosis, lang: str | Sentences, labels: Mapping[str, str] | None = None
) -> JsonObject:
    """Return the draft in the public form (``docs/schema/prediagnosis.schema.json``).

    Parameters
    ----------
    prediagnosis : the draft
    lang : language of every ``text``, or the sentences themselves; codes and numbers are the same
        in every language
    labels : what model bundles call their variables and terms (``rule_labels``)

    Raises
    ------
    DataError  if the draft holds a message that no sentence file has
    """
    sentences = Sentences.of(lang, labels)
    return {
        "schema": prediagnosis.schema,
        "status": prediagnosis.status,
        "language": sentences.lang,
        "visit_id": prediagnosis.visit_id,
        "person_id": prediagnosis.person_id,
        "performed_at": prediagnosis.performed_at,
        "content_hash": prediagnosis.content_hash,
        "disclaimer": sentences.text("disclaimer"),
        "banners": phrases.banners(prediagnosis, sentences),
        "urgency": prediagnosis.urgency,
        "urgent": urgent_json(prediagnosis.urgent, sentences),
        "symptoms": _symptoms(prediagnosis, sentences),
        "rules_not_applied": list(prediagnosis.rules_not_applied),
        "screening_declined": prediagnosis.screening_declined,
        "is_minor": prediagnosis.is_minor,
        "findings": [_finding(f, sentences) for f in order.in_order(prediagnosis.findings)],
        "ecg": ecg_json(prediagnosis.ecg, sentences) if prediagnosis.ecg else None,
        "ecg_comparison": comparison_json(prediagnosis.ecg_comparison, sentences),
        "trajectories": [trajectory_json(t, sentences) for t in prediagnosis.trajectories],
        "exposures": [exposure_json(e, sentences) for e in prediagnosis.exposures],
        "risk_changes": [risk_change_json(c, sentences) for c in prediagnosis.risk_changes],
        "follow_up": follow_up_json(prediagnosis.follow_up, sentences, _reason),
        "refused_items": [_notice(n, sentences) for n in prediagnosis.refused_items],
        "suspect_items": [_notice(n, sentences) for n in prediagnosis.suspect_items],
        "notes": [_notice(n, sentences) for n in prediagnosis.notes],
        "quality": dict(prediagnosis.quality),
        "guideline_sets": dict(prediagnosis.guideline_sets),
        "models_refused": [{"id": m, "code": why} for m, why in prediagnosis.models_refused],
        "rows_unsigned": prediagnosis.rows_unsigned,
        "development_model": prediagnosis.development_model,
        "sentences_sha256": prediagnosis.sentences_sha256,
    }


def _symptoms(prediagnosis: PreDiagnosis, sentences: Sentences) -> JsonObject:
    return {
        "asked": prediagnosis.symptoms.asked,
        "text": " ".join(symptom_lines(prediagnosis.symptoms, sentences)),
        "declared": [
            {"name": s.name, "text": sentences.name(s.name), "urgent_rules": list(s.rule_ids)}
            for s in prediagnosis.symptoms.declared
        ],
    }


def _finding(finding: Finding, sentences: Sentences) -> JsonObject:
    return {
        "id": finding.id,
        "kind": finding.kind,
        "state": finding.state,
        "band": finding.band,
        "grade": finding.grade,
        "text": phrases.headline(finding, sentences),
        "risk": finding.risk,
        "risk_interval": _pair(finding.risk_interval),
        "reference_standard": phrases.reference_phrase(finding, sentences),
        "reference_standard_code": finding.reference_standard,
        "urgency": finding.urgency,
        "reasons_for": [_reason(r, sentences, finding) for r in finding.reasons_for],
        "reasons_against": [_reason(r, sentences, finding) for r in finding.reasons_against],
        "missing": [_missing(finding, m, sentences) for m in finding.missing],
        "what_would_change": [_change(finding, c, sentences) for c in finding.what_would_change],
        **_proposal(finding, sentences),
        "model": dataclasses.asdict(finding.model) if finding.model else None,
        "guideline": _guideline(finding),
        "limits": [sentences.render(limit) for limit in finding.limits],
        "shapley": dict(finding.shapley),
        "details": dict(finding.details),
    }


def _proposal(finding: Finding, sentences: Sentences) -> JsonObject:
    return {
        "proposed_action": coded(finding.proposed_action, sentences, "action"),
        "proposed_action_code": finding.proposed_action,
        "proposed_addressee": coded(finding.proposed_addressee, sentences, "addressee"),
        "proposed_addressee_code": finding.proposed_addressee,
    }


def _guideline(finding: Finding) -> JsonObject | None:
    if finding.guideline is None:
        return None
    return {
        "set": finding.guideline.set,
        "row_ids": list(finding.guideline.row_ids),
        "guideline": finding.guideline.guideline,
        "signed": finding.guideline.signed,
    }


def _pair(interval: tuple[float, float] | None) -> list[float] | None:
    return None if interval is None else list(interval)


def _reason(reason: Reason, sentences: Sentences, of: Finding | None = None) -> JsonObject:
    return {
        "rule_id": reason.rule_id,
        "text": reason_phrase(reason, sentences),
        "contribution": reason.contribution,
        "inputs": inputs_json(reason.inputs),
        "source": reason.source,
        "source_text": source_phrase(of, reason, sentences),
        "membership": reason.membership,
        "share_percent": reason.share_percent,
    }


def _missing(finding: Finding, item: MissingItem, sentences: Sentences) -> JsonObject:
    return {
        "item": item.item,
        "text": missing_phrase(finding, item, sentences),
        "required": item.required,
        "risk_interval": _pair(item.risk_interval),
        "could_change_band": item.could_change_band,
        "next_step": next_step(item, sentences),
    }


def _change(finding: Finding, change: Change, sentences: Sentences) -> JsonObject:
    return {
        "text": change_phrase(finding, change, sentences),
        "inputs": [
            {"name": name, "from": old, "to": new, "unit": unit}
            for name, old, new, unit in change.inputs
        ],
        "risk": change.risk,
        "becomes": change.becomes,
    }


def _notice(notice: ItemNotice, sentences: Sentences) -> JsonObject:
    found, why, remedy = notice_phrases(notice, sentences)
    return {
        "item": notice.item,
        "path": notice.path,
        "code": notice.code,
        "severity": notice.severity,
        "found": found,
        "why": why,
        "remedy": remedy,
    }
