"""Batches cut from strips, changed as recorders, people and the world change an ECG."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - the name that torch itself uses

from ...engine.ecg.delineation.prepare import NET_RATE_HZ
from .strips import Strips

ROWS = 64
LENGTH = 1280
FLIPPED_SHARE = 0.15
QRS_PEAK = 4
LEAD_COUNTS = (12, 12, 8, 3, 2, 1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """What one step learns from.

    Parameters
    ----------
    x : shape (n, 1, leads, time), 250 Hz
    wanted : shape (n, 6, leads, time), 0 to 1
    known : shape (n, 6, leads, time), 0 or 1
    """

    x: Tensor
    wanted: Tensor
    known: Tensor


def draw(
    strips: Strips, rows: Tensor, leads: int, generator: torch.Generator, length: int = LENGTH
) -> Batch:
    """Cut one strip of each record named, all with the same number of leads.

    Parameters
    ----------
    strips : records at 500 Hz
    rows : shape (n,), records
    leads : how many of the twelve, drawn for each strip
    generator : the source of chance
    length : samples at 250 Hz
    """
    n, total = len(rows), strips.signal.shape[-1]
    chosen = torch.rand(n, 12, generator=generator).argsort(dim=1)[:, :leads]
    stretch = torch.exp(0.16 * torch.randn(n, generator=generator)).clamp(0.65, 1.6)
    span = (stretch * 2 * length).clamp(max=float(total - 2))
    start = torch.rand(n, generator=generator) * (total - 2 - span)
    at = start[:, None] + torch.arange(length) * (span / length)[:, None]
    low = at.floor().long()
    part = (at - low)[:, None, :]
    picked = rows[:, None], chosen
    x = _between(strips.signal[picked], low, part)
    wanted = _between(strips.wanted[picked].float() / 255.0, low, part[:, :, None])
    known = _between(strips.known[picked].float(), low, part[:, :, None])
    # Annotators mark the R wave, which is not the deepest point of the same lead turned over.
    flipped = torch.rand(n, leads, 1, generator=generator) < FLIPPED_SHARE
    x = distort(torch.where(flipped, -x, x), generator)
    whole = (known > 0.999).float()
    mask = torch.cat([whole, whole], dim=2)
    mask[:, :, QRS_PEAK] *= (~flipped).float()
    return Batch(x[:, None], wanted.transpose(1, 2), mask.transpose(1, 2))


def _between(rows: Tensor, low: Tensor, part: Tensor) -> Tensor:
    """Interpolate the last axis at positions that differ from record to record."""
    shape = (len(rows), *([1] * (rows.dim() - 2)), low.shape[1])
    index = low.view(shape).expand(*rows.shape[:-1], low.shape[1])
    first = rows.gather(-1, index)
    return first + (rows.gather(-1, index + 1) - first) * part


def distort(x: Tensor, generator: torch.Generator) -> Tensor:
    """Change signals in ways that leave their waves where they are.

    Parameters
    ----------
    x : shape (n, leads, time), 250 Hz, about unit SD
    generator : the source of chance
    """
    n, leads, _ = x.shape
    x = x * torch.exp(0.25 * torch.randn(n, leads, 1, generator=generator))
    x = band(x, generator)
    noisy = (torch.rand(n, 1, 1, generator=generator) < 0.6).float()
    noise = wander(x, generator) + mains(x, generator) + muscle(x, generator)
    x = x + noisy * noise
    dead = torch.rand(n, leads, 1, generator=generator) < (0.02 if leads > 2 else 0.0)
    return torch.where(dead, torch.zeros(()), x)


def _amount(x: Tensor, generator: torch.Generator, largest: float, *, shared: bool) -> Tensor:
    """Draw how strong something is: mostly weak, seldom up to the largest."""
    shape = (len(x), 1 if shared else x.shape[1], 1)
    return largest * torch.rand(shape, generator=generator) ** 3


def wander(x: Tensor, generator: torch.Generator) -> Tensor:
    """Slow sway of the baseline, as breathing and movement make it."""
    time = torch.arange(x.shape[-1]) / NET_RATE_HZ
    total = torch.zeros_like(x)
    for _ in range(3):
        hertz = 0.3 + 1.2 * torch.rand(len(x), 1, 1, generator=generator) ** 2
        phase = 2 * math.pi * torch.rand(len(x), x.shape[1], 1, generator=generator)
        amount = _amount(x, generator, 0.8, shared=False)
        total = total + amount * torch.sin(2 * math.pi * hertz * time + phase)
    return total


def mains(x: Tensor, generator: torch.Generator) -> Tensor:
    """Hum of 50 or 60 Hz with a little of its double."""
    time = torch.arange(x.shape[-1]) / NET_RATE_HZ
    high = torch.rand(len(x), 1, 1, generator=generator) < 0.5
    hertz = torch.where(high, 60.0, 50.0)
    phase = 2 * math.pi * torch.rand(len(x), x.shape[1], 1, generator=generator)
    angle = 2 * math.pi * hertz * time + phase
    amount = _amount(x, generator, 0.5, shared=False)
    return amount * (torch.sin(angle) + 0.2 * torch.sin(2 * angle))


def muscle(x: Tensor, generator: torch.Generator) -> Tensor:
    """Broad noise, sometimes in bursts, sometimes with the colour of electrode movement."""
    white = torch.randn(x.shape, generator=generator)
    slow = F.avg_pool1d(torch.randn(x.shape, generator=generator), 25, 1, 12) * 3.0
    burst = torch.rand(len(x), 1, 1, generator=generator) < 0.3
    envelope = torch.sigmoid(
        4 * F.avg_pool1d(torch.randn(x.shape, generator=generator), 125, 1, 62) * 11
    )
    shape = torch.where(burst, envelope, torch.ones(()))
    white_amount = _amount(x, generator, 0.6, shared=False)
    slow_amount = _amount(x, generator, 0.4, shared=False)
    return shape * (white_amount * white + slow_amount * slow)


def band(x: Tensor, generator: torch.Generator) -> Tensor:
    """Give a third of the strips the band of another recorder, without a delay."""
    n, _, time = x.shape
    hertz = torch.fft.rfftfreq(time, 1 / NET_RATE_HZ)
    high = 20 + 80 * torch.rand(n, 1, 1, generator=generator)
    low = 0.7 * torch.rand(n, 1, 1, generator=generator)
    response = 1 / (1 + (hertz / high) ** 6)
    response = response * (1 - 1 / (1 + (hertz / low.clamp(min=1e-3)) ** 4))
    chosen = torch.rand(n, generator=generator) < 0.35
    if not chosen.any():
        return x
    made = torch.fft.irfft(torch.fft.rfft(x[chosen]) * response[chosen], n=time)
    out = x.clone()
    out[chosen] = made
    return out
