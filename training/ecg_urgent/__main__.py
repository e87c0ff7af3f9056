"""Measures the urgent ECG rules and writes docs/clinical/ecg-urgent.md.

``python -m laennec.training.ecg_urgent``; ``--data`` or LAENNEC_DATA names the folder of
development data. The shipped network takes part where it is loaded, beside the run without it.
"""

import argparse
from pathlib import Path

from ...datasets.sources.nhanes import data_folder
from ...engine import load_models
from ...engine.ecg.visit import ready_delineator
from .long import long_tables
from .lowered import lowered_table
from .noise import noise_table
from .records import development_records, record_tables
from .short import pulse_table, short_table
from .simulated import simulated_table
from .wide import wide_table

ROOT = Path(__file__).parents[2]
TEXT = Path(__file__).with_name("page.md")
PAGE = ROOT / "docs" / "clinical" / "ecg-urgent.md"


def main() -> None:
    """Read the command line, measure, write the page."""
    parser = argparse.ArgumentParser(prog="laennec.training.ecg_urgent", description=__doc__)
    parser.add_argument("--data", type=Path, default=None)
    asked = parser.parse_args()
    ready = ready_delineator(load_models())
    network = None if ready is None else ready[0]
    folder = data_folder(asked.data)
    records = list(development_records(folder))
    tables = record_tables(records, network)
    tables["noise"] = noise_table([r for r in records if r.is_calm], network)
    tables["simulated"] = simulated_table(network)
    tables["lowered"] = lowered_table(network)
    tables |= long_tables(folder, network)
    tables |= {"short": short_table(network), "wide": wide_table(network)}
    tables["pulses"] = pulse_table(records)
    tables["network"] = "was not loaded" if ready is None else f"{ready[1].id} {ready[1].version}"
    PAGE.write_text(TEXT.read_text(encoding="utf-8").format_map(tables), encoding="utf-8")


if __name__ == "__main__":
    main()
