"""A torch network in the place of an onnxruntime session, for what is measured before export."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ...engine.ecg.delineation.network import INPUT
from ...models.ecg_delineation.definition import Delineator, Probabilities


class TorchSession:
    """Answers as the session of the exported graph would."""

    def __init__(self, network: Delineator) -> None:
        self._network = Probabilities(network).eval()

    def run(self, names: list[str], feed: dict[str, NDArray[Any]]) -> list[NDArray[np.float32]]:
        """Return the one output, shape (n, leads, 6, time)."""
        if len(names) != 1:
            raise ValueError(f"one output is there, asked were {names}")
        with torch.no_grad():
            return [self._network(torch.from_numpy(feed[INPUT])).numpy().copy()]
