"""Signed model bundles: manifest, signature, verification, loading."""

from .golden import write_golden
from .manifest import (
    Bands,
    Calibration,
    Change,
    Conformal,
    InputSpec,
    Manifest,
    Metric,
    Move,
    OperatingPoint,
    Outputs,
    Training,
)
from .manifest_file import parse_manifest, write_manifest
from .signing import Trust, generate_key, load_trust, read_private_key, sign_bundle

__all__ = [
    "Bands",
    "Calibration",
    "Change",
    "Conformal",
    "InputSpec",
    "Manifest",
    "Metric",
    "Move",
    "OperatingPoint",
    "Outputs",
    "Training",
    "Trust",
    "generate_key",
    "load_trust",
    "parse_manifest",
    "read_private_key",
    "sign_bundle",
    "write_golden",
    "write_manifest",
]
