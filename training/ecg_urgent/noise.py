"""What noise makes the urgent rules say of calm records: a false finding, or that one reads."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from ...engine.ecg.analysis import analyse_ecg
from ...engine.ecg.delineation.delineate import Delineator
from ...engine.ecg.urgent import EcgUrgency, load_ecg_urgent, urgent_ecg
from ..ecg_quality.markdown import rate_cell, table
from ..ecg_quality.stress import KINDS, SEED, with_noise
from .records import LabelledEcg

LEVELS_DB: Final = (24.0, 18.0, 12.0, 6.0, 0.0)
# Rules that state nothing: what can't be judged is to be read by a physician.
READING: Final = frozenset({"ecg_st_read", "ecg_not_read"})


def noise_table(calm: Sequence[LabelledEcg], network: Delineator | None) -> str:
    """Return, for each kind and level of noise, what speaks that did not in the clean record.

    Parameters
    ----------
    calm : records of which nothing urgent is known
    network : of the whole chain; None measures the classical rules alone
    """
    clean = [_rules(_said(record, network)) for record in calm]
    rng = np.random.default_rng(SEED)
    rows, total = [], Counter[str]()
    for kind in (*KINDS, "all"):
        for level in LEVELS_DB:
            found = [
                new_items(before, _said(noisy(record, kind, level, rng), network))
                for record, before in zip(calm, clean, strict=True)
            ]
            counts = Counter(name for one in found for name in one)
            rows.append([kind, f"{level:.0f}", *_cells(counts, len(calm)), _which(found)])
            total.update(counts)
    rows.append(["together", "", *_cells(total, len(rows) * len(calm)), ""])
    head = ["noise", "SNR dB", "false finding", "false finding at U0", "read by a physician"]
    return table([*head, "which findings"], rows)


def noisy(record: LabelledEcg, kind: str, level: float, rng: np.random.Generator) -> LabelledEcg:
    """Return the record with noise."""
    return replace(record, signal=with_noise(record.signal, kind, level, rng))


def new_items(before: frozenset[str], after: EcgUrgency) -> frozenset[str]:
    """Name what is new: ``finding``, ``U0`` (a finding now), ``reading``, and the rules.

    Parameters
    ----------
    before : rules that spoke in the clean record
    after : what is said of the noisy one
    """
    new = [item for item in after.items if item.rule_id not in before]
    stated = [item for item in new if is_finding(item.rule_id)]
    names = {item.rule_id for item in stated}
    names |= {"finding"} if stated else set()
    names |= {"U0"} if any(item.level == "U0" for item in stated) else set()
    return frozenset(names | ({"reading"} if len(stated) < len(new) else set()))


def is_finding(rule_id: str) -> bool:
    """Say whether a rule states something, and does not only ask a physician to read."""
    found = load_ecg_urgent()
    group_of = {rule.id: rule.group for rule in found.rules}
    return rule_id not in found.reviews and group_of[rule_id] not in READING


def _said(record: LabelledEcg, network: Delineator | None) -> EcgUrgency:
    return urgent_ecg(analyse_ecg(record.signal, network), record.person)


def _rules(found: EcgUrgency) -> frozenset[str]:
    return frozenset(item.rule_id for item in found.items)


def _cells(counts: Counter[str], n: int) -> list[str]:
    return [rate_cell(counts[name], n) for name in ("finding", "U0", "reading")]


def _which(found: Sequence[frozenset[str]]) -> str:
    counts = Counter(name for one in found for name in one if name.startswith("ecg_"))
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
