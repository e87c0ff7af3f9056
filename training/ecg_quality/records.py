"""The development records, read once, by source; no record leaves this module with a name on it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ...datasets.sources.cinc2017 import LABEL, read_cinc2017
from ...datasets.sources.ecg_files import labelled_rows, read_wfdb
from ...engine.ecg.classical import detect_beats, load_classical
from ...engine.ecg.classical.beat import average_beats
from ...engine.ecg.classical.prepare import make_readable
from ...engine.ecg.quality.contradictions import limb_scale
from ...engine.ecg.quality.settings import load_quality_limits
from ...engine.ecg.quality.swap_features import SWAP_LEADS, SWAP_RATE_HZ
from ...engine.ecg.signal import EcgSignal
from ...engine.fixedpoint import FloatArray

LONGEST_S = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class DevelopmentEcg:
    """One 12-lead record of the development sets.

    Attributes
    ----------
    source : LUDB, PTB-XL, Ningbo, Chapman-Shaoxing or PTB
    record : name
    labels : as the publisher has them, separated by ``|``
    """

    source: str
    record: str
    signal: EcgSignal
    labels: str


@dataclass(frozen=True, slots=True, eq=False)
class SwapBeat:
    """The median beat that swaps are looked for in."""

    source: str
    record: str
    eight_mv: FloatArray
    r_index: int
    rr_s: float


def twelve_lead_records(folder: Path) -> Iterator[DevelopmentEcg]:
    """Read LUDB and the 12-lead challenge records, the flat ones included; 10 s of each."""
    for header in sorted((folder / "ecg/ludb/data").glob("*.hea"), key=lambda p: int(p.stem)):
        yield DevelopmentEcg("LUDB", header.stem, _read(header), "")
    challenge = folder / "ecg/challenge12"
    for row in labelled_rows(challenge):
        signal = _read(challenge / "records" / f"{row['record']}.hea")
        yield DevelopmentEcg(row["source_db"], row["record"], signal, row["dx_final_abbr"])


def single_lead_records(folder: Path) -> Iterator[DevelopmentEcg]:
    """Read the single-lead records; ``labels`` is N, O, A or ~."""
    for strip in read_cinc2017(folder / "ecg/cinc2017"):
        yield DevelopmentEcg("CinC 2017", strip.record, strip.signal, strip.labels[LABEL])


def _read(header: Path) -> EcgSignal:
    signal = read_wfdb(header.with_suffix(""))
    n = int(LONGEST_S * signal.sampling_rate_hz)
    return replace(signal, signal_mv=signal.signal_mv[:, :n])


def swap_beat(ecg: DevelopmentEcg) -> SwapBeat | None:
    """Average the eight leads; None where a lead is flat or no beat repeats."""
    rows = [ecg.signal.leads.index(name) for name in SWAP_LEADS]
    x, rate = ecg.signal.signal_mv[rows], ecg.signal.sampling_rate_hz
    x[:2] *= _own_scale(ecg.signal)[:, None]
    settings = load_classical()
    beats = detect_beats(x, SWAP_LEADS, rate, settings.detect)
    readable = make_readable(x, rate, SWAP_RATE_HZ, SWAP_LEADS)
    if len(readable.rows) < len(SWAP_LEADS) or not len(beats.peak):
        return None
    at = np.round(readable.from_file(beats.peak)).astype(np.int64)
    found = average_beats(readable, at, replace(settings.average, groups=0))
    if found is None:
        return None
    rr_s = float(np.median(np.diff(beats.peak))) / rate
    return SwapBeat(ecg.source, ecg.record, found.signal_mv[0], found.r_index, rr_s)


def _own_scale(signal: EcgSignal) -> FloatArray:
    """Return factors of I and II where every lead is stored on its own scale, as in LUDB."""
    limb = np.stack([signal.lead_mv(name) for name in ("I", "II", "III")])
    limb = limb - limb.mean(axis=1, keepdims=True)
    left = np.sqrt(((limb[0] - limb[1] + limb[2]) ** 2).mean())
    if left <= LEAD_LIMITS.limb_algebra_share * np.sqrt((limb**2).mean(axis=1)).max():
        return np.ones(2)
    one, two, rest = limb_scale(limb[0], limb[1], limb[2])
    return np.array([one, two]) if rest <= LEAD_LIMITS.scaled_noise_share else np.ones(2)


LEAD_LIMITS = load_quality_limits().leads
