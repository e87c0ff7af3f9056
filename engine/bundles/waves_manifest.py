"""What a bundle that reads signals says about itself (``laennec.signal/1``).

Such a bundle holds a network, the numbers by which its answers are read (``decode.toml``), known
answers and a card. It has no risk, no rules and no bands.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..errors import ContractBroken
from .decode import decode, encode, to_toml
from .manifest import MANIFEST, Metric, Training

SIGNAL_SCHEMA = "laennec.signal/1"
SIGNAL_FILES = ("card.md", "decode.toml", "golden.json", "model.onnx")
_EXTRA_FILE = re.compile(r"[a-z0-9_]+\.(json|toml|md|txt)")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ID = re.compile(r"[a-z][a-z0-9_]*/[a-z][a-z0-9_]*")
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


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
    try:
        return tomllib.loads(raw.decode("utf-8")).get("schema") == SIGNAL_SCHEMA
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False


def parse_signal_manifest(
    raw: bytes, *, path: str = MANIFEST, sealed: bool = True
) -> SignalManifest:
    """Read and check a manifest.

    Parameters
    ----------
    raw : the bytes of the file
    path : named in the error
    sealed : False while a bundle is being made

    Raises
    ------
    ContractBroken  naming every problem at once
    """
    problems: list[str] = []
    try:
        table = tomllib.loads(raw.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _broken([f"not readable as TOML ({error})"], path) from error
    manifest = decode(SignalManifest, table, problems)
    if manifest is not None:
        problems = [*_check(manifest), *(_check_seal(manifest) if sealed else ())]
    if manifest is None or problems:
        raise _broken(problems, path)
    return manifest


def _check(m: SignalManifest) -> list[str]:
    problems = [
        f"{where}: {value!r} is not of the form {pattern.pattern}"
        for where, value, pattern in (
            ("id", m.id, _ID),
            ("version", m.version, _VERSION),
            ("training.date", m.training.date, _DATE),
            *((f"training.data.{k}", v, _SHA256) for k, v in m.training.data.items()),
        )
        if not pattern.fullmatch(value)
    ]
    texts = ("intended_use", "not_for", "population", "reference_standard")
    problems += [f"{k}: empty" for k in texts if not getattr(m, k)]
    checks = (
        (m.id.rpartition("/")[2] == m.form, f"form: {m.form!r} is not the second part of the id"),
        (m.input.sampling_rate_hz > 0, "input.sampling_rate_hz: not above 0"),
        (m.input.time_multiple > 0, "input.time_multiple: not above 0"),
        (len(set(m.outputs)) == len(m.outputs) > 0, "outputs: none, or one stands twice"),
    )
    return problems + [text for ok, text in checks if not ok]


def _check_seal(m: SignalManifest) -> list[str]:
    problems = [f"files: {n} is missing" for n in SIGNAL_FILES if n not in m.files]
    problems += [
        f"files: {n!r} is not a name that a bundle may hold"
        for n in m.files
        if n not in SIGNAL_FILES and not (_EXTRA_FILE.fullmatch(n) and n != MANIFEST)
    ]
    problems += [f"files.{n}: not a sha256" for n, h in m.files.items() if not _SHA256.fullmatch(h)]
    return problems if m.key else [*problems, "key: missing"]


def _broken(problems: list[str], path: str) -> ContractBroken:
    return ContractBroken(
        found="; ".join(problems),
        why="a manifest that is not exactly of its schema says nothing that can be relied on",
        remedy=f"Export the bundle again with `laennec train` ({SIGNAL_SCHEMA}) and sign it again",
        path=path,
    )
