"""Whether the shape of the median beat says more than the rules: a small convolution, bounded.

It adds at most `MOST` to the logit of a statement, whatever it sees, and would be printed as
"waveform pattern not expressed by a rule". It is judged with one source left out, and shipped only
where it helps there; what came of it stands in the card.
"""

from typing import Final

import numpy as np
import torch
from torch import Tensor, nn

from ...engine.ecg.leads import TWELVE_LEADS
from ...engine.fixedpoint import FloatArray
from .fit import Rules, weights
from .records import Ecgs

MOST: Final = 1.0
STEPS: Final = 150
RATE: Final = 0.01
DECAY: Final = 0.01
CHANNELS: Final = 12


class Encoder(nn.Module):
    """Two convolutions and their mean, one bounded number for each statement."""

    def __init__(self, statements: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv1d(len(TWELVE_LEADS), CHANNELS, 7, stride=2),
            nn.ReLU(),
            nn.Conv1d(CHANNELS, CHANNELS, 5, stride=2),
            nn.ReLU(),
        )
        self.head = nn.Linear(CHANNELS, statements)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, beat: Tensor) -> Tensor:
        """Return what is added to the logits, within `MOST`, shape (n, s)."""
        found: Tensor = MOST * torch.tanh(self.head(self.body(beat).mean(dim=2)))
        return found


def learned_encoder(rules: Rules, ecgs: Ecgs, seed: int) -> Encoder:
    """Learn what is left over beside the rules."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    net = Encoder(len(rules.table.names)).double()
    fixed = torch.from_numpy(rules.logits(ecgs))
    beat, truth = torch.from_numpy(ecgs.beat), torch.from_numpy(np.nan_to_num(ecgs.truth))
    weight = torch.from_numpy(weights(ecgs))
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    for _ in range(STEPS):
        optimiser.zero_grad()
        cost = nn.functional.binary_cross_entropy_with_logits(
            fixed + net(beat), truth, weight=weight, reduction="sum"
        )
        cost.backward()  # type: ignore[no-untyped-call]  # torch has no type here
        optimiser.step()
    return net


def with_encoder(rules: Rules, train: Ecgs, ask: Ecgs, seed: int) -> FloatArray:
    """Return the logits of rules and encoder together for records that neither has seen."""
    net = learned_encoder(rules, train, seed)
    with torch.no_grad():
        added = net(torch.from_numpy(ask.beat)).numpy()
    return np.asarray(rules.logits(ask) + added)
