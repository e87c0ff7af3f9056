"""The ECG of a draft in the public JSON."""

import dataclasses
from typing import Any

from ..prediagnosis import EcgSection, EcgValue
from . import ecg_lines
from .ecg_reference_lines import reference_json, reference_lines, source_lines
from .sentences import Sentences


def ecg_json(section: EcgSection, sentences: Sentences) -> dict[str, Any]:
    """Return the ECG as plain data: codes and numbers, and the sentences of one language.

    Parameters
    ----------
    section : of the draft
    sentences : of the reader's language
    """
    return {
        "signal_sha256": section.signal_sha256,
        "sampling_rate_hz": section.sampling_rate_hz,
        "duration_s": section.duration_s,
        "recorded_at": section.recorded_at or None,
        "verdict": section.verdict,
        "uses": dict(section.uses),
        "text": ecg_lines.recording_lines(section, sentences),
        "leads": [
            {
                "lead": lead.lead,
                "derived": lead.lead in section.derived,
                "verdict": lead.verdict,
                "reasons": [sentences.render(reason) for reason in lead.reasons],
            }
            for lead in section.leads
        ],
        "measured": [_value(one, sentences) for one in section.measured],
        "reference_notes": reference_lines(section.measured, sentences),
        "reference_sources": source_lines(section.measured, sentences),
        "second": [_value(one, sentences) for one in section.second],
        "disagreements": [sentences.coded(message) for message in section.disagreements],
        "file_notes": [sentences.coded(note) for note in section.notes],
        "windows": [sentences.coded(message) for message in section.windows],
        "urgent_rules": {
            "applied": list(section.urgent_applied),
            "not_applied": list(section.urgent_not_applied),
        },
        "waves": [dataclasses.asdict(mark) for mark in section.marks],
        "model": dataclasses.asdict(section.model) if section.model else None,
        "note": sentences.text("ecg.report.no_statement"),
    }


def _value(one: EcgValue, sentences: Sentences) -> dict[str, Any]:
    return {
        "name": one.name,
        "label": ecg_lines.name_of(one, sentences),
        "value": one.value,
        "unit": one.unit,
        "spread": one.spread,
        "n_beats": one.n_beats,
        "withheld": [{"code": reason, "text": sentences.text(reason)} for reason in one.withheld],
        "limits": [{"code": limit, "text": sentences.text(limit)} for limit in one.limits],
        **reference_json(one, sentences),
    }
