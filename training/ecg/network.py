"""A small residual network over the signal: the comparison and the encoder of the full scale.

It has no rules and explains nothing; so it is measured here and never shipped.
"""

import torch
from torch import Tensor, nn

GROUPS = 4


class Block(nn.Module):
    """Two convolutions around a shortcut; halves the length."""

    def __init__(self, channels: int, dropout: float) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.GroupNorm(GROUPS, channels),
            nn.ReLU(),
            nn.Conv1d(channels, channels, 7, stride=2, padding=3),
            nn.GroupNorm(GROUPS, channels),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Conv1d(channels, channels, 7, padding=3),
        )
        self.shortcut = nn.AvgPool1d(2, ceil_mode=True)

    def forward(self, x: Tensor) -> Tensor:
        """Return shape (n, channels, half the width)."""
        found: Tensor = self.body(x) + self.shortcut(x)
        return found


class EcgNet(nn.Module):
    """Signal and a few numbers in, one logit for each class out.

    Parameters
    ----------
    leads, extra, classes : widths of what goes in and comes out
    channels, blocks : size
    """

    def __init__(  # noqa: PLR0913 - widths and sizes
        self,
        leads: int,
        extra: int,
        classes: int,
        *,
        channels: int,
        blocks: int,
        dropout: float,
    ) -> None:
        super().__init__()
        self.stem = nn.Conv1d(leads, channels, 15, padding=7)
        self.blocks = nn.Sequential(*(Block(channels, dropout) for _ in range(blocks)))
        self.last = nn.Sequential(nn.GroupNorm(GROUPS, channels), nn.ReLU())
        self.head = nn.Linear(2 * channels + extra, classes)

    def forward(self, x: Tensor, extra: Tensor) -> Tensor:
        """Return logits, shape (n, classes)."""
        found = self.last(self.blocks(self.stem(x)))
        pooled = torch.cat([found.mean(dim=2), found.amax(dim=2), extra], dim=1)
        logit: Tensor = self.head(pooled)
        return logit
