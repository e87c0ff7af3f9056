"""Whether what is simulated as urgent is found: a check of the code, no clinical claim."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ...datasets.simulator import Noise, sample_scenario, simulate
from ...engine.ecg.analysis import analyse_ecg
from ...engine.ecg.delineation.delineate import Delineator
from ...engine.ecg.measure.reference import Person
from ...engine.ecg.urgent import urgent_ecg
from ..ecg_quality.markdown import rate_cell, table

SEEDS: Final = 12
SNR_DB: Final = 20.0
SYMPTOM: Final = ("symptom.chest_pain",)
ST_RULES: Final = ("ecg_st_elevation", "ecg_st_excluded", "ecg_st_close")
AV_RULES: Final = (
    "ecg_av_block",
    "ecg_av_block_suspected",
    "ecg_dissociated",
    "ecg_rate_below_40",
    "ecg_rate_below_30",
)
WIDE_RULES: Final = (
    "ecg_wide_tachycardia",
    "ecg_wide_run_long",
    "ecg_wide_irregular_fast",
    "ecg_wide_without_p_fast",
)
READ_NOW: Final = ("ecg_not_measured", "ecg_no_clear_beats", "ecg_measurements_differ")


@dataclass(frozen=True, slots=True)
class Urgent:
    """What is simulated, with which changes, and the rules of which one must speak."""

    name: str
    pathology: str
    rules: tuple[str, ...]
    changes: tuple[tuple[str, float], ...] = ()


CASES: Final = (
    Urgent("ST elevation, anterior", "st_elevation_anterior", ST_RULES),
    Urgent("ST elevation, inferior", "st_elevation_inferior", ST_RULES),
    Urgent("ST elevation, lateral", "st_elevation_lateral", ST_RULES),
    Urgent(
        "posterior infarction",
        "st_elevation_posterior",
        ("ecg_front_depression", "ecg_front_depression_close"),
    ),
    Urgent("coved ST in V1 to V3", "brugada_type_1", ("ecg_coved",)),
    Urgent("deep negative T in front", "t_wave_inversion_anterior", ("ecg_deep_t",)),
    Urgent("pericarditis", "pericarditis", ST_RULES),
    Urgent("ventricular tachycardia", "ventricular_tachycardia", WIDE_RULES),
    Urgent(
        "pre-excited fibrillation, 170/min",
        "atrial_fibrillation+preexcitation",
        WIDE_RULES,
        (("rate_bpm", 170.0),),
    ),
    Urgent(
        "run of ventricular beats",
        "nonsustained_ventricular_tachycardia",
        ("ecg_wide_run", *WIDE_RULES),
    ),
    Urgent("Mobitz II", "av_block_2_mobitz_2", AV_RULES),
    Urgent("complete block", "av_block_complete", AV_RULES),
    Urgent("rate 26", "sinus_bradycardia", ("ecg_rate_below_30",), (("rate_bpm", 26.0),)),
    Urgent("rate 36", "sinus_bradycardia", ("ecg_rate_below_40",), (("rate_bpm", 36.0),)),
    Urgent("rate 135", "sinus_tachycardia", ("ecg_rate_above_120",), (("rate_bpm", 135.0),)),
    Urgent("rate 165", "sinus_tachycardia", ("ecg_rate_above_150",), (("rate_bpm", 165.0),)),
    Urgent(
        "fibrillation, 135/min",
        "atrial_fibrillation",
        ("ecg_fibrillation_fast",),
        (("rate_bpm", 135.0),),
    ),
    Urgent("left bundle branch block", "lbbb", ("ecg_left_bundle",)),
    Urgent("QTc 540", "prolonged_qt", ("ecg_qtc_500", "ecg_qt_500"), (("qtc_ms", 540.0),)),
    Urgent(
        "ST elevation in left bundle branch block",
        "lbbb+st_elevation_inferior",
        ("ecg_left_bundle", *ST_RULES),
    ),
)


def simulated_table(network: Delineator | None) -> str:
    """Return, for each simulated case, how many are found at 20 dB, without and with a network."""
    head = ["simulated", "found", "or read now", "which rules spoke", "found with the network"]
    return table(head, [[*_row(case, None), _row(case, network)[1]] for case in CASES])


def _row(case: Urgent, network: Delineator | None) -> list[str]:
    hits, read, said = 0, 0, []
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        noise = tuple(Noise(kind, SNR_DB + 5.0) for kind in ("emg", "wander", "motion"))
        asked = sample_scenario(rng, case.pathology, noise=noise, **dict(case.changes))
        made = simulate(asked, seed=seed)
        person = Person(asked.sex, asked.age_years)
        found = urgent_ecg(analyse_ecg(made.signal, network), person)
        names = [item.rule_id for item in found.items]
        hits += any(rule in names for rule in case.rules)
        read += any(rule in names for rule in (*case.rules, *READ_NOW))
        said += names
    counts = ", ".join(f"{name} {said.count(name)}" for name in sorted(set(said)))
    return [case.name, rate_cell(hits, SEEDS), f"{read}/{SEEDS}", counts]
