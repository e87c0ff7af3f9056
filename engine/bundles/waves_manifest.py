"""What a bundle that reads signals says about itself (``laennec.signal/1``).

Such a bundle holds a network, the numbers by which its answers are read (``decode.toml``), known
answers and a card. It has no risk, no rules and no bands.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from .decode import encode, to_toml
from .manifest import MANIFEST, Metric, Training
from .manifest_common import ManifestKind, empty_texts, has_schema, read_manifest

SIGNAL_SCHEMA = "laennec.signal/1"
SIGNAL_FILES = ("card.md", "decode.toml", "golden.json", "model.onnx")


@dataclass(frozen=True, slots=True)
class SignalInput:
    """What the network reads.

    Parameters
    ----------
    name : of the graph's input, shape (n, leads, time), float32
    sampling_rate_hz : of the samples, after resampling
    unit : UCUM; ``1`` where each lead is scaled by its own SD
    time_multiple : the length must be a multiple of this
    """

    name: str
    sampling_rate_hz: float
    unit: str
    time_multiple: int


@dataclass(frozen=True, slots=True)
class SignalManifest:
    """The manifest of a bundle that reads signals.

    Parameters
    ----------
    id : ``<model>/<form>``, the names of the two folders that hold the bundle
    version : ``major.minor.patch``
    kind : what the network is for
    reference_standard : who marked the waves that it learned
    outputs : names of the probabilities, in the order of the graph's output
    key, files : filled in by ``sign_bundle``
    """

    schema: Literal["laennec.signal/1"]
    id: str
    version: str
    form: str
    kind: Literal["delineation"]
    intended_use: str
    not_for: str
    population: str
    reference_standard: str
    input: SignalInput
    outputs: tuple[str, ...]
    training: Training
    key: str = ""
    limits: tuple[str, ...] = ()
    metrics: tuple[Metric, ...] = field(default=(), metadata={"key": "metric"})
    files: Mapping[str, str] = field(default_factory=dict)


def write_signal_manifest(manifest: SignalManifest) -> str:
    """Return the manifest as TOML; the same manifest always gives the same bytes."""
    return to_toml(encode(manifest))


def is_signal_manifest(raw: bytes) -> bool:
    """Say which reader a manifest is for; believed only for that, the reader checks the rest."""
    return has_schema(raw, SIGNAL_SCHEMA)


def parse_signal_manifest(
    raw: bytes, *, path: str = MANIFEST, sealed: bool = True
) -> SignalManifest:
    """Read and check a manifest (``read_manifest``).

    Raises
    ------
    ContractBroken  naming every problem at once
    """
    return read_manifest(_KIND, raw, path=path, sealed=sealed)


def _check(m: SignalManifest) -> list[str]:
    problems = empty_texts(m, ("intended_use", "not_for", "population", "reference_standard"))
    checks = (
        (m.input.sampling_rate_hz > 0, "input.sampling_rate_hz: not above 0"),
        (m.input.time_multiple > 0, "input.time_multiple: not above 0"),
        (len(set(m.outputs)) == len(m.outputs) > 0, "outputs: none, or one stands twice"),
    )
    return problems + [text for ok, text in checks if not ok]


_KIND = ManifestKind(
    SignalManifest,
    _check,
    SIGNAL_FILES,
    remedy=f"Export the bundle again with `laennec train` ({SIGNAL_SCHEMA}) and sign it again",
)
