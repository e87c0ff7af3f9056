"""What a bundle of ECG statements says about itself (``laennec.statements/1``).

Such a bundle holds rules for several statements on one ECG, their cut-offs, one graph that gives
every score with its explanation, known answers and a card.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..errors import ContractBroken
from .decode import decode, encode, to_toml
from .manifest import MANIFEST, Metric, Training

STATEMENTS_SCHEMA = "laennec.statements/1"
STATEMENTS_FILES = ("card.md", "golden.json", "model.onnx", "rules.toml", "statements.toml")
_EXTRA_FILE = re.compile(r"[a-z0-9_]+\.(json|toml|md|txt)")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ID = re.compile(r"[a-z][a-z0-9_]*/[a-z][a-z0-9_]*")
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


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
    try:
        return tomllib.loads(raw.decode("utf-8")).get("schema") == STATEMENTS_SCHEMA
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False


def parse_statements_manifest(
    raw: bytes, *, path: str = MANIFEST, sealed: bool = True
) -> StatementsManifest:
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
    manifest = decode(StatementsManifest, table, problems)
    if manifest is not None:
        problems = [*_check(manifest), *(_check_seal(manifest) if sealed else ())]
    if manifest is None or problems:
        raise _broken(problems, path)
    return manifest


def _check(m: StatementsManifest) -> list[str]:
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
        (len(set(m.statements)) == len(m.statements) > 0, "statements: none, or one stands twice"),
    )
    return problems + [text for ok, text in checks if not ok]


def _check_seal(m: StatementsManifest) -> list[str]:
    problems = [f"files: {n} is missing" for n in STATEMENTS_FILES if n not in m.files]
    problems += [
        f"files: {n!r} is not a name that a bundle may hold"
        for n in m.files
        if n not in STATEMENTS_FILES and not (_EXTRA_FILE.fullmatch(n) and n != MANIFEST)
    ]
    problems += [f"files.{n}: not a sha256" for n, h in m.files.items() if not _SHA256.fullmatch(h)]
    return problems if m.key else [*problems, "key: missing"]


def _broken(problems: list[str], path: str) -> ContractBroken:
    return ContractBroken(
        found="; ".join(problems),
        why="a manifest that is not exactly of its schema says nothing that can be relied on",
        remedy=f"Export the bundle again with `laennec train` ({STATEMENTS_SCHEMA}), then sign it",
        path=path,
    )
