"""ONNX graphs built node by node from a fuzzy system: no torch, the `onnx` package only."""

from .builder import model_bytes
from .mamdani_graph import mamdani_graph
from .parity import differences
from .tsk_graph import tsk_graph

__all__ = ["differences", "mamdani_graph", "model_bytes", "tsk_graph"]
