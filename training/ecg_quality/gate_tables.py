"""What the gate does with flat leads, wrong gains, noise and clean records."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np

from ...datasets.sources.challenge12 import FLAT_LEADS
from ...engine.ecg.quality import assess_quality
from ...engine.ecg.quality.view import look_at
from .agreement import auroc
from .markdown import rate_cell, table
from .records import DevelopmentEcg, single_lead_records

FLATLINE_MV = 1e-6


def flat_table(records: list[DevelopmentEcg]) -> str:
    """Compare the leads that never move with those that the gate calls flat, record by record."""
    rows = []
    for r in records:
        if r.record not in FLAT_LEADS:
            continue
        quality = assess_quality(r.signal)
        still = [n for n in r.signal.leads if np.ptp(r.signal.lead_mv(n)) < FLATLINE_MV]
        found = [
            lead.lead
            for lead in quality.leads
            if any(reason.message.id == "quality.lead.flat" for reason in lead.reasons)
        ]
        verdict = quality.uses["twelve_lead"].verdict
        rows.append([r.record, " ".join(still), " ".join(found), verdict])
    return table(["record", "leads that never move", "called flat", "12-lead statements"], rows)


def refusal_table(clean: list[DevelopmentEcg]) -> str:
    """Return, by source, how many of the records without flat leads keep each use."""
    rows = []
    for source in sorted({r.source for r in clean}):
        own = [assess_quality(r.signal) for r in clean if r.source == source]
        cells = []
        for use in ("rhythm", "intervals", "st", "twelve_lead"):
            kept = sum(q.uses[use].verdict != "not_assessable" for q in own)
            cells.append(rate_cell(kept, len(own)))
        rows.append([source, *cells])
    return table(["source", "rhythm", "intervals", "ST", "12-lead statements"], rows)


def gain_table(clean: list[DevelopmentEcg]) -> str:
    """Return how often a gain ten times off is found, and how often where there is none.

    Only records whose limb leads keep one scale have a gain in the first place.
    """
    whole = [r for r in clean if r.source != "LUDB"]
    rows = []
    for name, factor in (("none (specificity)", 1.0), ("x 10", 10.0), ("/ 10", 0.1)):
        hits = sum(_has_wrong_gain(r, factor) for r in whole)
        hits = len(whole) - hits if factor == 1.0 else hits
        rows.append([name, rate_cell(hits, len(whole))])
    sizes = [look_at(r.signal).qrs_mv for r in whole]
    middle = [float(np.nanmedian(s)) for s in sizes if np.isfinite(s).any()]
    largest = [float(np.nanmax(s)) for s in sizes if np.isfinite(s).any()]
    rows.append(["QRS, median over leads", f"{min(middle):.2f} to {max(middle):.2f} mV"])
    rows.append(["QRS, largest lead", f"{min(largest):.2f} to {max(largest):.2f} mV"])
    return table(["gain", "found"], rows)


def _has_wrong_gain(record: DevelopmentEcg, factor: float) -> bool:
    signal = replace(record.signal, signal_mv=record.signal.signal_mv * factor)
    reasons = assess_quality(signal).reasons
    return any(reason.message.id.startswith("quality.record.gain") for reason in reasons)


def single_lead_table(folder: Path) -> str:
    """Return what the gate says of single-lead records by label; ~ is noise."""
    labels, verdicts, clear = [], [], []
    for r in single_lead_records(folder):
        quality = assess_quality(r.signal)
        labels.append(r.labels)
        verdicts.append(quality.uses["rhythm"].verdict)
        clear.append(_clearness(quality.leads[0].snr_db, look_at(r.signal).beats.contrast))
    rows = []
    label = np.array(labels)
    for name in ("N", "A", "O", "~"):
        own = Counter(v for v, at in zip(verdicts, labels, strict=True) if at == name)
        n = sum(own.values())
        refused, caution = own["not_assessable"], own["assessable_with_caution"]
        rows.append([name, rate_cell(refused, n), rate_cell(caution, n)])
    value = np.array(clear)
    score = auroc(-value[label == "~"], -value[label != "~"])
    rows.append(["AUROC of ~ against the rest", f"{score:.3f}", ""])
    return table(["label", "rhythm refused", "with caution"], rows)


def _clearness(snr_db: float, contrast: float) -> float:
    """Join the two measures of noise that the gate uses; what can't be measured is worst."""
    parts = np.array([snr_db, 20.0 * np.log10(contrast) if contrast > 0.0 else np.nan])
    return float(parts.mean()) if np.isfinite(parts).all() else -1e3
