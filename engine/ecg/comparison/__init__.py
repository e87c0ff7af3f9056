"""An ECG against the person's own past: what is new, what is gone, what only varies."""

from .compare import compare_ecgs
from .side import EcgSide, side_of

__all__ = ["EcgSide", "compare_ecgs", "side_of"]
