"""ONNX graphs built node by node from a fuzzy system: no torch, the `onnx` package only."""

from .tsk_graph import tsk_graph

__all__ = ["tsk_graph"]
