"""What a small network over the signal reaches on the same records, one source left out.

Three networks of other seeds answer together for each source that is left out. Each parts a fifth
of the other sources' people from what it learns, to say when it is best. In a second row they have
learned from simulated ECGs before, as the network that finds our waves has.
"""

import hashlib
import io
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from ...engine.ecg.findings.spec import StatementTable
from ...engine.fixedpoint import FloatArray
from ..ecg.network import EcgNet
from . import cnn_learning, cnn_signals
from .cnn_learning import Told, learn, logits_of, new_network
from .cnn_signals import simulated, standing
from .judge import cells
from .peers import must_be_the_same
from .records import Ecgs

SEEDS: Final = (1, 2, 3)
FOLDS: Final = 5
SIMULATED: Final = 1500
EPOCHS: Final = 60
EPOCHS_SIMULATED: Final = 16
FIRST_RATE: Final = 2e-3
NEXT_RATE: Final = 1e-3


def cnn_logits(
    data: Path, ecgs: Ecgs, table: StatementTable, work: Path, *, simulation: bool
) -> FloatArray:
    """Return the mean logits of networks that had not seen the record's source.

    Parameters
    ----------
    data : as `records.twelve_lead` reads it
    ecgs : in that order
    table : statements; a source without a cell is judged in none, and is not left out
    work : folder in which each network's answers are kept, so that a run can be taken up again
    simulation : whether the networks learned from simulated ECGs before

    Returns
    -------
    shape (n, s); NaN for a source that is not judged
    """
    names, x = standing(data)
    must_be_the_same(ecgs.record, names)
    folder = work / f"cnn-{_hash(x, ecgs)}"
    folder.mkdir(parents=True, exist_ok=True)
    found = np.full(ecgs.truth.shape, np.nan)
    for source in dict.fromkeys(cell.source for cell in cells(ecgs, table)):
        here = ecgs.source == source
        told = Told(x[~here], ecgs.truth[~here])
        parts = []
        for seed in SEEDS:
            kept = folder / f"{source}-{seed}-{'simulated' if simulation else 'alone'}.npy"
            if not kept.is_file():
                inner = inner_part(ecgs.person[~here], seed)
                first = _taught(folder, ecgs.statements, seed) if simulation else None
                net = _learned(told, inner, seed, first)
                _write(kept, logits_of(net, x[here]))
            parts.append(np.load(kept, allow_pickle=False))
        found[here] = np.mean(parts, axis=0)
    return found


def inner_part(person: NDArray[np.str_], seed: int) -> NDArray[np.bool_]:
    """Say who is parted from learning to tell when a network is best: a fifth of the people."""

    def fold(one: str) -> int:
        return int(hashlib.sha256(f"{seed} {one}".encode()).hexdigest(), 16) % FOLDS

    return np.array([fold(str(one)) == 0 for one in person], np.bool_)


def _learned(told: Told, inner: NDArray[np.bool_], seed: int, first: EcgNet | None) -> EcgNet:
    net = new_network(told.truth.shape[1], seed)
    if first is not None:
        net.load_state_dict(first.state_dict())
    rate = FIRST_RATE if first is None else NEXT_RATE
    return learn(net, told.only(~inner), told.only(inner), seed=seed, epochs=EPOCHS, rate=rate)


def _taught(folder: Path, statements: tuple[str, ...], seed: int) -> EcgNet:
    """Return the network that has learned from simulated ECGs alone; it is kept beside answers."""
    kept = folder / f"taught-{seed}.npz"
    net = new_network(len(statements), seed)
    if not kept.is_file():
        told = Told(*simulated(SIMULATED, statements, seed))
        inner = np.arange(SIMULATED) % FOLDS == 0
        parts = (told.only(~inner), told.only(inner))
        learn(net, *parts, seed=seed, epochs=EPOCHS_SIMULATED, rate=FIRST_RATE)
        buffer = io.BytesIO()
        np.savez(buffer, **{name: value.numpy() for name, value in net.state_dict().items()})
        _whole(kept, buffer.getvalue())
    with np.load(kept, allow_pickle=False) as found:
        net.load_state_dict({name: torch.from_numpy(found[name]) for name in found.files})
    return net


def _hash(x: FloatArray, ecgs: Ecgs) -> str:
    """Hash signals, truth and code: what answers depend on."""
    digest = hashlib.sha256(x.tobytes() + ecgs.truth.tobytes() + "|".join(ecgs.person).encode())
    for file in (__file__, cnn_learning.__file__, cnn_signals.__file__):
        digest.update(Path(file).read_bytes())
    return digest.hexdigest()[:16]


def _write(path: Path, logits: FloatArray) -> None:
    buffer = io.BytesIO()
    np.save(buffer, logits)
    _whole(path, buffer.getvalue())


def _whole(path: Path, content: bytes) -> None:
    part = path.with_suffix(".part")
    part.write_bytes(content)
    part.replace(path)
