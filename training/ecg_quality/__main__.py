"""Fits the swap weights, or measures everything and writes docs/clinical/ecg-quality.md.

``python -m laennec.training.ecg_quality fit`` writes engine/guidelines/ecg_swaps.toml;
``python -m laennec.training.ecg_quality tables`` writes the page. ``--data`` or LAENNEC_DATA
names the folder of development data.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from ...datasets.sources.challenge12 import FLAT_LEADS
from ...datasets.sources.nhanes import data_folder
from ...engine.ecg.quality.swap_model import load_swap_model
from .agreement import beat_table, irregularity_table, ludb_table, simulator_table
from .gate_tables import flat_table, gain_table, refusal_table, single_lead_table
from .page import write_page
from .records import DevelopmentEcg, swap_beat, twelve_lead_records
from .stress import stress_table
from .swap_tables import alarms_on_clean, beat_level_table, swap_table
from .swaps import choose_limits, cross_validate, write_model

ROOT = Path(__file__).parents[2]
SWAPS = ROOT / "engine" / "guidelines" / "ecg_swaps.toml"
PAGE = ROOT / "docs" / "clinical" / "ecg-quality.md"
LIMB_ALARMS, CHEST_EXCUSED, LEAST_LOG_ODDS = {"la_ra": 1, "la_ll": 2}, 2, 1.0
SIMULATED_SEEDS = 4
STRESS_STEP = 3


def _clean(records: list[DevelopmentEcg]) -> list[DevelopmentEcg]:
    return [r for r in records if r.record not in FLAT_LEADS]


def fit(folder: Path) -> None:
    """Fit the swap weights and choose their limits on sources left out."""
    records = _clean(list(twelve_lead_records(folder)))
    beats = [beat for r in records if (beat := swap_beat(r)) is not None]
    limb, chest = cross_validate(beats, chest=False), cross_validate(beats, chest=True)
    limits = {
        "limb": choose_limits(limb, LIMB_ALARMS, LEAST_LOG_ODDS),
        "chest": choose_limits(chest, {}, LEAST_LOG_ODDS, excused=CHEST_EXCUSED),
    }
    write_model(beats, limits, SWAPS)


def tables(folder: Path) -> None:
    """Measure everything that the page shows, and write the page."""
    records = list(twelve_lead_records(folder))
    clean = _clean(records)
    beats = [beat for r in clean if (beat := swap_beat(r)) is not None]
    sections: dict[str, Callable[[], str]] = {
        "swaps": lambda: swap_table(clean, beats),
        "chest": lambda: beat_level_table(
            cross_validate(beats, chest=True), load_swap_model().chest_limits
        ),
        "alarms": lambda: alarms_on_clean(clean, beats),
        "flat": lambda: flat_table(records),
        "refusals": lambda: refusal_table(clean),
        "gain": lambda: gain_table(clean),
        "single_lead": lambda: single_lead_table(folder),
        "stress": lambda: stress_table(clean[::STRESS_STEP]),
        "beats": lambda: beat_table(folder),
        "ludb": lambda: ludb_table(folder),
        "simulated": lambda: simulator_table(None, SIMULATED_SEEDS),
        "simulated_30": lambda: simulator_table(30.0, SIMULATED_SEEDS),
        "irregularity": lambda: irregularity_table(folder),
    }
    made = {}
    for name, make in sections.items():
        sys.stdout.write(f"{name}\n")
        made[name] = make()
    write_page(made, PAGE)


def main() -> None:
    """Read the command line and do what it asks."""
    parser = argparse.ArgumentParser(prog="laennec.training.ecg_quality", description=__doc__)
    parser.add_argument("what", choices=("fit", "tables"))
    parser.add_argument("--data", type=Path, default=None)
    asked = parser.parse_args()
    {"fit": fit, "tables": tables}[asked.what](data_folder(asked.data))


if __name__ == "__main__":
    main()
