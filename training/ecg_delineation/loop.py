"""Learning: a fixed number of steps, one seed, a moving average of the weights."""

import copy
import time
from dataclasses import dataclass, field

import torch
from torch.nn import functional as F  # noqa: N812 - the name that torch itself uses

from ...models.ecg_delineation.definition import Delineator, Size
from ..options import Say, silent
from .batches import LEAD_COUNTS, ROWS, Batch, draw
from .strips import Strips

PEAK_WEIGHT = 1.0
REPORTS = 20


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a run is made of.

    Parameters
    ----------
    size : of the network
    steps : of the optimiser
    learning_rate : highest; rises over the first steps, falls as a cosine
    weight_decay : of AdamW
    averaging : of the moving average of weights
    simulated_share : of a batch, where simulated strips are given
    seed : of everything that is drawn
    threads : of torch
    """

    size: Size = field(default_factory=Size)
    steps: int = 2500
    learning_rate: float = 4e-3
    weight_decay: float = 1e-2
    averaging: float = 0.998
    simulated_share: float = 0.25
    seed: int = 20261122
    threads: int = 2


def learn(
    real: Strips,
    recipe: Recipe,
    *,
    simulated: Strips | None = None,
    say: Say = silent,
) -> Delineator:
    """Train one network.

    Parameters
    ----------
    real : annotated records
    recipe : of the run
    simulated : strips with exact truth, mixed into every batch
    say : called with lines of progress

    Returns
    -------
    the network with averaged weights, in evaluation mode
    """
    torch.set_num_threads(recipe.threads)
    torch.manual_seed(recipe.seed)
    generator = torch.Generator().manual_seed(recipe.seed)
    # Blocked by channels, the narrow convolutions take a seventh less time.
    network = Delineator(recipe.size).to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # its stub
    average = copy.deepcopy(network).eval()
    steps, rate = recipe.steps, recipe.learning_rate
    optimiser = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=recipe.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, rate, total_steps=steps, pct_start=0.08
    )
    begin, running = time.perf_counter(), 0.0
    for step in range(steps):
        batch = _mixed(real, simulated, recipe, generator)
        loss = loss_of(network, batch)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves backward untyped
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        _follow(average, network, min(recipe.averaging, (step + 1) / (step + 10)))
        running = (
            float(loss.detach()) if step == 0 else 0.98 * running + 0.02 * float(loss.detach())
        )
        if (step + 1) % max(steps // REPORTS, 1) == 0:
            say(f"step {step + 1}: loss {running:.4f}, {time.perf_counter() - begin:.0f} s")
    return average.to(memory_format=torch.contiguous_format).eval()


def loss_of(network: Delineator, batch: Batch) -> torch.Tensor:
    """Return the mean cross-entropy of waves and of peaks where the answer is known."""
    logits = network(batch.x)
    each = F.binary_cross_entropy_with_logits(logits, batch.wanted, reduction="none")
    weight = batch.known.clone()
    weight[:, 3:] *= PEAK_WEIGHT
    return (each * weight).sum() / weight.sum().clamp(min=1.0)


def _mixed(
    real: Strips, simulated: Strips | None, recipe: Recipe, generator: torch.Generator
) -> Batch:
    """Draw a batch of real strips, now and then one of simulated strips."""
    chance = float(torch.rand(1, generator=generator))
    source = simulated if simulated is not None and chance < recipe.simulated_share else real
    leads = LEAD_COUNTS[int(torch.randint(len(LEAD_COUNTS), (1,), generator=generator))]
    weight = source.weight if source is real else torch.ones(len(source))
    rows = torch.multinomial(weight, ROWS // leads, replacement=True, generator=generator)
    return draw(source, rows, leads, generator)


@torch.no_grad()
def _follow(average: Delineator, network: Delineator, keep: float) -> None:
    """Move the average towards the weights; statistics of the batches are taken as they are."""
    for mean, now in zip(average.parameters(), network.parameters(), strict=True):
        mean.lerp_(now, 1 - keep)
    for kept, buffer in zip(average.buffers(), network.buffers(), strict=True):
        kept.copy_(buffer)
