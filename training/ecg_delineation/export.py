"""From the torch network to the ONNX graph that a clinic runs, and how far the two are apart."""

import io
import warnings
from dataclasses import dataclass

import numpy as np
import onnx
import torch
from numpy.typing import NDArray

from ...engine.bundles.waves import write_waves_golden
from ...engine.ecg.delineation.network import INPUT, MULTIPLE, OUTPUT
from ...engine.runtime import open_session
from ...models.ecg_delineation.definition import Delineator, Probabilities
from ..export import differences
from .asked import TorchSession

OPSET = 17
PARITY_LIMIT = 1e-5
GOLDEN_LEADS = 2
GOLDEN_LENGTH = 8 * MULTIPLE
_SHAPES = ((1, 12, 2560), (1, 1, 5120), (3, 2, 1280), (2, 3, MULTIPLE))

Float32Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Exported:
    """A graph, its known answers, and its distance from torch.

    Parameters
    ----------
    graph : bytes of ``model.onnx``
    golden : bytes of ``golden.json``, answered by torch
    largest_difference : greatest absolute difference of a probability over the shapes compared
    """

    graph: bytes
    golden: bytes
    largest_difference: float


def export(network: Delineator, *, seed: int = 0) -> Exported:
    """Export a network and compare graph and torch on strips of several shapes.

    Raises
    ------
    ContractBroken  if a probability differs by more than 1e-5
    """
    torch.set_num_threads(1)
    graph = graph_of(network)
    generator = np.random.default_rng(seed)
    session, torch_session = open_session(graph), TorchSession(network)
    feeds = [{INPUT: invented(generator, shape)} for shape in _SHAPES]
    given, wanted = ([one.run([OUTPUT], f)[0] for f in feeds] for one in (session, torch_session))
    of = "the graph differs from the network"
    apart = differences(given, wanted, PARITY_LIMIT, of, step="layer by layer")
    signal = np.round(invented(generator, (1, GOLDEN_LEADS, GOLDEN_LENGTH)), 4)
    answer = torch_session.run([OUTPUT], {INPUT: signal})[0][0]
    made_by = f"torch {torch.__version__}, laennec train ecg_delineation; an invented signal"
    golden = write_waves_golden(signal[0], answer, made_by=made_by)
    return Exported(graph, golden.encode("utf-8"), max(apart))


def graph_of(network: Delineator) -> bytes:
    """Return the ONNX graph with free number of strips, leads and samples."""
    wrapped = Probabilities(network).eval()
    example = torch.zeros(2, 3, 4 * MULTIPLE)
    out = io.BytesIO()
    axes = {INPUT: {0: "n", 1: "leads", 2: "time"}, OUTPUT: {0: "n", 1: "leads", 3: "time"}}
    with warnings.catch_warnings():
        # The older exporter is meant: it folds the normalisations into the convolutions.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            wrapped,
            (example,),
            out,  # type: ignore[arg-type]  # the older exporter writes to a file object too
            input_names=[INPUT],
            output_names=[OUTPUT],
            dynamic_axes=axes,
            dynamo=False,
            opset_version=OPSET,
        )
    model = onnx.load_from_string(out.getvalue())
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())


def invented(generator: np.random.Generator, shape: tuple[int, ...]) -> Float32Array:
    """Return a signal with slow and sharp parts, so that no person stands in a bundle."""
    slow = generator.normal(size=shape).cumsum(axis=-1)
    slow -= slow.mean(axis=-1, keepdims=True)
    slow /= slow.std(axis=-1, keepdims=True)
    spikes = 6.0 * (generator.random(shape) < 0.005)
    return np.asarray(slow + spikes + 0.1 * generator.normal(size=shape), np.float32)
