"""Learning in rounds, each drawn from the seed and its number: taken up again, it ends the same."""

import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F  # noqa: N812 - the name that torch itself uses

from ...engine.fixedpoint import FloatArray
from ..options import Say, silent
from .config import Recipe
from .examples import Examples, together
from .network import EcgNet
from .shards import Shards

Chosen = Callable[[Examples], NDArray[np.bool_]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is learned from which examples.

    Parameters
    ----------
    shards : files of examples
    chosen : says which examples of a file belong to the training
    is_one_of : whether exactly one class holds
    recipe : of the run
    threads : of torch; another number adds the same terms in another order
    """

    shards: Shards
    chosen: Chosen
    is_one_of: bool
    recipe: Recipe
    threads: int = 1


def learn(asked: Asked, checkpoint: Path, say: Say = silent) -> EcgNet:
    """Train one network, from its checkpoint where one was kept.

    Parameters
    ----------
    asked : what is learned
    checkpoint : file of the state; the finished network is kept there too
    """
    torch.set_num_threads(asked.threads)
    recipe = asked.recipe
    torch.manual_seed(recipe.seed)
    first = asked.shards.read(0)
    net = network_for(first, recipe)
    optimiser = torch.optim.AdamW(
        net.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
    )
    pools = math.ceil(len(asked.shards.paths) / recipe.pool_shards)
    rounds = recipe.epochs * pools
    start = _restore(net, optimiser, checkpoint)
    if 0 < start < rounds:
        say(f"round {start} of {rounds} was kept, going on there")
    weight = class_weights(asked) if start < rounds else torch.empty(0)
    losses: list[float] = []
    for number in range(start, rounds):
        losses = [*losses, *_round(net, optimiser, asked, weight, number)]
        is_last = number + 1 == rounds
        if is_last or (number + 1) % recipe.checkpoint_rounds == 0:
            _keep(net, optimiser, checkpoint, number + 1)
        if is_last or (number + 1) % pools == 0:
            loss = float(np.mean(losses)) if losses else float("nan")
            say(f"epoch {(number + 1) // pools} of {recipe.epochs}: loss {loss:.4f}")
            losses = []
    return net.eval()


def network_for(like: Examples, recipe: Recipe) -> EcgNet:
    """Return a network whose ends fit the examples."""
    return EcgNet(
        like.x.shape[1],
        like.extra.shape[1],
        like.truth.shape[1],
        channels=recipe.channels,
        blocks=recipe.blocks,
        dropout=recipe.dropout,
    )


def class_weights(asked: Asked) -> torch.Tensor:
    """Return the weight of each class of a one-of task: the root of how rare it is, mean 1."""
    counts = sum(np.nan_to_num(e.truth[asked.chosen(e)]).sum(axis=0) for e in asked.shards.every())
    share = np.asarray(counts, np.float64) / max(float(np.sum(counts)), 1.0)
    weight = np.where(share > 0, 1.0 / np.sqrt(np.maximum(share, 1e-6)), 0.0)
    present = max(int((share > 0).sum()), 1)
    return torch.from_numpy(weight * present / max(weight.sum(), 1e-12)).float()


def _round(
    net: EcgNet, optimiser: torch.optim.Optimizer, asked: Asked, weight: torch.Tensor, number: int
) -> list[float]:
    """Learn from one pool of files and return the losses.

    Everything that is drawn follows from the round's number.
    """
    recipe, n = asked.recipe, len(asked.shards.paths)
    pools = math.ceil(n / recipe.pool_shards)
    epoch, pool = divmod(number, pools)
    order = np.random.default_rng((recipe.seed, epoch)).permutation(n)
    mine = order[pool * recipe.pool_shards : (pool + 1) * recipe.pool_shards]
    examples = together([asked.shards.read(int(i)) for i in mine])
    rows = np.flatnonzero(asked.chosen(examples))
    rows = np.random.default_rng((recipe.seed, epoch, pool)).permutation(rows)
    torch.manual_seed(recipe.seed + 1 + number)
    total = recipe.epochs * pools
    rate = recipe.learning_rate * 0.5 * (1.0 + math.cos(math.pi * number / total))
    for group in optimiser.param_groups:
        group["lr"] = rate
    net.train()
    losses = []
    for i in range(0, len(rows), recipe.batch):
        at = rows[i : i + recipe.batch]
        logit = net(*_tensors(examples, at))
        loss = loss_of(logit, torch.from_numpy(examples.truth[at]).float(), weight, asked.is_one_of)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves backward untyped
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        losses.append(float(loss.detach()))
    return losses


def loss_of(
    logit: torch.Tensor, truth: torch.Tensor, weight: torch.Tensor, is_one_of: bool
) -> torch.Tensor:
    """Return the cross-entropy where the truth is known, 0 where nothing is."""
    if is_one_of:
        return F.cross_entropy(logit, truth.argmax(dim=1), weight=weight)
    known = torch.isfinite(truth)
    each = F.binary_cross_entropy_with_logits(
        logit, torch.where(known, truth, 0.0), reduction="none"
    )
    return (each * known).sum() / known.sum().clamp(min=1)


def logits_of(net: EcgNet, examples: Examples, batch: int) -> FloatArray:
    """Return the answers of a network, shape (n, classes)."""
    net.eval()
    parts = [np.empty((0, examples.truth.shape[1]))]
    with torch.no_grad():
        for i in range(0, len(examples), batch):
            at = np.arange(i, min(i + batch, len(examples)))
            parts.append(net(*_tensors(examples, at)).double().numpy())
    return np.concatenate(parts)


def _tensors(examples: Examples, at: NDArray[Any]) -> tuple[torch.Tensor, torch.Tensor]:
    x = torch.from_numpy(examples.x[at].astype(np.float32))
    return x, torch.from_numpy(examples.extra[at].astype(np.float32))


def _keep(net: EcgNet, optimiser: torch.optim.Optimizer, path: Path, done: int) -> None:
    """Write weights, the optimiser's moments and the number of the round; no pickle."""
    state = optimiser.state_dict()["state"]
    arrays = {f"net/{k}": v.numpy() for k, v in net.state_dict().items()}
    for i, moments in state.items():
        arrays |= {f"adam/{i}/{k}": v.numpy() for k, v in moments.items()}
    buffer = io.BytesIO()
    np.savez(buffer, done=np.array(done), **arrays)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(buffer.getvalue())
    part.replace(path)


def _restore(net: EcgNet, optimiser: torch.optim.Optimizer, path: Path) -> int:
    """Take up what was kept and return how many rounds are done, 0 where nothing was kept."""
    if not path.is_file():
        return 0
    with np.load(path, allow_pickle=False) as found:
        arrays = {name: torch.from_numpy(found[name]) for name in found.files}
    done = int(arrays.pop("done"))
    net.load_state_dict({k.removeprefix("net/"): v for k, v in arrays.items() if k[:4] == "net/"})
    state: dict[int, dict[str, torch.Tensor]] = {}
    for name, value in arrays.items():
        if name.startswith("adam/"):
            _, index, moment = name.split("/")
            state.setdefault(int(index), {})[moment] = value
    whole = optimiser.state_dict()
    optimiser.load_state_dict({"state": state, "param_groups": whole["param_groups"]})
    return done
