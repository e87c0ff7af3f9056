"""What a bundle of ECG statements says about itself (``laennec.statements/1``).

Such a bundle holds rules for several statements on one ECG, their cut-offs, one graph that gives
every score with its explanation, known answers and a card.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from .decode import encode, to_toml
from .manifest import MANIFEST, Metric, Training
from .manifest_common import ManifestKind, empty_texts, has_schema, read_manifest

STATEMENTS_SCHEMA = "laennec.statements/1"
STATEMENTS_FILES = ("card.md", "golden.json", "model.onnx", "rules.toml", "statements.toml")


@dataclass(frozen=True, slots=True)
class StatementsManifest:
    """The manifest of a bundle of ECG statements.

    Parameters
    ----------
    id : ``<model>/<form>``, the names of the two folders that hold the bundle
    version : ``major.minor.patch``
    kind : ``each``: every statement by itself; ``one_of``: exactly one holds
    reference_standard : who made the labels that it was calibrated on
    statements : names, in the order of the graph's outputs
    key, files : filled in by ``sign_bundle``
    """

    schema: Literal["laennec.statements/1"]
    id: str
    version: str
    form: str
    kind: Literal["each", "one_of"]
    intended_use: str
    not_for: str
    population: str
    reference_standard: str
    statements: tuple[str, ...]
    training: Training
    key: str = ""
    limits: tuple[str, ...] = ()
    metrics: tuple[Metric, ...] = field(default=(), metadata={"key": "metric"})
    files: Mapping[str, str] = field(default_factory=dict)


def write_statements_manifest(manifest: StatementsManifest) -> str:
    """Return the manifest as TOML; the same manifest always gives the same bytes."""
    return to_toml(encode(manifest))


def is_statements_manifest(raw: bytes) -> bool:
    """Say which reader a manifest is for; believed only for that, the reader checks the rest."""
    return has_schema(raw, STATEMENTS_SCHEMA)


def parse_statements_manifest(
    raw: bytes, *, path: str = MANIFEST, sealed: bool = True
) -> StatementsManifest:
    """Read and check a manifest (``read_manifest``).

    Raises
    ------
    ContractBroken  naming every problem at once
    """
    return read_manifest(_KIND, raw, path=path, sealed=sealed)


def _check(m: StatementsManifest) -> list[str]:
    problems = empty_texts(m, ("intended_use", "not_for", "population", "reference_standard"))
    if not m.statements or len(set(m.statements)) < len(m.statements):
        problems.append("statements: none, or one stands twice")
    return problems


_KIND = ManifestKind(
    StatementsManifest,
    _check,
    STATEMENTS_FILES,
    remedy=f"Export the bundle again with `laennec train` ({STATEMENTS_SCHEMA}), then sign it",
)
