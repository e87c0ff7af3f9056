"""How the small network learns: disturbed copies, rare statements weighted, averaged weights.

The weights that answer are a running average; kept are those of the epoch in which people parted
from the learning were told best, and learning ends where that has not come for a while.
"""

import copy
import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F  # noqa: N812 - the name that torch itself uses

from ...engine.ecg.leads import TWELVE_LEADS
from ...engine.fixedpoint import FloatArray
from ..ecg.network import EcgNet

CHANNELS, BLOCKS, DROPOUT = 32, 5, 0.2
BATCH: Final = 16
DECAY: Final = 0.02
WARM_UP: Final = 0.1
AVERAGE: Final = 0.98
PATIENCE: Final = 15
MOST_WEIGHT: Final = 8.0
SHIFT: Final = 100
LOUDER: Final = 0.2
LEAD_LOUDER: Final = 0.15
NOISE: Final = 0.25
WANDER: Final = 0.5
LOST: Final = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """Signals, shape (n, 12, width), and what is known of them, shape (n, s), NaN where nothing."""

    x: FloatArray
    truth: FloatArray

    def only(self, rows: NDArray[np.bool_]) -> "Told":
        """Return some of them."""
        return Told(self.x[rows], self.truth[rows])


def new_network(statements: int, seed: int) -> EcgNet:
    """Return a network that has learned nothing."""
    torch.manual_seed(seed)
    leads = len(TWELVE_LEADS)
    return EcgNet(leads, 0, statements, channels=CHANNELS, blocks=BLOCKS, dropout=DROPOUT)


def learn(  # noqa: PLR0913 - whom it learns from, whom it is stopped by, and how
    net: EcgNet, told: Told, inner: Told, *, seed: int, epochs: int, rate: float
) -> EcgNet:
    """Teach a network in place and return it with the averaged weights of its best epoch.

    Parameters
    ----------
    told : what it learns from
    inner : other people, by whom the best epoch is told
    seed : of order, disturbance and dropout
    epochs : at most
    rate : highest of AdamW; it rises over a tenth of the steps and falls as a cosine
    """
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    generator = np.random.default_rng(seed)
    optimiser = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=DECAY)
    weight = case_weights(told.truth)
    average, n = copy.deepcopy(net).eval(), len(told.truth)
    steps, done = epochs * math.ceil(n / BATCH), 0
    best, best_loss, since = copy.deepcopy(average.state_dict()), math.inf, 0
    for _ in range(epochs):
        net.train()
        order = generator.permutation(n)
        for at in np.array_split(order, math.ceil(n / BATCH)):
            for group in optimiser.param_groups:
                group["lr"] = rate * _share_of_rate((done + 1) / steps)
            x = torch.from_numpy(disturbed(told.x[at], generator))
            loss = loss_of(net(x, x.new_zeros(len(at), 0)), told.truth[at], weight)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]  # torch leaves backward untyped
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            done += 1
            _follow(average, net, min(AVERAGE, done / (done + 9.0)))
        logit = torch.from_numpy(logits_of(average, inner.x)).float()
        now = float(loss_of(logit, inner.truth, weight))
        since += 1
        if now < best_loss:
            best, best_loss, since = copy.deepcopy(average.state_dict()), now, 0
        if since >= PATIENCE:
            break
    net.load_state_dict(best)
    return net.eval()


def logits_of(net: EcgNet, x: FloatArray) -> FloatArray:
    """Return the answers of a network, shape (n, s)."""
    net.eval()
    parts = []
    with torch.no_grad():
        for at in np.array_split(np.arange(len(x)), max(len(x) // 64, 1)):
            one = torch.from_numpy(np.asarray(x[at], np.float32))
            parts.append(net(one, one.new_zeros(len(at), 0)).double().numpy())
    return np.concatenate(parts)


def case_weights(truth: FloatArray) -> torch.Tensor:
    """Return how much a case counts beside a control: the root of how rare it is, bounded."""
    cases, known = np.nansum(truth, axis=0), np.isfinite(truth).sum(axis=0)
    rare = np.sqrt((known - cases) / np.maximum(cases, 1.0))
    return torch.from_numpy(np.clip(rare, 1.0, MOST_WEIGHT)).float()


def loss_of(logit: torch.Tensor, truth: FloatArray, weight: torch.Tensor) -> torch.Tensor:
    """Return the weighted cross-entropy where the truth is known."""
    target = torch.from_numpy(truth).float()
    known = torch.isfinite(target)
    each = F.binary_cross_entropy_with_logits(
        logit, torch.where(known, target, 0.0), pos_weight=weight, reduction="none"
    )
    return (each * known).sum() / known.sum().clamp(min=1)


def disturbed(x: FloatArray, generator: np.random.Generator) -> NDArray[np.float32]:
    """Return copies moved by up to a second, louder or softer, with noise, wander and lost leads.

    Parameters
    ----------
    x : shape (n, 12, width)
    """
    n, leads, width = x.shape
    found = np.zeros(x.shape, np.float32)
    moves = generator.integers(-SHIFT, SHIFT + 1, (n,))
    for i in range(n):
        by = int(moves[i])
        found[i, :, max(by, 0) : width + min(by, 0)] = x[i, :, max(-by, 0) : width - max(by, 0)]
    loud = generator.normal(0.0, LOUDER, (n, 1, 1)) + generator.normal(
        0.0, LEAD_LOUDER, (n, leads, 1)
    )
    found *= np.exp(loud).astype(np.float32)
    size = generator.uniform(0.0, NOISE, (n, 1, 1)).astype(np.float32)
    found += size * generator.standard_normal(x.shape, np.float32)
    along = np.arange(width) / width
    turns = generator.uniform(1.0, 4.0, (n, 1, 1))
    begin = generator.uniform(0.0, 2.0 * np.pi, (n, leads, 1))
    high = generator.uniform(0.0, WANDER, (n, leads, 1))
    found += (high * np.sin(2.0 * np.pi * turns * along + begin)).astype(np.float32)
    found[generator.random((n, leads)) < LOST] = 0.0
    return found


def _share_of_rate(along: float) -> float:
    """Return the share of the highest rate, ``along`` from 0 to 1."""
    if along < WARM_UP:
        return along / WARM_UP
    return 0.5 * (1.0 + math.cos(math.pi * (along - WARM_UP) / (1.0 - WARM_UP)))


def _follow(average: EcgNet, net: EcgNet, keep: float) -> None:
    """Move averaged weights towards those of the network."""
    with torch.no_grad():
        for mine, its in zip(average.parameters(), net.parameters(), strict=True):
            mine.mul_(keep).add_(its, alpha=1.0 - keep)
