"""Long recordings: what lasts for a part of them is found, and what calm ones are called for."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from ...datasets.simulator import Noise, sample_scenario, simulate
from ...datasets.sources.mitdb import read_mitdb
from ...engine.ecg.delineation.delineate import Delineator
from ...engine.ecg.measure.reference import NOBODY, Person
from ...engine.ecg.signal import EcgSignal
from ...engine.ecg.urgent import EcgUrgency
from ...engine.prediagnosis import UrgentItem
from ..ecg_quality.markdown import rate_cell, table
from .simulated import AV_RULES, SNR_DB, ST_RULES
from .windows import whole_and_windows

PEOPLE: Final = 6
AROUND_S: Final = 60.0
CALM_S: Final = 300.0
CALM_SNR_DB: Final = (SNR_DB, 10.0)


@dataclass(frozen=True, slots=True)
class Part:
    """What lasts for a part of a long recording, with the rules of which one must speak."""

    name: str
    pathology: str
    seconds: float
    rules: tuple[str, ...]
    changes: tuple[tuple[str, float], ...] = ()
    at_end: bool = False


PARTS: Final = (
    Part(
        "ST elevation, inferior, 10 s at the end", "st_elevation_inferior", 10, ST_RULES, (), True
    ),
    Part(
        "ST elevation, anterior, 10 s at the end", "st_elevation_anterior", 10, ST_RULES, (), True
    ),
    Part("ST elevation, lateral, 30 s", "st_elevation_lateral", 30, ST_RULES),
    Part(
        "rate 165, 20 s", "sinus_tachycardia", 20, ("ecg_rate_above_150",), (("rate_bpm", 165.0),)
    ),
    Part(
        "fibrillation, 135/min, 20 s",
        "atrial_fibrillation",
        20,
        ("ecg_fibrillation_fast",),
        (("rate_bpm", 135.0),),
    ),
    Part(
        "rate 26, 20 s",
        "sinus_bradycardia",
        20,
        ("ecg_rate_below_30", "ecg_rate_below_40"),
        (("rate_bpm", 26.0),),
    ),
    Part("complete block, 20 s", "av_block_complete", 20, AV_RULES),
    Part("left bundle branch block, 20 s", "lbbb", 20, ("ecg_left_bundle",)),
    Part("QTc 540, 30 s", "prolonged_qt", 30, ("ecg_qtc_500", "ecg_qt_500"), (("qtc_ms", 540.0),)),
)


def long_tables(folder: Path, network: Delineator | None) -> dict[str, str]:
    """Return the tables of the page on long recordings.

    Parameters
    ----------
    folder : of development data, for the half hours of MIT-BIH
    network : of the whole chain
    """
    return {
        "long_parts": _parts_table(network),
        "long_calm": _calm_table(network),
        "long_half_hours": _half_hours_table(folder, network),
    }


def _parts_table(network: Delineator | None) -> str:
    rows = []
    for part in PARTS:
        alone, with_windows, other = 0, 0, 0
        for seed in range(PEOPLE):
            whole, both = whole_and_windows(*_with_part(part, seed), network)
            alone += any(i.rule_id in part.rules for i in whole.items)
            with_windows += any(i.rule_id in part.rules for i in both.items)
            other += any(i.rule_id not in part.rules and i.level == "U0" for i in both.items)
        cells = [rate_cell(alone, PEOPLE), rate_cell(with_windows, PEOPLE), f"{other}/{PEOPLE}"]
        rows.append([part.name, *cells])
    head = ["simulated", "found as a whole", "found with windows", "another rule at U0"]
    return table(head, rows)


def _with_part(part: Part, seed: int) -> tuple[EcgSignal, Person]:
    """Simulate a calm minute, what lasts for a part, and but for the end a calm minute again."""
    asked, calm = _person(seed, "sinus_rhythm", AROUND_S)
    _, ill = _person(seed, part.pathology, part.seconds, dict(part.changes))
    pieces = [calm.signal_mv, ill.signal_mv, *([] if part.at_end else [calm.signal_mv])]
    whole = np.concatenate(pieces, axis=1)
    return replace(calm, signal_mv=whole), asked


def _person(
    seed: int,
    pathology: str,
    seconds: float,
    changes: dict[str, float] | None = None,
    *,
    snr_db: float = SNR_DB,
) -> tuple[Person, EcgSignal]:
    noise = tuple(Noise(kind, snr_db + 5.0) for kind in ("emg", "wander", "motion"))
    asked = sample_scenario(
        np.random.default_rng(seed),
        pathology,
        noise=noise,
        duration_s=float(seconds),
        **(changes or {}),
    )
    return Person(asked.sex, asked.age_years), simulate(asked, seed=seed).signal


def _calm_table(network: Delineator | None) -> str:
    rows = []
    for snr_db in CALM_SNR_DB:
        found = []
        for seed in range(PEOPLE):
            person, signal = _person(seed, "sinus_rhythm", CALM_S, snr_db=snr_db)
            found.append(whole_and_windows(signal, person, network))
        for name, said in zip(
            ("as a whole", "with windows"), zip(*found, strict=True), strict=True
        ):
            counts = (sum(_has(u, level) for u in said) for level in ("U0", "U1"))
            rows.append([f"{snr_db:.0f}", name, *(rate_cell(n, PEOPLE) for n in counts)])
    return table(["SNR dB", f"{CALM_S:.0f} s of sinus rhythm", "U0", "U1"], rows)


def _has(found: EcgUrgency, level: str) -> bool:
    return any(item.level == level for item in found.items)


def _half_hours_table(folder: Path, network: Delineator | None) -> str:
    rows = []
    for ecg in read_mitdb(folder / "ecg/mitdb"):
        whole, both = whole_and_windows(ecg.signal, NOBODY, network)
        known = {item.rule_id for item in whole.items}
        new = [item for item in both.items if item.rule_id not in known]
        rows.append([ecg.record, _named(whole.items), _named(new)])
    return table(["record", "of the whole", "of windows besides"], rows)


def _named(items: Iterable[UrgentItem]) -> str:
    return ", ".join(f"{i.rule_id} {i.level}" for i in items)
