"""The network in torch; at run time only its ONNX graph is read.

A U-Net over time whose weights are the same for every lead. Leads stand in the second last axis, so
that one pass reads any number of them; at each level a lead also reads the mean over leads.

Source: Ronneberger 2015, arXiv:1505.04597 (U-Net); departures: one dimension, residual blocks,
sums instead of concatenations, half the signal's rate inside, mean over leads at every level, a
vector of the whole strip at the lowest level.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name that torch itself uses

OUTPUTS = ("p", "qrs", "t", "p_peak", "qrs_peak", "t_peak")


@dataclass(frozen=True, slots=True)
class Size:
    """How large the network is.

    Parameters
    ----------
    channels : of each level, the first at 125 Hz, each next at half the rate
    kernel : odd
    dilations : of the blocks at the lowest level
    """

    channels: tuple[int, ...] = (16, 32, 48, 64, 80)
    kernel: int = 5
    dilations: tuple[int, ...] = (1, 2, 4)

    @property
    def multiple(self) -> int:
        """A strip's length must be a multiple of this."""
        return 2 ** len(self.channels)


def _conv(inner: int, outer: int, kernel: int, *, dilation: int = 1, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(
        inner,
        outer,
        (1, kernel),
        padding=(0, dilation * (kernel // 2)),
        dilation=(1, dilation),
        stride=(1, stride),
    )


class Block(nn.Module):
    """Two convolutions over time beside a straight way."""

    def __init__(self, channels: int, kernel: int, dilation: int = 1) -> None:
        super().__init__()
        self.first = _conv(channels, channels, kernel, dilation=dilation)
        self.norm = nn.BatchNorm2d(channels)
        self.second = _conv(channels, channels, kernel)

    def forward(self, x: Tensor) -> Tensor:
        """Return shape (n, channels, leads, time)."""
        return F.relu(x + self.second(F.relu(self.norm(self.first(x)))))


class LeadMix(nn.Module):
    """What a lead learns from the mean over leads."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.own = nn.Conv2d(channels, channels, 1)
        self.mean = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return shape (n, channels, leads, time)."""
        return x + F.relu(self.own(x) + self.mean(x.mean(dim=2, keepdim=True)))


class Delineator(nn.Module):
    """Logits of P, QRS, T and of their peaks for every lead and sample."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        c, k = size.channels, size.kernel
        self.size = size
        self.stem = nn.Sequential(_conv(1, c[0], 9, stride=2), nn.BatchNorm2d(c[0]), nn.ReLU())
        self.encode = nn.ModuleList(Block(n, k) for n in c)
        self.mix = nn.ModuleList(LeadMix(n) for n in c)
        pairs = list(zip(c, c[1:], strict=False))
        self.down = nn.ModuleList(nn.Conv2d(a, b, (1, 2), stride=(1, 2)) for a, b in pairs)
        self.bottom = nn.ModuleList(Block(c[-1], 3, d) for d in size.dilations)
        self.whole = nn.Conv2d(c[-1], c[-1], 1)
        self.up = nn.ModuleList(nn.Conv2d(b, a, 1) for a, b in pairs)
        self.decode = nn.ModuleList(Block(a, k) for a, _ in pairs)
        self.head = _conv(c[0], 2 * len(OUTPUTS), 5)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits.

        Parameters
        ----------
        x : shape (n, 1, leads, time), time a multiple of ``size.multiple``

        Returns
        -------
        shape (n, outputs, leads, time)
        """
        h = self.stem(x)
        skips = []
        for level, (block, mix) in enumerate(zip(self.encode, self.mix, strict=True)):
            h = mix(block(h))
            if level < len(self.down):
                skips.append(h)
                h = self.down[level](h)
        for block in self.bottom:
            h = block(h)
        h = h + self.whole(h.mean(dim=(2, 3), keepdim=True))
        for level in reversed(range(len(self.up))):
            wide = F.interpolate(self.up[level](h), scale_factor=(1.0, 2.0), mode="nearest")
            h = self.decode[level](wide + skips[level])
        return _interleave(self.head(h))


def _interleave(pairs: Tensor) -> Tensor:
    """Turn two outputs at half the rate into one at the full rate."""
    n, channels, leads, time = pairs.shape
    split = pairs.reshape(n, channels // 2, 2, leads, time)
    return split.permute(0, 1, 3, 4, 2).reshape(n, channels // 2, leads, 2 * time)


class Probabilities(nn.Module):
    """The network as it is exported: signals in, probabilities out."""

    def __init__(self, network: Delineator) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        """Return probabilities.

        Parameters
        ----------
        x : shape (n, leads, time)

        Returns
        -------
        shape (n, leads, outputs, time)
        """
        return torch.sigmoid(self.network(x.unsqueeze(1))).permute(0, 2, 1, 3)
