"""Simulated strips with exact truth: what the annotated database does not have."""

from collections.abc import Iterator

import numpy as np
import torch
from scipy.ndimage import maximum_filter1d

from ...datasets.simulator import Group, Noise, SimulatedEcg, sample_scenario, simulate
from ...datasets.sources.ecg_files import AnnotatedEcg
from ...engine.ecg.leads import TWELVE_LEADS
from ...engine.fixedpoint import FloatArray
from .strips import BASE_RATE_HZ, WAVES, Strips, strips_of

# Drawn alike; what is here twice is what LUDB lacks most.
PATHOLOGIES = (
    "atrial_fibrillation", "atrial_fibrillation", "atrial_fibrillation",
    "atrial_flutter", "atrial_flutter", "av_block_complete", "av_block_complete",
    "av_block_2_wenckebach", "av_block_2_mobitz_2", "av_block_high_grade", "av_block_1",
    "premature_atrial_complex", "premature_ventricular_complex", "bigeminy",
    "nonsustained_ventricular_tachycardia", "junctional_rhythm", "paced_rhythm_atrial",
    "paced_rhythm_ventricular", "paced_rhythm_dual", "paediatric_tachycardia",
    "sinus_tachycardia", "extreme_bradycardia", "sinus_bradycardia", "sinus_arrhythmia",
    "sinus_rhythm", "lbbb", "rbbb", "lvh_with_strain", "low_qrs_voltage", "prolonged_qt",
    "preexcitation", "t_wave_abnormal", "st_elevation",
)  # fmt: skip
_HALF = 128
_GROUPS = {"p": Group.P, "qrs": Group.QRS, "t": Group.T}
_NOISY_SHARE = 0.5
# Annotators set boundaries several milliseconds outside those of the simulator's formulas. Where a
# wave begins and ends is learned from people; simulation teaches which waves there are.
_BOUNDARY_S = 0.02


def simulated_strips(n: int, *, seed: int) -> Strips:
    """Simulate strips for training; every draw follows from the seed.

    Parameters
    ----------
    n : number of strips
    seed : of everything
    """
    records = list(simulated_records(n, seed=seed))
    strips = strips_of((annotated(r) for r in records), annotated_ends=True)
    _forget_boundaries(strips)
    for row, record in enumerate(records):
        _forget_obscured(strips.known[row], record)
    return strips


def simulated_records(n: int, *, seed: int) -> Iterator[SimulatedEcg]:
    """Draw scenarios, half of them with noise, and simulate them."""
    generator = np.random.default_rng(seed)
    for i in range(n):
        name = PATHOLOGIES[int(generator.integers(len(PATHOLOGIES)))]
        noise: tuple[Noise, ...] = ()
        if generator.random() < _NOISY_SHARE:
            kind = str(generator.choice(["wander", "mains", "emg", "motion"]))
            noise = (Noise(kind, float(generator.uniform(3, 25))),)
        scenario = sample_scenario(generator, name, noise=noise)
        yield simulate(scenario, seed=seed + i)


def annotated(record: SimulatedEcg) -> AnnotatedEcg:
    """Return a simulated record with its visible waves as an annotator would mark them."""
    rate = record.signal.sampling_rate_hz
    waves: dict[str, dict[str, FloatArray]] = {name: {} for name in TWELVE_LEADS}
    for wave, group in _GROUPS.items():
        times = record.truth.lead_waves(group) * rate
        if wave == "p" and len(times):
            profiles = record.truth.profiles[group]
            seen = ~record.truth.p_obscured[np.asarray(profiles.events, np.intp)]
            times = times[seen]
        for k, lead in enumerate(TWELVE_LEADS):
            own = times[:, k] if len(times) else np.empty((0, 3))
            # The simulator's heart beats before and after the recording too.
            inside = (own >= 0) & (own <= record.signal.n_samples - 1)
            own = own[inside.all(axis=1)]
            waves[lead][wave] = own[np.argsort(own[:, 1])]
    name = f"{record.scenario.pathology}-{record.seed}"
    return AnnotatedEcg(name, name, record.signal, waves=waves)


def _forget_boundaries(strips: Strips) -> None:
    """Leave out the surroundings of every onset and offset.

    Parameters
    ----------
    strips : whose ``known`` is changed in place
    """
    inside = (strips.wanted[:, :, : len(WAVES)] >= _HALF).numpy()
    edges = np.zeros(inside.shape, np.bool_)
    edges[..., 1:] = inside[..., 1:] != inside[..., :-1]
    reach = round(_BOUNDARY_S * BASE_RATE_HZ)
    near = maximum_filter1d(edges.astype(np.uint8), 2 * reach + 1, axis=-1)
    strips.known[torch.from_numpy(near > 0)] = 0


def _forget_obscured(known: torch.Tensor, record: SimulatedEcg) -> None:
    """Leave out the P waves that lie under a QRS or a T: nobody could say whether they are there.

    Parameters
    ----------
    known : shape (leads, 3, time), changed in place
    record : with its truth
    """
    profiles = record.truth.profiles[Group.P]
    for event, row in profiles.row_of.items():
        if record.truth.p_obscured[event]:
            low = max(int(profiles.begin_s[row] * BASE_RATE_HZ), 0)
            high = max(int(profiles.end_s[row] * BASE_RATE_HZ) + 1, 0)
            known[:, WAVES.index("p"), low:high] = 0
