"""Simulated ECGs as files: WFDB with the note that no person was recorded, and their truth."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from ...datasets.readers.ecg import EcgHeader, EcgRecording, write_wfdb
from ...datasets.simulator import SimulatedEcg, sample_scenario, simulate
from ...engine.ecg.signal import EcgSignal
from ...engine.errors import DataError

MICROVOLT_PER_MV: Final = 1000.0


@dataclass(frozen=True, slots=True)
class Simulated:
    """One record that was written."""

    record: str
    header: Path
    pathology: str


def simulate_files(
    folder: Path, *, n: int, seed: int, pathology: str | None = None
) -> Iterator[Simulated]:
    """Write simulated 12-lead ECGs, each with ``RECORD.truth.json`` beside it.

    The same seed writes the same bytes, and record k does not depend on how many are written.

    Parameters
    ----------
    folder : made if it is not there
    n : how many
    seed : of the first record; record k has ``seed + k``
    pathology : name in the simulator's list; None draws one for every record

    Raises
    ------
    DataError : the folder can't be written
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(
            found=f"a folder that can't be made ({error.strerror})",
            why="the records would be lost",
            remedy="Check the path and its permissions",
            path=str(folder),
        ) from error
    for k in range(n):
        chosen = sample_scenario(np.random.default_rng(seed + k), pathology)
        ecg = simulate(chosen, seed=seed + k)
        record = f"sim_{chosen.pathology}_{seed + k:06d}"
        made = EcgRecording(
            _recorded(ecg.signal),
            EcgHeader(
                "simulated",
                record,
                sex=chosen.sex,  # type: ignore[arg-type]  # female or male by construction
                age_years=float(chosen.age_years),
                synthetic=True,
            ),
        )
        header = write_wfdb(made, folder / f"{record}.hea", identify=True)
        truth = json.dumps(truth_of(ecg, record), indent=1)
        (folder / f"{record}.truth.json").write_text(truth + "\n", encoding="utf-8")
        yield Simulated(record, header, chosen.pathology)


def _recorded(signal: EcgSignal) -> EcgSignal:
    """Round to whole microvolts, as a recorder of that resolution would."""
    return EcgSignal(
        leads=signal.leads,
        signal_mv=np.round(signal.signal_mv * MICROVOLT_PER_MV) / MICROVOLT_PER_MV,
        sampling_rate_hz=signal.sampling_rate_hz,
        derived=signal.derived,
        resolution_uv=np.ones(len(signal.leads)),
    )


def truth_of(ecg: SimulatedEcg, record: str) -> dict[str, Any]:
    """Return what is true of a simulated record as plain data.

    Fiducials have the form of the public contract; amplitudes are millivolt by lead.
    """
    measured = ecg.truth.measured
    names = (
        "rate_bpm", "p_ms", "pr_ms", "qrs_ms", "qt_ms", "qtc_fridericia_ms", "p_axis_deg",
        "qrs_axis_deg", "t_axis_deg",
    )  # fmt: skip
    waves = ("p", "q", "r", "s", "t", "st_j", "st_j60")
    return {
        "record": record,
        "synthetic": True,
        "notes": list(ecg.notes),
        "pathology": ecg.scenario.pathology,
        "seed": ecg.seed,
        "statements": list(ecg.truth.statements),
        "details": list(ecg.truth.details),
        "intervals": {name: getattr(measured, name) for name in names},
        "amplitudes_mv": {name: measured.median_mv(name) for name in waves},
        "fiducials": ecg.truth.fiducials(record),
    }
