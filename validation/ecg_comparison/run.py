"""Compares the pairs and counts what was told of them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from ...datasets.simulator import pathology_names
from ...engine.bundles.load import Models
from ...engine.ecg.comparison import EcgSide, side_of
from ...engine.ecg.comparison.comparable import EcgPair
from ...engine.ecg.comparison.compare import comparison_of
from ...engine.ecg.comparison.rules import since_items
from ...engine.ecg.comparison.settings import comparison_settings
from ...engine.ecg.comparison.swapped import LIMB_SWAPS, swap_between
from ...engine.ecg.visit import ready_delineator, screened_ecg
from ...engine.prediagnosis import EcgComparison
from ..errors import StudyError
from .pairs import (
    SINUS,
    SignalPair,
    different_people,
    long_record_pairs,
    permuted,
    simulated_pairs,
)

SCHEMA: Final = "laennec.ecg_comparison_study/1"
SEED: Final = 880_000
CHALLENGE: Final = "ecg/challenge12"
SYMPTOM: Final = ("symptom.chest_pain",)
# What a change must be told as: the names of statements or patterns, one of them is enough.
CHANGES: Final[Mapping[str, tuple[str, ...]]] = {
    "lbbb": ("lbbb",),
    "rbbb": ("rbbb",),
    "av_block_1": ("av_block_1",),
    "left_anterior_fascicular_block": ("left_anterior_fascicular_block", "qrs_axis"),
    "atrial_fibrillation": ("atrial_fibrillation",),
    "atrial_flutter": ("atrial_flutter",),
    "paced_rhythm_ventricular": ("paced_rhythm",),
    "old_mi_q_waves_inferior": ("q_waves", "old_mi_q_waves"),
    "old_mi_q_waves_anterior": ("q_waves", "old_mi_q_waves"),
    "prolonged_qt": ("qtc_fridericia", "prolonged_qt"),
    "st_depression": ("st_moved", "st_depression"),
    "st_elevation_anterior": ("st_moved", "st_elevation"),
    "st_elevation_inferior": ("st_moved", "st_elevation"),
    "t_wave_inversion_anterior": ("t_inverted", "t_wave_abnormal"),
    "left_axis_deviation": ("left_axis_deviation", "qrs_axis"),
    "right_axis_deviation": ("right_axis_deviation", "qrs_axis"),
    "lvh": ("lvh", "r_taller", "qs_taller"),
    "low_qrs_voltage": ("low_qrs_voltage", "r_smaller", "qs_smaller"),
}
TOLD: Final = frozenset({"new", "changed"})
MOVED: Final = frozenset({"new", "gone", "changed"})
COUNTED: Final = (
    "any", "new", "gone", "changed", "unclear", "beyond", "rule", "swap_suspected", "not_readable",
)  # fmt: skip
KINDS: Final = ("found", "unclear", "not_comparable", "there_before", "missed")
RECORDED: Final = ("lbbb", "rbbb", "atrial_fibrillation", "old_mi_q_waves_inferior", "lvh")


def run_study(models: Models, *, pairs: int, changed: int, data: Path | None) -> dict[str, Any]:
    """Compare every pair.

    Parameters
    ----------
    models : loaded models
    pairs : simulated people who are recorded twice without a change
    changed : simulated people for each change, and for each swap
    data : the development data; None leaves the real records out

    Raises
    ------
    StudyError : no delineator is loaded
    """
    ready = ready_delineator(models)
    if ready is None:
        raise StudyError(
            found="no ECG delineator is loaded",
            why="nothing of an ECG is measured without it",
            remedy="Check `laennec models list`",
            path="models",
        )
    unknown = set(CHANGES) - set(pathology_names())
    if unknown:
        raise StudyError(
            found=f"unknown pathologies {sorted(unknown)}",
            why="the table would miss them",
            remedy="Use names of `pathology_names`",
            path="CHANGES",
        )
    told: dict[str, Any] = {
        "schema": SCHEMA,
        "model": {"id": ready[1].id, "version": ready[1].version, "sha256": ready[1].sha256},
        "seed": SEED,
        "same": [_same(SINUS, models, n=pairs)],
        "changed": [count_changed(name, models, n=changed) for name in CHANGES],
        "swapped": [
            count_swapped(
                name, simulated_pairs(SINUS, SINUS, n=changed, seed=SEED + 2_000_000), models
            )
            for name in LIMB_SWAPS
        ],
        "real": [],
        "real_swapped": [],
    }
    told["same"] += [_same(name, models, n=changed) for name in RECORDED]
    if data is not None:
        folder = data / CHALLENGE
        told["real"] = [
            count_pairs("long records, two stretches", long_record_pairs(folder), models),
            count_pairs("two people", different_people(folder, n=30), models),
        ]
        told["real_swapped"] = [
            count_swapped(name, long_record_pairs(folder), models) for name in LIMB_SWAPS
        ]
    return told


def _same(name: str, models: Models, *, n: int) -> dict[str, Any]:
    return count_pairs(name, simulated_pairs(name, name, n=n, seed=SEED), models)


def _sides(pair: SignalPair, models: Models) -> tuple[EcgSide, EcgSide]:
    later, earlier = (
        side_of(screened_ecg(s, models, pair.person)) for s in (pair.later, pair.earlier)
    )
    return later, earlier


def compared(pair: SignalPair, models: Models) -> tuple[EcgPair, EcgComparison]:
    """Compare the two recordings of a pair."""
    beside = EcgPair.of(*_sides(pair, models), comparison_settings())
    return beside, comparison_of(beside, None, None, "")


def count_pairs(name: str, pairs: Iterable[SignalPair], models: Models) -> dict[str, Any]:
    """Count pairs in which something is told, what, and which rules spoke."""
    counts: Counter[str] = Counter()
    names: Counter[str] = Counter()
    values: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    n = 0
    for pair in pairs:
        n += 1
        beside, found = compared(pair, models)
        standings = {(s.standing, s.name) for s in found.standings}
        moved = [f"{how} {what}" for how, what in standings if how in MOVED]
        names.update(moved)
        counts.update({how for how, _ in standings})
        beyond = {c.name for c in found.changes if c.verdict == "beyond" and not c.lead}
        values.update(beyond)
        counts["beyond"] += bool(beyond)
        counts["any"] += bool(moved)
        reasons = {r.id.rpartition(".")[2] for r in found.reasons}
        counts["swap_suspected"] += bool(reasons & {"leads_swapped", "leads_swapped_between"})
        counts["not_readable"] += not beside.is_readable
        spoke = {item.rule_id for item in since_items(beside, found, ())}
        rules.update(spoke)
        counts["rule"] += bool(spoke)
    return {
        "name": name,
        "n": n,
        **{key: counts[key] for key in COUNTED},
        "names": dict(names.most_common()),
        "values": dict(values.most_common()),
        "rules": dict(rules.most_common()),
    }


def count_changed(name: str, models: Models, *, n: int) -> dict[str, Any]:
    """Count how a change is told: found, not decided, not compared, or missed."""
    counts: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    for pair in simulated_pairs(SINUS, name, n=n, seed=SEED + 1_000_000):
        beside, found = compared(pair, models)
        verdict = verdict_of(found, CHANGES[name])
        counts[verdict] += 1
        counts["otherwise"] += verdict != "found" and any(
            s.standing == "new" for s in found.standings
        )
        rules.update({item.rule_id for item in since_items(beside, found, SYMPTOM)})
    kinds = (*KINDS, "otherwise", "swap_suspected")
    return {"name": name, "n": n, **{k: counts[k] for k in kinds}, "rules": dict(rules)}


def verdict_of(found: EcgComparison, names: tuple[str, ...]) -> str:
    """Say how a change is told that may go by several names; ``missed`` where it is not."""
    mine = {s.standing for s in found.standings if s.name in names}
    if mine & TOLD:
        return "found"
    ordered = {"unclear": "unclear", "not_comparable": "not_comparable"}
    ordered["unchanged"] = "there_before"
    return next((said for standing, said in ordered.items() if standing in mine), "missed")


def count_swapped(name: str, pairs: Iterable[SignalPair], models: Models) -> dict[str, Any]:
    """Count recordings with limb leads swapped in the later one, by each way of seeing it."""
    counts: Counter[str] = Counter()
    n = 0
    for pair in pairs:
        n += 1
        later = permuted(pair.later, LIMB_SWAPS[name], 0)
        beside, found = compared(SignalPair(pair.earlier, later, pair.person), models)
        counts["alone"] += bool(beside.now.swaps)
        counts["beside"] += bool(swap_between(beside.now, beside.then, beside.settings))
        told = (s for s in found.standings if s.kind in ("axes", "q_waves", "st_t"))
        counts["told"] += any(s.standing in TOLD for s in told)
    return {"name": name, "n": n, **{k: counts[k] for k in ("alone", "beside", "told")}}
